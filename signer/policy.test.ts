import { beforeEach, describe, expect, test } from 'vitest'
import { gateKey, parseEnvelope, verifyStatement, type SignedStatement } from '../ledger/index.ts'
import { answerPing, generateMemberKey } from '../sealing/index.ts'
import { fromBase64Url, toBase64Url, utf8, verifySignature } from '../ledger/index.ts'
import { pongMessage } from './pings.ts'
import {
  clockStatement,
  ORIGIN,
  rehearseSigner,
  statementOf,
  TENDER,
  without,
  type RehearsedSigner,
} from './rehearsal.ts'

const MINUTE_MS = 60_000
let rehearsed: RehearsedSigner
let cause: SignedStatement

beforeEach(async () => {
  rehearsed = await rehearseSigner()
  cause = statementOf('invoice.submit', {}, { tender: TENDER })
  rehearsed.log.append(cause)
})

describe('the worker key signs', () => {
  test('what the clock has to say, as the clock', async () => {
    const { worker } = rehearsed.keys
    for (const t of [
      'invoice.match',
      'payment.order',
      'duty.remind',
      'file.close',
      'system.cover',
      'access.attempt',
    ]) {
      const signed = parseEnvelope(await rehearsed.signer.sign(clockStatement(t, {}, cause)))
      expect(verifyStatement(signed, gateKey(worker.pub))).toBe(true)
      expect(signed.statement).toMatchObject({ t, kid: worker.kid, role: 'CK' })
    }
  })

  test('the same bytes for the same statement', async () => {
    const statement = clockStatement('invoice.match', { of: 'x' }, cause)
    expect(await rehearsed.signer.sign(statement)).toEqual(await rehearsed.signer.sign(statement))
  })
})

describe('the worker key does not sign', () => {
  test("people's statements", async () => {
    for (const t of [
      'award.decide',
      'bid.commit',
      'key.enrol',
      'payment.release',
      'opening.release',
      'log.found',
    ])
      await expect(rehearsed.signer.sign(clockStatement(t, {}, cause))).rejects.toMatchObject({
        code: 'not-allowed',
      })
  })

  test('in another role, for another log, or without a cause in the record', async () => {
    const unknown = statementOf('invoice.submit', {}, { tender: TENDER })
    const uncaused = without(clockStatement('invoice.match', {}, cause), 'cause')
    for (const statement of [
      clockStatement('invoice.match', {}, cause, { role: 'PO' }),
      clockStatement('invoice.match', {}, cause, { aud: 'tenderbook.localhost/other/2026' }),
      clockStatement('invoice.match', {}, unknown),
      clockStatement('invoice.match', {}, cause, { cause: 'short' }),
      uncaused,
    ])
      await expect(rehearsed.signer.sign(statement)).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test('another key for a tender than its own', async () => {
    const of = { tender: TENDER, envelope: 'main' }
    const own = await rehearsed.signer.recipient(of)
    expect(await rehearsed.signer.recipient(of)).toEqual(own)
    await rehearsed.signer.sign(
      clockStatement('opening.recipient', { envelope: 'main', ...own }, cause),
    )
    const other = await rehearsed.signer.recipient({ ...of, tender: 'ocds-000000-2' })
    expect(other).not.toEqual(own)
    for (const payload of [
      { envelope: 'main', ...other },
      { envelope: 'technical', ...own },
      { envelope: 'main', kid: own.kid, pub: other.pub },
      {},
    ]) {
      const signed = rehearsed.signer.sign(clockStatement('opening.recipient', payload, cause))
      await expect(signed).rejects.toMatchObject({ code: 'not-allowed' })
    }
  })
})

describe('a ping', () => {
  const request = async () => {
    const key = await generateMemberKey()
    return {
      key,
      asked: {
        tender: TENDER,
        envelope: 'main',
        id: 'h-inspector',
        pub: toBase64Url(key.publicKey),
      },
    }
  }

  test('is answered by the holder of the key, and the log says so', async () => {
    const { key, asked } = await request()
    const secret = await answerPing(key, asked, await rehearsed.signer.ping(asked))
    const pong = await rehearsed.signer.pong({ ...asked, secret })
    const message = pongMessage({ ...asked, ...pong, origin: ORIGIN })
    const receiptKey = gateKey(rehearsed.keys.receipt.pub)
    expect(verifySignature(receiptKey, message, fromBase64Url(pong.sig))).toBe(true)
    const elsewhere = pongMessage({ ...asked, ...pong, origin: ORIGIN, tender: 'ocds-000000-2' })
    expect(verifySignature(receiptKey, elsewhere, fromBase64Url(pong.sig))).toBe(false)
  })

  test('is not answered by a guess, nor by the secret of another holder, key or tender', async () => {
    const { key, asked } = await request()
    const secret = await answerPing(key, asked, await rehearsed.signer.ping(asked))
    const other = toBase64Url((await generateMemberKey()).publicKey)
    for (const answered of [
      { ...asked, secret: utf8('guess') },
      { ...asked, secret, id: 'h-cascade' },
      { ...asked, secret, pub: other },
      { ...asked, secret, tender: 'ocds-000000-2' },
      { ...asked, secret, envelope: 'technical' },
    ])
      await expect(rehearsed.signer.pong(answered)).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test('stands for ten minutes, and not for half an hour', async () => {
    const { key, asked } = await request()
    const secret = await answerPing(key, asked, await rehearsed.signer.ping(asked))
    rehearsed.clock.now += 10 * MINUTE_MS
    await rehearsed.signer.pong({ ...asked, secret })
    rehearsed.clock.now += 20 * MINUTE_MS
    const late = rehearsed.signer.pong({ ...asked, secret })
    await expect(late).rejects.toMatchObject({ code: 'not-allowed' })
  })
})
