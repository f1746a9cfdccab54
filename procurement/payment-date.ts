/**
 * When an invoice is to be paid (clock T9): the later of the nth day after a proper invoice and the
 * nth day after acceptance, moved to a working day (FAR 32.904(b)(1), 32.906(b)(3)); and the day
 * after which interest runs, which takes acceptance by silence for acceptance (FAR
 * 32.904(b)(1)(ii)(B)). All days are plain dates in the file's zone.
 *
 * What a pack has no rule for does not happen: without `constructive` silence is no acceptance,
 * without `pay.arrival` an invoice counts on the day it arrives at any hour.
 */
import {
  addDays,
  dateIn,
  daysBetween,
  deadline,
  instantOf,
  isWorkingDay,
  workingDayFrom,
} from './calendar.ts'
import { creditsOf, stands } from './matching.ts'
import { findRule, ruleOf, ruleValue } from './methods.ts'
import { millionths } from './money.ts'
import type { RuleReference } from './refusals.ts'
import type { Contract, Delivery, FileState, Invoice } from './state.ts'

export interface DueDates {
  due: string
  /** Interest runs from the day after. */
  interestDue: string
  rule: RuleReference
}

/** The due dates of an invoice that stands. */
export function dueDates(file: FileState, contract: Contract, invoice: Invoice): DueDates {
  const days = paymentDays(file)
  const after = (date: string): string => period(file, date, days)
  const received = after(countedAsReceived(file, contract, invoice))
  const accepted = after(acceptedOn(file, contract, invoice, realDate))
  const silent = after(
    acceptedOn(file, contract, invoice, (delivery) => silentDate(file, delivery)),
  )
  return {
    due: later(received, accepted),
    interestDue: later(received, silent),
    rule: ruleOf(file.open, 'pay.due', invoice.receivedLegal),
  }
}

/** How a due date comes about: two periods of so many days, of which the later counts. */
export interface DueReason {
  days: number
  /** From the day on which the invoice counts as received; `to` is not moved to a working day. */
  received: { from: string; to: string }
  /** From the day by which all that it bills was accepted. */
  accepted: { from: string; to: string }
}

/** Why `dueDates` gives this day. */
export function dueReason(file: FileState, contract: Contract, invoice: Invoice): DueReason {
  const days = paymentDays(file)
  const since = (from: string): { from: string; to: string } => ({ from, to: addDays(from, days) })
  return {
    days,
    received: since(countedAsReceived(file, contract, invoice)),
    accepted: since(acceptedOn(file, contract, invoice, realDate)),
  }
}

/** The day on which silence becomes acceptance; undefined where the pack has no such rule. */
export function silenceEnds(file: FileState, delivery: Delivery): string | undefined {
  const days = findRule(file.open, 'constructive', delivery.announcedLegal)?.value
  if (days === undefined) return undefined
  return addDays(delivery.report?.deliveredOn ?? delivery.deliveredOn, Number(days))
}

/** First day on which the law lets a payment leave; undefined where the pack has no such rule. */
export function earliestPayment(file: FileState, due: string): string | undefined {
  const days = findRule(file.open, 'pay.early', due)?.value
  return days === undefined ? undefined : addDays(due, -Number(days))
}

/**
 * The day on which the bank is to pay what is released on `released`: `due`, or as soon as the bank
 * can.
 */
export function executionDate(file: FileState, due: string, released: string): string {
  return later(due, deadline(released, bankDays(file), 'wd', file.open.calendar, file.open.zone))
}

/** The last working day on which the bank can be asked to pay on `executeOn`. */
export function orderDate(file: FileState, executeOn: string): string {
  let day = executeOn
  for (let left = bankDays(file); left > 0;) {
    day = addDays(day, -1)
    if (isWorkingDay(day, file.open.calendar)) left--
  }
  return day
}

/** The last day of a period of `days` after a plain date. */
export function period(file: FileState, date: string, days: number): string {
  return deadline(date, days, 'd', file.open.calendar, file.open.zone)
}

/** The last microsecond of a plain date in the file's zone: until then it is in time. */
export function endOfDay(file: FileState, date: string): string {
  return instantOf(date, '23:59:59.999999', file.open.zone)
}

export function later(a: string, b: string): string {
  return a < b ? b : a
}

function paymentDays(file: FileState): number {
  return file.open.solicitation?.terms.payment.days ?? Number(ruleValue(file.open, 'pay.due'))
}

function bankDays(file: FileState): number {
  return Number(ruleValue(file.open, 'pay.lead'))
}

/**
 * The day on which an invoice counts as received. One that replaces an invoice returned too late
 * counts earlier by the days that the return was late (FAR 32.905(b)(3)).
 */
function countedAsReceived(file: FileState, contract: Contract, invoice: Invoice): string {
  const received = arrivalOf(file, invoice)
  const before = invoice.corrects === undefined ? undefined : contract.invoices[invoice.corrects]
  if (!before?.returned) return received
  const returned = dateIn(file.open.zone, before.returned.legal)
  const late = daysBetween(arrivalOf(file, before), returned) - returnDays(file, before)
  return late > 0 ? addDays(received, -late) : received
}

/** Days within which a defective invoice is to be returned. */
function returnDays(file: FileState, invoice: Invoice): number {
  return Number(ruleValue(file.open, 'invoice.return', invoice.receivedLegal))
}

/** The last day on which a defective invoice can be returned without consequences. */
export function returnBy(file: FileState, invoice: Invoice): string {
  return addDays(arrivalOf(file, invoice), returnDays(file, invoice))
}

/** After working hours it is the next working day (5 CFR 1315.4(b)). */
function arrivalOf(file: FileState, invoice: Invoice): string {
  const day = dateIn(file.open.zone, invoice.receivedLegal)
  const closes = findRule(file.open, 'pay.arrival', invoice.receivedLegal)?.value
  if (closes === undefined) return day
  const inHours = invoice.receivedLegal <= instantOf(day, closes, file.open.zone)
  return workingDayFrom(inHours ? day : addDays(day, 1), file.open.calendar)
}

/**
 * The day by which all that an invoice bills had been accepted: the accepted deliveries fill the
 * invoices in the order of their arrival. What was accepted for payment by two persons without
 * enough deliveries counts from their decision.
 */
function acceptedOn(
  file: FileState,
  contract: Contract,
  invoice: Invoice,
  dateOf: (delivery: Delivery) => string | undefined,
): string {
  const days = invoice.lines.map((line) => reachedOn(contract, invoice, line.item, dateOf))
  const decided = invoice.resolved?.legal ?? invoice.receivedLegal
  return days.map((day) => day ?? dateIn(file.open.zone, decided)).reduce(later)
}

function reachedOn(
  contract: Contract,
  invoice: Invoice,
  item: string,
  dateOf: (delivery: Delivery) => string | undefined,
): string | undefined {
  let missing = billedUpTo(contract, invoice, item)
  const accepted = Object.values(contract.deliveries)
    .map((delivery) => ({ day: dateOf(delivery), quantity: acceptedIn(delivery, item) }))
    .filter((one): one is { day: string; quantity: bigint } => one.day !== undefined)
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
  for (const { day, quantity } of accepted) {
    missing -= quantity
    if (missing <= 0n && quantity > 0n) return day
  }
  return undefined
}

/**
 * Quantity that this invoice and those that stand and came before it bill, less credit notes; in
 * millionths.
 */
function billedUpTo(contract: Contract, invoice: Invoice, item: string): bigint {
  return Object.values(contract.invoices)
    .filter((one) => one.credits === undefined && one.receivedLegal <= invoice.receivedLegal)
    .filter((one) => one.hash === invoice.hash || stands(one))
    .flatMap((one) => [
      ...one.lines.map((line) => ({ ...line, sign: 1n })),
      ...creditsOf(contract, one).flatMap((credit) =>
        credit.lines.map((line) => ({ ...line, sign: -1n })),
      ),
    ])
    .filter((line) => line.item === item)
    .reduce((sum, line) => sum + line.sign * millionths(line.quantity), 0n)
}

function acceptedIn(delivery: Delivery, item: string): bigint {
  return delivery.lines
    .filter((line) => line.item === item)
    .reduce((sum, line) => sum + millionths(line.accepted), 0n)
}

function realDate(delivery: Delivery): string | undefined {
  return delivery.report?.acceptedOn
}

/** Acceptance by silence where that came first; what was never accepted was disputed. */
function silentDate(file: FileState, delivery: Delivery): string | undefined {
  const real = realDate(delivery)
  const silent = silenceEnds(file, delivery)
  return real !== undefined && silent !== undefined && silent < real ? silent : real
}
