/** Signed heads, and the log's key as first seen. A size has one root for ever. */
import { and, desc, eq, gte } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { equalBytes } from '../ledger/index.ts'
import { DatabaseError, type Sql } from './connection.ts'
import { checkpoint, log } from './schema.ts'

export interface StoredCheckpoint {
  size: number
  root: Uint8Array
  /** The signed note. */
  note: string
  at: string
}

export interface Checkpoints {
  /** Keeps a signed head. Throws DatabaseError `head` where another root was signed at its size. */
  put(head: StoredCheckpoint): Promise<void>
  latest(): Promise<StoredCheckpoint | undefined>
  /** The smallest that covers an entry. */
  covering(index: number): Promise<StoredCheckpoint | undefined>
  at(size: number): Promise<StoredCheckpoint | undefined>
  /** Pins the log's key. Throws DatabaseError `origin` where another is pinned. */
  pinKey(vkey: string): Promise<void>
  /** Closes the doors of all processes: the database contradicts a signed head. */
  halt(reason: string): Promise<void>
  /** Opens them again: the database continues the signed head. */
  resume(): Promise<void>
}

export function createCheckpoints(sql: Sql, logId = 1): Checkpoints {
  const db = drizzle(sql)
  const ours = eq(checkpoint.logId, logId)
  const columns = {
    size: checkpoint.size,
    root: checkpoint.root,
    note: checkpoint.note,
    at: checkpoint.at,
  }

  async function at(size: number): Promise<StoredCheckpoint | undefined> {
    const [row] = await db
      .select(columns)
      .from(checkpoint)
      .where(and(ours, eq(checkpoint.size, size)))
    return row
  }

  return {
    at,
    async put(head) {
      await db
        .insert(checkpoint)
        .values({ logId, ...head })
        .onConflictDoNothing()
      const stored = await at(head.size)
      if (!stored || !equalBytes(stored.root, head.root))
        throw new DatabaseError('head', `another root was signed at size ${head.size}`)
    },
    async latest() {
      const [row] = await db
        .select(columns)
        .from(checkpoint)
        .where(ours)
        .orderBy(desc(checkpoint.size))
        .limit(1)
      return row
    },
    async covering(index) {
      const [row] = await db
        .select(columns)
        .from(checkpoint)
        .where(and(ours, gte(checkpoint.size, index + 1)))
        .orderBy(checkpoint.size)
        .limit(1)
      return row
    },
    async pinKey(vkey) {
      // Nothing is pinned twice: where a key stands, the update finds no row.
      await sql`update log set vkey = ${vkey} where id = ${logId} and vkey is null`
      const [row] = await db.select({ vkey: log.vkey }).from(log).where(eq(log.id, logId))
      if (row?.vkey !== vkey)
        throw new DatabaseError(
          'origin',
          `the log's key is pinned as ${row?.vkey ?? 'none'}, not ${vkey}`,
        )
    },
    async halt(reason) {
      await sql`update log set halted = ${reason} where id = ${logId}`
    },
    async resume() {
      await sql`update log set halted = null where id = ${logId} and halted is not null`
    },
  }
}
