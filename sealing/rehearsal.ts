/**
 * A rehearsal for the tests of this folder: tenders whose holders' keys the tests have, vendors who seal, and the misdeeds
 * of vendors and holders. Nothing outside of tests may import it.
 */
import { equalBytes, fromBase64Url, sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { bindHeader, blobName, type BidCommit } from './bid.ts'
import {
  decryptCapsule,
  keyCommit,
  readCapsule,
  sealCapsule,
  type Capsule,
  type CapsuleShare,
} from './capsule.ts'
import { deriveKeyPair, generateMemberKey, recipientKeyId, SUITE } from './hpke.ts'
import type { OpeningKeyPair } from './hpke.ts'
import type { Group, OpeningKey } from './opening-key.ts'
import { sealBid, type BidSubject, type BidToSeal, type SealedParts } from './seal.ts'
import { combineShares, joinKeys, openShare, sealShare } from './shares.ts'
import { decideBid, judgeBid, type ShownShare, type Verdict } from './verdict.ts'

/** A tender with the keys of all its holders, by id, and of the one recipient. */
export interface Rehearsal {
  openingKey: OpeningKey
  keys: Map<string, OpeningKeyPair>
  recipient: OpeningKeyPair
}

export const SUBJECT: BidSubject = {
  aud: 'tenderbook.localhost/granite-lakes/2026',
  tender: 'ocds-000000-1',
  tenderHead: toBase64Url(sha256(utf8('publication'))),
  lot: 'main',
  vendor: 'v-ironwood',
  submitter: 'p-ironwood',
  kid: toBase64Url(sha256(utf8('kid'))),
  seq: '1',
}

/** Groups by name, each `[k, n]`. */
export async function rehearse(
  groups: Record<string, readonly [number, number]>,
): Promise<Rehearsal> {
  const keys = new Map<string, OpeningKeyPair>()
  const made: Group[] = []
  for (const [name, [k, n]] of Object.entries(groups)) {
    const members = []
    for (let i = 1; i <= n; i++) {
      const key = await generateMemberKey()
      keys.set(`${name}-${i}`, key)
      members.push({ id: `${name}-${i}`, pub: toBase64Url(key.publicKey) })
    }
    made.push({ name, k, members })
  }
  const recipient = await deriveKeyPair(sha256(utf8('recipient')))
  const kid = recipientKeyId(recipient.publicKey)
  const recipients = [{ kid, pub: toBase64Url(recipient.publicKey) }]
  const envelope = 'main'
  const rule = 'rehearsal'
  const openingKey = {
    envelope,
    suite: SUITE,
    groups: made,
    recipients,
    opensAfter: 'deadline',
    rule,
  }
  return { openingKey, keys, recipient }
}

export function bidFor(openingKey: OpeningKey, changes: Partial<BidToSeal> = {}): BidToSeal {
  const line = { item: '1', quantity: '2', unitPrice: '6250', amount: '12500' }
  return {
    subject: SUBJECT,
    openingKey,
    capsuleLen: 16_384,
    slots: 2,
    price: { currency: 'USD', lines: [line], amount: '12500' },
    answers: [{ id: 'declaration', value: true }],
    files: [{ name: 'offer.txt', media: 'text/plain', bytes: utf8('We offer two pumps.') }],
    ...changes,
  }
}

export function sealFor(
  { openingKey }: Rehearsal,
  changes: Partial<BidToSeal> = {},
): Promise<SealedParts> {
  return sealBid(bidFor(openingKey, changes))
}

/** What this holder's release says of the bid. */
async function release(
  { openingKey, keys }: Rehearsal,
  commit: BidCommit,
  id: string,
): Promise<ShownShare> {
  const group = openingKey.groups.find(({ members }) => members.some((member) => member.id === id))
  const key = keys.get(id)
  if (!group || !key) throw new Error(`no holder ${id}`)
  const envelope = commit.shares[group.name]?.find((sealed) => sealed.id === id)
  const shown = { group: group.name, id, by: 'holder' } as const
  if (!envelope) return { ...shown, share: null }
  const context = { ...envelope, group: group.name, header: bindHeader(commit.header) }
  try {
    return { ...shown, share: await openShare(key, context) }
  } catch {
    return { ...shown, share: null }
  }
}

export const idsOf = ({ keys }: Rehearsal): string[] => [...keys.keys()]

export function releases(
  rehearsal: Rehearsal,
  commit: BidCommit,
  ids: readonly string[],
): Promise<ShownShare[]> {
  return Promise.all(ids.map((id) => release(rehearsal, commit, id)))
}

/** Decides and, where it is decided, judges: the verdict, or `undecided`. */
export async function openWith(
  { openingKey }: Rehearsal,
  { payload, capsule, blobs }: SealedParts,
  shown: ShownShare[],
): Promise<Verdict | 'undecided'> {
  const bid = { commit: payload, openingKey, shown }
  const standing = await decideBid(bid)
  if (standing.state === 'undecided') return 'undecided'
  if (standing.state === 'void') return { status: 'void', code: standing.code, faults: [] }
  const stored = new Map([capsule, ...blobs].map((bytes) => [blobName(bytes), bytes]))
  return judgeBid({ ...bid, key: standing.key }, (name) => Promise.resolve(stored.get(name)))
}

/** The bid's key, from the vendor's own copy of the shares. */
export async function keyOf(
  { openingKey }: Rehearsal,
  { shares }: SealedParts,
): Promise<Uint8Array> {
  const keys = openingKey.groups.map(async ({ name, k }) => {
    const some = (shares[name] ?? []).slice(0, k).map(({ share }) => fromBase64Url(share))
    return (await combineShares(some, k)) ?? new Uint8Array(32)
  })
  return joinKeys(await Promise.all(keys))
}

/** The same bid with another capsule inside: contents changed by the vendor before sealing. */
export async function withContents(
  rehearsal: Rehearsal,
  parts: SealedParts,
  change: (contents: Capsule) => Capsule,
): Promise<SealedParts> {
  const key = await keyOf(rehearsal, parts)
  const header = bindHeader(parts.payload.header)
  const { contents } = readCapsule(await decryptCapsule(key, header, parts.capsule))
  const length = Number(parts.payload.header.capsuleLen)
  const capsule = await sealCapsule(key, header, { contents: change(contents), length })
  return { ...parts, capsule, payload: { ...parts.payload, ctHash: blobName(capsule) } }
}

/** The same bid with another share, or other bytes, in one holder's envelope; `told` also in the capsule. */
export async function withShare(
  rehearsal: Rehearsal,
  parts: SealedParts,
  { id, share, told }: { id: string; share: Uint8Array; told: boolean },
): Promise<SealedParts> {
  const { name: group, members } = groupOf(rehearsal, id)
  const pub = members.find((member) => member.id === id)?.pub ?? ''
  const header = bindHeader(parts.payload.header)
  const sealed = await sealShare(share, { group, id, pub, header })
  const changed = withEnvelope(parts, { group, id, enc: sealed.enc, ct: sealed.ct })
  return told ? tellShare(rehearsal, changed, { group, id, share: toBase64Url(share) }) : changed
}

/** The same bid whose capsule tells another share for one holder. */
export function tellShare(
  rehearsal: Rehearsal,
  parts: SealedParts,
  { group, id, share }: CapsuleShare & { group: string },
): Promise<SealedParts> {
  return withContents(rehearsal, parts, (contents) => {
    const shares =
      contents.shares[group]?.map((told) => (told.id === id ? { id, share } : told)) ?? []
    return { ...contents, shares: { ...contents.shares, [group]: shares } }
  })
}

export function withEnvelope(
  parts: SealedParts,
  { group, id, enc, ct }: { group: string; id: string; enc: string; ct: string },
): SealedParts {
  const envelopes = parts.payload.shares[group]?.map((sealed) =>
    sealed.id === id ? { id, enc, ct } : sealed,
  )
  const shares = { ...parts.payload.shares, [group]: envelopes ?? [] }
  return { ...parts, payload: { ...parts.payload, shares } }
}

/** The same bid that commits to another key than its own. */
export function withKeyCommit(parts: SealedParts, key: Uint8Array): SealedParts {
  return { ...parts, payload: { ...parts.payload, keyCommit: toBase64Url(keyCommit(key)) } }
}

export function shareOf(parts: SealedParts, id: string): Uint8Array {
  const told = Object.values(parts.shares)
    .flat()
    .find((share) => share.id === id)
  if (!told) throw new Error(`no share of ${id}`)
  return fromBase64Url(told.share)
}

export function groupOf({ openingKey }: Rehearsal, id: string): Group {
  const group = openingKey.groups.find(({ members }) => members.some((member) => member.id === id))
  if (!group) throw new Error(`no group of ${id}`)
  return group
}

/** A copy with one bit of byte `i` flipped. */
export function flip(bytes: Uint8Array, i: number): Uint8Array {
  const flipped = new Uint8Array(bytes)
  flipped[i] = (flipped[i] ?? 0) ^ 1
  if (equalBytes(flipped, bytes)) throw new Error('nothing flipped')
  return flipped
}
