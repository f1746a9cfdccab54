import { beforeAll, describe, expect, test } from 'vitest'
import {
  concatBytes,
  encodeCanonical,
  fromBase64Url,
  type Json,
  sha256,
  toBase64Url,
  u32be,
  utf8,
} from '../ledger/index.ts'
import { bindHeader, blobName, publicCommit } from './bid.ts'
import { decryptCapsule, decryptFile, readCapsule, type Capsule } from './capsule.ts'
import { SealingError } from './error.ts'
import { frame } from './padding.ts'
import {
  bidFor,
  flip,
  idsOf,
  keyOf,
  openWith,
  rehearse,
  releases,
  sealFor,
  shareOf,
  SUBJECT,
  withContents,
  type Rehearsal,
} from './rehearsal.ts'
import { sealBid, type SealedParts } from './seal.ts'
import { subsets } from './shares.ts'
import { encrypt, hkdf } from './symmetric.ts'
import { decideBid, judgeBid, openFile, type ShownShare } from './verdict.ts'

describe('shares shown by the vendor', () => {
  let rehearsal: Rehearsal
  let parts: SealedParts

  beforeAll(async () => {
    rehearsal = await rehearse({ officers: [2, 3] })
    parts = await sealFor(rehearsal)
  })

  const proof = (change = (share: Uint8Array) => share): ShownShare[] =>
    idsOf(rehearsal).map((id) => ({
      group: 'officers',
      id,
      by: 'vendor',
      share: change(shareOf(parts, id)),
    }))

  test('save a bid that the holders would void, and name the holders', async () => {
    const all = await releases(rehearsal, parts.payload, idsOf(rehearsal))
    const refused = all.map((shown) => ({ ...shown, share: null }))
    expect(await openWith(rehearsal, parts, refused)).toMatchObject({ status: 'void', code: 'V2' })
    const verdict = await openWith(rehearsal, parts, [...refused, ...proof()])
    expect(verdict).toMatchObject({ status: 'opened', faults: idsOf(rehearsal) })
  })

  test('do no harm when they are wrong', async () => {
    const [one] = await releases(rehearsal, parts.payload, ['officers-1'])
    const wrong = proof((share) => flip(share, 1))
    expect(await openWith(rehearsal, parts, one ? [one, ...wrong] : wrong)).toBe('undecided')
    const shown = await releases(rehearsal, parts.payload, ['officers-1', 'officers-2'])
    expect(await openWith(rehearsal, parts, [...wrong, ...shown])).toMatchObject({
      status: 'opened',
      faults: [],
    })
  })

  test('after a day what is missing will not come', async () => {
    const shown = await releases(rehearsal, parts.payload, ['officers-1'])
    const bid = { commit: parts.payload, openingKey: rehearsal.openingKey, shown }
    expect(await decideBid(bid)).toEqual({ state: 'undecided' })
    expect(await decideBid(bid, { overdue: true })).toEqual({ state: 'void', code: 'V2' })
  })
})

describe('two groups of holders', () => {
  test('open only together, whoever releases in each', async () => {
    const rehearsal = await rehearse({ officers: [2, 3], auditors: [2, 3] })
    const parts = await sealFor(rehearsal)
    const all = await releases(rehearsal, parts.payload, idsOf(rehearsal))
    const officers = all.filter(({ group }) => group === 'officers')
    const auditors = all.filter(({ group }) => group === 'auditors')
    expect(await openWith(rehearsal, parts, officers)).toBe('undecided')
    expect(await openWith(rehearsal, parts, auditors)).toBe('undecided')
    for (const some of subsets(officers, 2))
      for (const others of subsets(auditors, 2))
        expect(await openWith(rehearsal, parts, [...some, ...others])).toMatchObject({
          status: 'opened',
        })
    const none = auditors.slice(1).map((shown) => ({ ...shown, share: null }))
    expect(await openWith(rehearsal, parts, [...officers, ...none])).toMatchObject({
      status: 'void',
      code: 'V2',
    })
  })
})

describe('what is inside a capsule', () => {
  let rehearsal: Rehearsal
  let honest: SealedParts

  beforeAll(async () => {
    rehearsal = await rehearse({ officers: [2, 3] })
    honest = await sealFor(rehearsal)
  })

  const verdictOf = async (parts: SealedParts) =>
    openWith(
      rehearsal,
      parts,
      await releases(rehearsal, parts.payload, ['officers-1', 'officers-3']),
    )

  /** The bid with other bytes as its framed capsule, encrypted as it should be. */
  async function withFramed(framed: Uint8Array): Promise<SealedParts> {
    const { bytes: aad, hash } = bindHeader(honest.payload.header)
    const info = Buffer.concat([utf8('tenderbook/capsule/v1\0'), hash])
    const key = hkdf(await keyOf(rehearsal, honest), new Uint8Array(info))
    const capsule = await encrypt({ key, iv: new Uint8Array(12), aad }, framed)
    return { ...honest, capsule, payload: { ...honest.payload, ctHash: blobName(capsule) } }
  }

  async function framedContents(): Promise<Uint8Array> {
    const header = bindHeader(honest.payload.header)
    return decryptCapsule(await keyOf(rehearsal, honest), header, honest.capsule)
  }

  test('opened, it shows price, answers and files', async () => {
    const verdict = await verdictOf(honest)
    if (verdict === 'undecided' || verdict.status !== 'opened') throw new Error('not opened')
    expect(verdict.public).toEqual({ amount: '12500', currency: 'USD' })
    expect(verdict.contents.price).toEqual(bidFor(rehearsal.openingKey).price)
    const [file] = verdict.contents.files
    const [blob] = honest.blobs
    if (!file || !blob) throw new Error('no file')
    const plain = await openFile(honest.payload, { ...file, slot: 0 }, blob)
    expect(plain).toEqual(utf8('We offer two pumps.'))
    const wrongSlot = openFile(honest.payload, { ...file, slot: 1 }, blob)
    await expect(wrongSlot).rejects.toBeInstanceOf(SealingError)
  })

  test('V3: a length beyond the capsule, padding that is not zero, another size', async () => {
    const framed = await framedContents()
    const last = framed.length - 1
    expect(await verdictOf(await withFramed(framed))).toMatchObject({ status: 'opened' })
    expect(await verdictOf(await withFramed(flip(framed, 0)))).toMatchObject({ code: 'V3' })
    expect(await verdictOf(await withFramed(flip(framed, last)))).toMatchObject({ code: 'V3' })
    expect(await verdictOf(await withFramed(framed.slice(0, last)))).toMatchObject({ code: 'V3' })
  })

  test('V3: JSON in another form, with unknown or missing members, or for another header', async () => {
    const { contents, bytes } = readCapsule(await framedContents())
    const spaced = utf8(JSON.stringify(contents, null, 1))
    const written = (value: Json) => frame(encodeCanonical(value), 16_384)
    const { salt, ...saltless } = contents
    const other = toBase64Url(sha256(utf8('another header')))
    expect(await verdictOf(await withFramed(frame(bytes, 16_384)))).toMatchObject({
      status: 'opened',
    })
    for (const framed of [
      frame(spaced, 16_384),
      written({ ...contents, note: 'x' }),
      written(saltless),
      written({ ...contents, salt: salt.slice(1) }),
      written({ ...contents, headerHash: other }),
      written([]),
    ])
      expect(await verdictOf(await withFramed(framed))).toMatchObject({
        status: 'void',
        code: 'V3',
      })
  })

  const change = async (changed: (contents: Capsule) => Capsule) =>
    verdictOf(await withContents(rehearsal, honest, changed))

  test('V4: price fields other than those committed to, or none', async () => {
    const prices: Json[] = [
      { currency: 'USD', lines: [], amount: '12501' },
      { currency: 'EUR', lines: [], amount: '12500' },
      { currency: 'USD', lines: [], amount: 12_500 },
      { currency: 'USD', lines: [] },
      '12500',
      ['12500'],
    ]
    for (const price of prices)
      expect(await change((contents) => ({ ...contents, price }))).toMatchObject({
        status: 'void',
        code: 'V4',
      })
    const salt = toBase64Url(new Uint8Array(32))
    expect(await change((contents) => ({ ...contents, salt }))).toMatchObject({ code: 'V4' })
  })

  test('a wrong sum is for people: the bid opens', async () => {
    const price = { currency: 'USD', lines: [{ item: '1', amount: 'a lot' }], amount: '12500' }
    expect(await change((contents) => ({ ...contents, price, answers: 'none' }))).toMatchObject({
      status: 'opened',
    })
  })

  test('V5: a file that is not as described', async () => {
    const hash = toBase64Url(sha256(utf8('other')))
    const spoil = (changes: Partial<Capsule['files'][number]>) =>
      change((contents) => ({
        ...contents,
        files: contents.files.map((file) => ({ ...file, ...changes })),
      }))
    for (const changes of [
      { plainHash: hash },
      { ctHash: hash },
      { key: hash },
      { iv: toBase64Url(new Uint8Array(12)) },
      { plainLen: '18' },
      { plainLen: '4000' },
    ])
      expect(await spoil(changes)).toMatchObject({ status: 'void', code: 'V5' })
    const tripled = await change((contents) => ({
      ...contents,
      files: [0, 1, 2].flatMap(() => contents.files),
    }))
    expect(tripled).toMatchObject({ status: 'void', code: 'V5' })
  })

  test('V5: something hidden in the padding of a file', async () => {
    const { contents } = readCapsule(await framedContents())
    const [file] = contents.files
    const [blob, ...dummies] = honest.blobs
    if (!file || !blob) throw new Error('no file')
    const context = { slot: 0, key: fromBase64Url(file.key), iv: fromBase64Url(file.iv) }
    const header = bindHeader(honest.payload.header)
    const padded = await decryptFile(blob, { ...context, header })
    expect(padded.length).toBe(Number(file.plainLen) + 1)
    const aad = concatBytes(header.hash, u32be(0))
    const hidden = await encrypt({ ...context, aad }, flip(padded, padded.length - 1))
    const blobHashes = [blobName(hidden), ...dummies.map(blobName)]
    const files = [{ ...file, ctHash: blobName(hidden) }]
    const changed = await withContents(rehearsal, honest, (told) => ({ ...told, files }))
    const payload = { ...changed.payload, blobHashes }
    const spoiled = { ...changed, payload, blobs: [hidden, ...dummies] }
    expect(await verdictOf(spoiled)).toMatchObject({ status: 'void', code: 'V5' })
  })

  test('V1: bytes that are missing or altered stop the opening and void nothing', async () => {
    const shown = await releases(rehearsal, honest.payload, ['officers-1', 'officers-2'])
    const bid = { commit: honest.payload, openingKey: rehearsal.openingKey, shown }
    const standing = await decideBid(bid)
    if (standing.state !== 'ready') throw new Error('not ready')
    const stored = new Map(
      [honest.capsule, ...honest.blobs].map((bytes) => [blobName(bytes), bytes]),
    )
    for (const [name, bytes] of stored) {
      for (const spoiled of [undefined, flip(bytes, 0)]) {
        const judged = judgeBid({ ...bid, key: standing.key }, (asked) =>
          Promise.resolve(asked === name ? spoiled : stored.get(asked)),
        )
        await expect(judged).rejects.toMatchObject({ code: 'blob-differs' })
      }
    }
  })
})

describe('a bid under another header', () => {
  test('does not open: all pairs of headers that differ in one member', async () => {
    const rehearsal = await rehearse({ officers: [2, 3] })
    const { openingKey } = rehearsal
    const subjects = [
      SUBJECT,
      { ...SUBJECT, vendor: 'v-northfork' },
      { ...SUBJECT, tender: 'ocds-000000-2' },
      { ...SUBJECT, tenderHead: toBase64Url(sha256(utf8('amendment'))) },
      { ...SUBJECT, lot: '2' },
      { ...SUBJECT, seq: '2', replaces: toBase64Url(sha256(utf8('first bid'))) },
      { ...SUBJECT, submitter: 'p-northfork' },
      { ...SUBJECT, aud: 'tenderbook.localhost/granite-lakes/2027' },
    ]
    const bids = await Promise.all(
      subjects.map((subject) => sealBid(bidFor(openingKey, { subject }))),
    )
    bids.push(await sealBid(bidFor({ ...openingKey, envelope: 'technical' })))
    let swapped = 0
    for (const one of bids)
      for (const other of bids) {
        if (one === other) continue
        const payload = { ...one.payload, header: other.payload.header }
        const shown = await releases(rehearsal, payload, idsOf(rehearsal))
        expect(shown.map(({ share }) => share)).toEqual([null, null, null])
        const opened = decryptCapsule(
          await keyOf(rehearsal, one),
          bindHeader(payload.header),
          one.capsule,
        )
        await expect(opened).rejects.toMatchObject({ code: 'not-openable' })
        swapped++
      }
    expect(swapped).toBe(bids.length * (bids.length - 1))
  })

  test('its capsule does not open with any byte of the header flipped', async () => {
    const rehearsal = await rehearse({ officers: [2, 3] })
    const parts = await sealFor(rehearsal)
    const key = await keyOf(rehearsal, parts)
    const { bytes, hash } = bindHeader(parts.payload.header)
    for (let i = 0; i < bytes.length; i++) {
      const opened = decryptCapsule(key, { bytes: flip(bytes, i), hash }, parts.capsule)
      await expect(opened).rejects.toMatchObject({ code: 'not-openable' })
    }
  })

  test('its price is bound too: the public fields open the commitment of the header', async () => {
    const rehearsal = await rehearse({ officers: [2, 3] })
    const parts = await sealFor(rehearsal)
    const shown = await releases(rehearsal, parts.payload, idsOf(rehearsal))
    const verdict = await openWith(rehearsal, parts, shown)
    if (verdict === 'undecided' || verdict.status !== 'opened') throw new Error('not opened')
    const salt = new Uint8Array(Buffer.from(verdict.contents.salt, 'base64url'))
    const commit = toBase64Url(publicCommit(salt, verdict.public))
    expect(commit).toBe(parts.payload.header.publicCommit)
  })
})
