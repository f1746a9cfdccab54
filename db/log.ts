/** The log of a database: its number, its head and the locks that order what is written to it. */
import { Frontier, genesisHash } from '../ledger/index.ts'
import { DatabaseError, type Transaction } from './connection.ts'
import type { Lane } from './lane.ts'

/** First part of the advisory locks; the second is the log's number. */
const APPEND_LOCK = 0x7464_0001
const BARRIER_LOCK = 0x7464_0002

export interface Head {
  /** Number of entries. */
  size: number
  frontier: Frontier
  /** Leaf hash of the last entry, or the genesis hash. */
  lastLeaf: Uint8Array
  /** The last entry's time; empty before the first. */
  lastAt: string
  /** Size of the newest checkpoint, 0 before the first. */
  checkpointSize: number
  /** The database's clock, read under the lock. */
  clock: string
  /** Why nothing may be appended. */
  halted: string | null
}

/**
 * The number of the log of this origin; begins the log where the database holds none.
 * Throws DatabaseError `origin` where it holds another.
 */
export async function openLog(lane: Lane, origin: string): Promise<number> {
  return await lane.begin(async (tx) => {
    const found = await findLog(tx, origin)
    if (found !== undefined) return found
    await tx`select pg_advisory_xact_lock(${APPEND_LOCK}, 0)`
    return (await findLog(tx, origin)) ?? (await beginLog(tx, origin))
  })
}

async function findLog(tx: Transaction, origin: string): Promise<number | undefined> {
  const logs = await tx<{ id: number; origin: string }[]>`select id, origin from log`
  const found = logs.find((log) => log.origin === origin)
  const [other] = logs
  if (!found && other)
    throw new DatabaseError('origin', `the database holds the log ${other.origin}, not ${origin}`)
  return found?.id
}

async function beginLog(tx: Transaction, origin: string): Promise<number> {
  const [begun] = await tx<{ id: number }[]>`
    with begun as (insert into log (origin) values (${origin}) returning id)
    insert into log_head (log_id, size, stack, last_leaf, last_at)
    select id, 0, ''::bytea, ${genesisHash(origin)}::bytea, '' from begun returning log_id as id`
  if (!begun) throw new DatabaseError('origin', `the log ${origin} could not be begun`)
  return begun.id
}

/** Waits for the log, which then is ours until the transaction ends. */
export async function lockLog(tx: Transaction, logId: number): Promise<void> {
  await tx`select pg_advisory_xact_lock(${APPEND_LOCK}, ${logId})`
}

/** The head and the clock: a statement of its own, after the lock, so that it sees what the last holder committed. */
export async function readHead(tx: Transaction, logId: number): Promise<Head> {
  interface Row extends Omit<Head, 'frontier'> {
    stack: Uint8Array
  }
  const [row] = await tx<Row[]>`
    select size, stack, last_leaf as "lastLeaf", last_at as "lastAt", instant(clock_timestamp()) as clock,
      (select coalesce(max(c.size), 0) from checkpoint c where c.log_id = h.log_id) as "checkpointSize",
      (select halted from log where id = h.log_id) as halted
    from log_head h where log_id = ${logId}`
  if (!row) throw new DatabaseError('head', `log ${logId} has no head: run tenderbook rebuild`)
  const { stack, ...head } = row
  return { ...head, frontier: frontierOf(row.size, stack) }
}

function frontierOf(size: number, stack: Uint8Array): Frontier {
  try {
    return Frontier.fromBytes(size, stack)
  } catch (cause) {
    throw new DatabaseError('head', 'the head of the log is damaged: run tenderbook rebuild', {
      cause,
    })
  }
}

/** The database's clock. */
export async function readClock(sql: Transaction): Promise<string> {
  const [row] = await sql<{ clock: string }[]>`select instant(clock_timestamp()) as clock`
  if (!row) throw new DatabaseError('head', 'the database tells no time')
  return row.clock
}

/** Arrivals hold the barrier together, each while it takes the time and commits. */
export async function shareBarrier(tx: Transaction, logId: number): Promise<void> {
  await tx`select pg_advisory_xact_lock_shared(${BARRIER_LOCK}, ${logId})`
}

/** Waits until every arrival that has taken a time has committed. Later ones take a later time. */
export async function passBarrier(tx: Transaction, logId: number): Promise<void> {
  await tx`select pg_advisory_xact_lock(${BARRIER_LOCK}, ${logId})`
}
