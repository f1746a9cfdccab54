/**
 * Reading parsed JSON member by member. Each reader returns the value as its type or throws LedgerError `shape` with the
 * member's name; `members` refuses whatever is not listed. The formats of ids, hashes, instants and names stand here too.
 */
import type { JsonObject } from './canonical.ts'
import { LedgerError } from './error.ts'

type Parsed = Readonly<Record<string, unknown>>

/** The value as an object that has every member of `required`, perhaps those of `optional`, and no other. */
export function members(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): Parsed {
  const object = readObject(value, 'the document')
  let known = 0
  for (const name of required) {
    if (!Object.hasOwn(object, name)) throw new LedgerError('shape', `member ${name} is missing`)
    known++
  }
  for (const name of optional) if (Object.hasOwn(object, name)) known++
  if (Object.keys(object).length === known) return object
  const stranger = Object.keys(object).find((n) => !required.includes(n) && !optional.includes(n))
  throw new LedgerError('shape', `member ${JSON.stringify(stranger)} is unknown`)
}

export function readObject(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LedgerError('shape', `${name} must be an object`)
  // JSON.parse makes only plain objects.
  return value as JsonObject
}

export function readArray(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new LedgerError('shape', `${name} must be a list`)
  return value
}

export function readString(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new LedgerError('shape', `${name} must be a string`)
  return value
}

/** A string of which `test` holds; `form` says in the message what that means. */
export function readForm(
  value: unknown,
  name: string,
  test: (string: string) => boolean,
  form: string,
): string {
  if (typeof value !== 'string' || !test(value))
    throw new LedgerError('shape', `${name} must be ${form}`)
  return value
}

/** An integer from 0 to 2^53−1. */
export function readCount(value: unknown, name: string): number {
  if (
    typeof value !== 'number' ||
    !Number.isSafeInteger(value) ||
    value < 0 ||
    Object.is(value, -0)
  )
    throw new LedgerError('shape', `${name} must be a whole number`)
  return value
}

export function readVersion(value: unknown): 1 {
  if (value !== 1) throw new LedgerError('shape', 'v must be 1')
  return 1
}

export function readInstant(value: unknown, name: string): string {
  return readForm(value, name, isInstant, 'an instant YYYY-MM-DDTHH:MM:SS.ffffffZ')
}

/** 32 bytes in base64url, as text: a hash or a key id. */
export function readHash(value: unknown, name: string): string {
  return readForm(value, name, isHashText, '32 bytes in base64url')
}

/** An id or a code: 1 to 128 visible ASCII characters but `"` and `\`, so that JSON writes it as it is. */
export function readLabel(value: unknown, name: string): string {
  return readForm(value, name, isLabel, '1 to 128 visible ASCII characters but " and \\')
}

export function readOrigin(value: unknown, name: string): string {
  return readForm(value, name, isKeyName, 'a log origin')
}

/**
 * Whether the text is an instant `YYYY-MM-DDTHH:MM:SS.ffffffZ` that exists in the calendar (UTC, no leap seconds). Always
 * six decimals, so that the order of texts is the order of times.
 */
export function isInstant(text: string): boolean {
  if (!INSTANT.test(text)) return false
  const day = Number(text.slice(8, 10))
  return day <= 28 || day <= daysOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)))
}

const INSTANT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** 43 characters of base64url whose last carries no spare bits: the one text of 32 bytes. */
export function isHashText(text: string): boolean {
  return /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text)
}

/** 22 characters of base64url whose last carries no spare bits: the one text of 16 bytes. */
export function isNonce(text: string): boolean {
  return /^[\w-]{21}[AQgw]$/.test(text)
}

/** The name of a key in a signed note, and so the origin of a log: no spaces, no `+`, no control characters, 1 to 255. */
export function isKeyName(text: string): boolean {
  if (text.length > 255) return false
  if (/^[!-*,-~]+$/.test(text)) return true
  return /^[^\s\p{Cc}\p{Cs}+]+$/u.test(text) && text.normalize('NFC') === text
}

function isLabel(text: string): boolean {
  return text.length <= 128 && /^[!#-[\]-~]+$/.test(text)
}
