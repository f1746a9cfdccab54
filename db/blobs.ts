/** Ciphertexts by SHA-256: capsules, files and releases, uploaded before the statement that names them. */
import { eq, inArray } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { equalBytes, sha256, toHex } from '../ledger/index.ts'
import { DatabaseError, type Sql } from './connection.ts'
import { blob } from './schema.ts'

export interface Blobs {
  /** Keeps bytes under their hash. False where other bytes were announced. The same again changes nothing. */
  put(
    hash: Uint8Array,
    bytes: Uint8Array,
    of?: { tender?: string; envelope?: string; uploader?: string },
  ): Promise<boolean>
  /** Throws DatabaseError `payload` where the stored bytes are no longer those of the hash. */
  find(hash: Uint8Array): Promise<Uint8Array | undefined>
  /** Which of these are not there, in their order. */
  missing(hashes: readonly Uint8Array[]): Promise<Uint8Array[]>
}

export function createBlobs(sql: Sql): Blobs {
  const db = drizzle(sql)
  return {
    async put(hash, bytes, of = {}) {
      if (!equalBytes(sha256(bytes), hash)) return false
      await db
        .insert(blob)
        .values({ hash, bytes, ...of })
        .onConflictDoNothing()
      return true
    },
    async find(hash) {
      const [row] = await db.select({ bytes: blob.bytes }).from(blob).where(eq(blob.hash, hash))
      if (row && !equalBytes(sha256(row.bytes), hash))
        throw new DatabaseError('payload', `the stored bytes are not those of ${toHex(hash)}`)
      return row?.bytes
    },
    async missing(hashes) {
      if (hashes.length === 0) return []
      const rows = await db
        .select({ hash: blob.hash })
        .from(blob)
        .where(inArray(blob.hash, [...hashes]))
      const there = new Set(rows.map(({ hash }) => toHex(hash)))
      return hashes.filter((hash) => !there.has(toHex(hash)))
    },
  }
}
