/** SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104): the only hashes of the record. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from './bytes.ts'
import { nodeCrypto, plain } from './native.ts'

/** SHA-256 of the parts joined, 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (parts.length === 1 && only) return digest(only)
  let length = 0
  for (const part of parts) length += part.length
  return length <= scratch.length ? digest(joinInto(scratch, parts)) : digest(concatBytes(...parts))
}

/** Reused for what is hashed in parts, as hashing is done when it returns: holds a blind and the greatest entry. */
const scratch = new Uint8Array(65_536 + 64)

function joinInto(target: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) {
    target.set(part, length)
    length += part.length
  }
  return target.subarray(0, length)
}

/** HMAC-SHA-256, 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  if (!nodeCrypto) return hmac(nobleSha256, key, data)
  return plain(nodeCrypto.createHmac('sha256', key).update(data).digest())
}

/** Node's one-shot `crypto.hash` (20.12) is twice as fast as `createHash`, which is thrice as fast as JavaScript. */
const digest: (data: Uint8Array) => Uint8Array = chooseDigest()

function chooseDigest(): (data: Uint8Array) => Uint8Array {
  const node = nodeCrypto
  if (!node) return nobleSha256
  // Typed as always there; older versions of Node lack it.
  const oneShot = node.hash as typeof node.hash | undefined
  if (oneShot) return (data) => fromBinary(oneShot('sha256', data, 'binary'))
  return (data) => plain(node.createHash('sha256').update(data).digest())
}

/** The bytes of a text that has a character for each: sooner there than the Buffer that Node would make, and less to keep. */
function fromBinary(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
