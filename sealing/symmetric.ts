/**
 * HKDF with SHA-256 (RFC 5869) and AES-256-GCM (NIST SP 800-38D) by Web Crypto. Every key here encrypts one message only,
 * so that a fixed iv is safe where one is used.
 */
import { concatBytes, hmacSha256 } from '../ledger/index.ts'
import { SealingError } from './error.ts'

/** Bytes that AES-GCM adds to what it encrypts. */
export const TAG_LENGTH = 16
export const IV_LENGTH = 12
export const KEY_LENGTH = 32

const NO_SALT = new Uint8Array(0)

export interface AesMessage {
  key: Uint8Array
  iv: Uint8Array
  aad: Uint8Array
}

/** 32 bytes: one block of HKDF's expand step is all that is ever needed here. Without a salt, the empty one. */
export function hkdf(ikm: Uint8Array, info: Uint8Array, salt: Uint8Array = NO_SALT): Uint8Array {
  return hmacSha256(hmacSha256(salt, ikm), concatBytes(info, Uint8Array.of(1)))
}

export async function encrypt(message: AesMessage, plain: Uint8Array): Promise<Uint8Array> {
  const key = await aesKey(message.key, 'encrypt')
  return new Uint8Array(await crypto.subtle.encrypt(gcm(message), key, own(plain)))
}

/** Throws `not-openable` where key, iv, aad or bytes are not those of the encryption. */
export async function decrypt(message: AesMessage, ciphertext: Uint8Array): Promise<Uint8Array> {
  const key = await aesKey(message.key, 'decrypt')
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm(message), key, own(ciphertext)))
  } catch (cause) {
    throw new SealingError('not-openable', 'the ciphertext does not open under this key', { cause })
  }
}

/** A copy in a buffer of its own: no library gets a view into memory that other bytes share. */
export function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

function aesKey(key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, [use])
}

function gcm({ iv, aad }: AesMessage): AesGcmParams {
  return { name: 'AES-GCM', iv: own(iv), additionalData: own(aad) }
}
