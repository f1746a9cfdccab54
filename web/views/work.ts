/** "What you need to do" and "Where is it?": duties as a person reads them, from the same duties that the clock sees. */
import type { Duty, OpenState } from '../../procurement/index.ts'
import { taskFor } from '../sentences.ts'
import { termsOf } from '../terms.ts'
import { stageLabels } from './procurements.ts'

export interface Task {
  key: string
  t: string
  /** Verb first: "Certify the funds". */
  label: string
  ocid: string
  title: string
  /** Legal instant; absent: the law sets no limit. */
  by?: string
  isOver: boolean
  /** What happens if nobody does it. */
  otherwise: string
  cite: string
  zone: string
  /** What it is about, for the address of its page. */
  subject?: string
}

export interface WhereRow {
  ocid: string
  title: string
  stage: string
  /** Whose turn it is, in words. */
  turn: string
  isYours: boolean
  /** Legal instant since which it waits. */
  since?: string
  by?: string
  next: string
  zone: string
}

export interface WorkView {
  format: 'tenderbook-work/1'
  name: string
  tasks: Task[]
  files: WhereRow[]
}

export function taskOf(open: OpenState, duty: Duty, legalNow: string): Task {
  return {
    key: duty.key,
    t: duty.type,
    label: taskFor(duty.type, termsOf(open.method)),
    ocid: open.ocid,
    title: titleOf(open),
    ...(duty.by === undefined ? {} : { by: duty.by }),
    isOver: duty.by !== undefined && duty.by < legalNow,
    otherwise: duty.otherwise,
    cite: duty.rule.cite,
    zone: open.zone,
    ...(duty.subject === undefined ? {} : { subject: duty.subject }),
  }
}

export const titleOf = (open: OpenState): string =>
  open.solicitation?.terms.title ?? open.requisition.title

export const stageOf = (open: OpenState): string => stageLabels[open.stage]
