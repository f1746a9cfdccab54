/** The one error class of this folder: every refusal of bytes carries a code of this closed list. */

/**
 * What was wrong, for programs. The message says it for people.
 *
 * - `argument`: the caller broke the contract of a function (length, range, type); a fault of ours, not of the input
 * - `size`, `utf8`, `json`, `canonical`, `unicode`, `number`, `depth`, `member`, `type`: canonical JSON (canonical.ts)
 * - `hex`, `base64`: text that stands for bytes, not in its one canonical form
 * - `shape`: a member is missing, unknown or not of its form
 * - `key`, `vkey`: a public key that the gate refuses; a written key that is malformed
 * - `envelope`, `statement`, `entry`, `receipt`: which document is malformed
 * - `note`, `signature`, `checkpoint`, `proof`, `policy`, `quorum`, `export`: likewise, and what did not verify
 */
export type LedgerErrorCode =
  | 'argument'
  | 'size'
  | 'utf8'
  | 'json'
  | 'canonical'
  | 'unicode'
  | 'number'
  | 'depth'
  | 'member'
  | 'type'
  | 'hex'
  | 'base64'
  | 'shape'
  | 'key'
  | 'vkey'
  | 'envelope'
  | 'statement'
  | 'entry'
  | 'receipt'
  | 'note'
  | 'signature'
  | 'checkpoint'
  | 'proof'
  | 'policy'
  | 'quorum'
  | 'export'

export class LedgerError extends Error {
  readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LedgerError'
    this.code = code
  }
}
