/**
 * Bytes and the texts that stand for them (ledger-format.md, section 1): hex, base64, base64url, UTF-8, big-endian integers.
 * Every text has exactly one accepted form: whatever would not be written the same way again is refused.
 */
import { LedgerError } from './error.ts'
import { nodeBuffer, plain } from './native.ts'

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()
const U64_MAX = 2n ** 64n - 1n

/** All parts in order, in one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = blank(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Room to be filled at once; on Node cut from its pool, which spares an allocation. */
function blank(length: number): Uint8Array {
  return nodeBuffer ? plain(nodeBuffer.allocUnsafe(length)) : new Uint8Array(length)
}

/** Whether both hold the same bytes. Not constant in time: nothing secret is compared in this folder. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Order by unsigned bytes, a prefix before what it begins: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    // Both indexes are below both lengths.
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Throws `argument` unless `value` is bytes of this length; `name` says in the message what was expected. */
export function assertBytes(value: Uint8Array, length: number, name: string): void {
  if (!(value instanceof Uint8Array) || value.length !== length)
    throw new LedgerError('argument', `${name} must be ${length} bytes`)
}

/** UTF-8 bytes of a well-formed text. */
export function utf8(text: string): Uint8Array {
  return nodeBuffer ? plain(nodeBuffer.from(text, 'utf8')) : encoder.encode(text)
}

/** The text of UTF-8 bytes; a byte order mark stays in the text. Throws `utf8` where the bytes are none. */
export function text(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new LedgerError('utf8', 'the bytes are not UTF-8', { cause })
  }
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}

/** Bytes of lower-case hex; throws `hex` on anything else. */
export function fromHex(hex: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new LedgerError('hex', 'not lower-case hex')
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  )
}

/** Standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  if (!nodeBuffer) return portableBase64.encode(bytes)
  return nodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** Bytes of standard base64 with padding, in its one canonical form; throws `base64` on anything else. */
export function fromBase64(base64: string): Uint8Array {
  const bytes = nodeBuffer
    ? plain(nodeBuffer.from(base64, 'base64'))
    : portableBase64.decode(base64)
  if (toBase64(bytes) !== base64) throw new LedgerError('base64', 'not canonical base64')
  return bytes
}

/** Base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  if (!nodeBuffer) return urlAlphabet(portableBase64.encode(bytes))
  return nodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}

/** Bytes of base64url without padding, in its one canonical form; throws `base64` on anything else. */
export function fromBase64Url(base64url: string): Uint8Array {
  const bytes = nodeBuffer
    ? plain(nodeBuffer.from(base64url, 'base64url'))
    : portableBase64.decode(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  if (toBase64Url(bytes) !== base64url)
    throw new LedgerError('base64', 'not canonical base64url without padding')
  return bytes
}

/** Big-endian, 8 bytes. Throws `argument` unless 0 ≤ n < 2^64 (a number: a safe integer). */
export function u64be(n: number | bigint): Uint8Array {
  if (typeof n === 'number' && !Number.isSafeInteger(n))
    throw new LedgerError('argument', 'not a safe integer')
  const value = BigInt(n)
  if (value < 0n || value > U64_MAX)
    throw new LedgerError('argument', 'not an unsigned 64-bit integer')
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** Big-endian, 4 bytes. Throws `argument` unless n is an integer, 0 ≤ n < 2^32. */
export function u32be(n: number): Uint8Array {
  if (!Number.isInteger(n) || n < 0 || n > 0xffff_ffff)
    throw new LedgerError('argument', 'not an unsigned 32-bit integer')
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, n)
  return bytes
}

/** The same answers without Node, for browsers; exported for the tests that compare both. */
export const portableBase64 = {
  encode(bytes: Uint8Array): string {
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return btoa(binary)
  },
  decode(base64: string): Uint8Array {
    try {
      return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    } catch (cause) {
      throw new LedgerError('base64', 'not base64', { cause })
    }
  },
}

function urlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
