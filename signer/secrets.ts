/**
 * What is derived from the signer's one secret, so that a retry gives the same bytes and nothing has to be stored: blinds,
 * salts, opening keys, pings. Each purpose has a key of its own; the parts of a name are joined by NUL, which no part has.
 */
import { hmacSha256, utf8 } from '../ledger/index.ts'

export interface Secrets {
  /** Blind of a sealed statement, by its hash. */
  blind(statementHash: Uint8Array): Uint8Array
  /** Salt of a close, by its duty: tender, envelope and what set the deadline. */
  closeSalt(tender: string, envelope: string, cause: string): Uint8Array
  /** Salt of an opening's result, by its bytes. */
  resultSalt(tender: string, envelope: string, document: Uint8Array): Uint8Array
  /** Input of the signer's opening key of one envelope. */
  recipient(tender: string, envelope: string): Uint8Array
  /** What is inside a ping, and what makes its encapsulation. */
  ping(...name: string[]): { secret: Uint8Array; ekm: Uint8Array }
}

/** `secret`: 32 random bytes, for ever. */
export function createSecrets(secret: Uint8Array): Secrets {
  const derive = (purpose: string, data: Uint8Array) =>
    hmacSha256(hmacSha256(secret, utf8(`tenderbook/${purpose}/v1`)), data)
  const named = (purpose: string, ...name: string[]) => derive(purpose, utf8(name.join('\0')))
  return {
    blind: (statementHash) => derive('blind', statementHash),
    closeSalt: (tender, envelope, cause) =>
      named('close', 'deadline.close', tender, envelope, cause),
    resultSalt: (tender, envelope, document) =>
      hmacSha256(named('result', 'opening.result', tender, envelope), document),
    recipient: (tender, envelope) => named('recipient', tender, envelope),
    ping: (...name) => ({ secret: named('ping', ...name), ekm: named('ping-ekm', ...name) }),
  }
}
