/**
 * Days as the law counts them: one pure function `deadline()`, with calendar and zone.
 *
 * - The day of the trigger is not counted (FAR 33.101; Regulation (EEC, Euratom) 1182/71, article
 *   3(1)).
 * - A last day on a Saturday, Sunday or holiday moves on to the next working day (FAR 33.101;
 *   1182/71, article 3(4)).
 * - Under `eu` a period of two days or more holds at least two working days (1182/71, article
 *   3(5)).
 * - A month or year ends on the day of the same number, or on the month's last day where there is
 *   none (1182/71, article 3(2)(c)).
 *
 * `us-federal`: the holidays of 5 USC 6103 in the whole country, observed on Friday or Monday when
 * they fall on a weekend (5 USC 6103(b), Executive Order 11582). `eu`: the closing days that the
 * euro area's payment system shares; a member state's own holidays come with its pack. `weekend`:
 * Saturdays and Sundays only.
 *
 * Refuses: instants that are not in the log's form, unknown calendars and zones (throws
 * RangeError).
 */
import { Temporal } from 'temporal-polyfill'

export type CalendarId = 'us-federal' | 'eu' | 'weekend'

/** `wd` counts working days of the calendar. */
export type Unit = 'd' | 'wd' | 'm' | 'y'

/**
 * The last day of a period of `n` units, `YYYY-MM-DD`.
 * @param start an instant (its day in `zone` is the trigger day), or the trigger day itself
 */
export function deadline(
  start: string,
  n: number,
  unit: Unit,
  calendar: CalendarId,
  zone: string,
): string {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`a period of ${n} is none`)
  const trigger = dayOf(start, zone)
  if (unit === 'wd') return addWorkingDays(trigger, n, calendar).toString()
  const last = trigger.add(unit === 'd' ? { days: n } : unit === 'm' ? { months: n } : { years: n })
  const lengthened =
    calendar === 'eu' && n >= 2 ? atLeastTwoWorkingDays(trigger, last, calendar) : last
  return nextWorkingDay(lengthened, calendar).toString()
}

/** The same day if it is a working day, else the next that is. */
export function workingDayFrom(date: string, calendar: CalendarId): string {
  return nextWorkingDay(plainDate(date), calendar).toString()
}

export function isWorkingDay(date: string, calendar: CalendarId): boolean {
  return isWorking(plainDate(date), calendar)
}

/** The day after or before a plain date by calendar days. */
export function addDays(date: string, days: number): string {
  return plainDate(date).add({ days }).toString()
}

/** Calendar days from `a` to `b`, negative if `b` is earlier. */
export function daysBetween(a: string, b: string): number {
  return plainDate(a).until(plainDate(b), { largestUnit: 'days' }).days
}

/** The day of an instant in a zone; a plain date stays as it is. */
export function dateIn(zone: string, instant: string): string {
  const near = `${zone}/${instant.slice(0, 10)}`
  const known = knownDays.get(near)?.find(({ from, to }) => from <= instant && instant < to)
  if (known !== undefined) return known.date
  const day = dayOf(instant, zone)
  const date = day.toString()
  if (instant.length > 10) remember(near, { date, ...limitsOf(day, zone) })
  return date
}

/** A day from its first instant to that of the next, as texts, whose order is the order of time. */
interface KnownDay {
  date: string
  from: string
  to: string
}

/**
 * Days that were reckoned before, by zone and day in Greenwich: every rule of an act asks for the
 * same one.
 */
const knownDays = new Map<string, KnownDay[]>()
const KNOWN_MAX = 4_096

function remember(near: string, day: KnownDay): void {
  // A day on which the clocks change may begin twice: it is reckoned each time.
  const hours = Temporal.Instant.from(day.from).until(day.to).total('hours')
  if (hours !== 24) return
  if (knownDays.size === KNOWN_MAX) knownDays.clear()
  knownDays.set(near, [...(knownDays.get(near) ?? []), day])
}

function limitsOf(day: Temporal.PlainDate, zone: string): Pick<KnownDay, 'from' | 'to'> {
  const next = day.add({ days: 1 })
  return { from: startOfDay(day.toString(), zone), to: startOfDay(next.toString(), zone) }
}

/**
 * The instant of a wall-clock time in a zone, in the log's form. A time that a spring change skips
 * moves on with it.
 */
export function instantOf(date: string, time: string, zone: string): string {
  const zoned = plainDate(date).toZonedDateTime({
    timeZone: zone,
    plainTime: Temporal.PlainTime.from(time),
  })
  return zoned.toInstant().toString({ fractionalSecondDigits: 6 })
}

/** The first instant of a plain date in a zone. */
export function startOfDay(date: string, zone: string): string {
  return instantOf(date, '00:00', zone)
}

/** Whether this is a zone of the IANA database. */
export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return /^[A-Za-z]/.test(zone)
  } catch {
    // The database throws for what it does not know: that is the answer, not a fault.
    return false
  }
}

/**
 * Names of the holidays of a year by date, for pages: what the calendar does not count as a working
 * day.
 */
export function holidays(year: number, calendar: CalendarId): ReadonlyMap<string, string> {
  const key = `${calendar}/${year}`
  const known = computed.get(key)
  if (known !== undefined) return known
  const found =
    calendar === 'us-federal'
      ? federalHolidays(year)
      : calendar === 'eu'
        ? euHolidays(year)
        : new Map()
  computed.set(key, found)
  return found
}

/** Memory of `holidays`: the same for ever. */
const computed = new Map<string, ReadonlyMap<string, string>>()

function dayOf(start: string, zone: string): Temporal.PlainDate {
  if (/^\d{4}-\d{2}-\d{2}$/.test(start)) return plainDate(start)
  return Temporal.Instant.from(start).toZonedDateTimeISO(zone).toPlainDate()
}

function plainDate(date: string): Temporal.PlainDate {
  return Temporal.PlainDate.from(date)
}

function isWorking(date: Temporal.PlainDate, calendar: CalendarId): boolean {
  return date.dayOfWeek < 6 && !holidays(date.year, calendar).has(date.toString())
}

function nextWorkingDay(date: Temporal.PlainDate, calendar: CalendarId): Temporal.PlainDate {
  let day = date
  while (!isWorking(day, calendar)) day = day.add({ days: 1 })
  return day
}

function addWorkingDays(
  trigger: Temporal.PlainDate,
  n: number,
  calendar: CalendarId,
): Temporal.PlainDate {
  let day = trigger
  for (let counted = 0; counted < n;) {
    day = day.add({ days: 1 })
    if (isWorking(day, calendar)) counted++
  }
  return n === 0 ? nextWorkingDay(trigger, calendar) : day
}

function atLeastTwoWorkingDays(
  trigger: Temporal.PlainDate,
  last: Temporal.PlainDate,
  calendar: CalendarId,
): Temporal.PlainDate {
  const second = addWorkingDays(trigger, 2, calendar)
  return Temporal.PlainDate.compare(second, last) > 0 ? second : last
}

/** 5 USC 6103(a), each from the year of its law on, with the day on which it is observed. */
function federalHolidays(year: number): Map<string, string> {
  const found = new Map<string, string>()
  const observe = (name: string, date: Temporal.PlainDate): void => {
    const day =
      date.dayOfWeek === 6
        ? date.subtract({ days: 1 })
        : date.dayOfWeek === 7
          ? date.add({ days: 1 })
          : date
    if (day.year === year) found.set(day.toString(), name)
  }
  const fixed = (name: string, month: number, day: number): void => {
    observe(name, Temporal.PlainDate.from({ year, month, day }))
  }
  fixed("New Year's Day", 1, 1)
  observe("New Year's Day", Temporal.PlainDate.from({ year: year + 1, month: 1, day: 1 }))
  if (year >= 1986) observe('Birthday of Martin Luther King, Jr.', weekday(year, 1, 1, 3))
  observe("Washington's Birthday", weekday(year, 2, 1, 3))
  observe('Memorial Day', lastMonday(year, 5))
  if (year >= 2021) fixed('Juneteenth National Independence Day', 6, 19)
  fixed('Independence Day', 7, 4)
  observe('Labor Day', weekday(year, 9, 1, 1))
  observe('Columbus Day', weekday(year, 10, 1, 2))
  fixed('Veterans Day', 11, 11)
  observe('Thanksgiving Day', weekday(year, 11, 4, 4))
  fixed('Christmas Day', 12, 25)
  return found
}

function euHolidays(year: number): Map<string, string> {
  const easter = easterSunday(year)
  const fixed = (month: number, day: number): string =>
    Temporal.PlainDate.from({ year, month, day }).toString()
  return new Map([
    [fixed(1, 1), "New Year's Day"],
    [easter.subtract({ days: 2 }).toString(), 'Good Friday'],
    [easter.add({ days: 1 }).toString(), 'Easter Monday'],
    [fixed(5, 1), 'Labour Day'],
    [fixed(12, 25), 'Christmas Day'],
    [fixed(12, 26), 'Christmas Holiday'],
  ])
}

/** The nth given weekday (Monday 1) of a month. */
function weekday(year: number, month: number, day: number, nth: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 })
  return first.add({ days: ((day - first.dayOfWeek + 7) % 7) + 7 * (nth - 1) })
}

function lastMonday(year: number, month: number): Temporal.PlainDate {
  const last = Temporal.PlainDate.from({ year, month, day: 31 })
  return last.subtract({ days: last.dayOfWeek - 1 })
}

/** Gregorian Easter by the anonymous (Meeus, Jones, Butcher) computation. */
function easterSunday(year: number): Temporal.PlainDate {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const h =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Temporal.PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 })
}
