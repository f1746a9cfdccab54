import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TrainingClock } from './state.ts'
import { addMicroseconds, instant, legalTime, microseconds, realTime } from './training.ts'

const clock: TrainingClock = {
  legalStart: '2026-01-08T16:00:00.000000Z',
  realStart: '2027-05-01T12:00:00.123456Z',
  accelerator: 86_400,
}

const micros = fc.bigInt({
  min: microseconds('1990-01-01T00:00:00.000000Z'),
  max: microseconds('2090-01-01T00:00:00.000000Z'),
})
const clocks = fc.record({
  legalStart: micros.map(instant),
  realStart: micros.map(instant),
  accelerator: fc.integer({ min: 1, max: 864_000 }),
})
/** A day or two around the start, so that legal time stays inside the calendar. */
const near = fc.bigInt({ min: -(10n ** 9n), max: 2n * 10n ** 11n })

describe('the training clock', () => {
  test('passes a day in a second', () => {
    expect(legalTime(clock, clock.realStart)).toBe(clock.legalStart)
    expect(legalTime(clock, '2027-05-01T12:00:01.123456Z')).toBe('2026-01-09T16:00:00.000000Z')
    expect(realTime(clock, '2026-01-09T16:00:00.000000Z')).toBe('2027-05-01T12:00:01.123456Z')
  })
  test('is the real one where a file pins none', () => {
    const at = '2026-01-08T16:00:00.000001Z'
    expect(legalTime(undefined, at)).toBe(at)
    expect(realTime(undefined, at)).toBe(at)
  })
  test('never goes back', () => {
    fc.assert(
      fc.property(clocks, near, near, (pinned, a, b) => {
        const [x, y] = [a, b].map((moved) =>
          legalTime(pinned, addMicroseconds(pinned.realStart, moved)),
        )
        expect((x ?? '') <= (y ?? '')).toBe(a <= b || x === y)
      }),
    )
  })
  test('gives for a legal instant the first real one at which it is reached', () => {
    fc.assert(
      fc.property(clocks, near, (pinned, moved) => {
        const legal = addMicroseconds(pinned.legalStart, moved * BigInt(pinned.accelerator) + 1n)
        if (legal > '9999' || legal < '0002') return
        const real = realTime(pinned, legal)
        expect(legalTime(pinned, real) >= legal).toBe(true)
        expect(legalTime(pinned, addMicroseconds(real, -1n)) < legal).toBe(true)
      }),
    )
  })
  test('brings every real instant back', () => {
    fc.assert(
      fc.property(clocks, near, (pinned, moved) => {
        const real = addMicroseconds(pinned.realStart, moved)
        const legal = legalTime(pinned, real)
        if (legal > '9999' || legal < '0002') return
        expect(realTime(pinned, legal)).toBe(real)
      }),
    )
  })
  test('stands still at the end of the calendar instead of failing', () => {
    expect(legalTime(clock, '2127-05-01T12:00:00.000000Z')).toBe('9999-12-31T23:59:59.999999Z')
    expect(legalTime(clock, '1900-05-01T12:00:00.000000Z')).toBe('0001-01-01T00:00:00.000000Z')
  })
})

describe('instants', () => {
  test('keep every microsecond', () => {
    fc.assert(
      fc.property(micros, (since) => {
        expect(microseconds(instant(since))).toBe(since)
      }),
    )
  })
  test('are in text order as they are in time', () => {
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        expect(instant(a) < instant(b)).toBe(a < b)
      }),
    )
  })
})
