/**
 * Ed25519 (RFC 8032), with one answer everywhere. Libraries disagree on malformed keys and signatures, and most accept one
 * fixed signature for every message under a key of small order. So:
 * - a public key is used only after a gate: 32 bytes, canonical, not of small order, free of torsion;
 * - a signature needs 64 bytes, S < L, and an R that is canonical, not of small order and free of torsion.
 * With both rules Node's cofactorless check and noble's cofactored one accept the same signatures. Nothing here is
 * constant in time but signing; batch verification is not offered.
 */
import {
  hashes,
  getPublicKey,
  Point,
  sign as nobleSign,
  verify as nobleVerify,
} from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import type { KeyObject } from 'node:crypto'
import { assertBytes, equalBytes, fromHex, toBase64Url, utf8 } from './bytes.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import { nodeCrypto, plain } from './native.ts'

hashes.sha512 = sha512

const IDENTITY = fromHex('01'.padEnd(64, '0'))

/** A public key that passed the gate. Only `gateKey` makes one. */
export class PublicKey {
  /** The 32 bytes of RFC 8032. */
  readonly bytes: Uint8Array
  /** RFC 7638 thumbprint, see `keyId`. */
  readonly kid: string
  #native: KeyObject | undefined

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.kid = keyId(bytes)
  }

  /** See `gateKey`. */
  static gate(bytes: Uint8Array): PublicKey {
    if (bytes.length !== 32) throw new LedgerError('key', 'a public key is 32 bytes')
    if (!isSoundPoint(bytes))
      throw new LedgerError('key', 'the public key is malformed, of small order or has torsion')
    return new PublicKey(bytes.slice())
  }

  /** Node's form of the key, made once: making it costs as much as verifying. */
  native(crypto: NonNullable<typeof nodeCrypto>): KeyObject {
    return (this.#native ??= crypto.createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(this.bytes) },
      format: 'jwk',
    }))
  }
}

/** Admits a public key, or throws LedgerError `key`. Costs about a millisecond, once for each of the last keys. */
export function gateKey(pub: Uint8Array): PublicKey {
  const name = toBase64Url(pub)
  const known = admitted.get(name)
  if (known) return known
  const key = PublicKey.gate(pub)
  if (admitted.size === ADMITTED_MAX) admitted.clear()
  admitted.set(name, key)
  return key
}

const ADMITTED_MAX = 1000
const admitted = new Map<string, PublicKey>()

/** Key id: base64url of SHA-256 over the key's JWK in the form of RFC 7638; 43 characters. */
export function keyId(pub: Uint8Array): string {
  assertBytes(pub, 32, 'public key')
  return toBase64Url(sha256(utf8(`{"crv":"Ed25519","kty":"OKP","x":"${toBase64Url(pub)}"}`)))
}

/** Whether the key signed the message, by the fastest way there is. Never throws for the bytes' sake. */
export function verifySignature(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return (native ?? portable).verify(key, message, signature)
}

/** The same answer; on Node computed in its thread pool, so that many run at once. */
export function verifySignatureAsync(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return native
    ? native.verifyAsync(key, message, signature)
    : Promise.resolve(portable.verify(key, message, signature))
}

/** noble, for browsers and as the reference. */
export const portable = {
  verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
    return (
      signature.length === 64 &&
      isSoundPoint(signature.subarray(0, 32)) &&
      nobleVerify(signature, message, key.bytes, { zip215: false })
    )
  },
}

/** OpenSSL through Node, where there is Node. It compares R with the R that it computes, which leaves one R to refuse here. */
export const native = nodeCrypto && nativeVerifier(nodeCrypto)

function nativeVerifier(crypto: NonNullable<typeof nodeCrypto>) {
  return {
    verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
      return hasUsableR(signature) && crypto.verify(null, message, key.native(crypto), signature)
    },
    verifyAsync(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
      if (!hasUsableR(signature)) return Promise.resolve(false)
      return new Promise((resolve, reject) => {
        crypto.verify(null, message, key.native(crypto), signature, (error, valid) => {
          if (error) reject(error)
          else resolve(valid)
        })
      })
    },
  }
}

/** After the key gate, the identity is the only R of small order that a cofactorless check can accept. */
function hasUsableR(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  return signature[0] !== IDENTITY[0] || !equalBytes(signature.subarray(0, 32), IDENTITY)
}

function isSoundPoint(bytes: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(bytes, false)
    return !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    // Not the canonical encoding of a point: not sound. noble throws nothing else for 32 bytes.
    return false
  }
}

/** A secret key, as signer, tests and demo people hold it. */
export interface SigningKey {
  readonly pub: Uint8Array
  readonly kid: string
  /** RFC 8032 signature, 64 bytes, deterministic. */
  sign(message: Uint8Array): Uint8Array
}

/** The key of a 32-byte RFC 8032 seed. */
export function signingKey(seed: Uint8Array): SigningKey {
  assertBytes(seed, 32, 'seed')
  const pub = getPublicKey(seed)
  return {
    pub,
    kid: keyId(pub),
    sign: nodeCrypto ? nativeSigner(nodeCrypto, seed, pub) : nobleSigner(seed),
  }
}

function nobleSigner(seed: Uint8Array): SigningKey['sign'] {
  const copy = seed.slice()
  return (message) => nobleSign(message, copy)
}

function nativeSigner(
  crypto: NonNullable<typeof nodeCrypto>,
  seed: Uint8Array,
  pub: Uint8Array,
): SigningKey['sign'] {
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: toBase64Url(seed), x: toBase64Url(pub) }
  const key = crypto.createPrivateKey({ key: jwk, format: 'jwk' })
  return (message) => plain(crypto.sign(null, message, key))
}
