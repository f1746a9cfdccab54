/**
 * Sizes that say little: files are padded by Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS
 * 2019), capsules and releases to fixed sizes with their length in front.
 */
import { concatBytes, u32be } from '../ledger/index.ts'
import { SealingError } from './error.ts'

const LENGTH_PREFIX = 4

/** Smallest Padmé size that holds `length` bytes: at most 12 % more, with O(log log) bits told. Below 2, `length` itself. */
export function padme(length: number): number {
  if (!Number.isSafeInteger(length) || length < 0)
    throw new SealingError('parameters', 'a length is a whole number of bytes')
  if (length < 2) return length
  const exponent = Math.floor(Math.log2(length))
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** (exponent - mantissaBits)
  return step <= 1 ? length : Math.ceil(length / step) * step
}

/** `bytes` and zeros up to `size`. */
export function padTo(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size)
    throw new SealingError('too-large', `${bytes.length} bytes do not fit into ${size}`)
  const padded = new Uint8Array(size)
  padded.set(bytes)
  return padded
}

/** u32be(length) ‖ bytes ‖ zeros. Throws `too-large` where they do not fit `size`. */
export function frame(bytes: Uint8Array, size: number): Uint8Array {
  return padTo(concatBytes(u32be(bytes.length), bytes), size)
}

/** Smallest frame size for `length` bytes that is a multiple of `step`. */
export function frameSize(length: number, step: number): number {
  return Math.ceil((LENGTH_PREFIX + length) / step) * step
}

/** The bytes in a frame. Throws `form` for a length that does not fit and for padding that is not all zeros. */
export function unframe(framed: Uint8Array): Uint8Array {
  if (framed.length < LENGTH_PREFIX) throw new SealingError('form', 'no length in front')
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength)
  const end = LENGTH_PREFIX + view.getUint32(0)
  if (end > framed.length) throw new SealingError('form', 'the length exceeds the frame')
  if (!isZero(framed.subarray(end))) throw new SealingError('form', 'the padding is not all zeros')
  return framed.slice(LENGTH_PREFIX, end)
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}
