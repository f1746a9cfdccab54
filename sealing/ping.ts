/**
 * A ping shows that a holder can open with the key it offers: 32 secret bytes are sealed to the key, the holder answers
 * with them. It is asked for when the holder joins, and again before the deadline while bids can still be sealed anew.
 */
import { sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { bytesOf } from './bid.ts'
import { open, pointFromText, seal, type MessageContext, type OpeningKeyPair } from './hpke.ts'

const NO_AAD = new Uint8Array(0)

export interface PingContext {
  tender: string
  /** The holder. */
  id: string
}

export interface Ping {
  enc: string
  ct: string
}

/** What the record keeps of an answered ping. */
export interface PingAnswer {
  /** SHA-256 of enc ‖ ct, base64url. */
  challenge: string
  /** SHA-256 of the secret that was inside, base64url. */
  opened: string
}

/**
 * Seals `secret` (32 bytes) to a holder's key. With `ekm`, which must be secret, fresh for each ping and 32 bytes, the
 * same ping can be made again. Throws `form` where the key is none.
 */
export async function sealPing(
  pub: string,
  context: PingContext,
  { secret, ekm }: { secret: Uint8Array; ekm?: Uint8Array },
): Promise<Ping> {
  const message = { ...messageContext(context), plain: secret }
  const { enc, ct } = await seal(pointFromText(pub), ekm ? { ...message, ekm } : message)
  return { enc: toBase64Url(enc), ct: toBase64Url(ct) }
}

/** The secret of a ping. Throws `not-openable`. */
export function answerPing(
  key: OpeningKeyPair,
  context: PingContext,
  ping: Ping,
): Promise<Uint8Array> {
  return open(key, { ...messageContext(context), enc: bytesOf(ping.enc), ct: bytesOf(ping.ct) })
}

export function pingAnswer({ enc, ct }: Ping, secret: Uint8Array): PingAnswer {
  return {
    challenge: toBase64Url(sha256(bytesOf(enc), bytesOf(ct))),
    opened: toBase64Url(sha256(secret)),
  }
}

function messageContext({ tender, id }: PingContext): MessageContext {
  return { info: utf8(`tenderbook/ping/v1\0${tender}${id}`), aad: NO_AAD }
}
