/**
 * Reminders and escalations: what the clock says when a person's duty is not done in time. One
 * reminder when the time is over, one escalation three days later to who stands above; then
 * silence, since the record says it already.
 *
 * Only duties of legal time are reminded of; an opening has its own delay record. Nothing is said
 * of vendors' duties before the award, since that could tell who bids.
 */
import { z } from 'zod'
import { act, type Duty, type Role, type StageRules } from './act.ts'
import { addDays, startOfDay } from './calendar.ts'
import { ownRule } from './refusals.ts'
import { momentSchema } from './schemas.ts'
import type { FileState } from './state.ts'
import { addMicroseconds, DAY } from './training.ts'

/** From reminder to escalation. */
const PATIENCE = 3n * DAY

const sayingSchema = z.strictObject({
  /** Key of the duty. */
  duty: z.string().min(1).max(300),
  /** Who owes it; of an escalation: who is told. */
  role: z.string().min(2).max(4),
  since: momentSchema,
  level: z.int().min(1).max(2),
})

const saying = act({
  row: '',
  roles: ['CK'],
  schema: sayingSchema,
  // The engine has compared the payload with the duty's.
  decide: () => undefined,
  evolve: ({ open }, { payload: { duty, level } }, { legal }) => {
    open.reminded[duty] = { level, legal }
    return undefined
  },
})

export const reminders = {
  acts: { 'duty.remind': saying, 'duty.escalate': saying },
} satisfies Pick<StageRules, 'acts'>

/** The clock's duties to remind people of what they owe. */
export function remindersOf(file: FileState, owed: readonly Duty[]): Duty[] {
  return owed.flatMap((duty) => {
    const reminder = reminderOf(file, duty)
    return reminder === undefined ? [] : [reminder]
  })
}

function reminderOf({ open }: FileState, duty: Duty): Duty | undefined {
  if (duty.role === 'CK' || duty.clock !== 'legal' || duty.by === undefined) return undefined
  if (duty.role === 'VE' && open.award === undefined) return undefined
  const over = duty.by.length === 10 ? startOfDay(addDays(duty.by, 1), open.zone) : duty.by
  const level = (open.reminded[duty.key]?.level ?? 0) + 1
  if (level > 2) return undefined
  const type = level === 1 ? 'duty.remind' : 'duty.escalate'
  const told = level === 1 ? duty.role : above(duty.role)
  const at = level === 1 ? over : addMicroseconds(over, PATIENCE)
  return {
    key: `${type}/${duty.key}`,
    type,
    role: 'CK',
    subject: duty.key,
    from: at,
    by: at,
    clock: 'legal',
    rule: ownRule('duty'),
    otherwise: 'Nobody is reminded.',
    cause: duty.cause,
    payload: { duty: duty.key, role: told, since: duty.by, level },
  }
}

/** Who hears of a duty that was not done even when reminded. */
function above(role: Role): Role {
  return role === 'AP' ? 'CO' : 'AP'
}
