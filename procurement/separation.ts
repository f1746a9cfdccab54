/**
 * Separation of duties: which two roles one person never holds in one file.
 *
 * Fixed pairs hold everywhere; a method adds its own (`separate`). Judged on the person over all acts in the file, sealed
 * ones included: two keys of one person are one person, and a hand-over counts for both. A refusal names both acts.
 */
import type { Role } from './act.ts'
import type { Method } from './methods.ts'
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

/** Whether one person may not hold both roles in a file of this method; before approval only the fixed pairs hold. */
export function areApart(a: Role, b: Role, method: Method | undefined): boolean {
  if (a === b) return false
  const pairs = method === undefined ? fixedPairs : [...fixedPairs, ...method.separate]
  return pairs.some(([one, other]) => covers(one, other, a, b) || covers(one, other, b, a))
}

function covers(one: Role, other: Role | '*', a: Role, b: Role): boolean {
  return one === a && (other === '*' || other === b)
}

/** Everything that a person did in a file. */
export function actsOf(file: FileState, person: string): Acted[] {
  return [...(file.open.actedAs[person] ?? []), ...(file.sealed?.actedAs[person] ?? [])]
}

/** Refuses the act of a person in a role if an earlier act of the same person is to be kept apart from it. */
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
  for (const person of Object.keys(file.open.actedAs).sort())
    for (const { role, t } of actsOf(file, person)) {
      const refusal = checkSeparation(file, { person, role, t }, method, rule)
      if (refusal !== undefined) return refusal
    }
  return undefined
}
