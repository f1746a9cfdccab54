/**
 * Rows believed only as far as they prove themselves: an open entry shows its statement, a sealed one the blinded hash of
 * its envelope, and an entry under the signed head is in the tree of that head.
 */
import {
  blindHash,
  equalBytes,
  leafHash,
  LedgerError,
  parseEntry,
  parseEnvelope,
  toBase64Url,
  verifyInclusion,
  type Entry,
  type SignedStatement,
} from '../ledger/index.ts'
import { SignerError } from './contract.ts'
import type { RecordReader, RecordedEntry } from './record.ts'
import type { Secrets } from './secrets.ts'

/** An entry of the record with its statement, and with its blind where it is sealed. */
export interface ProvedEntry {
  row: RecordedEntry
  entry: Entry
  leaf: Uint8Array
  signed: SignedStatement
  blind?: Uint8Array
}

export interface EntryReader {
  /** Throws `not-recorded` where there is none, or the row does not prove itself. */
  byHash(statementHash: Uint8Array): Promise<ProvedEntry>
  at(index: number): Promise<ProvedEntry>
}

export function createEntryReader(options: {
  origin: string
  record: RecordReader
  secrets: Secrets
  /** The head signed last. */
  head: () => { size: number; root: Uint8Array }
}): EntryReader {
  const { origin, record, secrets, head } = options

  async function prove(row: RecordedEntry | undefined, name: string): Promise<ProvedEntry> {
    if (!row) throw new SignerError('not-recorded', `${name} is not in the record`)
    const entry = parsed(row, () => parseEntry(row.bytes))
    if (entry.log !== origin || entry.index !== row.index) throw unproved(row)
    const leaf = leafHash(row.bytes)
    await assertInTree(row, leaf)
    if (entry.dsse) return { row, entry, leaf, signed: entry.dsse }
    const { envelope } = row.sealed ?? {}
    if (!envelope) throw unproved(row)
    const signed = parsed(row, () => parseEnvelope(envelope))
    const blind = secrets.blind(signed.hash)
    if (!equalBytes(blindHash(blind, envelope), entry.blindHash)) throw unproved(row)
    return { row, entry, leaf, signed, blind }
  }

  /** What the signed head does not cover yet, the next one will, or it will not be signed. */
  async function assertInTree({ index }: RecordedEntry, leaf: Uint8Array): Promise<void> {
    const { size, root } = head()
    if (index >= size) return
    const path = await record.inclusion(index, size)
    if (!verifyInclusion(index, size, leaf, path, root))
      throw new SignerError('not-recorded', `entry ${index} is not the one under the signed head`)
  }

  return {
    async byHash(statementHash) {
      const name = toBase64Url(statementHash)
      const proved = await prove(await record.findEntry(statementHash), `statement ${name}`)
      if (!equalBytes(proved.signed.hash, statementHash)) throw unproved(proved.row)
      return proved
    },
    at: async (index) => prove(await record.entryAt(index), `entry ${index}`),
  }
}

function parsed<T>(row: RecordedEntry, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof LedgerError) throw unproved(row)
    throw error
  }
}

function unproved({ index }: RecordedEntry): SignerError {
  return new SignerError('not-recorded', `the row of entry ${index} does not prove itself`)
}
