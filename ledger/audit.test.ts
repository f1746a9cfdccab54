import { describe, expect, test } from 'vitest'
import {
  logKey,
  officer,
  ORIGIN,
  OTHER_TENDER,
  sampleLog,
  type SampleLog,
  sampleRules,
  stranger,
  TENDER,
  vendor,
  vkey,
} from './sample-log.ts'
import {
  auditExport,
  auditExportAsync,
  auditFile,
  type AuditOptions,
  EXIT_CODES,
  encodeExport,
  encodeEntry,
  formatVkey,
  leafHash,
  LedgerError,
  parseEntry,
  parseExport,
  type RecordExport,
  type Replayer,
  type ReplayInput,
  signCheckpoint,
  text,
  toBase64,
  utf8,
} from './index.ts'

const log = sampleLog()
const options = (over: AuditOptions = {}): AuditOptions => ({ vkey, rules: sampleRules(), ...over })

/** Both ways of verifying must say the same. */
async function audit(record: RecordExport, over: () => AuditOptions = options) {
  const verdict = auditExport(record, over())
  expect(await auditExportAsync(record, over())).toEqual(verdict)
  return verdict
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}

describe('an honest log', () => {
  test('is verified as a whole, and as a file', async () => {
    const verdict = await audit(log.exportLog())
    expect(verdict).toMatchObject({
      verdict: 'verified',
      log: ORIGIN,
      entries: 36,
      verified: 36,
      hidden: 0,
    })
    expect(verdict.checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['pin', 'passed'],
      ['checkpoint', 'passed'],
      ['quorum', 'skipped'],
      ['entries', 'passed'],
      ['tree', 'passed'],
      ['signatures', 'passed'],
      ['chains', 'passed'],
      ['seals', 'passed'],
      ['heads', 'passed'],
      ['payloads', 'passed'],
      ['rules', 'passed'],
    ])
    expect(EXIT_CODES[verdict.verdict]).toBe(0)
    const file = encodeExport(log.exportLog())
    expect(await auditFile(file, options())).toEqual(verdict)
    expect(await auditFile(utf8(`${text(file)}\n`), options())).toEqual(verdict)
  })

  test('is verified at every size, with every head of its past', async () => {
    for (let size = 0; size <= log.size; size += 3) {
      const savedHeads = Array.from({ length: size }, (_, i) => ({
        size: i + 1,
        root: log.tree.root(i + 1),
      }))
      const verdict = await audit(log.exportLog(size), () => options({ savedHeads }))
      expect(verdict).toMatchObject({ verdict: 'verified', size, verified: size })
    }
  })

  test('is verified for one procurement, which proves less', async () => {
    for (const tender of [TENDER, OTHER_TENDER]) {
      const verdict = await audit(log.exportProcurement(tender))
      expect(verdict).toMatchObject({ verdict: 'verified', size: 36 })
      expect(verdict.entries).toBeLessThan(36)
      expect(verdict.doesNotProve).toContain('that nothing came after the last entry shown')
      expect(verdict.doesNotProve.join()).toContain('no entry of the register was left out')
    }
  })

  test('is verified with sealed acts hidden, whose content stays unknown', async () => {
    const verdict = await audit(log.exportLog(36, [9, 14]))
    expect(verdict).toMatchObject({ verdict: 'verified', verified: 36, hidden: 2 })
    expect(verdict.doesNotProve.join()).not.toContain('register')
    expect(verdict.doesNotProve).toContain('what the 2 hidden entries say')
    const rules = verdict.checks.find(({ name }) => name === 'rules')
    expect(rules?.detail).toContain('34 of 36 entries')
    expect(rules?.detail).toMatch(/2 could not be judged by what is disclosed: \d+, \d+$/)
  })

  test('names the entries that the rules could not judge, ranges as ranges', async () => {
    const unseen = [3, 5, 6, 7, 30]
    const { checks } = await auditFile(encodeExport(log.exportLog(36)), {
      vkey,
      rules: {
        ...sampleRules(),
        apply: ({ index }) => (unseen.includes(index) ? 'hidden' : 'agrees'),
      },
    })
    expect(checks.find(({ name }) => name === 'rules')?.detail).toBe(
      'the rules, replayed, decide 31 of 36 entries the same; 5 could not be judged by what is disclosed: 3, 5–7, 30',
    )
  })

  test('shows the rules every entry in order, with leaf, seal and payloads', async () => {
    const inputs: ReplayInput[] = []
    const toy = sampleRules()
    const rules: Replayer = {
      keyFor: (signed, index) => toy.keyFor(signed, index),
      apply: (input) => {
        inputs.push(input)
        return toy.apply(input)
      },
    }
    auditExport(log.exportLog(36, [9]), { vkey, rules })
    expect(inputs.map(({ index }) => index)).toEqual(log.records.map(({ index }) => index))
    expect(inputs.map(({ leaf }) => leaf)).toEqual(log.records.map(({ leaf }) => leaf))
    expect(inputs.filter(({ isSealed }) => isSealed).map(({ index }) => index)).toContain(9)
    expect(inputs[9]?.signed).toBeUndefined()
    expect(inputs[4]?.signed?.hash).toEqual(log.records[4]?.signed.hash)
    expect([...(inputs[0]?.payloads.values() ?? [])].map(text)).toEqual(['{"name":"Ada"}'])
    expect(await audit(log.exportLog())).toMatchObject({ verdict: 'verified' })
  })
})

describe('undecided', () => {
  test('T34: without a pinned key, or with an unusable one', () => {
    for (const pinned of [{}, { vkey: 'nonsense' }]) {
      const verdict = auditExport(log.exportLog(), { rules: sampleRules(), ...pinned })
      expect(verdict).toMatchObject({ verdict: 'undecided', verified: 0 })
      expect(EXIT_CODES[verdict.verdict]).toBe(2)
    }
  })

  test('without rules that say which keys count', () => {
    const verdict = auditExport(log.exportLog(), { vkey })
    expect(verdict.verdict).toBe('undecided')
    const open = verdict.checks.filter(({ outcome }) => outcome === 'undecided')
    expect(open.map(({ name }) => name)).toEqual(['signatures', 'rules'])
  })
})

describe('refuted', () => {
  const forged = (acts: (log: SampleLog) => void, size = 12) => {
    const log = sampleLog(size)
    acts(log)
    return log.exportLog()
  }

  test('with the key of another log', async () => {
    const other = formatVkey(ORIGIN, stranger.pub)
    const verdict = await audit(log.exportLog(), () => options({ vkey: other }))
    expect(verdict).toMatchObject({ verdict: 'refuted', rule: 'pin.vkey' })
    expect(EXIT_CODES[verdict.verdict]).toBe(1)
    const claiming = { ...log.exportLog(), vkey: other }
    expect((await audit(claiming, () => options({ vkey: other }))).rule).toBe('checkpoint.note')
    expect((await audit({ ...log.exportLog(), origin: 'other.example' })).rule).toBe(
      'checkpoint.origin',
    )
  })

  test('T38: a key after its revocation, at the index where it signs', async () => {
    const verdict = await audit(log.exportLog(), () => ({ vkey, rules: sampleRules(20) }))
    expect(verdict).toMatchObject({ rule: 'signatures.key', firstBadIndex: 21, verified: 21 })
  })

  test('T40: an unknown key', async () => {
    const record = forged((log) => log.append({ key: stranger }))
    expect(await audit(record)).toMatchObject({ rule: 'signatures.key', firstBadIndex: 12 })
  })

  test('T6: the key of the log as an actor, and a key given for another', async () => {
    const record = forged((log) => log.append({ key: logKey }))
    const giving = (pub: Uint8Array): Replayer => ({
      ...sampleRules(),
      keyFor: (signed, index) => (index === 12 ? pub : sampleRules().keyFor(signed, index)),
    })
    const verdict = (pub: Uint8Array) => audit(record, () => ({ vkey, rules: giving(pub) }))
    expect(await verdict(logKey.pub)).toMatchObject({ rule: 'signatures.key', firstBadIndex: 12 })
    expect(await verdict(vendor.pub)).toMatchObject({ rule: 'signatures.key', firstBadIndex: 12 })
    expect(await verdict(new Uint8Array(32))).toMatchObject({
      rule: 'signatures.key',
      firstBadIndex: 12,
    })
  })

  test('a statement meant for another log', async () => {
    const record = forged((log) => log.append({ over: { aud: 'other.example' } }))
    expect(await audit(record)).toMatchObject({ rule: 'signatures.aud', firstBadIndex: 12 })
  })

  test('a nonce used twice by one key, and by two keys not', async () => {
    const nonce = log.records[6]?.signed.statement.nonce ?? ''
    const twice = forged((log) => log.append({ over: { nonce } }))
    expect(await audit(twice)).toMatchObject({ rule: 'signatures.nonce', firstBadIndex: 12 })
    const byOther = forged((log) => log.append({ key: vendor, over: { nonce } }))
    expect((await audit(byOther)).verdict).toBe('verified')
  })

  test('a statement that cites a head which this log never had, or not yet', async () => {
    const root = Buffer.from(log.records[1]?.leaf ?? []).toString('base64url')
    const strange = forged((log) => log.append({ over: { seen: { size: 11, root } } }))
    // The statement of entry 11 vouched for the first ten entries.
    expect(await audit(strange)).toMatchObject({ rule: 'heads.seen', firstBadIndex: 10 })
    const early = forged((log) => log.append({ over: { seen: { size: 13, root } } }))
    expect(await audit(early)).toMatchObject({ rule: 'heads.seen', firstBadIndex: 12 })
  })

  test('a decision that the rules do not reach', async () => {
    const record = forged((log) => log.append({ payload: { ok: false } }))
    expect(await audit(record)).toMatchObject({
      rule: 'rules.differs',
      firstBadIndex: 12,
      verified: 12,
    })
  })

  test('time that runs backwards', async () => {
    const record = log.exportLog()
    const last = log.records.at(-1)
    const entry = {
      ...parseEntry(last?.bytes ?? new Uint8Array()),
      at: '2025-01-01T00:00:00.000000Z',
    }
    const arrived = {
      ...parseEntry(last?.bytes ?? new Uint8Array()),
      arrivedAt: '2027-01-01T00:00:00.000000Z',
    }
    for (const changed of [entry, arrived]) {
      const entries = record.entries.with(-1, { index: 35, entry: toBase64(encodeEntry(changed)) })
      expect(await audit({ ...record, entries })).toMatchObject({
        rule: 'entries.time',
        firstBadIndex: 35,
      })
    }
  })
})

describe('one procurement', () => {
  const record = log.exportProcurement()
  const changedAt = (
    position: number,
    change: (entry: RecordExport['entries'][number]) => object,
  ) => ({
    ...record,
    entries: record.entries.map((entry, i) =>
      i === position ? { ...entry, ...change(entry) } : entry,
    ),
  })
  const indexAt = (position: number) => record.entries[position]?.index

  test('each entry needs its own proof', async () => {
    const other = record.entries[3]?.path ?? []
    const wrong = changedAt(5, () => ({ path: other }))
    expect(await audit(wrong)).toMatchObject({ rule: 'tree.inclusion', firstBadIndex: indexAt(5) })
    const broken = changedAt(5, () => ({ path: ['!'] }))
    expect(await audit(broken)).toMatchObject({ rule: 'tree.inclusion', firstBadIndex: indexAt(5) })
  })

  test('T64: an entry left out is a gap in its counter', async () => {
    const position = record.entries.findIndex(({ index }) => index === 16)
    const entries = record.entries.toSpliced(position, 1)
    const verdict = await audit({ ...record, entries })
    expect(verdict).toMatchObject({ rule: 'chains.gap', firstBadIndex: 17 })
  })

  test('an entry twice, or out of order, or under another index is refused', async () => {
    const [first, second] = record.entries
    if (!first || !second) throw new Error('too few entries')
    const twice = { ...record, entries: record.entries.toSpliced(1, 0, first) }
    expect(await audit(twice)).toMatchObject({ rule: 'entries.order', firstBadIndex: first.index })
    const swapped = { ...record, entries: record.entries.with(0, second).with(1, first) }
    expect((await audit(swapped)).verdict).toBe('refuted')
    const renamed = changedAt(2, ({ index }) => ({ index: index + 1 }))
    expect((await audit(renamed)).verdict).toBe('refuted')
  })

  test('entries of another procurement are no part of it', async () => {
    const whole = { ...record, tender: OTHER_TENDER }
    expect(await audit(whole)).toMatchObject({ verdict: 'refuted', rule: 'chains.tender' })
    const none = { ...record, entries: record.entries.slice(0, 1), revealed: [], payloads: [] }
    expect(await audit(none)).toMatchObject({ verdict: 'refuted', rule: 'chains.tender' })
  })

  test('heads seen before are held against its checkpoint', async () => {
    const root = (size: number) => log.tree.root(size)
    const path = log.tree.consistencyProof(10, 36)
    const verdict = (...savedHeads: { size: number; root: Uint8Array; path?: Uint8Array[] }[]) =>
      audit(record, () => options({ savedHeads }))
    expect(
      (await verdict({ size: 36, root: root(36) }, { size: 10, root: root(10), path })).verdict,
    ).toBe('verified')
    expect((await verdict({ size: 36, root: root(35) })).rule).toBe('heads.fork')
    expect((await verdict({ size: 10, root: root(9), path })).rule).toBe('heads.fork')
    expect((await verdict({ size: 37, root: root(36) })).rule).toBe('heads.rollback')
    const unproved = await verdict({ size: 10, root: root(10) })
    expect(unproved.verdict).toBe('verified')
    expect(unproved.doesNotProve.join()).toContain('heads of other sizes')
  })
})

describe('reveals and payloads', () => {
  const record = log.exportLog()

  test('a reveal that does not open its seal is refused', async () => {
    const [first, second] = record.revealed
    if (!first || !second) throw new Error('too few reveals')
    const swapped = [{ ...first, blind: second.blind }, ...record.revealed.slice(1)]
    expect(await audit({ ...record, revealed: swapped })).toMatchObject({
      rule: 'seals.reveal',
      firstBadIndex: first.index,
    })
    const malformed = [{ ...first, envelope: '!' }, ...record.revealed.slice(1)]
    expect(await audit({ ...record, revealed: malformed })).toMatchObject({
      rule: 'seals.form',
      firstBadIndex: first.index,
    })
  })

  test('a reveal twice, of an open entry or of none is refused', async () => {
    const [first] = record.revealed
    if (!first) throw new Error('no reveal')
    const revealing = (index: number) =>
      audit({ ...record, revealed: [...record.revealed, { ...first, index }] })
    expect(await revealing(first.index)).toMatchObject({
      rule: 'seals.twice',
      firstBadIndex: first.index,
    })
    expect(await revealing(2)).toMatchObject({ rule: 'seals.open', firstBadIndex: 2 })
    expect(await revealing(99)).toMatchObject({ rule: 'seals.unknown', firstBadIndex: 99 })
  })

  test('a sealed statement is held to the same checks as an open one', async () => {
    const forged = sampleLog(12)
    forged.append({ key: stranger, isSealed: true })
    expect(await audit(forged.exportLog())).toMatchObject({
      rule: 'signatures.key',
      firstBadIndex: 12,
    })
    expect((await audit(forged.exportLog(13, [12]))).verdict).toBe('verified')
  })

  test('a payload that does not open its commitment is refused, at the entry that cites it', async () => {
    const [payload] = record.payloads
    if (!payload) throw new Error('no payload')
    const changing = (over: object) => audit({ ...record, payloads: [{ ...payload, ...over }] })
    expect(await changing({ bytes: toBase64(utf8('{"name":"Eve"}')) })).toMatchObject({
      rule: 'payloads.commit',
      firstBadIndex: 11,
    })
    expect(await changing({ bytes: '!' })).toMatchObject({
      rule: 'payloads.commit',
      firstBadIndex: 11,
    })
    const uncited = await changing({ commit: officer.kid })
    expect(uncited).toMatchObject({ verdict: 'refuted', rule: 'payloads.commit' })
    expect(uncited.firstBadIndex).toBeUndefined()
  })
})

describe('export files', () => {
  const record = log.exportProcurement()
  const reading = (over: object) =>
    codeOf(() => parseExport(utf8(JSON.stringify({ ...record, ...over }))))

  test('are read back as they were written', () => {
    for (const original of [record, log.exportLog()])
      expect(parseExport(encodeExport(original))).toEqual(original)
  })

  test('M8: spelt in another way they are refused', async () => {
    const file = text(encodeExport(record))
    for (const change of [
      JSON.stringify(JSON.parse(file), null, 2),
      file.replace('"scope"', ' "scope"'),
      file.replace('"scope":', '"scope":"log","scope":'),
      file.replace('"index":1', '"index":1.0'),
      file.replace('ledger.example', '\\u006cedger.example'),
      `${file}\n\n`,
      `\ufeff${file}`,
    ]) {
      expect(change).not.toBe(file)
      expect(await auditFile(utf8(change), options())).toMatchObject({
        verdict: 'refuted',
        rule: 'file.form',
      })
    }
  })

  test.each<[string, object, string]>([
    ['another format', { format: 'tenderbook-export/2' }, 'shape'],
    ['another scope', { scope: 'all' }, 'export'],
    ['a log with a tender', { scope: 'log' }, 'export'],
    ['a procurement without tender', { tender: undefined }, 'export'],
    ['an unknown member', { more: 1 }, 'shape'],
    ['no entries', { entries: undefined }, 'shape'],
    ['entries that are none', { entries: {} }, 'shape'],
    ['an entry that is none', { entries: [1] }, 'shape'],
    ['an entry without path', { entries: [{ index: 0, entry: '' }] }, 'shape'],
    ['an index that is none', { entries: [{ index: '0', entry: '', path: [] }] }, 'shape'],
    ['a reveal without blind', { revealed: [{ index: 0, envelope: '' }] }, 'shape'],
    ['a payload without salt', { payloads: [{ commit: officer.kid, bytes: '' }] }, 'shape'],
    ['null', { tender: null }, 'shape'],
  ])('with %s they are refused', (_, over, code) => {
    expect(reading(over)).toBe(code)
  })

  test('a file that is nothing of the kind is refuted, not thrown at the caller', async () => {
    for (const bytes of [
      new Uint8Array(),
      utf8('null'),
      utf8('[]'),
      utf8('{'),
      Uint8Array.of(0xff),
      utf8('{"format":"tenderbook-receipt/1"'),
    ])
      expect(await auditFile(bytes, options())).toMatchObject({
        verdict: 'refuted',
        rule: 'file.form',
      })
  })
})

describe('a log that was written anew', () => {
  /** The same acts with one changed, re-chained with valid hashes by one who has no key. */
  function rechained(at: number): RecordExport {
    const record = log.exportLog()
    let prev: Uint8Array | undefined
    const entries = log.records.map(({ bytes, index }) => {
      const entry = parseEntry(bytes)
      const changed = index === at ? { ...entry, at: entry.at.replace('000Z', '001Z') } : entry
      const linked = encodeEntry(prev ? { ...changed, prev } : changed)
      prev = leafHash(linked)
      return { index, entry: toBase64(linked) }
    })
    return { ...record, entries }
  }

  test('is refuted by the signed root, by heads that statements cite, and by heads seen before', async () => {
    // Sealed, so that no procurement's chain is in the way.
    const verdict = await audit(rechained(34))
    expect(verdict).toMatchObject({ verdict: 'refuted', rule: 'tree.root', firstBadIndex: 35 })
    expect(verdict.checks.find(({ outcome }) => outcome === 'failed')?.detail).toContain(
      'from 30 on',
    )
    expect((await audit(rechained(9))).rule).toBe('heads.seen')
    const savedHeads = [33, 34, 35].map((size) => ({ size, root: log.tree.root(size) }))
    const seen = await audit(rechained(34), () => options({ savedHeads }))
    expect(seen).toMatchObject({ rule: 'heads.fork', firstBadIndex: 34 })
  })

  test('M6: two heads of one size, both signed by the log, are a fork', async () => {
    const fork = sampleLog(30)
    while (fork.size < 36) fork.append({ payload: { other: fork.size } })
    expect((await audit(fork.exportLog())).verdict).toBe('verified')
    const savedHeads = [30, 36].map((size) => ({ size, root: log.tree.root(size) }))
    const verdict = await audit(fork.exportLog(), () => options({ savedHeads }))
    expect(verdict).toMatchObject({ verdict: 'refuted', rule: 'heads.fork', firstBadIndex: 30 })
  })

  test('M10: chain right and tree wrong, and tree right and chain wrong', async () => {
    const root = log.tree.root(35)
    const checkpoint = signCheckpoint({ origin: ORIGIN, size: 36, root }, logKey)
    expect(await audit({ ...log.exportLog(), checkpoint })).toMatchObject({
      verdict: 'refuted',
      rule: 'tree.root',
    })
    const own = { size: 36, root: log.tree.root(36) }
    const verdict = await audit({ ...log.exportLog(), checkpoint }, () =>
      options({ savedHeads: [own] }),
    )
    expect(verdict.rule).toBe('tree.root')
    expect(verdict.firstBadIndex).toBeUndefined()
    // The log's key signs a tree in which entry 20 does not follow entry 19.
    const wrong = sampleLog(20)
    const entry = parseEntry(log.records[20]?.bytes ?? new Uint8Array())
    const bytes = encodeEntry({ ...entry, prev: new Uint8Array(32) })
    wrong.tree.append(leafHash(bytes))
    const record = {
      ...wrong.exportLog(),
      checkpoint: signCheckpoint({ origin: ORIGIN, size: 21, root: wrong.tree.root() }, logKey),
    }
    const entries = [...record.entries, { index: 20, entry: toBase64(bytes) }]
    expect(await audit({ ...record, entries })).toMatchObject({
      rule: 'entries.link',
      firstBadIndex: 20,
    })
  })
})
