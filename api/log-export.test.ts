import { expect, test } from 'vitest'
import { parseExport, utf8 } from '../ledger/index.ts'
import { createRecord } from '../tests/record-builder.ts'
import { anyone } from './disclosure.ts'
import type { ExportDeps } from './exported.ts'
import { createLogExport } from './log-export.ts'

const { entries } = createRecord().toDraft().log
const pages: number[] = []

/** As much of the readers as an export of public entries asks for. */
const readers = {
  latestCheckpoint: () => Promise.resolve({ size: entries.length, note: 'note' }),
  vkey: () => Promise.resolve('vkey'),
  openFile: () => Promise.resolve(undefined),
  entries: ({ from, limit }: { from: number; limit: number }) => {
    pages.push(from)
    return Promise.resolve(entries.slice(from, from + Math.min(limit, 10)).map(({ row }) => row))
  },
}
const disclosure = {
  revealed: () => Promise.resolve([]),
  payload: () => Promise.resolve({ kind: 'absent' }),
}
const exportLog = createLogExport({
  config: { origin: 'log' },
  readers,
  disclosure,
  // The rest of the readers is not asked.
} as unknown as ExportDeps)

async function pieces(): Promise<AsyncIterator<string, string>> {
  const answer = await exportLog(anyone)
  if (answer.kind !== 'download') throw new Error(`it answered ${answer.status}`)
  return answer.pieces[Symbol.asyncIterator]()
}

test('the log is read page by page, and not before somebody takes it', async () => {
  pages.length = 0
  const reading = await pieces()
  const first: IteratorResult<string, string> = await reading.next()
  expect(pages).toEqual([])
  let file = first.value
  for (let piece = await reading.next(); piece.done !== true; piece = await reading.next())
    file += piece.value
  expect(pages.length).toBeGreaterThan(1)
  expect(parseExport(utf8(file)).entries).toHaveLength(entries.length)
})

test('no more than eight are written at a time; one that breaks off makes room', async () => {
  const running = await Promise.all(Array.from({ length: 8 }, pieces))
  for (const one of running) await one.next()
  expect(await exportLog(anyone)).toMatchObject({ kind: 'problem', code: 'busy', status: 503 })
  await running[0]?.return?.()
  expect(await exportLog(anyone)).toMatchObject({ kind: 'download' })
  for (const one of running) await one.return?.()
})
