/**
 * The messages of a procurement's workflow: its id, the one signal that it hears, and the types that it exchanges.
 *
 * The signal says only that there is news; it carries no fact (temporal.md 2.1). The rules and the record are read.
 */
import { defineSignal } from '@temporalio/workflow'

export type {
  Activities,
  Answer,
  ClockDuty,
  Progress,
  Sight,
  Step,
  View,
} from '../activities/view.ts'

/** Entries of the procurement up to `pseq` are in the record. */
export const followed = defineSignal<[{ pseq: number }]>('followed')

const prefix = 'procurement/'

/** The workflow id of a procurement. */
export function procurementId(ocid: string): string {
  return `${prefix}${ocid}`
}

/** The ocid that a workflow id names; undefined for the id of anything else. */
export function parseProcurementId(workflowId: string): string | undefined {
  return workflowId.startsWith(prefix) ? workflowId.slice(prefix.length) : undefined
}
