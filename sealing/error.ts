/** The one error class of this folder: every refusal of bytes or parameters carries a code of this closed list. */

/**
 * What was wrong, for programs. The message says it for people.
 *
 * - `parameters`: an opening key, a capsule size or a group that the rules of sealing do not allow
 * - `form`: a header, a commitment, a release or a key is not of its form
 * - `too-large`: the contents do not fit the size that the tender declares
 * - `not-openable`: the key does not open these bytes, or they were altered
 * - `blob-differs`: stored bytes are not those that the commitment names; the keeper's fault, never the vendor's
 */
export type SealingErrorCode = 'parameters' | 'form' | 'too-large' | 'not-openable' | 'blob-differs'

export class SealingError extends Error {
  readonly code: SealingErrorCode

  constructor(code: SealingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SealingError'
    this.code = code
  }
}
