/**
 * Who can open: the groups of key holders of one envelope of one tender, as its solicitation publishes them.
 *
 * Every group must agree: K is the XOR of the groups' keys, and each group's key is shared k-of-n. No group key exists
 * anywhere, so nothing can leak but shares. Refused: 2 ≤ k < n ≤ 7 or n ≥ 2k − 1 not kept, a holder or a key named twice,
 * another suite.
 */
import { encodeCanonical, LedgerError, sha256, toBase64Url } from '../ledger/index.ts'
import { SealingError } from './error.ts'
import { pointFromText, SUITE } from './hpke.ts'

const HOLDERS_MAX = 7
/** Capsule sizes that a tender may declare, in bytes. */
export const CAPSULE_LENGTHS: readonly number[] = [16_384, 65_536, 262_144, 1_048_576]

export type Member = {
  id: string
  /** P-256 public key made for this tender and envelope, base64url of 65 bytes. */
  pub: string
}

export type Group = {
  name: string
  /** Holders whose shares open; the group has `members.length`. */
  k: number
  members: Member[]
}

/** Whom a holder's release is encrypted to: the signer of the log, and auditors. */
export type Recipient = { kid: string; pub: string }

export type OpeningKey = {
  envelope: string
  suite: string
  groups: Group[]
  recipients: Recipient[]
  opensAfter: string
  rule: string
}

/** The log and the tender that something belongs to. */
export interface Place {
  /** Origin of the log. */
  aud: string
  /** OCID. */
  tender: string
}

/** Names groups, keys and tender at once: SHA-256 of the canonical opening key with its place, base64url. */
export function openingKeyId(openingKey: OpeningKey, place: Place): string {
  const { aud, tender } = place
  return toBase64Url(sha256(encodeCanonical({ ...openingKey, t: 'opening.key', aud, tender })))
}

/** Throws `parameters` or `form` unless bids may be sealed to this opening key. */
export function assertOpeningKey(openingKey: OpeningKey): void {
  const { suite, groups, recipients } = openingKey
  if (suite !== SUITE) throw new SealingError('parameters', `the suite must be ${SUITE}`)
  if (groups.length === 0) throw new SealingError('parameters', 'no group of key holders')
  if (recipients.length === 0) throw new SealingError('parameters', 'no recipient of releases')
  assertDistinct(
    groups.map(({ name }) => name),
    'group',
  )
  const members = groups.flatMap((group) => group.members)
  assertDistinct(
    members.map(({ id }) => id),
    'key holder',
  )
  assertDistinct(
    members.map(({ pub }) => pub),
    'key',
  )
  assertDistinct(
    recipients.map(({ kid }) => kid),
    'recipient',
  )
  groups.forEach(assertGroup)
  for (const { pub } of [...members, ...recipients]) assertPublicKey(pub)
}

function assertGroup({ name, k, members }: Group): void {
  const n = members.length
  if (!Number.isInteger(k) || k < 2 || k >= n || n > HOLDERS_MAX || n < 2 * k - 1)
    throw new SealingError(
      'parameters',
      `group ${name}: ${k} of ${n} is not 2 ≤ k < n ≤ 7, n ≥ 2k − 1`,
    )
}

function assertPublicKey(pub: string): void {
  try {
    pointFromText(pub)
  } catch (cause) {
    if (cause instanceof LedgerError || cause instanceof SealingError)
      throw new SealingError('form', 'a public key is not 65 bytes in base64url', { cause })
    throw cause
  }
}

function assertDistinct(names: string[], what: string): void {
  if (new Set(names).size !== names.length)
    throw new SealingError('parameters', `a ${what} is named twice`)
}
