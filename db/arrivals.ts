/**
 * The journal of arrivals: when the bytes of an act that races a deadline came in. It is a measurement, taken before the
 * bytes are parsed and without the log's lock; the door decides by it later.
 *
 * Each group takes the barrier shared, then the clock, then commits. Whoever passes the barrier alone after a moment T
 * therefore finds every arrival of up to T in the table.
 */
import { randomUUID } from 'node:crypto'
import { concatBytes, sha256, toBase64 } from '../ledger/index.ts'
import { DatabaseError, isConnectionLost, type Sql, type Transaction } from './connection.ts'
import { Group } from './group.ts'
import { openLane } from './lane.ts'
import { shareBarrier } from './log.ts'
import { pack } from './packed.ts'

export interface Arrival {
  id: string
  /** When it came in, by the database's clock. */
  arrivedAt: string
  /** Hash of the bytes as received. */
  sha256: Uint8Array
}

export interface Arrivals {
  /**
   * Journals received bytes. While equal bytes wait for their answer, theirs is the arrival that counts. Rejects with
   * DatabaseError `busy` where too many wait.
   */
  record(body: Uint8Array): Promise<Arrival>
  close(): Promise<void>
}

const BATCH_MAX = 256
const WAITING_MAX = 8_192
const RETRIES = 3
/** How often bytes are written whose equals keep being answered in that moment. */
const ROUNDS = 10

interface Waiting {
  body: Uint8Array
  hash: Uint8Array
  resolve: (arrival: Arrival) => void
  reject: (error: unknown) => void
}

export function createArrivals(
  sql: Sql,
  logId: () => Promise<number>,
  now?: () => string | undefined,
): Arrivals {
  const writer = openLane(sql)
  const group = new Group<Waiting>({ batchMax: BATCH_MAX, waitingMax: WAITING_MAX, run })

  async function run(waiting: Waiting[]): Promise<void> {
    try {
      let rest = waiting
      for (let round = 0; rest.length > 0 && round < ROUNDS; round += 1) rest = await receive(rest)
      for (const one of rest) one.reject(busy('these bytes have just been answered'))
    } catch (error) {
      for (const one of waiting) one.reject(error)
    }
  }

  /** Gives those that are left over: bytes equal to theirs waited, and were answered meanwhile. They come in anew. */
  async function receive(waiting: Waiting[]): Promise<Waiting[]> {
    const found = await journal(waiting)
    return waiting.filter((one) => {
      const arrival = found.get(toBase64(one.hash))
      if (arrival) one.resolve({ ...arrival, sha256: one.hash })
      return arrival === undefined
    })
  }

  /** Writes those that are new. Journalling again after a lost connection finds what was committed. */
  async function journal(waiting: Waiting[], attempt = 0): Promise<Map<string, OpenArrival>> {
    try {
      const log = await logId()
      return await writer.begin(async (tx) => {
        await shareBarrier(tx, log)
        await insert(tx, log, waiting)
        return await findOpen(tx, log, waiting)
      })
    } catch (error) {
      if (attempt === RETRIES || !isConnectionLost(error)) throw error
      return await journal(waiting, attempt + 1)
    }
  }

  async function insert(tx: Transaction, log: number, waiting: Waiting[]): Promise<void> {
    const clock = now?.() ?? null
    // Of each the hash, then the bytes.
    const { joined, starts } = pack(waiting.map(({ hash, body }) => concatBytes(hash, body)))
    await tx`
      with received as materialized (
        select id, substring(j.joined from start for 32) as sha256, start + 32 as start, length
        from (select ${joined}::bytea as joined) j, unnest(
          ${waiting.map(() => randomUUID())}::uuid[],
          ${starts}::int[],
          ${waiting.map(({ body }) => body.length)}::int[]) as r (id, start, length)
      ), fresh as (
        insert into arrival_open (log_id, sha256, arrival_id, arrived_at)
        select ${log}, sha256, id, coalesce(${clock}, instant(clock_timestamp())) from received
        on conflict do nothing returning arrival_id, arrived_at
      )
      insert into arrival (id, log_id, sha256, arrived_at, body)
      select id, ${log}, sha256, arrived_at, substring(${joined}::bytea from start for length)
      from received join fresh on arrival_id = id`
  }

  return {
    record: (body) =>
      new Promise((resolve, reject) => {
        const accepted = group.offer({ body, hash: sha256(body), resolve, reject })
        if (!accepted) reject(busy('too many arrivals wait'))
      }),
    async close() {
      await group.idle()
      await writer.end()
    },
  }
}

function busy(message: string): DatabaseError {
  return new DatabaseError('busy', message)
}

interface OpenArrival {
  id: string
  arrivedAt: string
}

/** The arrivals that count for these bytes, by hash. */
async function findOpen(
  tx: Transaction,
  log: number,
  waiting: Waiting[],
): Promise<Map<string, OpenArrival>> {
  const { joined, starts } = pack(waiting.map(({ hash }) => hash))
  const rows = await tx<{ sha256: Uint8Array; id: string; arrivedAt: string }[]>`
    select sha256, arrival_id as id, arrived_at as "arrivedAt" from arrival_open
    where log_id = ${log} and sha256 in (
      select substring(${joined}::bytea from start for 32) from unnest(${starts}::int[]) as s (start))`
  return new Map(rows.map(({ sha256: hash, ...arrival }) => [toBase64(hash), arrival]))
}

/** An arrival that waits for its answer, with its bytes. */
export interface Unanswered extends OpenArrival {
  body: Uint8Array
}

/** The first arrivals of up to `until` that wait for an answer, oldest first. */
export async function unanswered(
  sql: Sql,
  log: number,
  until: string,
  limit: number,
): Promise<Unanswered[]> {
  return await sql<Unanswered[]>`
    select o.arrival_id as id, o.arrived_at as "arrivedAt", a.body
    from arrival_open o join arrival a on a.id = o.arrival_id
    where o.log_id = ${log} and o.arrived_at <= ${until} order by o.arrived_at, o.arrival_id limit ${limit}`
}

/** Whether an arrival of up to `until` waits for an answer. Sound only behind the barrier. */
export async function isArrivalOpen(tx: Transaction, log: number, until: string): Promise<boolean> {
  const [row] = await tx<{ open: boolean }[]>`
    select exists (select from arrival_open where log_id = ${log} and arrived_at <= ${until}) as open`
  return row?.open !== false
}

/** Drops arrivals with their answer: what came to no entry, or was in the log before, is not kept. */
export async function drop(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx`select drop_arrivals(${ids}::uuid[])`
}

/** Marks arrivals as answered by an entry: they stay. */
export async function answer(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx`delete from arrival_open where arrival_id = any(${ids}::uuid[])`
}
