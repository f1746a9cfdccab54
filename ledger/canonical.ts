/**
 * Canonical JSON (RFC 8785, JCS), narrowed to what signed bytes need: objects, arrays, strings in NFC, booleans and safe
 * integers. For these, JCS is what `JSON.stringify` writes, with members in UTF-16 order. One writer serves both sides:
 * making bytes, and checking received bytes by writing them again.
 * Refused, never repaired: null, undefined, floats, -0, Dates and other classes, `toJSON`, `__proto__`, lone surrogates,
 * duplicate members, other spellings of the same value, a byte order mark, depth over 32.
 */
import { text, utf8 } from './bytes.ts'
import { LedgerError } from './error.ts'

export type Json = string | number | boolean | Json[] | { [member: string]: Json }
export type JsonObject = Record<string, Json>

/** Greatest nesting of objects and arrays. */
export const DEPTH_MAX = 32

/**
 * The canonical bytes of a value.
 * @throws LedgerError `type`, `number`, `unicode`, `member` or `depth` for anything that is not `Json`
 */
export function encodeCanonical(value: Json): Uint8Array {
  return utf8(canonicalText(value))
}

/**
 * The value of canonical bytes.
 * @param sizeMax greatest accepted number of bytes
 * @throws LedgerError `size`, `utf8`, `json`, those of `encodeCanonical`, and `canonical` where the bytes say the value in
 * another way than JCS does
 */
export function parseCanonical(bytes: Uint8Array, sizeMax = Infinity): Json {
  if (bytes.length > sizeMax) throw new LedgerError('size', `more than ${sizeMax} bytes`)
  const received = text(bytes)
  const value = parseJson(received)
  // Equal texts are equal bytes: the strict decoder maps different bytes to different texts.
  if (canonicalText(value) !== received)
    throw new LedgerError('canonical', 'the JSON is not in canonical form')
  // The writer has just refused everything else.
  return value as Json
}

/** `JSON.parse`, with a LedgerError. Its result is unchecked: it has merged duplicate members and rounded numbers. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown
  } catch (cause) {
    throw new LedgerError('json', 'not JSON', { cause })
  }
}

/** The canonical text of a value; throws as `encodeCanonical`. */
export function canonicalText(value: unknown): string {
  // Where all members are in order already, as in all bytes that are canonical, the engine's own writer does it faster.
  const canonical = isOrdered(value, 0) ? JSON.stringify(value) : written(value as Json)
  // Most texts are ASCII, and one look at the whole spares one at each string.
  if (BEYOND_ASCII.test(canonical) || canonical.includes(SURROGATE_ESCAPE))
    assertStrings(value as Json)
  return canonical
}

const BEYOND_ASCII = /[\u0080-\uffff]/
/** How a lone surrogate is written. */
const SURROGATE_ESCAPE = '\\ud'

/** Refuses what is not `Json`, strings aside; returns whether the members of all objects are in order. */
function isOrdered(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw new LedgerError('number', 'not a safe integer')
      return true
    case 'object':
      if (depth === DEPTH_MAX) throw new LedgerError('depth', `nested deeper than ${DEPTH_MAX}`)
      if (isPlainArray(value)) return isArrayOrdered(value, depth + 1)
      if (isPlainObject(value)) return isObjectOrdered(value, depth + 1)
  }
  throw new LedgerError(
    'type',
    'only objects, arrays, strings, booleans and integers can be written',
  )
}

function isArrayOrdered(array: readonly unknown[], depth: number): boolean {
  let ordered = true
  for (const item of array) ordered = isOrdered(item, depth) && ordered
  return ordered
}

function isObjectOrdered(object: Record<string, unknown>, depth: number): boolean {
  let ordered = true
  let before = ''
  for (const member of Object.keys(object)) {
    if (member === '__proto__' || member === 'constructor' || member === 'prototype')
      throw new LedgerError('member', `${member} is not allowed as a member`)
    // Texts compare by UTF-16 units, as JCS wants.
    if (member < before) ordered = false
    before = member
    ordered = isOrdered(object[member], depth) && ordered
  }
  return ordered
}

function written(value: Json): string {
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  // The default order of `sort` is by UTF-16 units. Every listed member is there.
  const pairs = Object.keys(value)
    .sort()
    .map((member) => `${JSON.stringify(member)}:${written(value[member] as Json)}`)
  return `{${pairs.join(',')}}`
}

/** Looks at every string, members included. */
function assertStrings(value: Json): void {
  if (typeof value === 'string') assertUnicode(value)
  if (typeof value !== 'object') return
  for (const [member, item] of Object.entries(value)) {
    assertUnicode(member)
    assertStrings(item)
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u

function assertUnicode(string: string): void {
  if (LONE_SURROGATE.test(string)) throw new LedgerError('unicode', 'a lone surrogate')
  if (string.normalize('NFC') !== string) throw new LedgerError('unicode', 'text not in NFC')
}

/** An array without holes and without anything beside its items. */
function isPlainArray(value: object | null): value is unknown[] {
  return (
    Array.isArray(value) &&
    Object.getPrototypeOf(value) === Array.prototype &&
    Object.keys(value).length === value.length
  )
}

function isPlainObject(value: object | null): value is Record<string, unknown> {
  if (value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
