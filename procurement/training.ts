/**
 * The training clock: legal = legalStart + (real − realStart) × accelerator, exactly, in
 * microseconds.
 *
 * A file may pin one in its first statement; without one legal and real time are the same. Instants
 * are texts `YYYY-MM-DDTHH:MM:SS.ffffffZ`, whose text order is time order, and are reckoned as
 * `bigint` microseconds: no float and no `Date` between two signed texts.
 */
import { Temporal } from 'temporal-polyfill'
import { isInstant } from '../ledger/index.ts'
import type { TrainingClock } from './state.ts'

export const MINUTE = 60_000_000n
export const HOUR = 60n * MINUTE
export const DAY = 24n * HOUR

/** The legal instant at a real one. */
export function legalTime(clock: TrainingClock | undefined, real: string): string {
  if (clock === undefined) return real
  const elapsed = microseconds(real) - microseconds(clock.realStart)
  return instantWithin(microseconds(clock.legalStart) + elapsed * BigInt(clock.accelerator))
}

/** The first real instant at which the legal clock has reached `legal`. */
export function realTime(clock: TrainingClock | undefined, legal: string): string {
  if (clock === undefined) return legal
  const elapsed = microseconds(legal) - microseconds(clock.legalStart)
  return instantWithin(microseconds(clock.realStart) + divideUp(elapsed, BigInt(clock.accelerator)))
}

/** Microseconds since 1970. Throws RangeError where the text is no instant. */
export function microseconds(at: string): bigint {
  if (!isInstant(at)) throw new RangeError(`${at} is no instant of the record`)
  const seconds =
    Number(at.slice(11, 13)) * 3_600 + Number(at.slice(14, 16)) * 60 + Number(at.slice(17, 19))
  return dayBegin(at.slice(0, 10)) + BigInt(seconds * 1_000_000 + Number(at.slice(20, 26)))
}

/**
 * The text of an instant in microseconds since 1970. Throws RangeError outside the years that four
 * digits can say.
 */
export function instant(sinceEpoch: bigint): string {
  const days = sinceEpoch / DAY - (sinceEpoch % DAY < 0n ? 1n : 0n)
  const ofDay = Number(sinceEpoch - days * DAY)
  const seconds = Math.floor(ofDay / 1_000_000)
  const time = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hour, minute, second] = time.map((part) => String(part).padStart(2, '0'))
  const fraction = String(ofDay % 1_000_000).padStart(6, '0')
  return `${dayText(Number(days))}T${hour}:${minute}:${second}.${fraction}Z`
}

/** Days that were reckoned before: a record speaks of few. */
const begins = new Map<string, bigint>()
const texts = new Map<number, string>()
const KNOWN_MAX = 4_096

/** Microseconds since 1970 at which a day begins. */
function dayBegin(day: string): bigint {
  const known = begins.get(day)
  if (known !== undefined) return known
  const begin = Temporal.Instant.from(`${day}T00:00:00Z`).epochNanoseconds / 1_000n
  if (begins.size === KNOWN_MAX) begins.clear()
  begins.set(day, begin)
  return begin
}

/** The day that begins so many days after 1970 did. */
function dayText(days: number): string {
  const known = texts.get(days)
  if (known !== undefined) return known
  const text = Temporal.PlainDate.from('1970-01-01').add({ days }).toString()
  if (text.length !== 10) throw new RangeError(`${text} is outside the calendar of the record`)
  if (texts.size === KNOWN_MAX) texts.clear()
  texts.set(days, text)
  return text
}

/** An instant moved by microseconds. */
export function addMicroseconds(at: string, amount: bigint): string {
  return instant(microseconds(at) + amount)
}

/** First and last instant that the record's texts can say; the clock stands still there. */
const FIRST = microseconds('0001-01-01T00:00:00.000000Z')
const LAST = microseconds('9999-12-31T23:59:59.999999Z')

function instantWithin(sinceEpoch: bigint): string {
  return instant(sinceEpoch < FIRST ? FIRST : sinceEpoch > LAST ? LAST : sinceEpoch)
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  return numerator > 0n && numerator % denominator !== 0n ? quotient + 1n : quotient
}
