/**
 * What is paid for an invoice, and on which day: principal less discount, with interest through the
 * day on which the bank pays (FAR 32.906, 32.907; 5 CFR 1315.10). Pure reckoning over the record;
 * `payment.ts` has the acts.
 */
import { z } from 'zod'
import { refuse } from './act.ts'
import type { Refusal } from './act.ts'
import { addDays, dateIn, daysBetween, isWorkingDay } from './calendar.ts'
import { findRate, interestOf, lateTime } from './interest.ts'
import type { Interest } from './interest.ts'
import { netOf } from './matching.ts'
import { findRule, ruleOf, ruleValue } from './methods.ts'
import { addMoney, divideHalfUp, millionths, minorUnits, money, subtractMoney } from './money.ts'
import { dueDates, executionDate, later } from './payment-date.ts'
import { dateSchema, hashSchema, moneySchema } from './schemas.ts'
import type { Contract, FileState, Invoice, Money, Payment } from './state.ts'
import { legalTime } from './training.ts'

/**
 * Reasons of `pain.002` that say that the vendor's bank details are wrong (ISO 20022, external
 * status reasons).
 */
export const accountCodes: readonly string[] = [
  'AC01',
  'AC03',
  'AC04',
  'AC06',
  'AC07',
  'RC01',
  'RC04',
]

export const scheduleSchema = z.strictObject({
  invoice: hashSchema,
  amount: moneySchema,
  due: dateSchema,
  rule: z.string().min(1).max(64),
  discount: z.strictObject({ amount: moneySchema, by: dateSchema }).exactOptional(),
})

export type Schedule = z.infer<typeof scheduleSchema>

/** What interest is reckoned on: a payment, or what nobody has certified yet. */
export type Owed = Pick<Payment, 'amount' | 'due' | 'interestDue' | 'paused'>

/** A payment with its contract and invoice. */
export interface FoundPayment {
  contract: Contract
  invoice: Invoice
  payment: Payment
}

/** A payment by the statement hash of `payment.schedule`, or why there is none. */
export function findPayment(file: FileState, hash: string): FoundPayment | Refusal {
  return (
    paymentsOf(file).find((one) => one.payment.hash === hash) ??
    refuse(
      'unknown-reference',
      ruleOf(file.open, 'payment'),
      'No payment of this procurement has this hash.',
      'Cite the statement hash of payment.schedule.',
      '/payload/payment',
    )
  )
}

/** What `payment.schedule` says of an invoice that matches, signed on the legal instant `legal`. */
export function scheduleOf(
  file: FileState,
  contract: Contract,
  invoice: Invoice,
  legal: string,
): Schedule {
  const amount = netOf(contract, invoice)
  const { due, rule } = dueDates(file, contract, invoice)
  const discount = discountOf(file, invoice, amount)
  const isOffered = discount && dateIn(file.open.zone, legal) <= discount.by
  return {
    invoice: invoice.hash,
    amount,
    due,
    rule: rule.id,
    ...(isOffered ? { discount } : {}),
  }
}

/** What is owed for an invoice that stands: as it was certified, or as it would be. */
export function owedFor(file: FileState, contract: Contract, invoice: Invoice): Owed {
  const certified = Object.values(contract.payments).find((one) => one.invoice === invoice.hash)
  if (certified) return certified
  const { due, interestDue } = dueDates(file, contract, invoice)
  return { amount: netOf(contract, invoice), due, interestDue, paused: [] }
}

/** What the clock orders at the bank for a released payment on the legal instant `legal`. */
export interface BankOrder {
  payment: string
  endToEndId: string
  /** Interest included. */
  amount: Money
  executeOn: string
  /** Commitment of the bank details that the release pays to. */
  payTo: string
  vendor: string
  /** The vendor's number of the invoice, for the remittance text. */
  invoiceNumber: string
}

/** The order of a released payment, or why it waits; undefined where it is not released. */
export function bankOrderOf(
  file: FileState,
  hash: string,
  legal: string,
): BankOrder | Refusal | undefined {
  const found = findPayment(file, hash)
  if ('code' in found) return undefined
  const { contract, invoice, payment } = found
  if (payment.stage !== 'released' || !payment.release || payment.endToEndId === undefined)
    return undefined
  const { executeOn: planned, payTo } = payment.release
  const day = dateIn(file.open.zone, legal)
  const executeOn = day > planned ? executionDate(file, planned, day) : planned
  const refusal = checkRate(file, payment, executeOn)
  if (refusal) return refusal
  return {
    payment: hash,
    endToEndId: payment.endToEndId,
    amount: amountOn(file, payment, executeOn),
    executeOn,
    payTo,
    vendor: contract.vendor,
    invoiceNumber: invoice.number,
  }
}

/**
 * Interest that a payment owes if the money arrives on `paid`; undefined where it owes none. Throws
 * InterestFault where its rate is missing (`missingRate`).
 */
export function interestOn(file: FileState, payment: Owed, paid: string): Interest | undefined {
  const least = leastInterest(file, payment)
  if (least === undefined) return undefined
  const paused = pausedDays(payment, paid)
  const owed = interestOf(minorUnits(payment.amount), payment.interestDue, paid, paused)
  return owed && owed.amount >= least ? owed : undefined
}

/**
 * The least interest that is paid; undefined where the pack has no rule of interest in this
 * currency.
 */
function leastInterest({ open }: FileState, { amount, due }: Owed): bigint | undefined {
  const least = findRule(open, 'interest', due)
  return least?.value === undefined || least.unit !== amount.currency
    ? undefined
    : BigInt(least.value)
}

/**
 * The day whose rate of interest is needed where the money arrives on `paid`, and is not loaded.
 */
export function missingRate(file: FileState, payment: Owed, paid: string): string | undefined {
  if (leastInterest(file, payment) === undefined) return undefined
  const late = lateTime(payment.interestDue, paid, pausedDays(payment, paid))
  return late && !findRate(late.from) ? late.from : undefined
}

/** Refuses to pay on a day for which nobody can say the interest yet. */
export function checkRate(file: FileState, payment: Payment, paid: string): Refusal | undefined {
  const day = missingRate(file, payment, paid)
  if (day === undefined) return undefined
  return refuse(
    'rate-missing',
    ruleOf(file.open, 'interest', payment.due),
    `No rate of interest is loaded for ${day}, from which this late payment owes it.`,
    'Ask the operator for the release of Tenderbook that has the rate; the payment then goes out by itself.',
    '/payload/executeOn',
  )
}

export function paymentsOf(file: FileState): FoundPayment[] {
  return Object.values(file.open.contracts).flatMap((contract) =>
    Object.values(contract.payments).flatMap((payment) => {
      const invoice = contract.invoices[payment.invoice]
      return invoice ? [{ contract, invoice, payment }] : []
    }),
  )
}

/** The discount of the terms, reckoned from the invoice's date (FAR 32.906(e)). */
function discountOf(
  file: FileState,
  invoice: Invoice,
  amount: Money,
): { amount: Money; by: string } | undefined {
  const terms = file.open.solicitation?.terms.payment.discount
  if (!terms) return undefined
  const part = divideHalfUp(minorUnits(amount) * millionths(terms.percent), 100_000_000n)
  return { amount: money(part, amount.currency), by: addDays(invoice.date, terms.days) }
}

/** The day for which a payment is meant: the last of its discount, else the due date. */
export function targetOf({ discount, due }: Payment): string {
  return discount?.by ?? due
}

/**
 * The day on which the bank is to pay what is released on a day: a discount that is missed leaves
 * the due date.
 */
export function payDay(file: FileState, payment: Payment, released: string): string {
  const target = executionDate(file, targetOf(payment), released)
  return payment.discount && target > payment.discount.by
    ? executionDate(file, payment.due, released)
    : target
}

/** The planned day, or after an outage a working day until the first on which the bank can pay. */
export function isPayDay(
  file: FileState,
  payment: Payment,
  executeOn: string,
  legal: string,
): boolean {
  const planned = payment.release?.executeOn
  if (planned === undefined || executeOn < planned) return false
  const last = executionDate(file, planned, dateIn(file.open.zone, legal))
  return executeOn === planned || (executeOn <= last && isWorkingDay(executeOn, file.open.calendar))
}

/**
 * What the bank is asked to pay on a day: the principal, less a discount in its time, with
 * interest.
 */
export function amountOn(file: FileState, payment: Payment, executeOn: string): Money {
  const { amount, discount } = payment
  const principal =
    discount && executeOn <= discount.by ? subtractMoney(amount, discount.amount) : amount
  const interest = interestOn(file, payment, executeOn)?.amount ?? 0n
  return addMoney(principal, money(interest, amount.currency))
}

/**
 * Interest waits from the failure of wrong bank details until seven days after their correction.
 */
export function pausesOf(
  file: FileState,
  payment: Payment,
  correctedReal: string | undefined,
): Payment['paused'] {
  const last = payment.failures.at(-1)
  if (!last || !accountCodes.includes(last.code) || correctedReal === undefined)
    return payment.paused
  const corrected = dateIn(file.open.zone, legalTime(file.open.training, correctedReal))
  const days = Number(ruleValue(file.open, 'bank-hold', last.legal))
  const from = addDays(last.on, 1)
  return [...payment.paused, { from, to: later(from, addDays(corrected, days)) }]
}

/** Days of the late time until `paid` on which no interest runs. */
function pausedDays({ paused, interestDue }: Owed, paid: string): number {
  const first = addDays(interestDue, 1)
  return paused
    .map(({ from, to }) => daysBetween(later(from, first), to < paid ? to : paid) + 1)
    .reduce((sum, days) => sum + Math.max(days, 0), 0)
}
