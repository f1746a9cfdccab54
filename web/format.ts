/**
 * How dates, money and hashes are written on pages. Values come in as the record has them (instants with six
 * decimals, minor units as decimal strings, base64url); nothing here goes back into signed bytes, so `Date` will do.
 */
import { currencyExponent, type Money } from '../procurement/index.ts'

const locale = 'en-US'

/** To make a format costs a hundred times what its use does; pages use few, again and again. */
function kept<O, F>(make: (name: string, options: O) => F): (name: string, options: O) => F {
  const known = new Map<string, F>()
  return (name, options) => {
    const key = name + JSON.stringify(options)
    const made = known.get(key) ?? make(name, options)
    // Names come from the record: however many there are, they do not fill the memory.
    if (known.size === 1_000) known.clear()
    known.set(key, made)
    return made
  }
}

const dateFormat = kept((zone, options: Intl.DateTimeFormatOptions) => {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
  } catch {
    // A zone this platform does not know: UTC is always right, only less handy.
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
  }
})

const day = { weekday: 'short', month: 'short', day: 'numeric' } as const
const clock = { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' } as const

/** "Tue, Jan 27, 2026, 2:00 PM MST" */
export const longInstant = (instant: string, zone: string): string =>
  dateFormat(zone, { ...day, year: 'numeric', ...clock }).format(new Date(instant))

/** "Tue, Jan 27, 2:00 PM MST": a deadline of this year. */
export const dueInstant = (instant: string, zone: string): string =>
  dateFormat(zone, { ...day, ...clock }).format(new Date(instant))

/** "Jan 27, 2026, 2:00:16 PM MST": seconds only in the record. */
export const recordInstant = (instant: string, zone: string): string =>
  dateFormat(zone, {
    month: 'short',
    day: 'numeric',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(instant))

/** "Jan 27, 2026, 2:00:16 PM": a row of the record, under a heading that names the zone. */
export const rowInstant = (instant: string, zone: string): string =>
  dateFormat(zone, {
    month: 'short',
    day: 'numeric',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(instant))

/** "Mountain Time": what people call a zone. */
export const zoneName = (zone: string): string =>
  dateFormat(zone, { timeZoneName: 'longGeneric' })
    .formatToParts(new Date(0))
    .find((part) => part.type === 'timeZoneName')?.value ?? zone

/** "2:00 PM MST" */
export const timeOfDay = (instant: string, zone: string): string =>
  dateFormat(zone, clock).format(new Date(instant))

/** "5:06:41.218402 PM MST": a time of receipt, to the microsecond that the record holds. */
export const exactTime = (instant: string, zone: string): string =>
  dateFormat(zone, { ...clock, second: '2-digit' })
    .formatToParts(new Date(instant))
    .map(({ type, value }) => (type === 'second' ? `${value}.${instant.slice(20, 26)}` : value))
    .join('')

/** "Tue, Jan 27" of an instant in the agency's zone. */
export const shortDay = (instant: string, zone: string): string =>
  dateFormat(zone, day).format(new Date(instant))

/** "Tue, Jan 27, 2026" of an instant in the agency's zone. */
export const longDay = (instant: string, zone: string): string =>
  dateFormat(zone, { ...day, year: 'numeric' }).format(new Date(instant))

/** "Jan 8" of an instant in the agency's zone. */
export const monthDay = (instant: string, zone: string): string =>
  dateFormat(zone, { month: 'short', day: 'numeric' }).format(new Date(instant))

/** The year of an instant in the agency's zone. */
export const yearOf = (instant: string, zone: string): string =>
  dateFormat(zone, { year: 'numeric' }).format(new Date(instant))

/** "2026-01-27 21:00:00.123456 UTC", for titles. */
export const utcInstant = (instant: string): string =>
  `${instant.slice(0, 10)} ${instant.slice(11, -1)} UTC`

/** A plain date of the law (`2026-04-13`), which has no zone: "Mon, Apr 13, 2026". */
export const plainDay = (date: string): string => longDay(`${date}T00:00:00Z`, 'UTC')

/** A plain date or an instant, as a day. */
export const dayOf = (value: string, zone: string): string =>
  isPlainDate(value) ? plainDay(value) : longDay(value, zone)

export const isPlainDate = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value)

/** "6 days 4 hours 48 minutes", from milliseconds; the two or three units that matter. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const parts = [
    days > 0 ? counted(days, 'day') : '',
    hours > 0 ? counted(hours, 'hour') : '',
    counted(minutes % 60, 'minute'),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** "6 days 4 hours", "4 hours 48 minutes": the two greatest units of a time left. */
export const daysAndHours = (ms: number): string =>
  duration(ms)
    .split(/ (?=\d)/)
    .slice(0, 2)
    .join(' ')

/** "1 day", "2 days". */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString(locale)} ${noun}${count === 1 ? '' : 's'}`

export const number = (value: number): string => value.toLocaleString(locale)

/** "$19,888.00", "−$4.00", "1,250 PYG" for a currency without a sign of its own. */
export function money(value: Money): string {
  return currencyFormat(value.currency, 'currency').format(decimal(value)).replace('-', '−')
}

/** "19,888.00", under a column that names the currency. */
export function amount(value: Money): string {
  return currencyFormat(value.currency, 'decimal').format(decimal(value)).replace('-', '−')
}

const currencyFormat = kept((currency, style: 'currency' | 'decimal') => {
  const digits = currencyExponent(currency)
  return new Intl.NumberFormat(locale, {
    ...(style === 'currency' ? { style, currency } : { style }),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
})

/** "7.8 %": share of a whole, both in minor units, one digit, rounded half up. */
export function percent(part: bigint, whole: bigint): string {
  const tenths = (part * 2000n + whole) / (2n * whole)
  return `${number(Number(tenths / 10n))}.${(tenths % 10n).toString()} %`
}

/** Exact: minor units become a decimal text, which Intl reads without going through a float. */
function decimal(value: Money): Intl.StringNumericLiteral {
  const digits = currencyExponent(value.currency)
  const negative = value.amount.startsWith('-')
  const units = (negative ? value.amount.slice(1) : value.amount).padStart(digits + 1, '0')
  const whole = units.slice(0, units.length - digits)
  const part = digits === 0 ? '' : `.${units.slice(-digits)}`
  // A text of digits, as minor units are by their schema; Intl's type has no name for "any such text".
  return `${negative ? '-' : ''}${whole}${part}` as Intl.StringNumericLiteral
}

/** Hex in groups of eight, four groups a line. */
export function groupedHex(hex: string): string[] {
  const groups = hex.match(/.{1,8}/g) ?? []
  const lines: string[] = []
  for (let i = 0; i < groups.length; i += 4) lines.push(groups.slice(i, i + 4).join(' '))
  return lines
}

/**
 * Text that somebody else wrote, made harmless for a line of a page: control characters and the marks that reorder
 * text are shown as � instead of acting. Escaping for HTML is Preact's.
 */
export const tame = (text: string): string =>
  text.replace(/(?![\t\n])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '�')
