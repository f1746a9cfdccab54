/**
 * Hybrid public-key encryption (RFC 9180), base mode, suite 0010-0001-0002: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM. Recipients' keys are P-256 key pairs of Web Crypto, in browsers not extractable.
 *
 * `ekm` makes the encapsulation deterministic (section 7.1.3 of the RFC). It is safe only while no two messages share one;
 * callers derive it from the message's own secret. The library wants the whole `CryptoKeyPair` to open: from a private
 * key that cannot be exported it guesses the sign of the public point, and every other message fails.
 */
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core'
import { fromBase64Url, sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { SealingError } from './error.ts'
import { own } from './symmetric.ts'

/** KEM, KDF and AEAD by their registered numbers: the one suite in use. */
export const SUITE = '0010-0001-0002'
export const PUBLIC_KEY_LENGTH = 65
/** Length of an encapsulated key. */
export const ENC_LENGTH = 65

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})
const P256 = { name: 'ECDH', namedCurve: 'P-256' }

/** A recipient's key. `publicKey` is the uncompressed point, 65 bytes. */
export interface OpeningKeyPair {
  publicKey: Uint8Array
  pair: CryptoKeyPair
}

/** A key pair as a file holds it: a JWK of RFC 7517. Whoever has it can open. */
export type KeyFile = { kty: 'EC'; crv: 'P-256'; x: string; y: string; d: string }

export interface SealedMessage {
  enc: Uint8Array
  ct: Uint8Array
}

/** What both sides must agree on. */
export interface MessageContext {
  info: Uint8Array
  aad: Uint8Array
}

/**
 * A fresh key for one tender and envelope. Not extractable unless asked for: only unattended holders, who keep their key
 * in a file, need to export it.
 */
export async function generateMemberKey(
  options: { extractable?: boolean } = {},
): Promise<OpeningKeyPair> {
  const pair = await crypto.subtle.generateKey(P256, options.extractable ?? false, ['deriveBits'])
  return withPublicKey(pair)
}

/** The key as a file. Throws where it was made non-extractable. */
export async function exportMemberKey({ pair }: OpeningKeyPair): Promise<KeyFile> {
  const { x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey)
  if (x === undefined || y === undefined || d === undefined)
    throw new SealingError('form', 'not a private P-256 key')
  return { kty: 'EC', crv: 'P-256', x, y, d }
}

/** The key of a file, not extractable any more. Throws `form`. */
export async function importMemberKey(file: KeyFile): Promise<OpeningKeyPair> {
  const { kty, crv, x, y, d } = file
  try {
    const privateKey = await importJwk({ kty, crv, x, y, d }, false)
    return await withPublicKey({ privateKey, publicKey: await importJwk({ kty, crv, x, y }, true) })
  } catch (cause) {
    throw new SealingError('form', 'not the file of a P-256 key', { cause })
  }
}

/** The same key pair for the same 32 secret bytes (RFC 9180, DeriveKeyPair). */
export async function deriveKeyPair(secret: Uint8Array): Promise<OpeningKeyPair> {
  return withPublicKey(await suite.kem.deriveKeyPair(own(secret)))
}

/** RFC 7638 thumbprint of a P-256 public key: 43 characters. */
export function recipientKeyId(publicKey: Uint8Array): string {
  assertPoint(publicKey)
  const x = toBase64Url(publicKey.subarray(1, 33))
  const y = toBase64Url(publicKey.subarray(33))
  return toBase64Url(sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)))
}

/** Throws `form` where the key is no point of the curve. */
export async function seal(
  publicKey: Uint8Array,
  message: MessageContext & { plain: Uint8Array; ekm?: Uint8Array },
): Promise<SealedMessage> {
  const recipientPublicKey = await importPoint(publicKey)
  const { info, aad, plain, ekm } = message
  const parameters = { recipientPublicKey, info: own(info) }
  const { enc, ct } = await suite.seal(
    ekm ? { ...parameters, ekm: own(ekm) } : parameters,
    own(plain),
    own(aad),
  )
  return { enc: new Uint8Array(enc), ct: new Uint8Array(ct) }
}

/** Throws `not-openable` for another key, another context or altered bytes. */
export async function open(
  key: OpeningKeyPair,
  message: MessageContext & SealedMessage,
): Promise<Uint8Array> {
  const { info, aad, enc, ct } = message
  try {
    const parameters = { recipientKey: key.pair, enc: own(enc), info: own(info) }
    return new Uint8Array(await suite.open(parameters, own(ct), own(aad)))
  } catch (cause) {
    throw new SealingError('not-openable', 'the message does not open under this key', { cause })
  }
}

/** The 65 bytes of a public key in base64url. Throws `form`. */
export function pointFromText(base64url: string): Uint8Array {
  const bytes = fromBase64Url(base64url)
  assertPoint(bytes)
  return bytes
}

function assertPoint(bytes: Uint8Array): void {
  if (bytes.length !== PUBLIC_KEY_LENGTH || bytes[0] !== 4)
    throw new SealingError('form', 'a P-256 public key is an uncompressed point of 65 bytes')
}

async function importPoint(bytes: Uint8Array): Promise<CryptoKey> {
  assertPoint(bytes)
  try {
    return await crypto.subtle.importKey('raw', own(bytes), P256, true, [])
  } catch (cause) {
    throw new SealingError('form', 'the public key is not a point of P-256', { cause })
  }
}

function importJwk(jwk: JsonWebKey, isPublic: boolean): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', jwk, P256, isPublic, isPublic ? [] : ['deriveBits'])
}

async function withPublicKey(pair: CryptoKeyPair): Promise<OpeningKeyPair> {
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey)
  return { publicKey: new Uint8Array(raw), pair }
}
