/**
 * A connection of its own for transactions, one after the other: the door's, which must not wait behind reads.
 *
 * Not the driver's own `begin`: when the server goes away within it, postgres 3.4.9 writes a rollback into the socket that
 * is no more, which throws where nobody can catch it, and may later let the rest of a dead transaction run in another
 * one (porsager/postgres issues 1208 and 1216). Here a connection that was lost is never touched again: what still comes
 * for it is rejected, and the next transaction gets a new one.
 */
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { clientOptions, isConnectionLost, type Sql, type Transaction } from './connection.ts'

export interface Lane {
  /**
   * Runs `work` in a transaction and commits; rolls back where it throws. Rejects with `work`'s error or the connection's:
   * after a lost one (`isConnectionLost`) a commit may have happened. Calls wait for each other.
   */
  begin<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Closes the connection when the last transaction is over. */
  end(): Promise<void>
}

const DIAL_MS = 5_000

interface Line {
  client: Sql
  connection: Transaction
  state: { isLost: boolean }
}

/** A lane to the database of `sql`; connects at the first transaction. */
export function openLane(sql: Sql): Lane {
  let line: Line | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { connection: tx, state } = (line ??= await dial(sql))
    try {
      await tx`begin`
      const result = await work(tx)
      if (state.isLost) throw new ConnectionClosed()
      await tx.unsafe('commit')
      return result
    } catch (error) {
      if (!state.isLost && !isConnectionLost(error)) await tx`rollback`.catch(hangUp)
      if (state.isLost || isConnectionLost(error)) hangUp()
      throw error
    }
  }

  function hangUp(): void {
    // It is gone, or of no use: nothing waits for its end.
    line?.client.end({ timeout: 0 }).catch(() => undefined)
    line = undefined
  }

  return {
    begin(work) {
      const result = last.then(() => transact(work))
      last = result.catch(() => undefined)
      return result
    },
    async end() {
      await last
      await line?.client.end({ timeout: 1 })
      line = undefined
    },
  }
}

async function dial(sql: Sql): Promise<Line> {
  const state = { isLost: false }
  const options = clientOptions(sql)
  const client: Sql = postgres({
    ...options,
    // Everything here is looked up by key. On a table that has just begun the planner would choose to read it whole,
    // and the trigger that follows the chain would keep that plan while the table grows.
    connection: { ...options.connection, enable_seqscan: false },
    max: 1,
    idle_timeout: 0,
    max_lifetime: 0,
    onclose: () => {
      state.isLost = true
    },
  })
  const timer = new AbortController()
  try {
    const connection = await Promise.race([client.reserve(), tooLate(timer.signal)])
    return { client, connection: guarded(connection, state), state }
  } catch (error) {
    client.end({ timeout: 0 }).catch(() => undefined)
    throw error
  } finally {
    timer.abort()
  }
}

/** The driver dials for ever where somebody takes the call and hangs up. */
async function tooLate(signal: AbortSignal): Promise<never> {
  await pause(DIAL_MS, undefined, { signal }).catch(() => undefined)
  throw new ConnectionClosed()
}

/** The connection while it stands; afterwards every query is rejected before the driver sees it. */
function guarded(connection: Transaction, state: { isLost: boolean }): Transaction {
  return new Proxy(connection, {
    apply(target, self, parts: unknown[]): unknown {
      if (state.isLost) return Promise.reject(new ConnectionClosed())
      return Reflect.apply(target, self, parts)
    },
  })
}

class ConnectionClosed extends Error {
  readonly code = 'CONNECTION_CLOSED'

  constructor() {
    super('the connection to the database was lost')
    this.name = 'ConnectionClosed'
  }
}
