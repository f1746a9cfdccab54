import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  dateIn,
  daysBetween,
  deadline,
  holidays,
  instantOf,
  isWorkingDay,
  isZone,
  startOfDay,
  workingDayFrom,
} from './calendar.ts'

const denver = 'America/Denver'

describe('a deadline under FAR 33.101', () => {
  const us = (start: string, n: number, unit: 'd' | 'wd' | 'm' | 'y' = 'd') =>
    deadline(start, n, unit, 'us-federal', denver)

  test('does not count the day of the trigger', () => {
    expect(us('2026-01-12', 10)).toBe('2026-01-22')
    expect(us('2026-03-11', 30)).toBe('2026-04-10')
  })
  test('counts from the day at the place, not in Greenwich', () => {
    // 11:30 PM of January 12 in Denver.
    expect(us('2026-01-13T06:30:00.000000Z', 10)).toBe('2026-01-22')
  })
  test('moves a last day on a Saturday or Sunday to Monday', () => {
    expect(us('2026-01-14', 10)).toBe('2026-01-26')
    expect(us('2026-01-15', 10)).toBe('2026-01-26')
  })
  test('moves a last day on a federal holiday to the next working day', () => {
    // Monday, January 19, 2026 is the birthday of Martin Luther King, Jr.
    expect(us('2026-01-09', 10)).toBe('2026-01-20')
    // Thanksgiving is a Thursday: Friday is a working day.
    expect(us('2026-11-16', 10)).toBe('2026-11-27')
  })
  test('moves a last day before a holiday weekend over all of it', () => {
    // July 4, 2026 is a Saturday, observed on Friday, July 3.
    expect(us('2026-06-23', 10)).toBe('2026-07-06')
  })
  test('counts working days one by one', () => {
    expect(us('2026-01-16', 1, 'wd')).toBe('2026-01-20')
    expect(us('2026-03-11', 5, 'wd')).toBe('2026-03-18')
  })
  test('of months ends on the same day of the month, or the last', () => {
    expect(us('2026-01-31', 1, 'm')).toBe('2026-03-02')
    expect(us('2024-02-29', 1, 'y')).toBe('2025-02-28')
  })
  test('over a change of the clocks has as many days as ever', () => {
    // Clocks go forward on March 8, 2026: the second day is 23 hours long.
    expect(us('2026-03-06T23:30:00.000000Z', 10)).toBe('2026-03-16')
    expect(instantOf('2026-03-06', '14:00', denver)).toBe('2026-03-06T21:00:00.000000Z')
    expect(instantOf('2026-03-09', '14:00', denver)).toBe('2026-03-09T20:00:00.000000Z')
    // And back on November 1: the day begins at the same wall-clock time.
    expect(startOfDay('2026-11-01', denver)).toBe('2026-11-01T06:00:00.000000Z')
    expect(startOfDay('2026-11-02', denver)).toBe('2026-11-02T07:00:00.000000Z')
  })
  test('of no days is the trigger day itself, or the next working day', () => {
    expect(us('2026-01-17', 0)).toBe('2026-01-20')
    expect(us('2026-01-17', 0, 'wd')).toBe('2026-01-20')
  })
  test('of a part of a day, or less than none, is refused', () => {
    expect(() => us('2026-01-12', 1.5)).toThrow(RangeError)
    expect(() => us('2026-01-12', -1)).toThrow(RangeError)
  })
})

describe('a period under Regulation 1182/71', () => {
  const eu = (start: string, n: number) => deadline(start, n, 'd', 'eu', 'Europe/Brussels')

  test('of two days or more holds at least two working days', () => {
    // From Thursday, April 2, 2026: Good Friday to Easter Monday are closed.
    expect(eu('2026-04-02', 2)).toBe('2026-04-08')
    expect(eu('2026-04-02', 1)).toBe('2026-04-07')
  })
  test('ends on a working day', () => {
    expect(eu('2026-04-20', 5)).toBe('2026-04-27')
    expect(eu('2026-04-21', 10)).toBe('2026-05-04')
  })
})

describe('the federal calendar', () => {
  test('has eleven holidays since 2021', () => {
    expect([...holidays(2026, 'us-federal').keys()].sort()).toEqual([
      '2026-01-01',
      '2026-01-19',
      '2026-02-16',
      '2026-05-25',
      '2026-06-19',
      '2026-07-03',
      '2026-09-07',
      '2026-10-12',
      '2026-11-11',
      '2026-11-26',
      '2026-12-25',
    ])
  })
  test('observes a Saturday on Friday, even in the year before', () => {
    expect(holidays(2021, 'us-federal').get('2021-12-31')).toBe("New Year's Day")
    expect(holidays(2022, 'us-federal').has('2022-01-01')).toBe(false)
  })
  test('observes a Sunday on Monday', () => {
    expect(isWorkingDay('2023-01-02', 'us-federal')).toBe(false)
    expect(isWorkingDay('2022-06-20', 'us-federal')).toBe(false)
  })
  test('has no holiday before its law', () => {
    expect(isWorkingDay('2015-06-19', 'us-federal')).toBe(true)
    expect(isWorkingDay('2015-01-19', 'us-federal')).toBe(false)
  })
})

describe('days', () => {
  test('are counted and moved by the calendar', () => {
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1)
    expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1)
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(workingDayFrom('2026-04-11', 'weekend')).toBe('2026-04-13')
    expect(dateIn('Asia/Yerevan', '2026-01-01T21:00:00.000000Z')).toBe('2026-01-02')
  })
  test('is the day of an instant, however often and in whatever order it is asked', () => {
    // Where clocks go back over midnight a day begins twice.
    for (const zone of ['America/Denver', 'America/Goose_Bay', 'Atlantic/Azores', 'Asia/Yerevan']) {
      const hours = Array.from({ length: 72 }, (_, hour) =>
        Temporal.Instant.from('2010-11-06T00:00:00.000001Z').add({ hours: hour, minutes: 1 }),
      )
      for (const at of [...hours, ...hours.reverse()]) {
        const text = at.toString({ fractionalSecondDigits: 6 })
        expect(dateIn(zone, text)).toBe(at.toZonedDateTimeISO(zone).toPlainDate().toString())
      }
    }
  })
  test('are of zones that exist', () => {
    expect([denver, 'Asia/Yerevan', 'UTC'].every(isZone)).toBe(true)
    expect(['Mars/Base', '+02:00', ''].some(isZone)).toBe(false)
  })
})
