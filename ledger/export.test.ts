import { describe, expect, test } from 'vitest'
import { text } from './bytes.ts'
import { encodeExport, exportPieces, type RecordExport } from './export.ts'
import { sampleLog } from './sample-log.ts'

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  await Promise.resolve()
  yield* items
}

async function piecesOf(record: RecordExport): Promise<string[]> {
  const { entries, revealed, payloads, ...head } = record
  const pieces: string[] = []
  const lists = { entries: each(entries), revealed: each(revealed), payloads: each(payloads) }
  for await (const piece of exportPieces(head, lists)) pieces.push(piece)
  return pieces
}

describe('an export in pieces', () => {
  const log = sampleLog()
  const whole = log.exportLog()

  test('is the same file, with lists of any length', async () => {
    const records = [
      whole,
      log.exportProcurement(),
      { ...whole, entries: [], revealed: [], payloads: [] },
      { ...whole, revealed: [], checkpoint: 'a "note", "entries":[ and all' },
    ]
    for (const record of records)
      expect((await piecesOf(record)).join('')).toBe(text(encodeExport(record)))
  })

  test('never holds more than a piece of a list', async () => {
    const entries = Array.from({ length: 4 }, (_, index) => ({ index, entry: 'A'.repeat(40_000) }))
    const sizes = (await piecesOf({ ...whole, entries })).map(({ length }) => length)
    expect(Math.max(...sizes)).toBeLessThan(2 * 65_536)
    expect(sizes.length).toBeGreaterThan(5)
  })
})
