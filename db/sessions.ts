/**
 * Sessions, got by signing a challenge. Only hashes of challenges and of session ids are kept; a challenge works once.
 * A session ends when its key is revoked: whoever asks with it is looked up in the register each time.
 */
import { randomBytes } from 'node:crypto'
import { and, eq, gt, lte } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { sha256, utf8 } from '../ledger/index.ts'
import type { Sql } from './connection.ts'
import { readClock } from './log.ts'
import { challenge, session } from './schema.ts'

const CHALLENGE_MINUTES = 5
/** A session that nobody uses ends; none goes on for longer than a working day. */
export const IDLE_MINUTES = 15
const SESSION_MINUTES = 8 * 60

export interface Session {
  person: string
  kid: string
  /** Real instant at which it ends if it is not used before. */
  expires: string
}

export interface Sessions {
  /** A text to sign with this key within five minutes. */
  challenge(kid: string): Promise<string>
  /** Whether the challenge was given to this key and is still good; it is used up. */
  redeem(kid: string, text: string): Promise<boolean>
  /** Begins a session; the id is a secret of its holder. */
  open(person: string, kid: string): Promise<{ id: string; session: Session }>
  /** The session, which lasts on because it was used; undefined where it has ended. */
  find(id: string): Promise<Session | undefined>
  /** The session, as it is: looking does not make it last. */
  peek(id: string): Promise<Session | undefined>
  end(id: string): Promise<void>
  endAllOf(kid: string): Promise<void>
  /** Forgets what has expired. */
  sweep(): Promise<void>
}

export function createSessions(sql: Sql): Sessions {
  const db = drizzle(sql)
  return {
    async challenge(kid) {
      const text = secret()
      const expires = later(await readClock(sql), CHALLENGE_MINUTES)
      await db.insert(challenge).values({ hash: hashOf(text), kid, expires })
      return text
    },
    async redeem(kid, text) {
      const [used] = await db
        .delete(challenge)
        .where(and(eq(challenge.hash, hashOf(text)), eq(challenge.kid, kid)))
        .returning({ expires: challenge.expires })
      return used !== undefined && used.expires > (await readClock(sql))
    },
    async open(person, kid) {
      const now = await readClock(sql)
      const id = `${secret()}.${minutesOf(later(now, SESSION_MINUTES))}`
      const expires = later(now, IDLE_MINUTES)
      await db.insert(session).values({ idHash: hashOf(id), person, kid, expires })
      return { id, session: { person, kid, expires } }
    },
    async find(id) {
      const now = await readClock(sql)
      if (!isBeforeEnd(id, now)) return undefined
      const [row] = await db
        .update(session)
        .set({ expires: later(now, IDLE_MINUTES) })
        .where(and(eq(session.idHash, hashOf(id)), gt(session.expires, now)))
        .returning({ person: session.person, kid: session.kid, expires: session.expires })
      return row
    },
    async peek(id) {
      const now = await readClock(sql)
      if (!isBeforeEnd(id, now)) return undefined
      const [row] = await db
        .select({ person: session.person, kid: session.kid, expires: session.expires })
        .from(session)
        .where(and(eq(session.idHash, hashOf(id)), gt(session.expires, now)))
      return row
    },
    async end(id) {
      await db.delete(session).where(eq(session.idHash, hashOf(id)))
    },
    async endAllOf(kid) {
      await db.delete(session).where(eq(session.kid, kid))
    },
    async sweep() {
      const now = await readClock(sql)
      await Promise.all([
        db.delete(session).where(lte(session.expires, now)),
        db.delete(challenge).where(lte(challenge.expires, now)),
      ])
    },
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function hashOf(text: string): Uint8Array {
  return sha256(utf8(text))
}

/** The end of a session stands in its id, whose hash is kept: nobody can move it. */
function isBeforeEnd(id: string, now: string): boolean {
  return minutesOf(now) < Number(id.split('.')[1])
}

/** Minutes since 1970. */
function minutesOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 60_000)
}

/** An unsigned instant some minutes later; milliseconds are enough for a session. */
function later(instant: string, minutes: number): string {
  const at = new Date(Date.parse(instant) + minutes * 60_000)
  return at.toISOString().replace('Z', '000Z')
}
