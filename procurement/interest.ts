/**
 * Interest on late payments: 5 CFR 1315.10(a) and the two formulas of 5 CFR 1315.17, in whole cents
 * and exact integers.
 *
 * It runs from the day after the due date through the payment date, at the rate in force on the day
 * after the due date; a year has 360 days; what is unpaid after each 30 days joins the principal;
 * nothing accrues for more than one year. Treasury sets the rate for each half-year in steps of 1/8
 * %, so a rate is a whole number of eighths here.
 *
 * Refuses to guess: a day without a published rate is a fault, never a rate of zero; a payment that
 * needs it waits (`missingRate` in payment-amount.ts).
 */
import { Temporal } from 'temporal-polyfill'
import { addDays, daysBetween } from './calendar.ts'
import { divideHalfUp, minorUnits } from './money.ts'
import type { Payment } from './state.ts'

/** Treasury's prompt payment rate for one half-year. */
export interface Rate {
  /** First and last day, plain dates. */
  from: string
  to: string
  /** Eighths of a percent a year: 33n is 4⅛ %. */
  eighths: bigint
  cite: string
  /** False where the official notice has not been seen; pages say so. */
  verified: boolean
}

/**
 * No rate is loaded for a day on which interest is owed: load it with its citation, then try again.
 */
export class InterestFault extends Error {
  readonly code = 'rate-missing'
  constructor(date: string) {
    super(`no prompt payment rate is loaded for ${date}: add it to procurement/interest.ts`)
    this.name = 'InterestFault'
  }
}

const period30Days = 30n

/** Half-years without a line here have not been loaded. Newest last. */
export const rates: readonly Rate[] = [
  rate('2009-H1', 45n, '73 FR 79977'),
  rate('2009-H2', 39n, '74 FR 31794'),
  rate('2010-H1', 26n, 'Treasury, prompt payment rates', false),
  rate('2011-H1', 21n, 'Treasury, prompt payment rates', false),
  rate('2013-H1', 11n, 'Treasury, prompt payment rates', false),
  rate('2013-H2', 14n, 'Treasury, prompt payment rates', false),
  rate('2014-H1', 17n, 'Treasury, prompt payment rates', false),
  rate('2014-H2', 16n, '79 FR 33647', false),
  rate('2015-H1', 17n, 'Treasury, prompt payment rates', false),
  rate('2016-H1', 20n, 'Treasury, prompt payment rates', false),
  rate('2017-H1', 20n, '82 FR 910'),
  rate('2018-H1', 21n, 'Treasury, prompt payment rates', false),
  rate('2018-H2', 28n, 'Treasury, prompt payment rates', false),
  rate('2019-H1', 29n, 'Treasury, prompt payment rates', false),
  rate('2019-H2', 21n, 'Treasury, prompt payment rates'),
  rate('2020-H1', 17n, 'Treasury, prompt payment rates', false),
  rate('2021-H1', 7n, 'Treasury, prompt payment rates', false),
  rate('2021-H2', 9n, '86 FR 38813'),
  rate('2023-H1', 37n, '88 FR 6812', false),
  rate('2023-H2', 39n, 'Treasury, prompt payment rates'),
  rate('2024-H2', 39n, '89 FR 58467'),
  rate('2025-H1', 37n, '90 FR 10678'),
  rate('2026-H1', 33n, 'Treasury, prompt payment rates', false),
]

/** The rate in force on a plain date; undefined where none is loaded. */
export function findRate(date: string): Rate | undefined {
  return rates.find((one) => one.from <= date && date <= one.to)
}

/** The rate in force on a plain date. Throws `InterestFault` where none is loaded. */
export function rateOn(date: string): Rate {
  const found = findRate(date)
  if (!found) throw new InterestFault(date)
  return found
}

/** The time for which a payment owes interest: for one year at most. */
export interface LateTime {
  /** First and last day, plain dates. */
  from: string
  to: string
  days: number
}

/** What a late payment owes besides its principal. */
export interface Interest extends LateTime {
  /** Minor units, rounded half up. */
  amount: bigint
  rate: Rate
}

/**
 * How late a payment due on `due` is when paid on `paid`, both plain dates; undefined when in time.
 * `pausedDays` of it do not count: while the vendor's bank data were wrong, 1315.10(a)(8).
 */
export function lateTime(due: string, paid: string, pausedDays = 0): LateTime | undefined {
  const from = addDays(due, 1)
  const yearEnds = Temporal.PlainDate.from(due).add({ years: 1 }).toString()
  const to = paid < yearEnds ? paid : yearEnds
  const days = daysBetween(due, to) - pausedDays
  return days > 0 ? { from, to, days } : undefined
}

/**
 * Interest on `principal` (minor units) as for `lateTime`. Throws `InterestFault` where its rate is
 * not loaded.
 */
export function interestOf(
  principal: bigint,
  due: string,
  paid: string,
  pausedDays = 0,
): Interest | undefined {
  const late = lateTime(due, paid, pausedDays)
  if (!late) return undefined
  const rate = rateOn(late.from)
  return { amount: compound(principal, rate.eighths, BigInt(late.days)), ...late, rate }
}

/** Interest that the bank was asked to pay and no `interest.accrue` shows yet, in minor units. */
export function unrecordedInterest({ order, interest }: Payment): bigint {
  if (!order) return 0n
  const recorded = interest.reduce((sum, { amount }) => sum + minorUnits(amount), 0n)
  return minorUnits(order.interest) - recorded
}

/** The formulas for `days` days: whole periods of 30 days compound, the rest is simple. */
export function compound(principal: bigint, eighths: bigint, days: bigint): bigint {
  return interestFor(principal, eighths, days / period30Days, days % period30Days)
}

/**
 * P(1 + r/12)^n · (1 + r/360·d) − P, which is P·r/360·d when n is 0. With r = eighths/800 both
 * parts are fractions of whole numbers, and only the last division rounds.
 */
export function interestFor(
  principal: bigint,
  eighths: bigint,
  months: bigint,
  days: bigint,
): bigint {
  const above = (9_600n + eighths) ** months * (288_000n + eighths * days)
  const below = 9_600n ** months * 288_000n
  return divideHalfUp(principal * (above - below), below)
}

/** `33n` as `4.125`, percent a year with no trailing zeros. */
export function formatRate(eighths: bigint): string {
  const thousandths = (eighths * 125n).toString().padStart(4, '0')
  return `${thousandths.slice(0, -3)}.${thousandths.slice(-3)}`.replace(/\.?0+$/, '')
}

function rate(half: string, eighths: bigint, cite: string, verified = true): Rate {
  const year = half.slice(0, 4)
  const [from, to] = half.endsWith('H1') ? ['01-01', '06-30'] : ['07-01', '12-31']
  return { from: `${year}-${from}`, to: `${year}-${to}`, eighths, cite, verified }
}
