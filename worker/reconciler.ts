/**
 * The reconciler: finds procurements that their workflow neglects, and gets it going again (temporal.md 2.2).
 *
 * A plain loop and no Temporal schedule, since it has to survive the loss of Temporal's database. It asks the record
 * which procurements are open and what they owe, and Temporal who looks after them: one without a running workflow is
 * started again, one whose workflow fails task after task is archived, ended and started again. A workflow holds no
 * authority and no fact, so this is safe at any moment. What is overdue by more than a minute raises an alarm, once.
 */
import type { Attendance } from './starter.ts'

/** An open procurement as the record has it. */
export interface OpenProcurement {
  ocid: string
  /** `pseq` of its last open entry. */
  pseq: number
  /** The clock's next duty, its moment in real time. */
  next?: { key: string; at: string }
}

export interface ReconcilerDependencies {
  /** Open procurements, from the record. */
  open: () => Promise<OpenProcurement[]>
  /** The record's clock. */
  now: () => Promise<string>
  /** How Temporal looks after one. */
  attendance: (ocid: string) => Promise<Attendance>
  tell: (ocid: string, pseq: number) => Promise<void>
  /** Archives and ends a run, so that `tell` starts another. */
  end: (ocid: string) => Promise<void>
  alarm: (what: string, detail: Record<string, unknown>) => void
}

const overdueMs = 60_000

/** One round. */
export function createReconciler(deps: ReconcilerDependencies): () => Promise<void> {
  /** Duties that the alarm was raised for. */
  const told = new Set<string>()

  async function check({ ocid, pseq, next }: OpenProcurement, nowMs: number): Promise<void> {
    const isOverdue = next !== undefined && Date.parse(next.at) < nowMs - overdueMs
    if (isOverdue && !told.has(`${ocid} ${next.key}`)) {
      told.add(`${ocid} ${next.key}`)
      deps.alarm('a duty is overdue', { ocid, duty: next.key, at: next.at })
    }
    const attendance = await deps.attendance(ocid)
    if (attendance === 'running' && !isOverdue) return
    if (attendance !== 'running') deps.alarm(`the workflow is ${attendance}`, { ocid })
    if (attendance === 'stuck') await deps.end(ocid)
    await deps.tell(ocid, pseq)
  }

  return async () => {
    const nowMs = Date.parse(await deps.now())
    for (const procurement of await deps.open()) {
      try {
        await check(procurement, nowMs)
      } catch (error) {
        // The others are not to suffer for it; the next round tries again.
        deps.alarm('a procurement could not be looked after', {
          ocid: procurement.ocid,
          error: String(error),
        })
      }
    }
  }
}
