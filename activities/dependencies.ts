/** What activities close over, built in the worker's main file and in the tests' world. */
import type { Blobs } from '../db/blobs.ts'
import type { Door } from '../db/door.ts'
import type { Payloads } from '../db/payloads.ts'
import type { Readers } from '../db/readers.ts'
import type { Signer } from '../signer/client.ts'
import type { Bank } from './bank.ts'
import type { Party } from './iso20022.ts'

export interface Dependencies {
  origin: string
  door: Door
  readers: Readers
  payloads: Payloads
  blobs: Blobs
  signer: Signer
  bank: Bank
  /** The account that payments leave from. */
  payer: Party
  /** Told of what a person should look at: a refusal that the clock should never get, an answer of the bank that fits nothing. */
  alarm: (what: string, detail: Record<string, unknown>) => void
}
