import { describe, expect, test } from 'vitest'
import * as format from './format.ts'

const instant = '2026-01-27T21:00:00.123456Z'
const denver = 'America/Denver'

describe('times', () => {
  test('are said in the agency’s zone, with the zone people know', () => {
    expect(format.longInstant(instant, denver)).toBe('Tue, Jan 27, 2026, 2:00 PM MST')
    expect(format.recordInstant(instant, denver)).toBe('Jan 27, 2026, 2:00:00 PM MST')
    expect(format.longInstant('2026-07-01T20:00:00.000000Z', denver)).toContain('MDT')
  })

  test('keep all six decimals where UTC is shown', () => {
    expect(format.utcInstant(instant)).toBe('2026-01-27 21:00:00.123456 UTC')
  })

  test('a plain date is the same day in every zone', () => {
    expect(format.plainDay('2026-04-13')).toBe('Mon, Apr 13, 2026')
    expect(format.dayOf('2026-04-13', 'Pacific/Kiritimati')).toBe('Mon, Apr 13, 2026')
  })

  test('in a zone that the platform does not know are said in UTC', () => {
    expect(format.longInstant(instant, 'Mars/Olympus')).toBe('Tue, Jan 27, 2026, 9:00 PM UTC')
  })

  test('what is left is said in the units that matter', () => {
    const minutes = (count: number) => format.duration(count * 60_000)
    expect(minutes(6 * 1440 + 4 * 60 + 48)).toBe('6 days 4 hours 48 minutes')
    expect(minutes(61)).toBe('1 hour 1 minute')
    expect(minutes(-5)).toBe('0 minutes')
  })
})

describe('money', () => {
  test('has the decimals of its currency by ISO 4217, always', () => {
    expect(format.money({ amount: '1988800', currency: 'USD' })).toBe('$19,888.00')
    expect(format.amount({ amount: '5', currency: 'USD' })).toBe('0.05')
    expect(format.amount({ amount: '1250', currency: 'PYG' })).toBe('1,250')
    expect(format.amount({ amount: '1250', currency: 'IQD' })).toBe('1.250')
  })

  test('is exact beyond what a float holds', () => {
    expect(format.amount({ amount: '900719925474099301', currency: 'USD' })).toBe(
      '9,007,199,254,740,993.01',
    )
  })

  test('below zero has a minus, not a hyphen', () => {
    expect(format.money({ amount: '-400', currency: 'USD' })).toBe('−$4.00')
  })

  test('shares have one digit', () => {
    expect(format.percent(169_200n, 2_158_000n)).toBe('7.8 %')
  })
})

describe('text that somebody else wrote', () => {
  test('loses the marks that act instead of being read', () => {
    expect(format.tame('a\u202eb\u0000c\u0007d\u2066e\u200ff')).toBe('a�b�c�d�e�f')
  })

  test('keeps what is only text', () => {
    const text = 'Ünïcödé, <b>, "quotes", 日本, \t and\nlines'
    expect(format.tame(text)).toBe(text)
  })
})

test('hashes are written in groups of eight, four groups a line', () => {
  const [first, second] = format.groupedHex('0123456789abcdef'.repeat(4))
  expect(first).toBe('01234567 89abcdef 01234567 89abcdef')
  expect(second).toBe(first)
})
