import { describe, expect, test } from 'vitest'
import { encodeCanonical, type Json, type JsonObject } from '../ledger/index.ts'
import { parseBidCommit } from './bid.ts'
import { openingKeyId, assertOpeningKey, type OpeningKey } from './opening-key.ts'
import { bidFor, rehearse, sealFor, SUBJECT } from './rehearsal.ts'
import { capsuleRoom, sealBid } from './seal.ts'

const rehearsal = await rehearse({ officers: [2, 3] })
const { openingKey } = rehearsal

describe('a sealed bid', () => {
  test('is the commitment that its payload is read as', async () => {
    const { payload } = await sealFor(rehearsal)
    expect(parseBidCommit(payload)).toEqual(payload)
    expect(payload.header.keyId).toBe(openingKeyId(openingKey, SUBJECT))
  })

  test('says the same lengths whatever is in it', async () => {
    const short = await sealFor(rehearsal, { answers: [] })
    const long = await sealFor(rehearsal, { answers: [{ id: 'plan', value: 'x'.repeat(9_000) }] })
    expect(short.capsule.length).toBe(16_384 + 16)
    expect(long.capsule.length).toBe(short.capsule.length)
    expect(encodeCanonical(long.payload).length).toBeLessThan(6_144)
  })

  test('fills every slot, so that files and dummies look alike', async () => {
    const { payload, blobs } = await sealFor(rehearsal, { slots: 5 })
    expect(blobs).toHaveLength(5)
    expect(payload.header.blobs.map(({ len }) => Number(len))).toEqual(
      blobs.map(({ length }) => length),
    )
    expect(new Set(payload.blobHashes).size).toBe(5)
  })

  test('is never the same twice', async () => {
    const one = await sealFor(rehearsal)
    const other = await sealFor(rehearsal)
    expect(one.payload.keyCommit).not.toBe(other.payload.keyCommit)
    expect(one.payload.header.nonce).not.toBe(other.payload.header.nonce)
    expect(one.payload.header.publicCommit).not.toBe(other.payload.header.publicCommit)
  })

  test('of more than the capsule holds is refused before anything is sealed, to the byte', async () => {
    const bid = bidFor(openingKey, { answers: [{ id: 'plan', value: '' }] })
    const room = capsuleRoom(bid)
    const filled = (length: number) =>
      bidFor(openingKey, { answers: [{ id: 'plan', value: 'x'.repeat(length) }] })
    expect((await sealBid(filled(room))).capsule.length).toBe(16_384 + 16)
    await expect(sealBid(filled(room + 1))).rejects.toMatchObject({ code: 'too-large' })
  })

  test('with more files than slots, or a capsule of another size, is refused', async () => {
    await expect(sealFor(rehearsal, { slots: 0 })).rejects.toMatchObject({ code: 'too-large' })
    await expect(sealFor(rehearsal, { capsuleLen: 20_000 })).rejects.toMatchObject({
      code: 'parameters',
    })
  })
})

describe('the payload of a bid', () => {
  test('with a member missing, unknown or of another length is refused', async () => {
    const { payload } = await sealFor(rehearsal)
    const header = payload.header as JsonObject
    const nonceless = Object.fromEntries(
      Object.entries(header).filter(([name]) => name !== 'nonce'),
    )
    const shares = payload.shares['officers'] ?? []
    const spoiled: Json[] = [
      'a text',
      { ...payload, note: 'x' },
      { ...payload, header: nonceless },
      { ...payload, header: { ...header, note: 'x' } },
      { ...payload, header: { ...header, t: 'bid-header/2' } },
      { ...payload, header: { ...header, seq: 1 } },
      { ...payload, header: { ...header, seq: '01' } },
      { ...payload, header: { ...header, capsuleLen: '65536' } },
      { ...payload, ctLen: '16384' },
      { ...payload, ctHash: payload.ctHash.slice(1) },
      { ...payload, ctHash: `${payload.ctHash}=` },
      { ...payload, blobHashes: payload.blobHashes.slice(1) },
      { ...payload, shares: { officers: shares.map(({ id, enc }) => ({ id, enc })) } },
      { ...payload, shares: { officers: shares.map((share) => ({ ...share, ct: share.enc })) } },
      { ...payload, shares: [] },
    ]
    for (const value of spoiled)
      expect(() => parseBidCommit(value)).toThrow(expect.objectContaining({ code: 'form' }))
  })
})

describe('an opening key', () => {
  const [group] = openingKey.groups
  if (!group) throw new Error('no group')
  const [one, two, three] = group.members
  if (!one || !two || !three) throw new Error('too few members')

  test('that keeps the rules is taken, with several groups too', async () => {
    const both = await rehearse({ officers: [3, 5], auditors: [2, 3] })
    expect(() => assertOpeningKey(openingKey)).not.toThrow()
    expect(() => assertOpeningKey(both.openingKey)).not.toThrow()
  })

  test('whose groups let one open, or too few be missing, is refused', () => {
    const four = [one, two, three, { ...three, id: 'officers-4' }]
    const groups: [number, typeof four][] = [
      [1, [one, two, three]],
      [3, [one, two, three]],
      [2, [one, two]],
      [3, four],
      [0, []],
    ]
    for (const [k, members] of groups) {
      const changed = { ...openingKey, groups: [{ ...group, k, members }] }
      expect(() => assertOpeningKey(changed)).toThrow(
        expect.objectContaining({ code: 'parameters' }),
      )
    }
  })

  test('that names a holder, a key or a group twice, no recipient, another suite or no key is refused', () => {
    const withMembers = (members: typeof group.members) => ({
      ...openingKey,
      groups: [{ ...group, members }],
    })
    const spoiled: OpeningKey[] = [
      withMembers([one, two, { ...three, id: one.id }]),
      withMembers([one, two, { ...three, pub: one.pub }]),
      { ...openingKey, groups: [group, group] },
      { ...openingKey, groups: [] },
      { ...openingKey, recipients: [] },
      { ...openingKey, suite: '0020-0001-0002' },
      withMembers([one, two, { ...three, pub: 'AAAA' }]),
      withMembers([one, two, { ...three, pub: '*' }]),
    ]
    for (const changed of spoiled) expect(() => assertOpeningKey(changed)).toThrow()
  })

  test('has another id for another tender, log, k, member or order', () => {
    const ids = [
      openingKeyId(openingKey, SUBJECT),
      openingKeyId(openingKey, { ...SUBJECT, tender: 'other' }),
      openingKeyId(openingKey, { ...SUBJECT, aud: 'other' }),
      openingKeyId({ ...openingKey, groups: [{ ...group, k: 3 }] }, SUBJECT),
      openingKeyId({ ...openingKey, groups: [{ ...group, members: [two, one, three] }] }, SUBJECT),
      openingKeyId({ ...openingKey, rule: 'live' }, SUBJECT),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
})
