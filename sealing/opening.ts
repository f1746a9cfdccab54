/**
 * What an opening says in the record: the hiding commitment of the close, and the document that reveals it.
 *
 * At the deadline only a commitment to count and root of the bids is published (FAR 14.401: identity and number of bids
 * are need-to-know); at the opening the document shows both and the verdict on every bid. The document's size is public:
 * it is padded, so that it does not tell what the document keeps.
 */
import { concatBytes, encodeCanonical, leafHash, rootOf, sha256, u64be } from '../ledger/index.ts'
import type { PublicFields } from './bid.ts'

/** V2 to V5: the vendor's fault. V1, a stored blob that differs, is never a verdict. */
export type VoidCode = 'V2' | 'V3' | 'V4' | 'V5'

export type OpenedBid = {
  commitHash: string
  status: 'opened'
  /** SHA-256 of the capsule's canonical contents, base64url: they are kept under it. */
  capsuleHash: string
  public: PublicFields
  /** Opens the header's `publicCommit`. */
  salt: string
}

export type VoidBid = { commitHash: string; status: 'void'; code: VoidCode }

/** A holder who gave no valid share although the vendor's envelope to it was good. */
export type Fault = { id: string; commitHash: string }

export type OpeningDocument = {
  /** Opens the commitment of `deadline.close`; the count is a decimal string. */
  close: { salt: string; count: string; root: string }
  /** By index of their commitments in the log. */
  bids: (OpenedBid | VoidBid)[]
  faults: Fault[]
}

/** The document as it is committed to: with zeros that bring it to a multiple of 16 KiB. */
type PaddedDocument = OpeningDocument & { pad: string }

/** Some sixty bids fill the first step. */
const STEP = 16_384

/** RFC 6962 root over the 32-byte commitHashes of the bids that count, by index in the log. */
export function bidsRoot(commitHashes: readonly Uint8Array[]): Uint8Array {
  return rootOf(commitHashes.map(leafHash))
}

/** Hides count and root until salt (32 random bytes) is shown: SHA-256(salt ‖ u64be(count) ‖ root). */
export function closeCommit(salt: Uint8Array, count: number, root: Uint8Array): Uint8Array {
  return sha256(concatBytes(salt, u64be(count), root))
}

/** The bytes that `opening.result` commits to, whose size says nothing of the number of bids. */
export function encodeOpening(document: OpeningDocument): Uint8Array {
  const withPad = (length: number): Uint8Array =>
    encodeCanonical({ ...document, pad: '0'.repeat(length) } satisfies PaddedDocument)
  const { length } = withPad(0)
  return withPad(Math.ceil(length / STEP) * STEP - length)
}
