/**
 * Receipts and refusals, by the receipt key. A receipt is given only for a recorded entry and says what the entry says, so
 * the same statement gets the same receipt for ever. A refusal is never given for a statement that is in the record.
 */
import {
  emptyRoot,
  openCheckpoint,
  signReceipt,
  signRefusal,
  toBase64Url,
  type Checkpoint,
  type Receipt,
  type SigningKey,
} from '../ledger/index.ts'
import { SignerError, type RefusedStatement } from './contract.ts'
import type { EntryReader, ProvedEntry } from './entries.ts'
import type { Judged, RecordReader } from './record.ts'

/** The database's clock, and how far it may be off before closing and opening are refused. */
const CLOCK = { src: 'postgresql', maxErrMs: 500 }
/** A checkpoint covers an entry within this time. */
const MAXIMUM_MERGE_DELAY_MS = 10_000

export interface Receipts {
  receipts(hashes: Uint8Array[]): Promise<Uint8Array[]>
  refusal(refused: RefusedStatement): Promise<Uint8Array>
}

export function createReceipts(options: {
  key: SigningKey
  vkey: string
  record: RecordReader
  entries: EntryReader
}): Receipts {
  const { key, vkey, record, entries } = options

  async function receipt(hash: Uint8Array): Promise<Uint8Array> {
    const proved = await entries.byHash(hash)
    const lastHead = await headAt(proved.row.headSize)
    return signReceipt(receiptOf(proved, lastHead), key).envelope
  }

  /** A head that this log signed. */
  async function headAt(size: number): Promise<Receipt['lastHead']> {
    if (size === 0) return { size, root: toBase64Url(emptyRoot) }
    const note = await record.noteAt(size)
    if (note === undefined)
      throw new SignerError('not-recorded', `the checkpoint of size ${size} is not stored`)
    const head = openHead(note)
    if (head.size !== size)
      throw new SignerError('fork', `the checkpoint of size ${size} is one of ${head.size}`)
    return { size, root: toBase64Url(head.root) }
  }

  function openHead(note: string): Checkpoint {
    try {
      return openCheckpoint(note, vkey)
    } catch (cause) {
      throw new SignerError('fork', 'a stored checkpoint was not signed by this log', { cause })
    }
  }

  return {
    receipts: (hashes) => Promise.all(hashes.map(receipt)),
    async refusal({ statementHash, arrivedAt, code, rule }) {
      if (await record.findEntry(statementHash))
        throw new SignerError('not-allowed', 'the statement is in the record: it was not refused')
      const refusal = { statementHash: toBase64Url(statementHash), arrivedAt, code, rule }
      return signRefusal({ t: 'refusal/1', ...refusal }, key).envelope
    },
  }
}

function receiptOf(proved: ProvedEntry, lastHead: Receipt['lastHead']): Receipt {
  const { entry, leaf, signed, blind } = proved
  const { late, deadline } = judgedIn(proved)
  return {
    t: 'receipt/1',
    log: entry.log,
    statementHash: toBase64Url(signed.hash),
    ...(entry.arrivedAt !== undefined && { arrivedAt: entry.arrivedAt }),
    at: entry.at,
    clock: CLOCK,
    ...(late ? { decision: 'late', code: late.code, rule: late.rule } : { decision: 'accepted' }),
    index: entry.index,
    leaf: toBase64Url(leaf),
    lastHead,
    mmdMs: MAXIMUM_MERGE_DELAY_MS,
    ...(blind && { blind: toBase64Url(blind) }),
    ...(deadline !== undefined && { deadline }),
  }
}

/**
 * How a sealed act was judged: by the deadline of its file, never by the `notAfter` that its sender chose. Late and in
 * time are what arrival and deadline say, or nothing is signed.
 */
function judgedIn({ entry, row: { sealed } }: ProvedEntry): Judged {
  const { deadline, late } = sealed ?? {}
  const received = entry.arrivedAt ?? entry.at
  // A training clock may reach a deadline between two microseconds: there an act is late at the one that rounds up to it.
  if (deadline !== undefined && (late ? received < deadline : received > deadline))
    throw new SignerError('not-recorded', `entry ${entry.index} was not judged by its deadline`)
  return { ...(deadline !== undefined && { deadline }), ...(late && { late }) }
}
