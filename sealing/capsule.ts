/**
 * The capsule: what a vendor offers, as canonical JSON in a frame of the tender's one size, encrypted under the key that
 * all groups of key holders make together. And the files beside it, each under a key that only the capsule holds.
 *
 * The capsule's own form is strict (a bid that breaks it is void); what stands in `price` and `answers` is not judged here:
 * a wrong sum is for people to decide, with reasons.
 */
import {
  concatBytes,
  encodeCanonical,
  parseCanonical,
  sha256,
  u32be,
  utf8,
  type Json,
} from '../ledger/index.ts'
import { digest, base64url, decimal, list, record, string, type BoundHeader } from './bid.ts'
import { SealingError } from './error.ts'
import { frame, padme, padTo, unframe } from './padding.ts'
import {
  decrypt,
  encrypt,
  hkdf,
  IV_LENGTH,
  KEY_LENGTH,
  TAG_LENGTH,
  type AesMessage,
} from './symmetric.ts'

export type PriceLine = { item: string; quantity: string; unitPrice: string; amount: string }

/** Amounts are decimal strings of the currency's minor units. */
export type Price = { currency: string; lines: PriceLine[]; amount: string }

/** Answer to one thing that the solicitation asked for, by its id. */
export type Answer = { id: string; value: Json }

/** How to open and check the file in the same slot. Hashes, key and iv are base64url. */
export type SealedFile = {
  name: string
  media: string
  plainHash: string
  ctHash: string
  plainLen: string
  key: string
  iv: string
}

export type CapsuleShare = { id: string; share: string }

/** What the frame holds. `price` and `answers` are as the vendor wrote them. */
export type Capsule = {
  headerHash: string
  price: Json
  answers: Json
  salt: string
  /** All shares of all groups, so that opening can judge every envelope. */
  shares: Record<string, CapsuleShare[]>
  /** Files in slots 0, 1, …; the slots after them are dummies. */
  files: SealedFile[]
}

const ZERO_IV = new Uint8Array(IV_LENGTH)
const MEMBERS = ['headerHash', 'price', 'answers', 'salt', 'shares', 'files']
const FILE_MEMBERS = ['name', 'media', 'plainHash', 'ctHash', 'plainLen', 'key', 'iv']

/** SHA-256 that commits to the bid's key: AES-GCM alone would open under several keys. */
export function keyCommit(key: Uint8Array): Uint8Array {
  return sha256(utf8('tenderbook/key/v1\0'), key)
}

/** Throws `too-large` where the contents do not fit the tender's capsule. */
export async function sealCapsule(
  key: Uint8Array,
  header: BoundHeader,
  { contents, length }: { contents: Capsule; length: number },
): Promise<Uint8Array> {
  return encrypt(capsuleMessage(key, header), frame(encodeCanonical(contents), length))
}

/** The framed bytes of a capsule. Throws `not-openable`. */
export function decryptCapsule(
  key: Uint8Array,
  header: BoundHeader,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  return decrypt(capsuleMessage(key, header), ciphertext)
}

/** Canonical bytes of the contents, and the contents. Throws SealingError `form` or LedgerError where a bid is void. */
export function readCapsule(framed: Uint8Array): { bytes: Uint8Array; contents: Capsule } {
  const bytes = unframe(framed)
  return { bytes, contents: parseCapsule(bytes) }
}

/** The contents of a capsule's canonical bytes, as they are kept after an opening. Throws as `readCapsule`. */
export function parseCapsule(bytes: Uint8Array): Capsule {
  const capsule = record(parseCanonical(bytes), MEMBERS)
  const shares = Object.entries(record(capsule['shares'])).map(([group, members]) => {
    const parsed = list(members).map((member) => {
      const { id, share } = record(member, ['id', 'share'])
      return { id: string(id), share: string(share) }
    })
    return [group, parsed] as const
  })
  const { price, answers } = capsule
  if (price === undefined || answers === undefined)
    throw new SealingError('form', 'no price or answers')
  return {
    headerHash: digest(capsule['headerHash']),
    price,
    answers,
    salt: digest(capsule['salt']),
    shares: Object.fromEntries(shares),
    files: list(capsule['files']).map(parseFile),
  }
}

/** Length of a file's ciphertext. */
export function sealedLength(plainLength: number): number {
  return padme(plainLength) + TAG_LENGTH
}

/** What a file's ciphertext is bound to, besides its key. */
export interface FileContext {
  header: BoundHeader
  /** Position among the bid's blobs. */
  slot: number
  key: Uint8Array
  iv: Uint8Array
}

export function sealFile(bytes: Uint8Array, context: FileContext): Promise<Uint8Array> {
  return encrypt(fileMessage(context), padTo(bytes, padme(bytes.length)))
}

/** The file with its padding. Throws `not-openable`. */
export function decryptFile(ciphertext: Uint8Array, context: FileContext): Promise<Uint8Array> {
  return decrypt(fileMessage(context), ciphertext)
}

function capsuleMessage(key: Uint8Array, { bytes, hash }: BoundHeader): AesMessage {
  const derived = hkdf(key, concatBytes(utf8('tenderbook/capsule/v1\0'), hash))
  return { key: derived, iv: ZERO_IV, aad: bytes }
}

function fileMessage({ header, slot, key, iv }: FileContext): AesMessage {
  return { key, iv, aad: concatBytes(header.hash, u32be(slot)) }
}

function parseFile(value: Json): SealedFile {
  const file = record(value, FILE_MEMBERS)
  return {
    name: string(file['name']),
    media: string(file['media']),
    plainHash: digest(file['plainHash']),
    ctHash: digest(file['ctHash']),
    plainLen: decimal(file['plainLen']),
    key: base64url(file['key'], KEY_LENGTH),
    iv: base64url(file['iv'], IV_LENGTH),
  }
}
