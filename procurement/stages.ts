/**
 * All acts of the process by statement type, merged from the stage files, and the acts of the
 * register.
 */
import type { Act, RegisterAct, StageRules } from './act.ts'
import { award } from './award.ts'
import { bidding } from './bidding.ts'
import { closeout } from './closeout.ts'
import { contract } from './contract.ts'
import { delivery } from './delivery.ts'
import { disclosure } from './disclosure.ts'
import { evaluation } from './evaluation.ts'
import { invoice } from './invoice.ts'
import { keyHolders } from './key-holders.ts'
import { opening } from './opening.ts'
import { payment } from './payment.ts'
import { pings } from './pings.ts'
import { questions } from './questions.ts'
import { registerActs } from './register.ts'
import { reminders } from './reminders.ts'
import { requisition } from './requisition.ts'
import { solicitation } from './solicitation.ts'

/** The stages in the order of the process; reminders look at what all others leave owed. */
export const stages: readonly StageRules[] = [
  requisition,
  keyHolders,
  solicitation,
  pings,
  questions,
  bidding,
  opening,
  disclosure,
  evaluation,
  award,
  contract,
  delivery,
  invoice,
  payment,
  closeout,
]

/** Every act in a file, by statement type. */
export const fileActs: Readonly<Record<string, Act<never>>> = merged([
  ...stages.map(({ acts }) => acts),
  reminders.acts,
])

/**
 * One table of all. Throws TypeError where two stages claim a type: one of them would never run.
 */
function merged(tables: readonly Record<string, Act<never>>[]): Record<string, Act<never>> {
  const all = tables.flatMap((table) => Object.entries(table))
  const types = all.map(([t]) => t)
  const twice = types.find((t, i) => types.indexOf(t) !== i)
  if (twice !== undefined) throw new TypeError(`two stages claim ${twice}`)
  return Object.fromEntries(all)
}

export type AnyAct = Act<never> | RegisterAct<never>

const COSIGN = '.cosign'

/**
 * The act that a statement type does by itself; undefined for cosigns of another act and unknown
 * types.
 */
export function ownAct(t: string): AnyAct | undefined {
  if (Object.hasOwn(fileActs, t)) return fileActs[t]
  return Object.hasOwn(registerActs, t) ? registerActs[t] : undefined
}

/** The statement type that a `<t>.cosign` completes; undefined where `t` is no such type. */
export function cosignedType(t: string): string | undefined {
  if (!t.endsWith(COSIGN) || ownAct(t) !== undefined) return undefined
  const base = t.slice(0, -COSIGN.length)
  return ownAct(base)?.cosign === undefined ? undefined : base
}

/** The act behind a statement type, that of the first signature for a cosign. */
export function findAct(t: string): AnyAct | undefined {
  return ownAct(cosignedType(t) ?? t)
}

export function isRegisterAct(act: AnyAct): act is RegisterAct<never> {
  return 'register' in act
}

/** Whether statements of this type become blinded entries. */
export function isSealedType(t: string): boolean {
  return ownAct(t)?.sealed === true
}

/** Whether statements of this type are journalled on arrival and go to `/api/arrivals`. */
export function racesDeadline(t: string): boolean {
  return ownAct(t)?.racesDeadline === true
}

/** Whether statements of this type concern no file. */
export function isRegisterType(t: string): boolean {
  const act = findAct(t)
  return act !== undefined && isRegisterAct(act)
}

/** Every statement type of this build, cosigns included, in order. */
export function statementTypes(): string[] {
  const own = [...Object.keys(fileActs), ...Object.keys(registerActs)]
  const cosigns = own.filter((t) => ownAct(t)?.cosign !== undefined).map((t) => t + COSIGN)
  return [...new Set([...own, ...cosigns])].sort()
}
