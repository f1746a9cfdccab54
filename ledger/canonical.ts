/**
 * Canonical JSON (RFC 8785, JCS), narrowed to what signed bytes need: objects, arrays, strings in NFC, booleans and safe
 * integers. For these, JCS is `JSON.stringify` of each scalar with members in UTF-16 order, so one short writer serves
 * both sides: making bytes, and checking received bytes by writing them again.
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
export function canonicalText(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw new LedgerError('number', 'not a safe integer')
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (depth === DEPTH_MAX) throw new LedgerError('depth', `nested deeper than ${DEPTH_MAX}`)
      if (Array.isArray(value)) return arrayText(value, depth + 1)
      if (isPlainObject(value)) return objectText(value, depth + 1)
  }
  throw new LedgerError(
    'type',
    'only objects, arrays, strings, booleans and integers can be written',
  )
}

function arrayText(array: readonly unknown[], depth: number): string {
  let written = '['
  for (let i = 0; i < array.length; i++) {
    if (i > 0) written += ','
    written += canonicalText(array[i], depth)
  }
  return written + ']'
}

function objectText(object: Record<string, unknown>, depth: number): string {
  let written = '{'
  // The default order of `sort` is by UTF-16 units, as JCS wants.
  for (const member of Object.keys(object).sort()) {
    if (member === '__proto__' || member === 'constructor' || member === 'prototype')
      throw new LedgerError('member', `${member} is not allowed as a member`)
    if (written.length > 1) written += ','
    written += `${quoted(member)}:${canonicalText(object[member], depth)}`
  }
  return written + '}'
}

function quoted(string: string): string {
  if (BEYOND_ASCII.test(string)) assertUnicode(string)
  return JSON.stringify(string)
}

const BEYOND_ASCII = /[\u0080-\uffff]/
const LONE_SURROGATE = /\p{Surrogate}/u

function assertUnicode(string: string): void {
  if (LONE_SURROGATE.test(string)) throw new LedgerError('unicode', 'a lone surrogate')
  if (string.normalize('NFC') !== string) throw new LedgerError('unicode', 'text not in NFC')
}

function isPlainObject(value: object | null): value is Record<string, unknown> {
  if (value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
