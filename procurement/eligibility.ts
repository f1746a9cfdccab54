/**
 * Who may commit money and who may receive it: the officer's warrant (FAR 1.602-1) and the lists of
 * exclusions (FAR 9.405), checked at the award and again at each payment. Fails closed: a list that
 * was never loaded excludes all.
 */
import { refuse } from './act.ts'
import type { Context, Refusal, RegisterView } from './act.ts'
import { dateIn } from './calendar.ts'
import { exclusionsOf } from './exclusions.ts'
import { findRule, ruleOf } from './methods.ts'
import { compareMoney, showMoney } from './money.ts'
import { hiddenBy } from './refusals.ts'
import { rowKey, vendorRow, warrantsOf } from './register-rows.ts'
import type { ExclusionsRow } from './register-rows.ts'
import type { FileState, Money } from './state.ts'

/** Refuses if none of the officer's warrants in force covers the amount. */
export function checkWarrant(
  file: FileState,
  person: string,
  amount: Money,
  { register, legal }: Pick<Context, 'register' | 'legal'>,
): Refusal | undefined {
  const day = dateIn(file.open.zone, legal)
  const inForce = warrantsOf(register, person).filter(
    ({ from, to, limit }) => from <= day && day <= to && limit.currency === amount.currency,
  )
  if (inForce.some(({ limit }) => compareMoney(amount, limit) <= 0)) return undefined
  const greatest = inForce
    .map(({ limit }) => limit)
    .sort(compareMoney)
    .at(-1)
  return refuse(
    'over-warrant',
    ruleOf(file.open, 'warrant', legal),
    greatest
      ? `${showMoney(amount)} is above your warrant of ${showMoney(greatest)}.`
      : `You have no warrant in force in ${amount.currency}.`,
    'Hand the file to an officer whose warrant covers it.',
  )
}

/**
 * Refuses if a vendor is on a list of exclusions, or the list that the law names has never been
 * loaded.
 */
export function checkExclusions(
  file: FileState,
  vendor: string,
  { register, legal }: Pick<Context, 'register' | 'legal'>,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'exclusions', legal)
  const row = vendorRow(register, vendor)
  if (!row)
    return refuse('unknown-vendor', rule, `${vendor} is not registered.`, 'Check the vendor’s id.')
  if (sourceKeys(file, legal).some((key) => register(key) === undefined))
    return refuse(
      'excluded',
      rule,
      'The list of exclusions has never been loaded, so nobody can be checked against it.',
      'Ask a registrar to load it (exclusion.set).',
    )
  const [exclusion] = exclusionsOf(register, row, dateIn(file.open.zone, legal))
  if (!exclusion) return undefined
  return refuse(
    'excluded',
    rule,
    `${vendor} is excluded since ${exclusion.from}, says ${exclusion.source}.`,
    'Nothing is awarded or paid to an excluded vendor while the exclusion lasts.',
  )
}

/** Register keys of the lists that the law names for this file. */
export function sourceKeys(file: FileState, legal?: string): string[] {
  const source = findRule(file.open, 'exclusions', legal)?.value
  return source === undefined ? [] : [rowKey.exclusions(source)]
}

export function newestList(
  file: FileState,
  register: RegisterView,
  legal: string,
): number | undefined {
  const indexes = listsOf(file, register, legal).map(({ index }) => index)
  return indexes.length === 0 ? undefined : Math.max(...indexes)
}

/**
 * In a replay that has not seen a list, nobody can say who is on it. Asked last: all else is judged
 * before.
 */
export function checkListsSeen(
  file: FileState,
  { register, legal }: Pick<Context, 'register' | 'legal'>,
): Refusal | undefined {
  const isUnseen = listsOf(file, register, legal).some((row) => row.isUnseen)
  return isUnseen ? hiddenBy(ruleOf(file.open, 'exclusions', legal)) : undefined
}

function listsOf(file: FileState, register: RegisterView, legal: string): ExclusionsRow[] {
  // Written by `exclusion.set`.
  return sourceKeys(file, legal).flatMap(
    (key) => (register(key) as ExclusionsRow | undefined) ?? [],
  )
}
