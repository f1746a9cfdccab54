import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import type { TrainingClock } from './state.ts'
import { addMicroseconds, DAY, instant, legalTime, microseconds, realTime } from './training.ts'

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
/**
 * Every instant that the record's texts can say, and the days around the turns of months, years and
 * the epoch.
 */
const FIRST = -62_135_596_800_000_000n
const LAST = 253_402_300_799_999_999n
const turns = ['0004-02-29', '1600-02-29', '1900-03-01', '1970-01-01', '2000-02-29', '2100-03-01']
const anyMicros = fc.oneof(
  fc.bigInt({ min: FIRST, max: LAST }),
  fc
    .tuple(fc.constantFrom(...turns), fc.bigInt({ min: -DAY, max: 2n * DAY }))
    .map(([day, moved]) => byTemporal(`${day}T00:00:00Z`) + moved),
  fc.constantFrom(FIRST, FIRST + 1n, -DAY, -DAY - 1n, -1n, 0n, 1n, LAST - 1n, LAST),
)

/** The reference: the standard's own reckoning. */
function byTemporal(text: string): bigint {
  return Temporal.Instant.from(text).epochNanoseconds / 1_000n
}
function textByTemporal(since: bigint): string {
  return new Temporal.Instant(since * 1_000n).toString({ fractionalSecondDigits: 6 })
}

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
  test('keep every microsecond of the years 1 to 9999, before 1970 too', () => {
    fc.assert(
      fc.property(anyMicros, (since) => {
        const text = instant(since)
        expect(microseconds(text)).toBe(since)
        expect(instant(microseconds(text))).toBe(text)
      }),
    )
  })
  test('are reckoned as the Temporal API does', () => {
    fc.assert(
      fc.property(anyMicros, (since) => {
        const text = textByTemporal(since)
        expect(instant(since)).toBe(text)
        expect(microseconds(text)).toBe(byTemporal(text))
      }),
    )
  })
  test('at each turn of a month in four centuries are reckoned as the Temporal API does', () => {
    for (let month = 0; month < 4_800; month++) {
      const day = new Temporal.PlainYearMonth(1800 + Math.floor(month / 12), (month % 12) + 1)
      const turn = byTemporal(`${day.toString()}-01T00:00:00Z`)
      for (const since of [turn - 1n, turn]) {
        expect(instant(since)).toBe(textByTemporal(since))
        expect(microseconds(instant(since))).toBe(since)
      }
    }
  })
  test('have the days that leap years have', () => {
    for (const day of ['2000-02-29', '2024-02-29', '1600-02-29', '0004-02-29']) {
      const text = `${day}T23:59:59.999999Z`
      expect(instant(microseconds(text))).toBe(text)
      expect(addMicroseconds(text, 1n).slice(5, 10)).toBe('03-01')
    }
    for (const day of ['1900-02-29', '2023-02-29', '2100-02-29'])
      expect(() => microseconds(`${day}T00:00:00.000000Z`)).toThrow(RangeError)
  })
  test.each([
    '',
    '2026-01-27',
    '2026-01-27T21:00:00Z',
    '2026-01-27T21:00:00.000Z',
    '2026-01-27T21:00:00.0000000Z',
    '2026-01-27T21:00:00.000000+00:00',
    '2026-01-27T21:00:00.000000z',
    '2026-01-27 21:00:00.000000Z',
    '2026-01-27T24:00:00.000000Z',
    '2026-01-27T21:60:00.000000Z',
    '2016-12-31T23:59:60.000000Z',
    '2026-00-27T21:00:00.000000Z',
    '2026-13-27T21:00:00.000000Z',
    '2026-01-00T21:00:00.000000Z',
    '2026-04-31T21:00:00.000000Z',
    '+012026-01-27T21:00:00.000000Z',
    ' 2026-01-27T21:00:00.000000Z',
  ])('are of one form only: %j is refused', (text) => {
    expect(() => microseconds(text)).toThrow(RangeError)
  })
  test('outside the calendar of the record are refused', () => {
    for (const since of [LAST + 1n, -(10n ** 18n), 10n ** 30n, -(10n ** 30n)])
      expect(() => instant(since)).toThrow(RangeError)
  })
  test('are in text order as they are in time', () => {
    fc.assert(
      fc.property(anyMicros, anyMicros, (a, b) => {
        expect(instant(a) < instant(b)).toBe(a < b)
      }),
    )
  })
})
