/**
 * What is owed in a file: the duties of all stages, second signatures that are awaited, and the
 * clock's reminders; when they are due in real time, and what the clock's statements say.
 */
import type { JsonObject } from '../ledger/index.ts'
import type { DraftContext, Duty } from './act.ts'
import { ownRule } from './refusals.ts'
import { remindersOf } from './reminders.ts'
import { isRegisterAct, ownAct, stages } from './stages.ts'
import type { FileState } from './state.ts'
import { legalTime, realTime } from './training.ts'

/** What is owed in a file, the clock's own duties and its reminders included. */
export function due(file: FileState): Duty[] {
  const owed = [...stages.flatMap((stage) => stage.due(file)), ...cosignDuties(file)]
  return [...owed, ...remindersOf(file, owed)]
}

/** What the clock's statement says to fulfil a duty, where the record alone determines it. */
export function draftPayload(
  file: FileState,
  duty: Duty,
  context: DraftContext,
): JsonObject | undefined {
  const act = ownAct(duty.type)
  if (duty.payload !== undefined || act === undefined || isRegisterAct(act)) return duty.payload
  return act.draft?.(file, duty, context)
}

/** Legal time of a file at a real instant; without a file they are the same. */
export function legalOf(file: FileState | undefined, real: string): string {
  return legalTime(file?.open.training, real)
}

/** The first real instant at which a file's legal clock has reached `legal`. */
export function realOf(file: FileState, legal: string): string {
  return realTime(file.open.training, legal)
}

/** Real instant from which a duty can be done, and by which it must; what a timer waits for. */
export function realTimes(file: FileState, duty: Duty): { from: string; by?: string } {
  if (duty.clock === 'real')
    return duty.by === undefined ? { from: duty.from } : { from: duty.from, by: duty.by }
  const from = realOf(file, duty.from)
  return duty.by === undefined ? { from } : { from, by: realOf(file, duty.by) }
}

function cosignDuties({ open }: FileState): Duty[] {
  return Object.entries(open.pending).map(([hash, { t, legal }]) => ({
    key: `${t}.cosign/${hash}`,
    type: `${t}.cosign`,
    role: ownAct(t)?.cosign?.roles[0] ?? 'CO',
    subject: hash,
    from: legal,
    clock: 'legal',
    rule: ownRule('two-persons'),
    otherwise: 'The act has no effect until a second person signs.',
    cause: hash,
  }))
}
