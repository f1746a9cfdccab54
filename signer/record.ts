/**
 * What the signer reads of the record, and nothing else: a narrow view of db/'s readers. Rows are believed as far as
 * they can be checked here: entries by their hash, envelopes by their blinded hash, blobs by their name.
 */
import { DatabaseError } from '../db/connection.ts'
import type { Readers } from '../db/readers.ts'
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
  /** Of sealed acts; with the real deadline that the act was held to, and the rule by which it was late. */
  sealed?: { envelope: Uint8Array } & Judged
}

export interface Judged {
  deadline?: string
  late?: { code: string; rule: string }
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

/** The database's readers as the signer sees them. */
export function recordOf(readers: Readers): RecordReader {
  return {
    head: () => readers.head(),
    leaves: (from, limit) => readers.leaves(from, limit),
    findEntry: (statementHash) => readers.recordedAs(statementHash),
    entryAt: (index) => readers.recordedAt(index),
    inclusion: (index, size) => readers.inclusion(index, size),
    noteAt: async (size) => (await readers.checkpointAt(size))?.note,
    opening: (of) => openingState(readers, of),
    statements: (tender, t) => readers.statements(tender, t),
    sealedStatements: (tender) => readers.sealedOf(tender),
    blob: (hash) => intactBlob(readers, hash),
  }
}

async function openingState(
  readers: Readers,
  { tender, envelope }: { tender: string; envelope: string },
): Promise<OpeningState | undefined> {
  const file = await readers.file(tender)
  if (!file) return undefined
  const { solicitation, opening } = file.open
  const openingKey = solicitation?.terms.openingKey
  const { close, result } = opening
  const bids = (file.sealed?.bids ?? [])
    .filter((bid) => bid.envelope === envelope && bid.status === 'counts')
    .sort((a, b) => a.index - b.index)
  return {
    ...(openingKey?.envelope === envelope && { openingKey }),
    ...(close?.envelope === envelope && { close }),
    ...(close?.envelope === envelope && result && { result: result.hash }),
    bids: bids.map(({ commitHash, index }) => ({ commitHash, index })),
  }
}

/** Bytes that are no longer those of their name are missing: the opening waits until they are back. */
async function intactBlob(readers: Readers, hash: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await readers.blob(hash)
  } catch (error) {
    if (error instanceof DatabaseError && error.code === 'payload') return undefined
    throw error
  }
}
