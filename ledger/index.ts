/** The door of this folder: everything that other folders may use, in the order of the layers. */
export { LedgerError, type LedgerErrorCode } from './error.ts'
export * from './bytes.ts'
export { hmacSha256, sha256 } from './hash.ts'
export {
  DEPTH_MAX,
  encodeCanonical,
  type Json,
  type JsonObject,
  parseCanonical,
} from './canonical.ts'
export { commit } from './commitment.ts'
export {
  gateKey,
  keyId,
  native,
  portable,
  PublicKey,
  type SigningKey,
  signingKey,
  verifySignature,
  verifySignatureAsync,
} from './ed25519.ts'
export { isHashText, isInstant, isKeyName, isNonce } from './shape.ts'
export {
  BODY_SIZE_MAX,
  type DocumentParts,
  pae,
  parseDocument,
  signDocument,
  SignedDocument,
  verifyDocument,
  verifyDocumentAsync,
} from './dsse.ts'
export {
  hashFromText,
  newNonce,
  parseEnvelope,
  payloadTypeOf,
  SignedStatement,
  signStatement,
  type Statement,
  UnsignedStatement,
  verifyStatement,
  verifyStatementAsync,
} from './statement.ts'
export {
  blindHash,
  type ChainLink,
  encodeEntry,
  type Entry,
  ENTRY_SIZE_MAX,
  genesisHash,
  leafHash,
  type OpenEntry,
  parseEntry,
  type SealedEntry,
} from './entry.ts'
export {
  emptyRoot,
  Frontier,
  MemoryTree,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts'
export * from './tile.ts'
export * from './note.ts'
export {
  type Checkpoint,
  formatCheckpoint,
  openCheckpoint,
  type OpenedCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts'
export {
  parseReceipt,
  parseRefusal,
  type Receipt,
  RECEIPT_TYPE,
  type Refusal,
  REFUSAL_TYPE,
  signReceipt,
  signRefusal,
  verifyReceipt,
  verifyRefusal,
} from './receipt.ts'
export { assertQuorum, parsePolicy, type Policy, type Requirement } from './policy.ts'
export {
  formatProof,
  parseProof,
  type Pinned,
  type Proof,
  verifyLeafProof,
  verifyProof,
} from './proof.ts'
export {
  type DisclosedPayload,
  encodeExport,
  EXPORT_FORMAT,
  type ExportedEntry,
  type ExportHead,
  type ExportLists,
  exportPieces,
  parseExport,
  type RecordExport,
  type RevealedStatement,
} from './export.ts'
export { type Check, EXIT_CODES, type Verdict, type VerdictKind } from './verdict.ts'
export type { Replayer, ReplayInput, ReplayOutcome, SavedHead } from './audit-export.ts'
export type { AuditOptions } from './audit-head.ts'
export {
  auditProof,
  auditReceipt,
  encodeReceiptFile,
  parseReceiptFile,
  type ReceiptFile,
  RECEIPT_FILE_FORMAT,
} from './audit-proof.ts'
export { auditExport, auditExportAsync, auditFile } from './audit.ts'
