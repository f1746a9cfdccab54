import { describe, expect, test } from 'vitest'
import { sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { generateMemberKey, recipientKeyId } from './hpke.ts'
import { answerPing, pingAnswer, sealPing } from './ping.ts'
import { openRelease, sealRelease, type ReleasedShares } from './release.ts'
import { flip } from './rehearsal.ts'

const context = { tender: 'ocds-000000-1', envelope: 'main', group: 'officers', id: 'officers-1' }
const hashOf = (name: string) => toBase64Url(sha256(utf8(name)))

async function makeRecipient() {
  const key = await generateMemberKey()
  return { key, kid: recipientKeyId(key.publicKey), pub: toBase64Url(key.publicKey) }
}

describe('a release', () => {
  const shares: ReleasedShares = new Map([
    [hashOf('two'), null],
    [hashOf('one'), new Uint8Array(33).fill(1)],
  ])

  test('gives every recipient the same shares', async () => {
    const recipients = [await makeRecipient(), await makeRecipient()]
    const { to, blobs } = await sealRelease(shares, context, recipients)
    for (const [i, { key, kid }] of recipients.entries()) {
      const copy = to[i]
      const ct = blobs[i]
      if (!copy || !ct) throw new Error('no copy')
      expect(copy).toMatchObject({ kid, ctHash: toBase64Url(sha256(ct)), ctLen: String(ct.length) })
      expect(await openRelease(key, context, { kid, enc: copy.enc, ct })).toEqual(shares)
    }
  })

  test('has one size for no bid and for a hundred', async () => {
    const recipient = await makeRecipient()
    const hundred: ReleasedShares = new Map(
      Array.from({ length: 100 }, (_, i) => [hashOf(String(i)), new Uint8Array(33).fill(i)]),
    )
    const none = await sealRelease(new Map(), context, [recipient])
    const many = await sealRelease(hundred, context, [recipient])
    expect(none.to[0]?.ctLen).toBe(many.to[0]?.ctLen)
    expect(none.to[0]?.ctLen).toBe('16400')
  })

  test('does not open as that of another holder, group, envelope or tender, nor altered', async () => {
    const { key, kid, pub } = await makeRecipient()
    const { to, blobs } = await sealRelease(shares, context, [{ kid, pub }])
    const [copy] = to
    const [ct] = blobs
    if (!copy || !ct) throw new Error('no copy')
    const sealed = { kid, enc: copy.enc, ct }
    for (const member of ['tender', 'envelope', 'group', 'id'] as const) {
      const opened = openRelease(key, { ...context, [member]: 'other' }, sealed)
      await expect(opened).rejects.toMatchObject({ code: 'not-openable' })
    }
    const altered = openRelease(key, context, { ...sealed, ct: flip(ct, 40) })
    await expect(altered).rejects.toMatchObject({ code: 'not-openable' })
  })

  test('of something that is no hash of a bid cannot be made', async () => {
    const recipient = await makeRecipient()
    const made = sealRelease(new Map([['"', null]]), context, [recipient])
    await expect(made).rejects.toMatchObject({ code: 'form' })
  })
})

describe('a ping', () => {
  const ping = { tender: 'ocds-000000-1', id: 'h-inspector' }

  test('is answered by the holder of the key, and by nobody else', async () => {
    const { key, pub } = await makeRecipient()
    const secret = new Uint8Array(32).fill(5)
    const sent = await sealPing(pub, ping, { secret })
    const answer = await answerPing(key, ping, sent)
    expect(answer).toEqual(secret)
    expect(pingAnswer(sent, answer)).toEqual({
      challenge: toBase64Url(
        sha256(Buffer.from(sent.enc, 'base64url'), Buffer.from(sent.ct, 'base64url')),
      ),
      opened: toBase64Url(sha256(secret)),
    })
    const other = answerPing((await makeRecipient()).key, ping, sent)
    await expect(other).rejects.toMatchObject({ code: 'not-openable' })
    await expect(answerPing(key, { ...ping, id: 'h-cascade' }, sent)).rejects.toMatchObject({
      code: 'not-openable',
    })
  })
})
