/**
 * What a form cannot type: documents are uploaded and cited by commitment, keys are made and proved, bids are sealed.
 * One function for each type that needs more than its fields; each is its own chunk, loaded when it is needed.
 */
import type { JsonObject } from '../../ledger/index.ts'
import type { PayloadFact } from '../facts-of.ts'
import type { Acting } from './act.ts'
import { uploadFiles } from './documents.ts'
import type { FieldProblem, FormReading } from './form.ts'

export type Completed =
  | {
      payload: JsonObject
      /** What this browser has sealed into it, which its bytes do not show. */
      inside?: PayloadFact[]
    }
  | { problems: FieldProblem[] }

/** Completes a payload of this type from what the form holds; may keep values of its own in the form. */
export type Completion = (
  read: FormReading,
  acting: Acting,
  form: HTMLFormElement,
) => Promise<Completed>

const completions: Record<string, () => Promise<Completion>> = {
  'bid.commit': () => import('./complete-bid.ts').then((m) => m.complete),
  'requisition.submit': () => import('./complete-requisition.ts').then((m) => m.complete),
  'requisition.approve': () => import('./complete-approval.ts').then((m) => m.complete),
  'solicitation.publish': () => import('./complete-solicitation.ts').then((m) => m.publish),
  'solicitation.amend': () => import('./complete-solicitation.ts').then((m) => m.amend),
  'opening.member': () => import('./complete-membership.ts').then((m) => m.join),
  'opening.release': () => import('./complete-release.ts').then((m) => m.release),
  'award.decide': () => import('./complete-award.ts').then((m) => m.decide),
  'opener.ping': () => import('./complete-membership.ts').then((m) => m.answer),
}

export async function completePayload(
  read: FormReading,
  acting: Acting,
  form: HTMLFormElement,
): Promise<Completed> {
  const completion = completions[acting.setting.t]
  if (completion) return (await completion())(read, acting, form)
  return await uploadFiles(read, acting)
}
