/**
 * Proof that whoever enrols a key holds it: a signature by the new key over log, person and key id,
 * so that a proof made for one log or person shows nothing elsewhere (ledger format, section 10).
 */
import {
  fromBase64Url,
  gateKey,
  keyId,
  LedgerError,
  utf8,
  verifySignature,
} from '../ledger/index.ts'

/** The bytes that the new key signs: `pop` is the base64url of that signature. */
export function possessionMessage(aud: string, person: string, kid: string): Uint8Array {
  return utf8(`tenderbook/pop/v1\0${aud}\0${person}\0${kid}`)
}

export interface Possession {
  aud: string
  person: string
  kid: string
  pub: string
  pop: string
}

/**
 * Whether `kid` is the key's id, the key passes the gate, and it signed for this person in this
 * log.
 */
export function isPossessed({ aud, person, kid, pub, pop }: Possession): boolean {
  if (!isKey(kid, pub)) return false
  const key = gateKey(fromBase64Url(pub))
  return verifySignature(key, possessionMessage(aud, person, kid), fromBase64Url(pop))
}

/** Whether `pub` is a key that the gate admits and `kid` its id. */
export function isKey(kid: string, pub: string): boolean {
  const bytes = fromBase64Url(pub)
  if (keyId(bytes) !== kid) return false
  try {
    gateKey(bytes)
    return true
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'key') return false
    throw error
  }
}
