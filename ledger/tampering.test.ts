/**
 * The tamper programme over a small export (security of the record): every change must be refuted, and the first bad
 * index must be the one that was touched.
 */
import { describe, expect, test } from 'vitest'
import { ORIGIN, sampleLog, sampleRules, seeded, stranger, vkey } from './sample-log.ts'
import {
  auditExport,
  auditFile,
  type AuditOptions,
  blindHash,
  encodeEntry,
  encodeExport,
  type ExportedEntry,
  formatVkey,
  fromBase64,
  leafHash,
  parseEntry,
  type RecordExport,
  text,
  toBase64,
  utf8,
} from './index.ts'

const SIZE = 24
const log = sampleLog(SIZE)
const record = log.exportLog()
const hidden = log.exportLog(SIZE, [4, 9, 14, 19])
const indexes = log.records.map(({ index }) => index)

function options(over: AuditOptions = {}): AuditOptions {
  return { vkey, rules: sampleRules(), ...over }
}

function entryBytes(index: number): Uint8Array {
  return fromBase64(record.entries[index]?.entry ?? '')
}

function exported(index: number, bytes: Uint8Array): ExportedEntry {
  return { index, entry: toBase64(bytes) }
}

/** First bad index of a record that must be refuted; `accepted` where it was not. */
function firstBad(of: RecordExport, over: AuditOptions = {}): number | undefined | 'accepted' {
  const { verdict, firstBadIndex } = auditExport(of, options(over))
  return verdict === 'refuted' ? firstBadIndex : 'accepted'
}

const withEntries = (entries: readonly ExportedEntry[], of = record): RecordExport => ({
  ...of,
  entries,
})

/** The record with the text of one entry changed. */
function rewritten(index: number, change: (entry: string) => string): RecordExport {
  const changed = change(text(entryBytes(index)))
  return withEntries(record.entries.with(index, exported(index, utf8(changed))))
}

function flipBit(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const flipped = bytes.slice()
  // The index is below the length.
  flipped[at] = (flipped[at] as number) ^ (1 << bit)
  return flipped
}

test('the untouched export is accepted, revealed or hidden', () => {
  expect(auditExport(record, options()).verdict).toBe('verified')
  expect(auditExport(hidden, options()).verdict).toBe('verified')
})

describe('M1: one bit flipped', () => {
  // Every byte of the first and of a sealed entry; of the others, which cost more to reach, some.
  const whole = [0, 4]
  test.each(indexes)('in entry %i is found there', (index) => {
    const bytes = entryBytes(index)
    const step = whole.includes(index) ? 1 : 31
    for (const of of [record, hidden])
      for (let at = index % step; at < bytes.length; at += step) {
        const entry = exported(index, flipBit(bytes, at, at % 8))
        const bad = firstBad(withEntries(of.entries.with(index, entry), of))
        if (bad !== index) expect({ at, bad }).toEqual({ at, bad: index })
      }
  })

  test('in the file is refuted', async () => {
    const file = encodeExport(log.exportProcurement())
    expect((await auditFile(file, options())).verdict).toBe('verified')
    const accepted: number[] = []
    for (let at = 0; at < file.length; at += at < 500 ? 1 : 97)
      if ((await auditFile(flipBit(file, at, at % 8), options())).verdict !== 'refuted')
        accepted.push(at)
    expect(accepted).toEqual([])
  })

  test('in the text of an entry names that entry, though nothing can be read any more', async () => {
    for (const exportedRecord of [log.exportProcurement(), record]) {
      const file = encodeExport(exportedRecord)
      // A character a byte.
      const whole = new TextDecoder('latin1').decode(file)
      let at = whole.indexOf('{"index"')
      for (const [position, { index }] of exportedRecord.entries.entries()) {
        const next = whole.indexOf('{"index"', at + 1)
        const end = position + 1 < exportedRecord.entries.length ? next : whole.indexOf('],"rev')
        // Beyond 7 bits it is no UTF-8; a quote or a NUL is no JSON.
        for (let i = at; i < end; i += 97)
          for (const damage of [(file[i] ?? 0) ^ 0x80, 0x22, 0x00]) {
            if (damage === file[i]) continue
            const { verdict, firstBadIndex } = await auditFile(file.with(i, damage), options())
            expect({ i, damage, verdict, firstBadIndex }).toEqual({
              ...{ i, damage, verdict: 'refuted' },
              firstBadIndex: index,
            })
          }
        at = next
      }
    }
  })

  test('outside of the entries names none', async () => {
    const file = encodeExport(log.exportProcurement())
    const { verdict, firstBadIndex } = await auditFile(file.with(1, 0), options())
    expect({ verdict, firstBadIndex }).toEqual({ verdict: 'refuted', firstBadIndex: undefined })
  })
})

test('M2: a deleted entry is missing at its index', () => {
  for (const of of [record, hidden])
    for (const index of indexes)
      expect(firstBad(withEntries(of.entries.toSpliced(index, 1), of))).toBe(index)
})

test('M3: two swapped entries are bad from the first of them', () => {
  for (const of of [record, hidden])
    for (const index of indexes.slice(1)) {
      const [before, after] = of.entries.slice(index - 1, index + 1)
      if (!before || !after) throw new Error('beyond the record')
      const swapped = of.entries.with(index - 1, after).with(index, before)
      expect(firstBad(withEntries(swapped, of))).toBe(index - 1)
    }
})

describe('M4: an inserted entry is bad where it stands', () => {
  const prevOf = (index: number) => parseEntry(entryBytes(index)).prev
  const at = (index: number) => parseEntry(entryBytes(index)).at
  const inserting = (index: number, bytes: Uint8Array, of = record) =>
    firstBad(withEntries(of.entries.toSpliced(index, 0, exported(index, bytes)), of))

  test('signed by nobody who may, well linked or not', () => {
    const act = log.sign({ key: stranger })
    for (const index of indexes) {
      const place = { v: 1, log: ORIGIN, index, at: at(index), dsse: act } as const
      expect(inserting(index, encodeEntry({ ...place, prev: prevOf(index) }))).toBe(index)
      expect(inserting(index, encodeEntry({ ...place, prev: new Uint8Array(32) }))).toBe(index)
    }
  })

  test('unsigned', () => {
    const { body, payloadType, keyid } = log.sign({})
    const sig = toBase64(new Uint8Array(64).fill(1))
    const dsse = { payload: toBase64(body), payloadType, signatures: [{ keyid, sig }] }
    for (const index of indexes) {
      const place = { v: 1, log: ORIGIN, index, at: at(index), prev: toBase64(prevOf(index)) }
      const json = JSON.stringify({
        at: place.at,
        dsse,
        index,
        log: ORIGIN,
        prev: place.prev,
        v: 1,
      })
      expect(inserting(index, utf8(json))).toBe(index)
    }
  })

  test('sealed, so that there is no signature to miss', () => {
    const seal = blindHash(new Uint8Array(32), utf8('{}'))
    for (const index of indexes.slice(0, -1)) {
      const place = { v: 1, log: ORIGIN, index, at: at(index), blindHash: seal } as const
      expect(inserting(index, encodeEntry({ ...place, prev: prevOf(index) }), hidden)).toBe(index)
    }
  })

  test('a copy of the entry before, or one beyond the end', () => {
    for (const index of indexes.slice(1))
      expect(
        firstBad(
          withEntries(
            record.entries.toSpliced(index, 0, exported(index - 1, entryBytes(index - 1))),
          ),
        ),
      ).toBe(index)
    const longer = sampleLog(SIZE + 1)
    const extra = longer.exportLog().entries
    expect(firstBad(withEntries(extra))).toBe(SIZE)
  })
})

test('M5: a log rolled back to any size is refuted by the head that was seen', () => {
  const savedHeads = [{ size: SIZE, root: log.tree.root() }]
  for (const size of indexes) {
    const rolledBack = log.exportLog(size)
    expect(auditExport({ ...rolledBack, payloads: [] }, options()).verdict).toBe('verified')
    expect(firstBad({ ...rolledBack, payloads: [] }, { savedHeads })).toBe(size)
  }
})

test('M7: a tail cut off is missing from its first index', () => {
  for (const size of indexes)
    for (const of of [record, hidden]) {
      const revealed = of.revealed.filter(({ index }) => index < size)
      expect(firstBad({ ...withEntries(of.entries.slice(0, size), of), revealed })).toBe(size)
    }
})

test('M8: an entry spelt in another way is bad, whatever it says', () => {
  const respellings: ((entry: string) => string)[] = [
    (e) => e.replace('"v":1', '"v": 1'),
    (e) => `${e} `,
    (e) => e.replace('"v":1', '"v":1,"v":1'),
    (e) => e.replace('"index":', '"index":0,"index":'),
    (e) => e.replace('"v":1', '"v":1.0'),
    (e) => e.replace('"log"', '"lo\\u0067"'),
    (e) => e.replace(/"prev":"([^"]*)="/, '"prev":"$1"'),
    (e) => JSON.stringify(JSON.parse(e), null, 1),
  ]
  for (const index of indexes)
    for (const change of respellings) expect(firstBad(rewritten(index, change))).toBe(index)
})

test('M8: base64 of the export spelt in another way is bad where it stands', () => {
  for (const index of indexes) {
    const { entry } = exported(index, entryBytes(index))
    for (const spelt of [
      `${entry}=`,
      ` ${entry}`,
      `${entry}\n`,
      entry.replace(/=*$/, '') + (entry.endsWith('=') ? '' : '===='),
    ])
      expect(firstBad(withEntries(record.entries.with(index, { index, entry: spelt })))).toBe(index)
  }
})

test('M9: proofs swapped between entries are bad at the first of them', () => {
  const procurement = log.exportProcurement()
  for (const [i, one] of procurement.entries.entries()) {
    const other = procurement.entries[(i + 1) % procurement.entries.length]
    if (!one.path || !other?.path) throw new Error('no path')
    const entries = procurement.entries.with(i, { ...one, path: other.path })
    expect(firstBad(withEntries(entries, procurement))).toBe(one.index)
  }
})

test('M11: another origin, key id or name is refuted', () => {
  const name = ORIGIN.replace('042', '043')
  const changes: RecordExport[] = [
    { ...record, origin: name },
    { ...record, vkey: formatVkey(name, seeded(1).pub) },
    { ...record, vkey: vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+') },
    { ...record, checkpoint: record.checkpoint.replace(ORIGIN, name) },
    { ...record, checkpoint: record.checkpoint.replaceAll(ORIGIN, name) },
    { ...record, checkpoint: record.checkpoint.replace(`— ${ORIGIN}`, `— ${name}`) },
    { ...record, checkpoint: record.checkpoint.replace(/ J/, ' K') },
    { ...record, checkpoint: sampleLog(SIZE, name).checkpoint() },
  ]
  for (const changed of changes) expect(firstBad(changed)).toBeUndefined()
  const renamed = sampleLog(SIZE, name)
  expect(
    auditExport(renamed.exportLog(), options({ vkey: renamed.exportLog().vkey })).verdict,
  ).toBe('verified')
  for (const index of indexes)
    expect(
      firstBad(rewritten(index, (e) => e.replace(`"log":"${ORIGIN}"`, `"log":"${name}"`))),
    ).toBe(index)
})

test('every leaf of the sample is its own: nothing above passed for want of difference', () => {
  expect(new Set(indexes.map((index) => toBase64(leafHash(entryBytes(index))))).size).toBe(SIZE)
})
