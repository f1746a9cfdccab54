/**
 * The messages of a procurement's workflow: its id, the one signal that it hears, what it shows, the types it exchanges.
 *
 * The signal says only that there is news; it carries no fact (temporal.md 2.1). The rules and the record are read.
 */
import { defineSearchAttributeKey } from '@temporalio/common'
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

/** For operators to find and filter by; nothing of ours depends on them. `WaitingFor` is a role, never a person. */
export const ocidKey = defineSearchAttributeKey('Ocid', 'KEYWORD')
export const agencyKey = defineSearchAttributeKey('Agency', 'KEYWORD')
export const stageKey = defineSearchAttributeKey('Stage', 'KEYWORD')
export const methodKey = defineSearchAttributeKey('Method', 'KEYWORD')
export const waitingForKey = defineSearchAttributeKey('WaitingFor', 'KEYWORD')
export const dueAtKey = defineSearchAttributeKey('DueAt', 'DATETIME')

/** To be registered before the first worker starts: an unknown one fails the workflow's task for ever. */
export const searchAttributes = [ocidKey, agencyKey, stageKey, methodKey, waitingForKey, dueAtKey]

const prefix = 'procurement/'

/** The workflow id of a procurement. */
export function procurementId(ocid: string): string {
  return `${prefix}${ocid}`
}

/** The ocid that a workflow id names; undefined for the id of anything else. */
export function parseProcurementId(workflowId: string): string | undefined {
  return workflowId.startsWith(prefix) ? workflowId.slice(prefix.length) : undefined
}
