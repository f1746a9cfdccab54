/**
 * Shares of a group's key (Shamir over GF(2^8)) and the envelopes that they derive.
 *
 * Each envelope's encapsulation is derived from the share inside, so whoever shows a share can make its envelope again and
 * prove that it is the one that was sealed, and nobody else can. The library's `combine` checks little: it throws on equal
 * x, gives a wrong key without an error on a wrong share, and takes x = 0, which is the secret itself. All of that is
 * refused here first.
 */
import { combine, split } from 'shamir-secret-sharing'
import { concatBytes, equalBytes, toBase64Url, utf8 } from '../ledger/index.ts'
import { SHARE_LENGTH, bytesOf, type BoundHeader, type ShareEnvelope } from './bid.ts'
import { SealingError } from './error.ts'
import { open, pointFromText, seal, type MessageContext, type OpeningKeyPair } from './hpke.ts'
import type { Group } from './opening-key.ts'
import { hkdf, KEY_LENGTH, own } from './symmetric.ts'

/** Whose share of which group, and the bid that it belongs to. */
export interface ShareContext {
  group: string
  id: string
  header: BoundHeader
}

/** A fresh sharing of a group's key, a share of 33 bytes for each member in order. */
export async function splitKey(key: Uint8Array, { k, members }: Group): Promise<Uint8Array[]> {
  return split(own(key), members.length, k)
}

/**
 * The secret of exactly k shares, or undefined where they are no k shares of one sharing: not 33 bytes, x = 0, equal x.
 * Shares of different sharings give a secret that nothing was encrypted with; commitments find that out.
 */
export async function combineShares(
  shares: Uint8Array[],
  k: number,
): Promise<Uint8Array | undefined> {
  if (shares.length !== k || !areDistinctShares(shares)) return undefined
  return combine(shares.map(own))
}

export function areDistinctShares(shares: readonly Uint8Array[]): boolean {
  const xs = shares.map((share) => share[SHARE_LENGTH - 1])
  const areWellFormed = shares.every((share) => share.length === SHARE_LENGTH)
  return areWellFormed && !xs.includes(0) && new Set(xs).size === xs.length
}

/** XOR of keys of 32 bytes: all groups' keys make the bid's key. */
export function joinKeys(keys: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(KEY_LENGTH)
  for (const key of keys) key.forEach((byte, i) => (joined[i] = (joined[i] ?? 0) ^ byte))
  return joined
}

/** The one envelope of this share for this member of this bid. */
export async function sealShare(
  share: Uint8Array,
  context: ShareContext & { pub: string },
): Promise<ShareEnvelope> {
  const ekm = hkdf(share, ekmInfo(context), context.header.hash)
  const message = { ...messageContext(context), plain: share, ekm }
  const { enc, ct } = await seal(pointFromText(context.pub), message)
  return { id: context.id, enc: toBase64Url(enc), ct: toBase64Url(ct) }
}

/** The member's share. Throws `not-openable`; also where what was sealed is not the length of a share. */
export async function openShare(
  key: OpeningKeyPair,
  context: ShareContext & { enc: string; ct: string },
): Promise<Uint8Array> {
  const envelope = { enc: bytesOf(context.enc), ct: bytesOf(context.ct) }
  const share = await open(key, { ...messageContext(context), ...envelope })
  if (share.length !== SHARE_LENGTH) throw new SealingError('not-openable', 'no share inside')
  return share
}

/** Whether this share is the one in this envelope, whoever shows it. */
export async function derivesEnvelope(
  share: Uint8Array,
  context: ShareContext & { pub: string; enc: string; ct: string },
): Promise<boolean> {
  if (share.length !== SHARE_LENGTH) return false
  const derived = await sealShare(share, context)
  return derived.enc === context.enc && derived.ct === context.ct
}

/** Whether all shares lie on one sharing of one key: every k of them give the same. */
export async function isOneSharing(shares: Uint8Array[], k: number): Promise<boolean> {
  const [first, ...others] = await Promise.all(
    subsets(shares, k).map((some) => combineShares(some, k)),
  )
  return first !== undefined && others.every((key) => key !== undefined && equalBytes(first, key))
}

/** All ways to take k of the items, in order. */
export function subsets<T>(items: readonly T[], k: number): T[][] {
  if (k === 0) return [[]]
  return items.flatMap((item, i) =>
    subsets(items.slice(i + 1), k - 1).map((rest) => [item, ...rest]),
  )
}

function ekmInfo({ group, id }: ShareContext): Uint8Array {
  return utf8(`tenderbook/ekm/v1\0${group}\0${id}`)
}

function messageContext({ group, header }: ShareContext): MessageContext {
  const info = concatBytes(utf8(`tenderbook/share/v1\0${group}\0`), header.hash)
  return { info, aad: header.bytes }
}
