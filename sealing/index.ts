/** The door of sealing/: what other folders may use. */
export {
  bindHeader,
  blobName,
  headerHash,
  parseBidCommit,
  publicCommit,
  type BidCommit,
  type BidHeader,
  type BoundHeader,
  type PublicFields,
  type ShareEnvelope,
} from './bid.ts'
export {
  parseCapsule,
  type Answer,
  type Capsule,
  type CapsuleShare,
  type Price,
  type PriceLine,
  type SealedFile,
} from './capsule.ts'
export { SealingError, type SealingErrorCode } from './error.ts'
export {
  deriveKeyPair,
  exportMemberKey,
  generateMemberKey,
  importMemberKey,
  recipientKeyId,
  SUITE,
  type KeyFile,
  type OpeningKeyPair,
} from './hpke.ts'
export {
  bidsRoot,
  closeCommit,
  encodeOpening,
  type Fault,
  type OpenedBid,
  type OpeningDocument,
  type VoidBid,
  type VoidCode,
} from './opening.ts'
export {
  assertOpeningKey,
  CAPSULE_LENGTHS,
  openingKeyId,
  type Group,
  type Member,
  type OpeningKey,
  type Place,
  type Recipient,
} from './opening-key.ts'
export { padme } from './padding.ts'
export {
  answerPing,
  pingAnswer,
  sealPing,
  type Ping,
  type PingAnswer,
  type PingContext,
} from './ping.ts'
export {
  openRelease,
  sealRelease,
  type ReleaseContext,
  type ReleaseCopy,
  type ReleasedShares,
} from './release.ts'
export {
  capsuleRoom,
  sealBid,
  type BidFile,
  type BidSubject,
  type BidToSeal,
  type SealedParts,
} from './seal.ts'
export { openShare, type ShareContext } from './shares.ts'
export {
  decideBid,
  judgeBid,
  openFile,
  type BidInQuestion,
  type ShownShare,
  type Standing,
  type Verdict,
} from './verdict.ts'
