import { beforeEach, describe, expect, test } from 'vitest'
import {
  blindHash,
  emptyRoot,
  equalBytes,
  fromBase64Url,
  leafHash,
  parseEntry,
  sha256,
  signCheckpoint,
  signingKey,
  toBase64Url,
  utf8,
  verifyReceipt,
  verifyRefusal,
  gateKey,
  type Receipt,
} from '../ledger/index.ts'
import type { PublicKey, SignedStatement } from '../ledger/index.ts'
import { ORIGIN, rehearseSigner, statementOf, TENDER, type RehearsedSigner } from './rehearsal.ts'

let rehearsed: RehearsedSigner
let receiptKey: PublicKey
const inTender = { tender: TENDER }
const LATE = { code: 'late', rule: 'us.late (FAR 52.212-1(f))' }
/** A microsecond from the time at which everything arrives here. */
const BEFORE = '2026-01-02T03:04:04.999999Z'
const AFTER = '2026-01-02T03:04:05.000001Z'

beforeEach(async () => {
  rehearsed = await rehearseSigner()
  receiptKey = gateKey(rehearsed.keys.receipt.pub)
})

async function receiptOf({ hash }: SignedStatement): Promise<Receipt> {
  const [receipt] = await rehearsed.signer.receipts([hash])
  if (!receipt) throw new Error('no receipt')
  return verifyReceipt(receipt, receiptKey)
}

describe('a receipt', () => {
  test('says where the statement stands', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    rehearsed.log.append(statementOf('org.enrol', {}))
    const index = rehearsed.log.append(statement)
    const row = rehearsed.log.rows[index]
    expect(await receiptOf(statement)).toMatchObject({
      t: 'receipt/1',
      statementHash: toBase64Url(statement.hash),
      decision: 'accepted',
      index: 2,
      leaf: toBase64Url(leafHash(row?.bytes ?? new Uint8Array(0))),
      lastHead: { size: 0, root: toBase64Url(emptyRoot) },
    })
  })

  test('is not given for what is not in the record', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'not-recorded' })
  })

  test('is the same for ever, whatever is signed after it', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    rehearsed.log.append(statementOf('org.enrol', {}))
    rehearsed.log.keep(await rehearsed.signer.checkpoint())
    rehearsed.log.append(statement)
    const first = await rehearsed.signer.receipts([statement.hash])
    rehearsed.log.append(statementOf('org.enrol', {}))
    rehearsed.log.keep(await rehearsed.signer.checkpoint())
    expect(await rehearsed.signer.receipts([statement.hash])).toEqual(first)
    const receipt = await receiptOf(statement)
    expect(receipt.lastHead).toEqual({ size: 2, root: toBase64Url(rehearsed.log.tree.root(2)) })
  })

  test('of a sealed act carries the blind that opens its entry', async () => {
    const statement = statementOf('bid.commit', {}, inTender)
    const deadline = '2026-01-02T03:04:05.000000Z'
    const index = rehearsed.log.appendSealed(statement, { deadline })
    const receipt = await receiptOf(statement)
    const entry = parseEntry(rehearsed.log.rows[index]?.bytes ?? new Uint8Array(0))
    const blind = fromBase64Url(receipt.blind ?? '')
    expect(blindHash(blind, statement.envelope)).toEqual(entry.blindHash)
    expect(receipt).toMatchObject({ decision: 'accepted', arrivedAt: entry.arrivedAt, deadline })
    expect(await rehearsed.signer.blindHashes([statement.envelope])).toEqual([entry.blindHash])
  })

  test('of an open act carries no blind and no deadline', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    rehearsed.log.append(statement)
    const receipt = await receiptOf(statement)
    expect(receipt.blind).toBeUndefined()
    expect(receipt.deadline).toBeUndefined()
  })

  test('of a late bid says so, with code and rule', async () => {
    const notAfter = '2099-01-01T00:00:00.000000Z'
    const statement = statementOf('bid.commit', {}, { ...inTender, notAfter })
    rehearsed.log.appendSealed(statement, { deadline: BEFORE, late: LATE })
    const receipt = await receiptOf(statement)
    // The deadline is the file's, whatever the sender wrote.
    expect(receipt).toMatchObject({ decision: 'late', ...LATE, deadline: BEFORE })
  })

  test('is not given where arrival and deadline say otherwise', async () => {
    const early = statementOf('bid.commit', {}, inTender)
    rehearsed.log.appendSealed(early, { deadline: AFTER, late: LATE })
    await expect(receiptOf(early)).rejects.toMatchObject({ code: 'not-recorded' })
    const late = statementOf('bid.commit', {}, inTender)
    rehearsed.log.appendSealed(late, { deadline: BEFORE })
    await expect(receiptOf(late)).rejects.toMatchObject({ code: 'not-recorded' })
  })

  test('is not given for a row that was replaced under the signed head', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    const index = rehearsed.log.append(statement)
    await rehearsed.signer.checkpoint()
    // The same statement at the same index, after another chain: the leaf differs.
    const row = rehearsed.log.rows[index]
    if (!row) throw new Error('no row')
    const bytes = utf8(
      new TextDecoder()
        .decode(row.bytes)
        .replace('03:04:05.000000Z","chain"', '03:04:06.000000Z","chain"'),
    )
    expect(equalBytes(bytes, row.bytes)).toBe(false)
    rehearsed.log.rows[index] = { ...row, bytes }
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'not-recorded' })
  })

  test('is not given for a row of another statement, index or envelope', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    const index = rehearsed.log.append(statement)
    const sealed = statementOf('bid.commit', {}, inTender)
    const sealedIndex = rehearsed.log.appendSealed(sealed)
    const otherIndex = rehearsed.log.append(statementOf('funds.certify', { other: true }, inTender))
    const row = rehearsed.log.rows[index]
    const sealedRow = rehearsed.log.rows[sealedIndex]
    const otherRow = rehearsed.log.rows[otherIndex]
    if (!row || !sealedRow || !otherRow) throw new Error('no rows')

    rehearsed.log.rows[index] = otherRow
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'not-recorded' })
    rehearsed.log.rows[index] = { ...row, index: 7 }
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'not-recorded' })
    rehearsed.log.rows[index] = { ...row, bytes: utf8('{}') }
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'not-recorded' })
    rehearsed.log.rows[sealedIndex] = { ...sealedRow, sealed: { envelope: statement.envelope } }
    await expect(receiptOf(sealed)).rejects.toMatchObject({ code: 'not-recorded' })
    rehearsed.log.rows[sealedIndex] = { index: sealedIndex, bytes: sealedRow.bytes, headSize: 0 }
    await expect(receiptOf(sealed)).rejects.toMatchObject({ code: 'not-recorded' })
  })

  test('cites no head that this log has not signed', async () => {
    const statement = statementOf('funds.certify', {}, inTender)
    const forger = signingKey(sha256(utf8('forger')))
    const root = rehearsed.log.tree.root(1)
    const { note } = await rehearsed.signer.checkpoint()
    rehearsed.log.keep({ size: 1, note: signCheckpoint({ origin: ORIGIN, size: 1, root }, forger) })
    rehearsed.log.append(statement)
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'fork' })
    rehearsed.log.notes.set(1, (await rehearsed.signer.checkpoint()).note)
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'fork' })
    rehearsed.log.notes.delete(1)
    await expect(receiptOf(statement)).rejects.toMatchObject({ code: 'not-recorded' })
    rehearsed.log.notes.set(1, note)
    expect((await receiptOf(statement)).lastHead).toEqual({ size: 1, root: toBase64Url(root) })
  })
})

describe('a refusal', () => {
  const refused = (statement: SignedStatement) => ({
    statementHash: statement.hash,
    arrivedAt: '2026-01-02T03:04:05.000000Z',
    code: 'no-funds',
    rule: 'us.funds (31 U.S.C. 1341)',
  })

  test('is signed, and says which rule said no', async () => {
    const statement = statementOf('requisition.approve', {}, inTender)
    const refusal = await rehearsed.signer.refusal(refused(statement))
    expect(verifyRefusal(refusal, receiptKey)).toEqual({
      t: 'refusal/1',
      ...refused(statement),
      statementHash: toBase64Url(statement.hash),
    })
  })

  test('is not signed for a statement that is in the record', async () => {
    const statement = statementOf('requisition.approve', {}, inTender)
    rehearsed.log.append(statement)
    const refusal = rehearsed.signer.refusal(refused(statement))
    await expect(refusal).rejects.toMatchObject({ code: 'not-allowed' })
  })
})
