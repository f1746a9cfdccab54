import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64Url } from '../ledger/index.ts'
import { bindHeader } from './bid.ts'
import { flip, rehearse, sealFor, shareOf, type Rehearsal } from './rehearsal.ts'
import type { SealedParts } from './seal.ts'
import {
  combineShares,
  derivesEnvelope,
  isOneSharing,
  openShare,
  splitKey,
  subsets,
} from './shares.ts'

const key = new Uint8Array(32).map((_, i) => i)
const members = [1, 2, 3, 4, 5].map((i) => ({ id: String(i), pub: '' }))
const group = { name: 'officers', k: 3, members }

describe('shares of a key', () => {
  test('any k of them give it, fewer give nothing', async () => {
    const shares = await splitKey(key, group)
    for (const some of subsets(shares, 3)) expect(await combineShares(some, 3)).toEqual(key)
    for (const some of subsets(shares, 2)) expect(await combineShares(some, 3)).toBeUndefined()
  })

  test('fewer than k say nothing of it, even combined as if they were enough', async () => {
    const shares = await splitKey(key, group)
    for (const some of subsets(shares, 2)) expect(await combineShares(some, 2)).not.toEqual(key)
  })

  test('x = 0, equal x and other lengths are refused before the library sees them', async () => {
    const [one, two, three] = await splitKey(key, group)
    if (!one || !two || !three) throw new Error('too few shares')
    const atZero = Uint8Array.of(...key, 0)
    expect(await combineShares([atZero, one, two], 3)).toBeUndefined()
    expect(await combineShares([one, one, two], 3)).toBeUndefined()
    expect(await combineShares([one, two, three.slice(1)], 3)).toBeUndefined()
  })

  test('buffers of Node are taken as the bytes that they are', async () => {
    const shares = await splitKey(Buffer.from(key), group)
    const buffers = shares.slice(0, 3).map((share) => Buffer.from(share))
    expect(await combineShares(buffers, 3)).toEqual(key)
  })

  test('one changed share is no sharing any more, in every place and with every k', async () => {
    const shares = await splitKey(key, group)
    expect(await isOneSharing(shares, 3)).toBe(true)
    for (let i = 0; i < shares.length; i++) {
      const changed = shares.map((share, j) => (i === j ? flip(share, 0) : share))
      expect(await isOneSharing(changed, 3)).toBe(false)
    }
  })
})

describe('an envelope', () => {
  let rehearsal: Rehearsal
  let parts: SealedParts

  beforeAll(async () => {
    rehearsal = await rehearse({ officers: [2, 3] })
    parts = await sealFor(rehearsal)
  })

  const contextOf = (id: string) => {
    const envelope = parts.payload.shares['officers']?.find((sealed) => sealed.id === id)
    const member = rehearsal.openingKey.groups[0]?.members.find((holder) => holder.id === id)
    if (!envelope || !member) throw new Error(`no envelope for ${id}`)
    return { ...envelope, ...member, group: 'officers', header: bindHeader(parts.payload.header) }
  }

  test('derives from its own share only', async () => {
    const context = contextOf('officers-1')
    const share = shareOf(parts, 'officers-1')
    expect(await derivesEnvelope(share, context)).toBe(true)
    for (let i = 0; i < share.length; i++)
      expect(await derivesEnvelope(flip(share, i), context)).toBe(false)
    expect(await derivesEnvelope(shareOf(parts, 'officers-2'), context)).toBe(false)
    expect(await derivesEnvelope(share.slice(1), context)).toBe(false)
  })

  test('does not derive, nor open, with any byte of header, enc or ct flipped', async () => {
    const id = 'officers-1'
    const context = contextOf(id)
    const share = shareOf(parts, id)
    const holder = rehearsal.keys.get(id)
    if (!holder) throw new Error('no key')
    expect(await openShare(holder, context)).toEqual(share)
    const { bytes, hash } = context.header
    for (let i = 0; i < bytes.length; i++) {
      const header = { bytes: flip(bytes, i), hash }
      await expect(openShare(holder, { ...context, header })).rejects.toMatchObject({
        code: 'not-openable',
      })
    }
    for (const part of ['enc', 'ct'] as const) {
      const original = new Uint8Array(Buffer.from(context[part], 'base64url'))
      for (let i = 0; i < original.length; i++) {
        const changed = { ...context, [part]: toBase64Url(flip(original, i)) }
        await expect(openShare(holder, changed)).rejects.toMatchObject({ code: 'not-openable' })
        expect(await derivesEnvelope(share, changed)).toBe(false)
      }
    }
  })

  test('does not open for another holder, nor as that of another group', async () => {
    const context = contextOf('officers-1')
    const own = rehearsal.keys.get('officers-1')
    const other = rehearsal.keys.get('officers-2')
    if (!own || !other) throw new Error('no key')
    await expect(openShare(other, context)).rejects.toMatchObject({ code: 'not-openable' })
    const elsewhere = openShare(own, { ...context, group: 'auditors' })
    await expect(elsewhere).rejects.toMatchObject({ code: 'not-openable' })
  })
})
