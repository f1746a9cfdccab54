/** The log of a database: its number, its head and the locks that order what is written to it. */
import { Frontier, genesisHash } from '../ledger/index.ts'
import { DatabaseError, type Sql, type Transaction } from './connection.ts'

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
}

/**
 * The number of the log of this origin; begins the log where the database holds none.
 * Throws DatabaseError `origin` where it holds another.
 */
export async function openLog(sql: Sql, origin: string): Promise<number> {
  const found = await findLog(sql, origin)
  if (found !== undefined) return found
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${APPEND_LOCK}, 0)`
    const logs = await tx<{ origin: string }[]>`select origin from log`
    if (logs.some((log) => log.origin !== origin))
      throw new DatabaseError(
        'origin',
        `the database holds the log ${String(logs[0]?.origin)}, not ${origin}`,
      )
    await tx`
      with begun as (insert into log (origin) values (${origin}) on conflict do nothing returning id)
      insert into log_head (log_id, size, stack, last_leaf, last_at)
      select id, 0, ''::bytea, ${genesisHash(origin)}::bytea, '' from begun`
  })
  const begun = await findLog(sql, origin)
  if (begun === undefined) throw new DatabaseError('origin', `the log ${origin} could not be begun`)
  return begun
}

async function findLog(sql: Sql, origin: string): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`select id from log where origin = ${origin}`
  return row?.id
}

/** Waits for the log, which then is ours until the transaction ends. */
export async function lockLog(tx: Transaction, logId: number): Promise<void> {
  await tx`select pg_advisory_xact_lock(${APPEND_LOCK}, ${logId})`
}

/** The head and the clock: a statement of its own, after the lock, so that it sees what the last holder committed. */
export async function readHead(tx: Sql | Transaction, logId: number): Promise<Head> {
  interface Row extends Omit<Head, 'frontier'> {
    stack: Uint8Array
  }
  const [row] = await tx<Row[]>`
    select size, stack, last_leaf as "lastLeaf", last_at as "lastAt", instant(clock_timestamp()) as clock,
      (select coalesce(max(c.size), 0) from checkpoint c where c.log_id = h.log_id) as "checkpointSize"
    from log_head h where log_id = ${logId}`
  if (!row) throw new DatabaseError('head', `log ${logId} has no head: run tenderbook rebuild`)
  const { stack, ...head } = row
  return { ...head, frontier: Frontier.fromBytes(row.size, stack) }
}

/** The database's clock. */
export async function readClock(sql: Sql): Promise<string> {
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
