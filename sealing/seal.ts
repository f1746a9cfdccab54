/**
 * Sealing a bid, in the vendor's browser: keys, shares and envelopes, capsule, files, dummies, and the commitment to all
 * of it that the vendor then signs. First upload `capsule` and `blobs`, then submit `payload`.
 *
 * The key exists only here and only while this runs; afterwards it can be made again from k shares of every group, or from
 * `shares`, the vendor's own copy, which it may show before any capsule is opened if its bid is in trouble.
 */
import { encodeCanonical, sha256, toBase64Url } from '../ledger/index.ts'
import {
  bindHeader,
  blobName,
  publicCommit,
  type BidCommit,
  type BidHeader,
  type BoundHeader,
  type ShareEnvelope,
} from './bid.ts'
import {
  keyCommit,
  sealCapsule,
  sealedLength,
  sealFile,
  type Answer,
  type CapsuleShare,
  type Price,
  type SealedFile,
} from './capsule.ts'
import { SealingError } from './error.ts'
import { SUITE } from './hpke.ts'
import {
  assertOpeningKey,
  CAPSULE_LENGTHS,
  openingKeyId,
  type Group,
  type OpeningKey,
} from './opening-key.ts'
import { joinKeys, sealShare, splitKey } from './shares.ts'
import { IV_LENGTH, KEY_LENGTH, randomBytes } from './symmetric.ts'

const DUMMY_LENGTH_MIN = 1024
const DUMMY_LENGTH_MAX = 65_536

/** Whose bid for what, and what it replaces; the rest of the header follows from the bid. */
export type BidSubject = Pick<
  BidHeader,
  'aud' | 'tender' | 'tenderHead' | 'lot' | 'vendor' | 'submitter' | 'kid' | 'seq' | 'replaces'
>

export interface BidFile {
  name: string
  media: string
  bytes: Uint8Array
}

export interface BidToSeal {
  subject: BidSubject
  /** As the solicitation published it; the caller has checked that its members are enrolled. */
  openingKey: OpeningKey
  /** Size of the capsule and number of file slots that the tender declares. */
  capsuleLen: number
  slots: number
  price: Price
  answers: Answer[]
  files: BidFile[]
}

export interface SealedParts {
  /** Payload of `bid.commit`. */
  payload: BidCommit
  /** Ciphertext of the capsule; `payload.ctHash` names it. */
  capsule: Uint8Array
  /** Ciphertexts by slot, dummies included; `payload.blobHashes` names them. */
  blobs: Uint8Array[]
  /** The vendor's own copy, for `bid.prove`. Secret until the opening. */
  shares: Record<string, CapsuleShare[]>
}

interface DealtGroup {
  key: Uint8Array
  group: Group
  shares: Uint8Array[]
}

interface KeyedFile extends BidFile {
  key: Uint8Array
  iv: Uint8Array
}

/**
 * Seals a bid to the key holders of a tender.
 * @throws SealingError `parameters`, `form`: the opening key or the sizes are not as the rules allow; `too-large`: price
 * and answers do not fit the capsule, or there are more files than slots
 */
export async function sealBid(bid: BidToSeal): Promise<SealedParts> {
  assertSealable(bid)
  const dealt = await Promise.all(bid.openingKey.groups.map(dealGroup))
  const key = joinKeys(dealt.map((group) => group.key))
  const salt = randomBytes(KEY_LENGTH)
  const slots = fillSlots(bid)
  const header = makeHeader(bid, slots, salt)
  const bound = bindHeader(header)

  const blobs = await Promise.all(
    slots.map((file, slot) =>
      sealFile(file.bytes, { header: bound, slot, key: file.key, iv: file.iv }),
    ),
  )
  const shares = sharesByGroup(dealt)
  const contents = {
    headerHash: toBase64Url(bound.hash),
    price: bid.price,
    answers: bid.answers,
    salt: toBase64Url(salt),
    shares,
    files: bid.files.map((_, slot) => describeFile(at(slots, slot), at(blobs, slot))),
  }
  const capsule = await sealCapsule(key, bound, { contents, length: bid.capsuleLen })
  const payload: BidCommit = {
    header,
    keyCommit: toBase64Url(keyCommit(key)),
    shares: await envelopesByGroup(dealt, bound),
    ctHash: blobName(capsule),
    ctLen: String(capsule.length),
    blobHashes: blobs.map(blobName),
  }
  return { payload, capsule, blobs, shares }
}

/** Bytes of a capsule that price and answers leave free; negative where they do not fit. For the form's meter. */
export function capsuleRoom(bid: BidToSeal): number {
  const { price, answers, files, openingKey } = bid
  const hash = toBase64Url(new Uint8Array(KEY_LENGTH))
  const iv = toBase64Url(new Uint8Array(IV_LENGTH))
  const share = toBase64Url(new Uint8Array(KEY_LENGTH + 1))
  const described = files.map(({ name, media, bytes }) => {
    const plainLen = String(bytes.length)
    return { name, media, plainHash: hash, ctHash: hash, plainLen, key: hash, iv }
  })
  const groups = openingKey.groups.map(({ name, members }) => {
    return [name, members.map(({ id }) => ({ id, share }))] as const
  })
  const shares = Object.fromEntries(groups)
  const contents = { headerHash: hash, price, answers, salt: hash, shares, files: described }
  return bid.capsuleLen - 4 - encodeCanonical(contents).length
}

function assertSealable(bid: BidToSeal): void {
  assertOpeningKey(bid.openingKey)
  if (!CAPSULE_LENGTHS.includes(bid.capsuleLen))
    throw new SealingError('parameters', `no capsule has ${bid.capsuleLen} bytes`)
  if (bid.files.length > bid.slots)
    throw new SealingError('too-large', `${bid.files.length} files for ${bid.slots} slots`)
  const missing = -capsuleRoom(bid)
  if (missing > 0)
    throw new SealingError('too-large', `price and answers exceed the capsule by ${missing} bytes`)
}

async function dealGroup(group: Group): Promise<DealtGroup> {
  const key = randomBytes(KEY_LENGTH)
  return { key, group, shares: await splitKey(key, group) }
}

/** The files, then dummies of no telling size; each with a key of its own. */
function fillSlots({ files, slots }: BidToSeal): KeyedFile[] {
  const largest = Math.max(DUMMY_LENGTH_MAX, ...files.map(({ bytes }) => bytes.length))
  return Array.from({ length: slots }, (_, slot) => {
    const file = files[slot] ?? { name: '', media: '', bytes: new Uint8Array(dummyLength(largest)) }
    return { ...file, key: randomBytes(KEY_LENGTH), iv: randomBytes(IV_LENGTH) }
  })
}

/** Random between 1 KiB and `max`, every order of magnitude alike. */
function dummyLength(max: number): number {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return Math.floor(DUMMY_LENGTH_MIN * (max / DUMMY_LENGTH_MIN) ** (random / 2 ** 32))
}

function makeHeader(bid: BidToSeal, slots: KeyedFile[], salt: Uint8Array): BidHeader {
  const { subject, openingKey, price, capsuleLen } = bid
  const fields = { amount: price.amount, currency: price.currency }
  return {
    ...subject,
    t: 'bid-header/1',
    envelope: openingKey.envelope,
    keyId: openingKeyId(openingKey, subject),
    suite: SUITE,
    capsuleLen: String(capsuleLen),
    blobs: slots.map(({ bytes }) => ({ len: String(sealedLength(bytes.length)) })),
    publicCommit: toBase64Url(publicCommit(salt, fields)),
    nonce: toBase64Url(randomBytes(16)),
  }
}

function describeFile(file: KeyedFile, blob: Uint8Array): SealedFile {
  return {
    name: file.name,
    media: file.media,
    plainHash: toBase64Url(sha256(file.bytes)),
    ctHash: blobName(blob),
    plainLen: String(file.bytes.length),
    key: toBase64Url(file.key),
    iv: toBase64Url(file.iv),
  }
}

function sharesByGroup(dealt: DealtGroup[]): Record<string, CapsuleShare[]> {
  const entries = dealt.map(({ group, shares }) => {
    const members = group.members.map(({ id }, i) => ({ id, share: toBase64Url(at(shares, i)) }))
    return [group.name, members] as const
  })
  return Object.fromEntries(entries)
}

async function envelopesByGroup(
  dealt: DealtGroup[],
  header: BoundHeader,
): Promise<Record<string, ShareEnvelope[]>> {
  const groups = dealt.map(async ({ group, shares }) => {
    const envelopes = group.members.map(({ id, pub }, i) =>
      sealShare(at(shares, i), { group: group.name, id, pub, header }),
    )
    return [group.name, await Promise.all(envelopes)] as const
  })
  return Object.fromEntries(await Promise.all(groups))
}

/** An element that is there because both lists were made with the same length. */
function at<T>(list: readonly T[], i: number): T {
  const item = list[i]
  if (item === undefined) throw new RangeError(`no element ${i}`)
  return item
}
