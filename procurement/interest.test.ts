import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compound,
  formatRate,
  InterestFault,
  interestFor,
  interestOf,
  rateOn,
  rates,
} from './interest.ts'

describe('the formulas of 5 CFR 1315.17', () => {
  test('$1,500 at 6.5 % for 10 days is $2.71', () => {
    expect(interestFor(150_000n, 52n, 0n, 10n)).toBe(271n)
  })

  test('$1,500 at 6 % for 2 months and 15 days is $18.83', () => {
    expect(interestFor(150_000n, 48n, 2n, 15n)).toBe(1_883n)
    expect(compound(150_000n, 48n, 75n)).toBe(1_883n)
  })

  test('what is unpaid after 30 days joins the principal', () => {
    const simple = interestFor(1_000_000_00n, 48n, 0n, 60n)
    expect(compound(1_000_000_00n, 48n, 30n)).toBe(interestFor(1_000_000_00n, 48n, 0n, 30n))
    expect(compound(1_000_000_00n, 48n, 60n)).toBe(simple + 2_500n)
  })

  test('half a cent rounds up', () => {
    expect(interestFor(36_000_00n, 8n, 0n, 1n)).toBe(100n)
    expect(interestFor(180_00n, 8n, 0n, 1n)).toBe(1n)
    expect(interestFor(179_99n, 8n, 0n, 1n)).toBe(0n)
  })

  test('a day more never lowers the interest', () => {
    const principal = fc.bigInt({ min: 1n, max: 10n ** 14n })
    const days = fc.bigInt({ min: 0n, max: 366n })
    fc.assert(
      fc.property(principal, fc.bigInt({ min: 1n, max: 124n }), days, (amount, eighths, count) => {
        expect(compound(amount, eighths, count + 1n)).toBeGreaterThanOrEqual(
          compound(amount, eighths, count),
        )
      }),
    )
  })
})

describe('interest on a late payment', () => {
  test('runs from the day after the due date through the payment date', () => {
    const interest = interestOf(19_888_00n, '2026-04-13', '2026-04-17')
    expect(interest).toMatchObject({ amount: 912n, from: '2026-04-14', to: '2026-04-17', days: 4 })
  })

  test('is not owed on the due date', () => {
    expect(interestOf(19_888_00n, '2026-04-13', '2026-04-13')).toBeUndefined()
    expect(interestOf(19_888_00n, '2026-04-13', '2026-04-10')).toBeUndefined()
  })

  test('takes the rate of the day after the due date for the whole time', () => {
    expect(interestOf(1_000_00n, '2024-12-31', '2025-02-01')?.rate.eighths).toBe(37n)
    expect(interestOf(1_000_00n, '2024-12-30', '2025-02-01')?.rate.eighths).toBe(39n)
  })

  test('stops after one year', () => {
    const year = interestOf(19_888_00n, '2024-12-31', '2025-12-31')
    expect(interestOf(19_888_00n, '2024-12-31', '2027-06-01')).toEqual(year)
    expect(year?.days).toBe(365)
  })

  test('leaves out the days on which the vendor’s bank data were wrong', () => {
    const interest = interestOf(19_888_00n, '2026-04-13', '2026-04-27', 10)
    expect(interest).toMatchObject({ amount: 912n, days: 4 })
    expect(interestOf(19_888_00n, '2026-04-13', '2026-04-17', 4)).toBeUndefined()
  })

  test('a missing rate is a fault, never zero', () => {
    expect(() => interestOf(1_000_00n, '1979-12-30', '1980-02-01')).toThrow(InterestFault)
    expect(() => rateOn('2099-01-01')).toThrow('2099-01-01')
  })
})

describe('the table of rates', () => {
  test('has each half-year at most once, in order, with a citation', () => {
    const starts = rates.map((rate) => rate.from)
    expect(starts).toEqual([...new Set(starts)].sort())
    for (const rate of rates) expect(rate.cite).not.toBe('')
  })

  test('is written in percent', () => {
    expect(formatRate(rateOn('2026-04-14').eighths)).toBe('4.125')
    expect(formatRate(rateOn('2017-06-30').eighths)).toBe('2.5')
    expect(formatRate(7n)).toBe('0.875')
    expect(formatRate(80n)).toBe('10')
  })
})
