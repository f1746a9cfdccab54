/**
 * How requests and answers cross the socket: JSON, in which bytes are `{"$bytes": base64}`. Nothing else in them is an
 * object with that one member.
 */
import { fromBase64, toBase64 } from '../ledger/index.ts'

const BYTES = '$bytes'

/** JSON of a value of plain objects, arrays, texts, numbers, booleans and bytes. */
export function encodeMessage(value: unknown): string {
  return JSON.stringify(replaceBytes(value))
}

/** The value; throws where it is no JSON or a bytes member is no base64. What it is must be checked by the reader. */
export function decodeMessage(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    const isBytes =
      isObject(value) && Object.keys(value).length === 1 && typeof value[BYTES] === 'string'
    return isBytes ? fromBase64(String(value[BYTES])) : value
  })
}

/** Before `JSON.stringify` asks: a Buffer would answer for itself, by a list of numbers. */
function replaceBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [BYTES]: toBase64(value) }
  if (Array.isArray(value)) return value.map(replaceBytes)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, replaceBytes(member)]),
  )
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
