/**
 * Commitments (ledger-format.md, section 9): documents and personal fields enter the record only as HMAC-SHA-256 under a salt
 * of 32 random bytes. Whoever is given the value and the salt can check it; after both are erased nothing can be guessed
 * from the commitment. A plain hash of a name or a national id could be found by trying.
 */
import { assertBytes } from './bytes.ts'
import { hmacSha256 } from './hash.ts'

/** Commitment to `bytes` under a salt of 32 bytes: 32 bytes. */
export function commit(salt: Uint8Array, bytes: Uint8Array): Uint8Array {
  assertBytes(salt, 32, 'salt')
  return hmacSha256(salt, bytes)
}
