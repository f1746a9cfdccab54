/**
 * Key tests while bids can still be sealed anew (security reference 4.3): 72 and 24 hours before
 * bids are due the clock asks every key holder to show that its key still opens. Fewer than k + 1
 * answers raise an alarm: one more loss, and nobody could open the bids. The officer then reaches
 * the holders, or moves the deadline and names other keys.
 *
 * A holder is asked on the legal clock and has real time to answer, as after the close: on a fast
 * training clock bids are due before anyone is late. Refuses a ping for a key that the person does
 * not hold.
 */
import { z } from 'zod'
import { act, type Duty, type StageRules } from './act.ts'
import { isMember, isNamed, notMember } from './key-holders.ts'
import { ownRule } from './refusals.ts'
import { hashSchema, idSchema } from './schemas.ts'
import type { OpenState, Solicitation, SolicitationTerms } from './state.ts'
import { ENVELOPE, envelopeSchema } from './terms.ts'
import { addMicroseconds, HOUR, realTime } from './training.ts'

const HOURS_BEFORE = [72n, 24n]
/**
 * From asking to the alarm: a working day for a person, and half of what is left at the last call.
 */
const PATIENCE = 12n * HOUR

const ping = act({
  row: 'P3',
  roles: ['OO'],
  stages: ['open'],
  schema: z.strictObject({
    envelope: envelopeSchema,
    group: idSchema,
    id: idSchema,
    challenge: hashSchema,
    opened: hashSchema,
  }),
  decide: ({ open }, { statement, payload }) =>
    isMember(open, statement.actor, payload) ? undefined : notMember(open),
  evolve: ({ open }, { payload: { envelope, group, id } }, { legal }) => {
    open.opening.pings.push({ envelope, group, id, legal })
    return undefined
  },
})

export const pings: StageRules = {
  acts: { 'opener.ping': ping },
  due: ({ open }) =>
    open.stage === 'open' && open.solicitation !== undefined
      ? pingsOwed(open, open.solicitation)
      : [],
}

/** One time at which the holders are asked. */
interface Call {
  /** Names the call in what the clock says, and the deadline that it is before. */
  key: string
  /** Legal. */
  at: string
  /** Statement that set the deadline. */
  cause: string
}

/** A call that was made; level 2: its alarm was raised. */
type Asked = Call & { told: { level: number; legal: string } }

function pingsOwed(open: OpenState, solicitation: Solicitation): Duty[] {
  const calls = callsOf(solicitation)
  const asked = calls.flatMap((call): Asked[] => {
    const told = open.reminded[call.key]
    return told === undefined ? [] : [{ ...call, told }]
  })
  const last = asked.at(-1)
  return [
    ...calls.filter(({ key }) => open.reminded[key] === undefined).map(askDuty),
    ...(last === undefined ? [] : answersOwed(open, solicitation.terms, last)),
  ]
}

/** The calls before the deadline as it is now, as far as they come after it was set. */
function callsOf({ deadlineBy, terms, amendments, publishedLegal }: Solicitation): Call[] {
  const set = amendments.find(({ hash }) => hash === deadlineBy)?.legal ?? publishedLegal
  return HOURS_BEFORE.map((hours) => ({
    key: `opener.ping/${ENVELOPE}/${hours}h/${deadlineBy}`,
    at: addMicroseconds(terms.bidsUntil, -hours * HOUR),
    cause: deadlineBy,
  })).filter(({ at }) => at > set)
}

function askDuty({ key, at, cause }: Call): Duty {
  return {
    key: `duty.remind/${key}`,
    type: 'duty.remind',
    role: 'CK',
    subject: key,
    from: at,
    by: at,
    clock: 'legal',
    rule: ownRule('opening-key'),
    otherwise: 'Nobody knows whether the keys still open.',
    cause,
    payload: { duty: key, role: 'OO', since: at, level: 1 },
  }
}

/**
 * The answers that are missing; with too few, the alarm, and then what the officer can do about it.
 */
function answersOwed(open: OpenState, terms: SolicitationTerms, call: Asked): Duty[] {
  const ends = realTime(open.training, terms.bidsUntil)
  const from = realTime(open.training, call.told.legal)
  const late = addMicroseconds(from, PATIENCE)
  const by = late < ends ? late : ends
  const owed = missingAnswers(open, terms, call).map((answer) => ({ ...answer, from, by }))
  if (areEnough(open, terms, call)) return owed
  if (call.told.level > 1) return [...owed, { ...moveDuty(open, call), from, by: ends }]
  return late < ends ? [...owed, { ...alarmDuty(call), from: late, by: late }] : owed
}

type Timeless = Omit<Duty, 'from' | 'by'>

function sharedOf({ key, cause }: Call): Pick<Duty, 'clock' | 'rule' | 'cause' | 'subject'> {
  return { clock: 'real', rule: ownRule('opening-key'), cause, subject: key }
}

function missingAnswers(
  { opening }: OpenState,
  { openingKey }: SolicitationTerms,
  call: Call,
): Timeless[] {
  return opening.members
    .filter(({ group, id }) => isNamed(openingKey, group, id) && !hasAnswered(opening, call, id))
    .map(({ id, person }) => ({
      ...sharedOf(call),
      key: `${call.key}/${id}`,
      type: 'opener.ping',
      role: 'OO',
      person,
      subject: id,
      otherwise: 'With too few answers the officer is told, and may name other key holders.',
    }))
}

/** More than k of every group: one may still be lost. */
function areEnough({ opening }: OpenState, { openingKey }: SolicitationTerms, call: Call): boolean {
  return openingKey.groups.every(
    ({ k, members }) => members.filter(({ id }) => hasAnswered(opening, call, id)).length > k,
  )
}

/** Ids are of one membership each. */
function hasAnswered({ pings: answers }: OpenState['opening'], { at }: Call, id: string): boolean {
  return answers.some((answer) => answer.id === id && answer.legal >= at)
}

function alarmDuty(call: Call): Timeless {
  const { key, at } = call
  return {
    ...sharedOf(call),
    key: `duty.escalate/${key}`,
    type: 'duty.escalate',
    role: 'CK',
    otherwise: 'Nobody is warned that the bids may stay sealed.',
    payload: { duty: key, role: 'CO', since: at, level: 2 },
  }
}

/** Stands until enough holders have answered, or the deadline is another. */
function moveDuty({ assigned }: OpenState, call: Call): Timeless {
  return {
    ...sharedOf(call),
    key: `solicitation.amend/${call.key}`,
    type: 'solicitation.amend',
    role: 'CO',
    ...(assigned.CO === undefined ? {} : { person: assigned.CO }),
    otherwise:
      'Too few key holders answered: without them the bids stay sealed. Reach them, or move the deadline.',
  }
}
