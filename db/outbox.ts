/**
 * What workflows have not been told yet: for each procurement its newest open step. The relay reads the oldest first,
 * signals, and clears only what it has told; a step that came meanwhile stays.
 *
 * Whoever listens (`live.ts`) is told of the same steps when they are committed. A sealed act is in neither.
 */
import { and, asc, eq, gt, lt } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import type { Sql, Transaction } from './connection.ts'
import { outbox } from './schema.ts'

/** Where PostgreSQL tells of new steps, each as `<tender> <pseq>`. */
export const STEPS_CHANNEL = 'step'

export interface PendingStep {
  tender: string
  /** Number of its newest open entry. */
  pseq: number
  /** That entry's time. */
  at: string
}

export interface Outbox {
  /** Procurements with untold steps, those longest without news first. */
  pending(limit: number): Promise<PendingStep[]>
  /** Notes that a workflow was told of all steps up to `pseq`. */
  clear(tender: string, pseq: number): Promise<void>
}

export function createOutbox(sql: Sql): Outbox {
  const db = drizzle(sql)
  return {
    pending: (limit) =>
      db
        .select({ tender: outbox.tender, pseq: outbox.pseq, at: outbox.at })
        .from(outbox)
        .where(gt(outbox.pseq, outbox.signalled))
        .orderBy(asc(outbox.at))
        .limit(limit),
    async clear(tender, pseq) {
      await db
        .update(outbox)
        .set({ signalled: pseq })
        .where(and(eq(outbox.tender, tender), lt(outbox.signalled, pseq)))
    },
  }
}

/** Notes the newest open step of each of these procurements, for its workflow and for whoever listens. */
export async function writeSteps(tx: Transaction, steps: readonly PendingStep[]): Promise<void> {
  if (steps.length === 0) return
  await tx`
    with written as (
      insert into outbox (tender, pseq, at) select * from unnest(
        ${steps.map(({ tender }) => tender)}::text[],
        ${steps.map(({ pseq }) => pseq)}::bigint[],
        ${steps.map(({ at }) => at)}::text[])
      on conflict (tender) do update set pseq = excluded.pseq, at = excluded.at
      returning tender, pseq)
    select pg_notify(${STEPS_CHANNEL}, tender || ' ' || pseq) from written`
}
