/**
 * The training clock: legal = legalStart + (real − realStart) × accelerator, exactly, in microseconds.
 *
 * A file may pin one in its first statement; without one legal and real time are the same. Instants are texts
 * `YYYY-MM-DDTHH:MM:SS.ffffffZ`, whose text order is time order, and are reckoned as `bigint` microseconds: no float and
 * no `Date` between two signed texts.
 */
import { Temporal } from 'temporal-polyfill'
import type { TrainingClock } from './state.ts'

/** First and last instant that the record's texts can say; the clock stands still there. */
const FIRST = microseconds('0001-01-01T00:00:00.000000Z')
const LAST = microseconds('9999-12-31T23:59:59.999999Z')

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
  return Temporal.Instant.from(at).epochNanoseconds / 1000n
}

/** The text of an instant in microseconds since 1970. Throws RangeError outside the years that four digits can say. */
export function instant(sinceEpoch: bigint): string {
  const text = new Temporal.Instant(sinceEpoch * 1000n).toString({ fractionalSecondDigits: 6 })
  if (text.length !== 27) throw new RangeError(`${text} is outside the calendar of the record`)
  return text
}

/** An instant moved by microseconds. */
export function addMicroseconds(at: string, amount: bigint): string {
  return instant(microseconds(at) + amount)
}

export const MINUTE = 60_000_000n
export const HOUR = 60n * MINUTE
export const DAY = 24n * HOUR

function instantWithin(sinceEpoch: bigint): string {
  return instant(sinceEpoch < FIRST ? FIRST : sinceEpoch > LAST ? LAST : sinceEpoch)
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  return numerator > 0n && numerator % denominator !== 0n ? quotient + 1n : quotient
}
