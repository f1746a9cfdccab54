/** What the worker's loops ask of Temporal about one procurement: tell its workflow, look after it, end it. */
import type { Client } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import { followed, procurementId } from '../workflows/messages.ts'
import type { procurement } from '../workflows/procurement.ts'

/** `stuck`: its task fails again and again, as after a change of code that does not fit its history. */
export type Attendance = 'running' | 'stuck' | 'missing'

export interface Starter {
  /** Signals, and starts the workflow if none runs. Rejects where Temporal cannot be had: try again. */
  tell: (ocid: string, pseq: number) => Promise<void>
  /** Signals a running workflow; where none runs nothing is done. */
  remind: (ocid: string, pseq: number) => Promise<void>
  attendance: (ocid: string) => Promise<Attendance>
  /** Ends the running workflow. */
  terminate: (ocid: string, reason: string) => Promise<void>
}

/** A workflow's task that has failed so often is not going to succeed by itself. */
const attemptsMax = 5

export function createStarter(client: Client, taskQueue: string): Starter {
  const handleOf = (ocid: string): ReturnType<typeof client.workflow.getHandle> =>
    client.workflow.getHandle(procurementId(ocid))
  return {
    tell: async (ocid, pseq) => {
      await client.workflow.signalWithStart<typeof procurement, [{ pseq: number }]>('procurement', {
        workflowId: procurementId(ocid),
        taskQueue,
        args: [ocid, -1],
        signal: followed,
        signalArgs: [{ pseq }],
      })
    },
    remind: (ocid, pseq) => orNothing(handleOf(ocid).signal(followed, { pseq }), undefined),
    attendance: (ocid) => orNothing(attendanceOf(handleOf(ocid).describe()), 'missing'),
    terminate: async (ocid, reason) => {
      await orNothing(handleOf(ocid).terminate(reason), undefined)
    },
  }
}

async function attendanceOf(
  described: ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>,
): Promise<Attendance> {
  const { status, raw } = await described
  if (status.name !== 'RUNNING') return 'missing'
  return (raw.pendingWorkflowTask?.attempt ?? 0) >= attemptsMax ? 'stuck' : 'running'
}

async function orNothing<T, N>(answer: Promise<T>, nothing: N): Promise<T | N> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return nothing
    throw error
  }
}
