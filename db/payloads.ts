/**
 * Documents and personal fields by salted commitment: what statements cite and the ledger does not hold. Erasing one
 * empties salt and bytes; the commitment stays, and nothing in the record changes.
 */
import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { commit, equalBytes } from '../ledger/index.ts'
import { DatabaseError, type Sql } from './connection.ts'
import { readClock } from './log.ts'
import { payload } from './schema.ts'
import { uploadedBy, type UploadsOf, type Used } from './uploads.ts'

export interface Payload {
  /** HMAC-SHA-256 of the bytes under the salt. */
  commit: Uint8Array
  salt: Uint8Array
  bytes: Uint8Array
  media: string
  /** `file`: only for the people of the procurement and auditors. */
  reader: 'public' | 'file'
  tender?: string
  /** Person who uploaded it; absent: a service of ours. */
  uploader?: string
}

export interface Payloads {
  /** Keeps a document and tells its commitment. The same again changes nothing. */
  put(document: Omit<Payload, 'commit'>): Promise<Uint8Array>
  find(commitment: Uint8Array): Promise<Payload | undefined>
  findAll(commitments: readonly Uint8Array[]): Promise<Payload[]>
  /** Those that anyone may read, of one procurement. */
  publicOf(tender: string): Promise<Payload[]>
  /** How much a person has uploaded, of documents and ciphertexts. */
  uploadedBy(of: UploadsOf): Promise<Used>
  /** Empties a document; false where there is none or it is erased already. */
  erase(commitment: Uint8Array): Promise<boolean>
}

export function createPayloads(sql: Sql): Payloads {
  const db = drizzle(sql)
  const isThere = isNull(payload.erasedAt)

  async function findAll(commitments: readonly Uint8Array[]): Promise<Payload[]> {
    if (commitments.length === 0) return []
    const rows = await db
      .select()
      .from(payload)
      .where(and(inArray(payload.commit, [...commitments]), isThere))
    return rows.map(payloadOf)
  }

  return {
    findAll,
    uploadedBy: (of) => uploadedBy(sql, of),
    async put(document) {
      const commitment = commit(document.salt, document.bytes)
      await db
        .insert(payload)
        .values({ ...document, commit: commitment })
        .onConflictDoNothing()
      return commitment
    },
    find: async (commitment) => (await findAll([commitment]))[0],
    async publicOf(tender) {
      const rows = await db
        .select()
        .from(payload)
        .where(and(eq(payload.tender, tender), eq(payload.reader, 'public'), isThere))
        .orderBy(payload.commit)
      return rows.map(payloadOf)
    },
    async erase(commitment) {
      const erased = await db
        .update(payload)
        .set({ salt: null, bytes: null, erasedAt: await readClock(sql) })
        .where(and(eq(payload.commit, commitment), isNotNull(payload.bytes)))
        .returning({ commit: payload.commit })
      return erased.length > 0
    },
  }
}

/** Throws DatabaseError `payload` where the bytes do not open their commitment: they were changed. */
function payloadOf(row: typeof payload.$inferSelect): Payload {
  const { salt, bytes, media, reader, tender, uploader } = row
  if (!salt || !bytes || !equalBytes(commit(salt, bytes), row.commit))
    throw new DatabaseError('payload', 'a stored document does not open its commitment')
  return {
    commit: row.commit,
    salt,
    bytes,
    media,
    reader,
    ...(tender !== null && { tender }),
    ...(uploader !== null && { uploader }),
  }
}
