/**
 * The reconciler: finds procurements that their workflow neglects, and gets it going again (temporal.md 2.2).
 *
 * A plain loop and no Temporal schedule, since it has to survive the loss of Temporal's database. It asks the record
 * which procurements are open and what they owe, and Temporal who looks after them: one without a running workflow is
 * started again, one whose workflow fails task after task is archived, ended and started again. A workflow holds no
 * authority and no fact, so this is safe at any moment. What is overdue by more than a minute raises an alarm, once.
 */
import type { Attendance } from './starter.ts'

export interface ReconcilerDependencies {
  /** Ocids of procurements that have not ended, from the record. */
  running: () => Promise<string[]>
  /** Ocids of those whose clock has owed something for more than `forMs`. */
  overdue: (forMs: number) => Promise<string[]>
  /** `pseq` of the last step of one. */
  lastStep: (ocid: string) => Promise<number>
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
  /** Those that were overdue in the round before: the alarm is raised once. */
  let late = new Set<string>()

  async function lookAfter(ocid: string, isLate: boolean): Promise<void> {
    const attendance = await deps.attendance(ocid)
    if (attendance === 'running' && !isLate) return
    if (attendance !== 'running') deps.alarm(`the workflow is ${attendance}`, { ocid })
    if (attendance === 'stuck') await deps.end(ocid)
    await deps.tell(ocid, await deps.lastStep(ocid))
  }

  return async () => {
    const overdue = new Set(await deps.overdue(overdueMs))
    for (const ocid of overdue) if (!late.has(ocid)) deps.alarm('a duty is overdue', { ocid })
    late = overdue
    for (const ocid of await deps.running()) {
      try {
        await lookAfter(ocid, overdue.has(ocid))
      } catch (error) {
        // The others are not to suffer for it; the next round tries again.
        deps.alarm('a procurement could not be looked after', { ocid, error: String(error) })
      }
    }
  }
}
