/**
 * What the signer reads of the record, and nothing else: a narrow view of db/'s readers. Rows are believed as far as
 * they can be checked here: entries by their hash, envelopes by their blinded hash, blobs by their name.
 */
import type { SignedStatement } from '../ledger/index.ts'
import type { OpeningKey } from '../sealing/index.ts'

export interface RecordReader {
  /** Number of entries, and the root that the database keeps for them. */
  head(): Promise<{ size: number; root: Uint8Array }>
  /** Leaf hashes from an index on, at most `limit`. */
  leaves(from: number, limit: number): Promise<Uint8Array[]>
  findEntry(statementHash: Uint8Array): Promise<RecordedEntry | undefined>
  entryAt(index: number): Promise<RecordedEntry | undefined>
  /** Proof that an entry is in the tree of `size`. */
  inclusion(index: number, size: number): Promise<Uint8Array[]>
  /** The note of the checkpoint that was signed at this size. */
  noteAt(size: number): Promise<string | undefined>
  /** What the rules derived of one envelope; undefined for an unknown tender. */
  opening(of: { tender: string; envelope: string }): Promise<OpeningState | undefined>
  /** Open statements of one type of a tender, by index. */
  statements(tender: string, t: string): Promise<RecordedStatement[]>
  /** Sealed statements of a tender, by index. */
  sealedStatements(tender: string): Promise<RecordedStatement[]>
  /** Bytes under their SHA-256. */
  blob(hash: Uint8Array): Promise<Uint8Array | undefined>
}

export interface RecordedEntry {
  index: number
  bytes: Uint8Array
  /** Size of the newest checkpoint when the entry was appended. */
  headSize: number
  /** Of sealed acts. */
  sealed?: { envelope: Uint8Array; late?: { code: string; rule: string } }
}

export interface RecordedStatement {
  index: number
  signed: SignedStatement
}

export interface OpeningState {
  /** Of the published solicitation; absent before it. */
  openingKey?: OpeningKey
  /** The recorded close: its commitment (base64url), statement hash and real time. */
  close?: { commit: string; hash: string; real: string }
  /** Statement hash of the recorded result. */
  result?: string
  /** Bids that count, by index. */
  bids: { commitHash: string; index: number }[]
}
