/**
 * Separation of duties: which two roles one person never holds in one file.
 *
 * Fixed pairs hold everywhere; a method adds its own (`separate`). Judged on the person over all
 * acts in the file, sealed ones included: two keys of one person are one person, and a hand-over
 * counts for both. A refusal names both acts.
 */
import type { Role } from './act.ts'
import { packs, type Method } from './methods.ts'
import { refuse, type Refusal, type RuleReference } from './refusals.ts'
import type { Acted, FileState } from './state.ts'

export type Pair = readonly [Role, Role | '*']

/** No method lifts these: who asks, decides, receives and pays are never the officer, and so on. */
export const fixedPairs: readonly Pair[] = [
  ['RQ', 'CO'],
  ['AP', 'CO'],
  ['AC', 'CO'],
  ['PO', 'CO'],
  ['PO', 'AC'],
  ['TR', 'PO'],
]

/** The strictest method's pairs, for methods that take the whole matrix. */
export const wholeMatrix: readonly Pair[] = [
  ...fixedPairs,
  ['BU', 'RQ'],
  ['CO', 'BU'],
  ['AP', 'RQ'],
  ['OO', 'RQ'],
  ['OO', 'CO'],
  ['AC', 'BU'],
  ['AC', 'AP'],
  ['PO', 'RQ'],
  ['PO', 'BU'],
  ['PO', 'AP'],
  ['TR', 'RQ'],
  ['TR', 'CO'],
  ['TR', 'AP'],
  ['TR', 'AC'],
  ['RG', '*'],
  ['AU', '*'],
  ['VE', '*'],
]

/**
 * Whether one person may not hold both roles in a file of this method. Before approval a file has
 * none: then only what every method keeps apart is refused, and the approval judges the rest
 * (`checkWholeFile`).
 */
export function areApart(a: Role, b: Role, method: Method | undefined): boolean {
  if (a === b) return false
  if (method === undefined) return everyMethod.every((one) => areApart(a, b, one))
  return [...fixedPairs, ...method.separate].some(
    ([one, other]) => covers(one, other, a, b) || covers(one, other, b, a),
  )
}

const everyMethod = packs.flatMap(({ methods }) => methods)

function covers(one: Role, other: Role | '*', a: Role, b: Role): boolean {
  return one === a && (other === '*' || other === b)
}

/** Everything that a person did in a file. */
function actsOf(file: FileState, person: string): Acted[] {
  return [...(file.open.actedAs[person] ?? []), ...(file.sealed?.actedAs[person] ?? [])]
}

/**
 * Refuses the act of a person in a role if an earlier act of the same person is to be kept apart
 * from it.
 */
export function checkSeparation(
  file: FileState,
  next: { person: string; role: Role; t: string },
  method: Method | undefined,
  rule: RuleReference,
): Refusal | undefined {
  const earlier = actsOf(file, next.person).find(({ role }) => areApart(role, next.role, method))
  if (earlier === undefined) return undefined
  return refuse(
    'separation',
    rule,
    `${next.person} acted as ${earlier.role} in ${earlier.t} (${earlier.hash}); the same person cannot act as ` +
      `${next.role} in ${next.t}.`,
    `Let another person who holds ${next.role} do this.`,
    '/role',
  )
}

/** Refuses if the acts so far already break the pairs of a method that is about to be pinned. */
export function checkWholeFile(
  file: FileState,
  method: Method,
  rule: RuleReference,
): Refusal | undefined {
  for (const person of Object.keys(file.open.actedAs).sort()) {
    const acts = actsOf(file, person)
    for (const [i, later] of acts.entries()) {
      const earlier = acts.slice(0, i).find(({ role }) => areApart(role, later.role, method))
      if (earlier !== undefined) return brokenBefore(person, [earlier, later], method, rule)
    }
  }
  return undefined
}

/**
 * Nobody signs the refused act wrongly: it is the method that does not fit what two earlier acts
 * have done.
 */
function brokenBefore(
  person: string,
  [earlier, later]: [Acted, Acted],
  { id }: Method,
  rule: RuleReference,
): Refusal {
  return refuse(
    'separation',
    rule,
    `${person} acted as ${earlier.role} in ${earlier.t} (${earlier.hash}) and as ${later.role} in ${later.t} ` +
      `(${later.hash}); ${id} keeps the two apart.`,
    `What was signed stays signed: choose a method that allows both, or begin a new request in which another ` +
      `person acts as ${later.role}.`,
    '/payload/method',
  )
}
