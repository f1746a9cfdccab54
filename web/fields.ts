/**
 * How a member of a payload is typed by a person and written in a statement. A form's fields are named by their paths in
 * the payload (`items.0.quantity`), so that what is wrong in a payload is shown at its field, and the other way round.
 */
import type { Json, JsonObject } from '../ledger/index.ts'
import {
  currencyExponent,
  dateIn,
  instantOf,
  isQuantity,
  type Money,
} from '../procurement/index.ts'

/**
 * `text`, `decimal` (a quantity), `integer`, `date` (a plain date), `boolean`, `json` (a member that the form itself
 * fills in); `money` in minor units of `currency`; `instant` typed as a time in `zone`; `list`: texts, one a control or
 * one a line; `document` and `documents`: files, which become salted commitments.
 */
export type FieldKind =
  | 'text'
  | 'decimal'
  | 'integer'
  | 'money'
  | 'date'
  | 'instant'
  | 'boolean'
  | 'list'
  | 'json'
  | 'document'
  | 'documents'

export interface FieldForm {
  kind: FieldKind
  currency?: string | undefined
  zone?: string | undefined
}

/** What a control holds: a value, nothing, or something that cannot be read. */
export type FieldReading = { value: Json } | { problem: string } | undefined

export function readField(typed: string, { kind, currency, zone }: FieldForm): FieldReading {
  const text = kind === 'text' ? typed.normalize('NFC').replace(/\r\n/g, '\n') : typed.trim()
  if (text.trim() === '' && kind !== 'boolean') return undefined
  switch (kind) {
    case 'text':
      return { value: text.trim() }
    case 'decimal':
      return readDecimal(text)
    case 'integer':
      return /^\d{1,9}$/.test(text)
        ? { value: Number(text) }
        : { problem: 'Write a whole number, for example 30.' }
    case 'money':
      return readMoneyText(text, currency ?? 'USD')
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text)
        ? { value: text }
        : { problem: 'Write a day, for example 2026-03-13.' }
    case 'instant':
      return readInstant(text, zone ?? 'UTC')
    case 'boolean':
      return { value: text === 'true' || text === 'on' }
    case 'list':
      return { value: lines(text) }
    case 'json':
      return { value: JSON.parse(text) as Json }
    case 'document':
    case 'documents':
      return undefined
  }
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function readDecimal(text: string): FieldReading {
  const plain = text.replace(/,/g, '')
  return isQuantity(plain)
    ? { value: plain }
    : { problem: 'Write a quantity, for example 12 or 2.5.' }
}

/** "21,580.00" or "21580" in the currency's minor units. */
function readMoneyText(text: string, currency: string): FieldReading {
  const exponent = currencyExponent(currency)
  const found = /^(-?)(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d+))?$/.exec(text.replace(/^\$/, ''))
  const fraction = found?.[3] ?? ''
  if (!found || fraction.length > exponent)
    return { problem: `Write an amount in ${currency}, for example 19,888.00.` }
  const [, sign = '', whole = ''] = found
  const units = BigInt(whole.replace(/,/g, '') + fraction.padEnd(exponent, '0'))
  return { value: { amount: `${units === 0n ? '' : sign}${units}`, currency } }
}

/** `2026-01-27T14:00` on a zone's clock. */
function readInstant(text: string, zone: string): FieldReading {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2})?$/.exec(text)
  if (!found) return { problem: 'Write a day and a time.' }
  const [, date = '', time = ''] = found
  return { value: instantOf(date, time, zone) }
}

/** What a control may begin with. */
export type FieldValue = Json | Money

/** A value as its control shows it. */
export function showField(value: FieldValue | undefined, { kind, zone }: FieldForm): string {
  if (value === undefined) return ''
  if (kind === 'json') return JSON.stringify(value)
  if (kind === 'money') return moneyText(value as Money)
  if (kind === 'instant' && typeof value === 'string') return localTime(value, zone ?? 'UTC')
  if (Array.isArray(value)) return value.map(String).join('\n')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** "21,580.00" of a sum in minor units. */
function moneyText({ amount, currency }: Money): string {
  const exponent = currencyExponent(currency)
  const sign = amount.startsWith('-') ? '-' : ''
  const digits = amount.replace('-', '').padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent)
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${grouped}${exponent === 0 ? '' : `.${digits.slice(-exponent)}`}`
}

/** As `datetime-local` writes it. */
function localTime(instant: string, zone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  }).format(new Date(instant))
  return `${dateIn(zone, instant)}T${time}`
}

/** Puts a value at a dotted path; numbers are places in a list. Gaps in lists are closed by `compact`. */
export function setAt(target: JsonObject, path: string, value: Json): void {
  const names = path.split('.')
  let place = target as Record<string, Json>
  for (const [i, name] of names.slice(0, -1).entries()) {
    const isList = /^\d+$/.test(names[i + 1] ?? '')
    const next = place[name] ?? (isList ? [] : {})
    place[name] = next
    // Lists take their places by name as objects do.
    place = next as Record<string, Json>
  }
  place[names.at(-1) ?? ''] = value
}

/** The same value with lists closed up: a person may have left rows out. */
export function compact(value: Json): Json {
  // `flatMap` passes over places that were never filled.
  if (Array.isArray(value)) return value.flatMap((each) => [compact(each)])
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, compact(each)]))
}
