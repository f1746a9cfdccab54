/**
 * The signed part of a bid: its header, and the commitment that counts as the bid (payload of `bid.commit`).
 *
 * The whole header is bound to every ciphertext, so a bid moved to another vendor, tender, lot, envelope or place in the
 * sequence does not open. Integers are decimal strings, bytes base64url. `parseBidCommit` refuses what is not of the form;
 * whether a bid may be made at all is decided elsewhere.
 */
import {
  encodeCanonical,
  fromBase64Url,
  sha256,
  toBase64Url,
  type Json,
  type JsonObject,
} from '../ledger/index.ts'
import { SealingError } from './error.ts'
import { ENC_LENGTH } from './hpke.ts'
import { TAG_LENGTH } from './symmetric.ts'

/** 32 bytes of secret and the share's x. */
export const SHARE_LENGTH = 33
const HEADER_TYPE = 'bid-header/1'

export type BidHeader = {
  t: 'bid-header/1'
  /** Origin of the log. */
  aud: string
  tender: string
  /** Leaf hash of the newest amendment whose terms the bid accepts. */
  tenderHead: string
  lot: string
  envelope: string
  vendor: string
  /** The person who signs. */
  submitter: string
  kid: string
  /** From 1, one more with each bid that replaces another. */
  seq: string
  /** commitHash of the bid that this one replaces. */
  replaces?: string
  keyId: string
  suite: string
  /** Padded length of the capsule before encryption, in bytes. */
  capsuleLen: string
  /** Lengths of the encrypted files by slot, dummies included. */
  blobs: { len: string }[]
  /** See `publicCommit`. */
  publicCommit: string
  nonce: string
}

/** A holder's share, encrypted to the holder. */
export type ShareEnvelope = { id: string; enc: string; ct: string }

/** Payload of `bid.commit`. */
export type BidCommit = {
  header: BidHeader
  /** Commitment to the key that all groups' keys make together. */
  keyCommit: string
  /** By group name. */
  shares: Record<string, ShareEnvelope[]>
  ctHash: string
  ctLen: string
  /** By slot. */
  blobHashes: string[]
}

/** The price fields that are read out at an opening. */
export type PublicFields = { amount: string; currency: string }

/** A header in the two forms that sealing binds to. */
export interface BoundHeader {
  /** Canonical bytes: associated data of the capsule and of every share. */
  bytes: Uint8Array
  hash: Uint8Array
}

/** SHA-256 of the canonical header. */
export function headerHash(header: JsonObject): Uint8Array {
  return sha256(encodeCanonical(header))
}

export function bindHeader(header: BidHeader): BoundHeader {
  const bytes = encodeCanonical(header)
  return { bytes, hash: sha256(bytes) }
}

/** Lets anyone check the price read out against the entry made before the deadline: SHA-256(salt ‖ JCS(fields)). */
export function publicCommit(salt: Uint8Array, fields: PublicFields): Uint8Array {
  return sha256(salt, encodeCanonical(fields))
}

/** The payload of a `bid.commit`. Throws `form`: a member is missing, unknown, or not of its length. */
export function parseBidCommit(payload: Json): BidCommit {
  const commit = record(payload, ['header', 'keyCommit', 'shares', 'ctHash', 'ctLen', 'blobHashes'])
  const header = parseHeader(commit['header'])
  const parsed: BidCommit = {
    header,
    keyCommit: digest(commit['keyCommit']),
    shares: parseShares(commit['shares']),
    ctHash: digest(commit['ctHash']),
    ctLen: decimal(commit['ctLen']),
    blobHashes: list(commit['blobHashes']).map(digest),
  }
  if (parsed.ctLen !== String(Number(header.capsuleLen) + TAG_LENGTH))
    fail('ctLen is not capsuleLen + 16')
  if (parsed.blobHashes.length !== header.blobs.length)
    fail('blobs and blobHashes differ in number')
  return parsed
}

const HEADER_MEMBERS = [
  ...['t', 'aud', 'tender', 'tenderHead', 'lot', 'envelope', 'vendor', 'submitter', 'kid', 'seq'],
  ...['keyId', 'suite', 'capsuleLen', 'blobs', 'publicCommit', 'nonce'],
]

function parseHeader(value: Json | undefined): BidHeader {
  const header = record(value, HEADER_MEMBERS, ['replaces'])
  if (header['t'] !== HEADER_TYPE) fail(`the header is not a ${HEADER_TYPE}`)
  const replaces = header['replaces']
  return {
    t: HEADER_TYPE,
    aud: string(header['aud']),
    tender: string(header['tender']),
    tenderHead: digest(header['tenderHead']),
    lot: string(header['lot']),
    envelope: string(header['envelope']),
    vendor: string(header['vendor']),
    submitter: string(header['submitter']),
    kid: string(header['kid']),
    seq: decimal(header['seq']),
    ...(replaces === undefined ? {} : { replaces: digest(replaces) }),
    keyId: digest(header['keyId']),
    suite: string(header['suite']),
    capsuleLen: decimal(header['capsuleLen']),
    blobs: list(header['blobs']).map((blob) => ({ len: decimal(record(blob, ['len'])['len']) })),
    publicCommit: digest(header['publicCommit']),
    nonce: base64url(header['nonce'], 16),
  }
}

function parseShares(value: Json | undefined): BidCommit['shares'] {
  const groups = Object.entries(record(value)).map(([group, envelopes]) => {
    const parsed = list(envelopes).map((envelope) => {
      const { id, enc, ct } = record(envelope, ['id', 'enc', 'ct'])
      const ctLength = SHARE_LENGTH + TAG_LENGTH
      return { id: string(id), enc: base64url(enc, ENC_LENGTH), ct: base64url(ct, ctLength) }
    })
    return [group, parsed] as const
  })
  return Object.fromEntries(groups)
}

/** An object; with `required` given, one that has exactly these members and perhaps the optional ones. */
export function record(
  value: Json | undefined,
  required?: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (typeof value !== 'object' || Array.isArray(value)) return fail('an object was expected')
  if (!required) return value
  for (const name of required) if (!Object.hasOwn(value, name)) fail(`${name} is missing`)
  for (const name of Object.keys(value))
    if (!required.includes(name) && !optional.includes(name)) fail(`${name} is unknown`)
  return value
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : fail('a list was expected')
}

export function string(value: Json | undefined): string {
  return typeof value === 'string' ? value : fail('a text was expected')
}

/** A whole number as a decimal string; at most 15 digits, so that it is exact as a number too. */
export function decimal(value: Json | undefined): string {
  const text = string(value)
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? text : fail('a decimal string was expected')
}

/** Canonical base64url of exactly `length` bytes. */
export function base64url(value: Json | undefined, length: number): string {
  const text = string(value)
  return bytesOf(text).length === length ? text : fail(`${length} bytes were expected`)
}

/** Base64url of 32 bytes. */
export function digest(value: Json | undefined): string {
  return base64url(value, 32)
}

/** The bytes of a text that stands for them. Throws `form`. */
export function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64Url(text)
  } catch (cause) {
    throw new SealingError('form', 'not canonical base64url', { cause })
  }
}

/** base64url of SHA-256: how commitments name stored bytes. */
export function blobName(bytes: Uint8Array): string {
  return toBase64Url(sha256(bytes))
}

function fail(message: string): never {
  throw new SealingError('form', message)
}
