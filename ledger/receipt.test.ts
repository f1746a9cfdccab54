import { describe, expect, test } from 'vitest'
import { ORIGIN, receiptKey, type Recorded, sampleLog, stranger, vkey } from './sample-log.ts'
import {
  auditFile,
  auditReceipt,
  encodeReceiptFile,
  gateKey,
  LedgerError,
  parseReceipt,
  parseReceiptFile,
  type Receipt,
  type ReceiptFile,
  type Refusal,
  signReceipt,
  signRefusal,
  toBase64,
  toBase64Url,
  utf8,
  verifyReceipt,
  verifyRefusal,
} from './index.ts'

const log = sampleLog(20)
const key = gateKey(receiptKey.pub)
const options = { vkey, receiptKey: receiptKey.pub }
const openAct = at(6)
const sealedAct = at(9)

function at(index: number): Recorded {
  const found = log.records[index]
  if (!found) throw new Error(`no entry ${index}`)
  return found
}

function receiptFor({ signed, index, leaf, at: time, blind }: Recorded): Receipt {
  return {
    t: 'receipt/1',
    log: ORIGIN,
    statementHash: toBase64Url(signed.hash),
    at: time,
    clock: { src: 'postgresql', maxErrMs: 50 },
    decision: 'accepted',
    index,
    leaf: toBase64Url(leaf),
    lastHead: { size: index, root: toBase64Url(log.tree.root(index)) },
    mmdMs: 10_000,
    ...(blind ? { blind: toBase64Url(blind) } : {}),
  }
}

/** Everything that a person can keep of an act. */
function fileFor(recorded: Recorded, over: Partial<Receipt> = {}): Required<ReceiptFile> {
  return {
    format: 'tenderbook-receipt/1',
    receipt: toBase64(signReceipt({ ...receiptFor(recorded), ...over }, receiptKey).envelope),
    statement: toBase64(recorded.signed.envelope),
    entry: toBase64(recorded.bytes),
    proof: log.proof(recorded.index),
  }
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

describe('a receipt', () => {
  test('is read back as it was signed, by the receipt key alone', () => {
    const receipt = receiptFor(sealedAct)
    const { envelope } = signReceipt(receipt, receiptKey)
    expect(verifyReceipt(envelope, key)).toEqual(receipt)
    expect(parseReceipt(envelope).receipt).toEqual(receipt)
    expect(codeOf(() => verifyReceipt(envelope, gateKey(stranger.pub)))).toBe('signature')
    expect(codeOf(() => verifyReceipt(openAct.signed.envelope, key))).toBe('receipt')
  })

  test('of a late bid says by which rule', () => {
    const late = { ...receiptFor(sealedAct), decision: 'late', code: 'late', rule: 'T6' } as const
    expect(verifyReceipt(signReceipt(late, receiptKey).envelope, key)).toEqual(late)
  })

  test.each<[string, unknown]>([
    ['t', 'receipt/2'],
    ['log', 'a b'],
    ['statementHash', 'x'],
    ['at', 'yesterday'],
    ['arrivedAt', ''],
    ['clock', { src: 'x' }],
    ['clock', { src: 'x', maxErrMs: -1 }],
    ['decision', 'refused'],
    ['decision', 'late'],
    ['code', 'late'],
    ['index', -1],
    ['leaf', ''],
    ['lastHead', {}],
    ['mmdMs', '1'],
    ['blind', 'AAAA'],
    ['deadline', 'x'],
    ['uploadUntil', 1],
    ['more', 1],
  ])('with %s = %j is never signed', (member, value) => {
    const bad = { ...receiptFor(openAct), [member]: value }
    expect(['shape', 'receipt']).toContain(codeOf(() => signReceipt(bad, receiptKey)))
  })
})

describe('a refusal', () => {
  const refusal: Refusal = {
    t: 'refusal/1',
    statementHash: toBase64Url(openAct.signed.hash),
    arrivedAt: '2026-01-02T03:04:05.000000Z',
    code: 'out-of-turn',
    rule: 'P7: the bidding is closed',
  }
  test('is signed and can be kept', () => {
    const { envelope } = signRefusal(refusal, receiptKey)
    expect(verifyRefusal(envelope, key)).toEqual(refusal)
    expect(codeOf(() => verifyRefusal(envelope, gateKey(stranger.pub)))).toBe('signature')
    expect(codeOf(() => verifyReceipt(envelope, key))).toBe('receipt')
  })
  test('of another form is never signed', () => {
    const more = { ...refusal, more: 1 }
    expect(codeOf(() => signRefusal(more, receiptKey))).toBe('shape')
    expect(codeOf(() => signRefusal({ ...refusal, arrivedAt: '' }, receiptKey))).toBe('shape')
  })
})

describe('the audit of a receipt file', () => {
  test('verifies open and sealed acts, and says the same of the file', async () => {
    for (const act of [openAct, sealedAct]) {
      const verdict = auditReceipt(fileFor(act), options)
      expect(verdict).toMatchObject({ verdict: 'verified', log: ORIGIN, size: 20, verified: 1 })
      expect(await auditFile(encodeReceiptFile(fileFor(act)), options)).toEqual(verdict)
    }
  })

  test('is undecided without the proof, or without the keys from elsewhere', () => {
    const { format, receipt, statement, entry } = fileFor(sealedAct)
    expect(auditReceipt({ format, receipt, statement, entry }, options).verdict).toBe('undecided')
    expect(auditReceipt(fileFor(sealedAct), { vkey }).verdict).toBe('undecided')
    expect(auditReceipt(fileFor(sealedAct), { receiptKey: receiptKey.pub }).verdict).toBe(
      'undecided',
    )
  })

  test('needs no more than the proof beside the receipt', () => {
    const { format, receipt, proof } = fileFor(sealedAct)
    expect(auditReceipt({ format, receipt, proof }, options).verdict).toBe('verified')
  })

  test.each<[string, Partial<ReceiptFile>, Partial<Receipt>, string]>([
    ['the statement', { statement: toBase64(at(7).signed.envelope) }, {}, 'statement.hash'],
    ['the entry', { entry: toBase64(at(7).bytes) }, {}, 'entries.leaf'],
    ['the proof', { proof: log.proof(7) }, {}, 'tree.inclusion'],
    ['the receipt', { receipt: fileFor(openAct).receipt }, {}, 'statement.hash'],
    ['the blind', {}, { blind: toBase64Url(new Uint8Array(32)) }, 'entries.statement'],
    ['the time', {}, { at: '2026-01-02T03:04:05.000000Z' }, 'entries.index'],
    ['the index', {}, { index: 8 }, 'entries.index'],
    ['the log', {}, { log: 'other.example' }, 'receipt.log'],
    ['the form of the receipt', { receipt: 'AAAA' }, {}, 'receipt.signature'],
    ['the form of the statement', { statement: 'A' }, {}, 'statement.form'],
    ['the form of the entry', { entry: 'A' }, {}, 'entries.form'],
    ['the form of the proof', { proof: 'A' }, {}, 'tree.proof'],
  ])('M9: refutes one in which %s is of something else', (_, over, receipt, rule) => {
    const file = { ...fileFor(sealedAct, receipt), ...over }
    expect(auditReceipt(file, options)).toMatchObject({ verdict: 'refuted', rule })
  })

  test('refutes an open entry that holds another statement than promised', () => {
    const file = fileFor(openAct, { statementHash: toBase64Url(at(7).signed.hash) })
    const { format, receipt, entry, proof } = file
    expect(auditReceipt({ format, receipt, entry, proof }, options).rule).toBe('entries.statement')
  })

  test('M1: with any bit of the file flipped it is refuted', async () => {
    const file = encodeReceiptFile(fileFor(sealedAct))
    const accepted: number[] = []
    for (let i = 0; i < file.length; i++) {
      const flipped = file.slice()
      // The index is below the length.
      flipped[i] = (flipped[i] as number) ^ (1 << (i % 8))
      if ((await auditFile(flipped, options)).verdict !== 'refuted') accepted.push(i)
    }
    expect(accepted).toEqual([])
  })

  test('M8: a file spelt in another way is refused', () => {
    const file = encodeReceiptFile(fileFor(openAct))
    expect(codeOf(() => parseReceiptFile(file))).toBe('accepted')
    const value: unknown = JSON.parse(new TextDecoder().decode(file))
    expect(codeOf(() => parseReceiptFile(utf8(JSON.stringify(value, null, 1))))).toBe('receipt')
  })
})
