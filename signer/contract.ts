/** What the signer does for the other processes, and how it says no. */
import type { Statement } from '../ledger/index.ts'

/** A statement of the system before it is signed: the signer's worker key gives the `kid`. */
export type UnsignedStatement = Omit<Statement, 'kid'>

/** One envelope of one tender. */
export interface EnvelopeOf {
  tender: string
  envelope: string
}

/** The public half of an Ed25519 key: `pub` is base64url of 32 bytes. */
export interface PublicIdentity {
  kid: string
  pub: string
}

export interface Identity {
  origin: string
  /** The log's key as a verifier pins it. */
  vkey: string
  checkpoint: PublicIdentity
  receipt: PublicIdentity
  worker: PublicIdentity
}

export interface SignedHead {
  size: number
  root: Uint8Array
  /** Signed note: the same for the same head. */
  note: string
}

/** A holder asks for a ping before it joins, and answers it. */
export interface PingRequest extends EnvelopeOf {
  /** The holder. */
  id: string
  /** The P-256 key it offers: base64url of 65 bytes. */
  pub: string
}

/** Proof of possession of an opening key: `sig` is by the receipt key over `pongMessage`. */
export interface Pong {
  challenge: string
  opened: string
  sig: string
}

/** `salt` and `root` are base64url, `count` a decimal text: how many bids count, under which root. */
export interface ClosedBox {
  salt: string
  count: string
  root: string
}

export interface Opening {
  /** Bytes that `opening.result` commits to, and the salt of that commitment. */
  document: Uint8Array
  salt: Uint8Array
  /** Holders who have released so far, sorted: what `opening.result` names. */
  released: string[]
  /** Canonical contents of opened capsules, by the hash that the document names. */
  capsules: { hash: Uint8Array; bytes: Uint8Array }[]
}

/** Why a box is not opened yet; nobody is at fault, ask again later. */
export type WaitingReason =
  /** No `deadline.close` is recorded. */
  | 'not-closed'
  /** The tender opens after something else than the deadline, which has not come. */
  | 'not-due'
  /** Fewer than k holders of a group have released. */
  | 'releases'
  /** A bid is neither openable nor void by the shares so far. */
  | 'undecided'
  /** Stored bytes of a bid or a release are missing or altered, and must come back first. */
  | 'blobs'

export interface Signer {
  identity(): Promise<Identity>
  /** What entries of sealed acts show, by envelope. The blinds stay here. */
  blindHashes(envelopes: Uint8Array[]): Promise<Uint8Array[]>
  /** Receipts (DSSE envelopes) of recorded statements, in order. Throws `not-recorded`. */
  receipts(hashes: Uint8Array[]): Promise<Uint8Array[]>
  /** A signed refusal. Throws `not-allowed` where the statement is in the record. */
  refusal(refused: RefusedStatement): Promise<Uint8Array>
  /** The record's head, signed. Throws `rollback`, `fork`. */
  checkpoint(): Promise<SignedHead>
  /** The envelope of a statement of the system. Throws `not-allowed`. */
  sign(statement: UnsignedStatement): Promise<Uint8Array>
  ping(request: PingRequest): Promise<{ enc: string; ct: string }>
  /** Throws `not-allowed` where the secret is not that of a recent ping. */
  pong(request: PingRequest & { secret: Uint8Array }): Promise<Pong>
  /** The signer's own opening key for this tender: what holders release to. */
  recipient(of: EnvelopeOf): Promise<PublicIdentity>
  /** What `deadline.close` commits to. `cause`: statement hash of what set the deadline, as that statement cites it. */
  closing(of: EnvelopeOf & { cause: string }): Promise<{ commit: Uint8Array }>
  /** What opens the commitment of the recorded `deadline.close`: for key holders. Throws `not-allowed` before it. */
  closed(of: EnvelopeOf): Promise<ClosedBox>
  /** Opens the box if the record allows it; the same answer every time. */
  open(of: EnvelopeOf): Promise<Opening | { waiting: WaitingReason }>
  /** Blind and envelope of a bid that was opened. Throws `not-allowed` before. */
  reveal(index: number): Promise<{ blind: Uint8Array; envelope: Uint8Array }>
}

export interface RefusedStatement {
  statementHash: Uint8Array
  arrivedAt: string
  code: string
  rule: string
}

/**
 * - `rollback`: the database has fewer entries than a head that was signed: an old backup, a stale replica, a cut tail
 * - `fork`: the database disagrees with a head that was signed, or with itself
 * - `head-moved`: another process wrote the head file; two signers must not run
 * - `not-recorded`: no such entry, or the row is not the one of the record
 * - `not-allowed`: the record does not allow it
 * - `invalid`: the request is not of its form
 * - `keys`: keys or head file are missing, unsafe or of another log
 * - `unreachable`: no signer answers
 * - `fault`: the signer or the database broke
 */
export type SignerErrorCode =
  | 'rollback'
  | 'fork'
  | 'head-moved'
  | 'not-recorded'
  | 'not-allowed'
  | 'invalid'
  | 'keys'
  | 'unreachable'
  | 'fault'

export class SignerError extends Error {
  readonly code: SignerErrorCode

  constructor(code: SignerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SignerError'
    this.code = code
  }
}
