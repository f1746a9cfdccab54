/**
 * Pings: a holder shows that it can open with the key it offers, and the receipt key says so. A ping stands for about ten
 * minutes; it is derived from the time, so nothing is kept between question and answer.
 */
import { equalBytes, toBase64Url, utf8, type SigningKey } from '../ledger/index.ts'
import { pingAnswer, sealPing, type Ping } from '../sealing/index.ts'
import { SignerError, type PingRequest, type Pong } from './contract.ts'
import type { Secrets } from './secrets.ts'

const WINDOW_MS = 600_000

export interface Pings {
  ping(request: PingRequest): Promise<Ping>
  pong(request: PingRequest & { secret: Uint8Array }): Promise<Pong>
}

export function createPings(options: {
  origin: string
  key: SigningKey
  secrets: Secrets
  now: () => number
}): Pings {
  const { origin, key, secrets, now } = options
  const window = () => Math.floor(now() / WINDOW_MS)

  function pingOf(request: PingRequest, inWindow: number) {
    const { tender, envelope, id, pub } = request
    return secrets.ping(tender, envelope, id, pub, String(inWindow))
  }

  return {
    ping: (request) => sealPing(request.pub, request, pingOf(request, window())),
    async pong(request) {
      const inside = [window(), window() - 1]
        .map((inWindow) => pingOf(request, inWindow))
        .find(({ secret }) => equalBytes(secret, request.secret))
      if (!inside) throw new SignerError('not-allowed', 'not the answer to a recent ping')
      const answer = pingAnswer(await sealPing(request.pub, request, inside), inside.secret)
      return {
        ...answer,
        sig: toBase64Url(key.sign(pongMessage({ ...request, ...answer, origin }))),
      }
    },
  }
}

/** The bytes that the receipt key signs: what `opening.member` and `opener.ping` show is for this key and tender only. */
export function pongMessage(
  pong: PingRequest & Pick<Pong, 'challenge' | 'opened'> & { origin: string },
): Uint8Array {
  const { origin, tender, envelope, id, pub, challenge, opened } = pong
  return utf8(
    ['tenderbook/pong/v1', origin, tender, envelope, id, pub, challenge, opened].join('\0'),
  )
}
