/** What the door answers. A refusal or an invalid input appends nothing; `unknown` means: send the same bytes again. */
import type { Problem, Refusal as RuleRefusal, RuleReference } from '../procurement/index.ts'

/** Refusals of the door itself: the signature, the address, the head cited, an arrival before the close. */
export type DoorCode =
  'bad-signature' | 'unknown-key' | 'wrong-address' | 'unknown-head' | 'arrival-open'

export type Refusal = RuleRefusal | (Omit<RuleRefusal, 'code'> & { code: DoorCode })

export interface Appended {
  /** `late`: in the record, and out of the competition by `rule`. */
  kind: 'accepted' | 'late'
  /** Statement hash. */
  hash: Uint8Array
  index: number
  leaf: Uint8Array
  at: string
  arrivedAt?: string
  tender?: string
  /** Number among the tender's open entries; sealed acts have none. */
  pseq?: number
  code?: string
  rule?: RuleReference
  /** The same bytes were in the record before. */
  again: boolean
}

export type Outcome =
  | Appended
  | { kind: 'refused'; hash: Uint8Array; arrivedAt: string; refusal: Refusal }
  | { kind: 'invalid'; code: string; problems: Problem[] }
  /** The nonce was used with other bytes. */
  | { kind: 'conflict'; hash: Uint8Array; kid: string; nonce: string }
  /** Nothing was appended; try again later. */
  | { kind: 'busy'; retryAfterMs: number; reason?: string }
  /** The connection was lost while committing: it is in the record or it is not. */
  | { kind: 'unknown'; hash: Uint8Array }
