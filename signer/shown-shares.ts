/**
 * The shares of a box's bids, as holders released them and vendors showed them. A release that does not open, or says
 * nothing of a bid, is an answer without a share. Only a missing blob makes the opening wait: that is the keeper's fault.
 */
import { fromBase64Url, LedgerError, sha256, toBase64Url } from '../ledger/index.ts'
import {
  recipientKeyId,
  openRelease,
  SealingError,
  type OpeningKeyPair,
  type ReleasedShares,
  type ShownShare,
} from '../sealing/index.ts'
import { Waiting, type Box } from './box.ts'
import type { EnvelopeOf } from './contract.ts'
import { proofSchema, releaseSchema, type ProofPayload, type ReleasePayload } from './payloads.ts'
import type { RecordReader } from './record.ts'

/** A recorded `opening.release`. */
export interface RecordedRelease {
  index: number
  payload: ReleasePayload
}

/** A release as the signer reads it. */
export interface Release {
  group: string
  id: string
  shares: ReleasedShares
}

/** The releases of a box, by index: one of each holder, the first. */
export async function findReleases(
  { tender, envelope }: EnvelopeOf,
  record: RecordReader,
): Promise<RecordedRelease[]> {
  const found: RecordedRelease[] = []
  for (const { index, signed } of await record.statements(tender, 'opening.release')) {
    const { data: payload } = releaseSchema.safeParse(signed.statement.payload)
    if (payload?.envelope !== envelope) continue
    if (!found.some((release) => release.payload.id === payload.id)) found.push({ index, payload })
  }
  return found
}

/** Opens the signer's copies. Throws Waiting `blobs`. */
export async function readReleases(
  statements: readonly RecordedRelease[],
  deps: { tender: string; key: OpeningKeyPair; record: RecordReader },
): Promise<Release[]> {
  const releases: Release[] = []
  for (const { payload } of statements) {
    const { group, id } = payload
    releases.push({ group, id, shares: await readRelease(payload, deps) })
  }
  return releases
}

async function readRelease(
  { envelope, group, id, to }: ReleasePayload,
  { tender, key, record }: { tender: string; key: OpeningKeyPair; record: RecordReader },
): Promise<ReleasedShares> {
  const own = recipientKeyId(key.publicKey)
  const copy = to.find(({ kid }) => kid === own)
  if (!copy) return new Map()
  const ct = await record.blob(fromBase64Url(copy.ctHash))
  if (!ct || toBase64Url(sha256(ct)) !== copy.ctHash) throw new Waiting('blobs')
  try {
    return await openRelease(key, { tender, envelope, group, id }, { ...copy, ct })
  } catch (error) {
    if (error instanceof SealingError || error instanceof LedgerError) return new Map()
    throw error
  }
}

/**
 * By bid: what holders released and what its vendor showed in entries below `size`.
 * `bid.prove` is a sealed act; which vendor may show what has been judged at the door.
 */
export async function collectShares(
  { of, bids }: Box,
  { record, size, releases }: { record: RecordReader; size: number; releases: Release[] },
): Promise<Map<string, ShownShare[]>> {
  const shown = new Map<string, ShownShare[]>()
  for (const { commitHash } of bids) shown.set(commitHash, releasedShares(commitHash, releases))
  for (const { index, signed } of await record.sealedStatements(of.tender)) {
    if (index >= size || signed.statement.t !== 'bid.prove') continue
    const { data: proof } = proofSchema.safeParse(signed.statement.payload)
    if (proof) shown.get(proof.commitHash)?.push(...provedShares(proof))
  }
  return shown
}

function releasedShares(commitHash: string, releases: readonly Release[]): ShownShare[] {
  return releases.map(({ group, id, shares }) => {
    return { group, id, share: shares.get(commitHash) ?? null, by: 'holder' }
  })
}

function provedShares({ shares }: ProofPayload): ShownShare[] {
  return Object.entries(shares).flatMap(([group, members]) =>
    members.map(({ id, share }) => ({
      group,
      id,
      share: shareFromText(share),
      by: 'vendor' as const,
    })),
  )
}

function shareFromText(text: string): Uint8Array | null {
  try {
    return fromBase64Url(text)
  } catch (error) {
    if (error instanceof LedgerError) return null
    throw error
  }
}
