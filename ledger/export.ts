/**
 * Exports (ledger-format.md, section 7): one JSON file with a checkpoint, the entries of a log or of one procurement, the sealed statements
 * that have been revealed, and the payloads behind commitments. A file is exactly the text that `encodeExport` writes,
 * so that no byte of it can change unnoticed; a newline may end it.
 */
import { text as decode, utf8 } from './bytes.ts'
import { parseJson } from './canonical.ts'
import { LedgerError } from './error.ts'
import {
  members,
  readArray,
  readCount,
  readForm,
  readHash,
  readLabel,
  readString,
} from './shape.ts'

export const EXPORT_FORMAT = 'tenderbook-export/1'

/** `entry`, `path`, `blind`, `envelope` and `bytes` are standard base64; `commit` and `salt` base64url. */
export interface RecordExport {
  readonly format: typeof EXPORT_FORMAT
  /** `log`: every entry of the checkpoint. `procurement`: those of `tender`, and of the register what it used. */
  readonly scope: 'log' | 'procurement'
  readonly origin: string
  /** The log's key, as a claim: an audit compares it with the pinned one. */
  readonly vkey: string
  /** The signed note. */
  readonly checkpoint: string
  readonly tender?: string
  readonly entries: readonly ExportedEntry[]
  readonly revealed: readonly RevealedStatement[]
  readonly payloads: readonly DisclosedPayload[]
}

export interface ExportedEntry {
  readonly index: number
  readonly entry: string
  /** Scope `procurement`: inclusion path at the checkpoint's size. */
  readonly path?: readonly string[]
}

export interface RevealedStatement {
  /** Of the sealed entry. */
  readonly index: number
  readonly blind: string
  readonly envelope: string
}

export interface DisclosedPayload {
  readonly commit: string
  readonly salt: string
  readonly bytes: string
}

/** The file of an export. */
export function encodeExport(record: RecordExport): Uint8Array {
  return utf8(exportText(record))
}

/** The export of a file. Throws LedgerError `export`, `shape`, `json`, `utf8`. */
export function parseExport(bytes: Uint8Array): RecordExport {
  const received = decode(bytes)
  const record = readExport(parseJson(received))
  const written = exportText(record)
  if (received !== written && received !== `${written}\n`)
    throw new LedgerError(
      'export',
      'the file is not as it was exported: spacing, order or spelling differ',
    )
  return record
}

/** What stands before the lists of an export. */
export type ExportHead = Omit<RecordExport, keyof ExportLists>

/** The lists of an export, as they are read. */
export interface ExportLists {
  readonly entries: AsyncIterable<ExportedEntry>
  readonly revealed: AsyncIterable<RevealedStatement>
  readonly payloads: AsyncIterable<DisclosedPayload>
}

/** The file of an export in pieces, for a record that is too large to hold: each list is asked for after the one before. */
export async function* exportPieces(head: ExportHead, lists: ExportLists): AsyncGenerator<string> {
  const [first, second, third] = ['"entries":[', '],"revealed":[', '],"payloads":[']
  const empty = exportText({ ...head, entries: [], revealed: [], payloads: [] })
  yield empty.slice(0, empty.lastIndexOf(first)) + first
  yield* listPieces(lists.entries, orderedEntry)
  yield second
  yield* listPieces(lists.revealed, orderedReveal)
  yield third
  yield* listPieces(lists.payloads, orderedPayload)
  yield ']}'
}

/** Items are gathered to pieces of this length. */
const PIECE_LENGTH = 65_536

async function* listPieces<Item>(
  items: AsyncIterable<Item>,
  ordered: (item: Item) => object,
): AsyncGenerator<string> {
  let piece = ''
  let comma = ''
  for await (const item of items) {
    piece += comma + JSON.stringify(ordered(item))
    comma = ','
    if (piece.length < PIECE_LENGTH) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

// Members in the order of the interfaces, whatever order an object was built in.
const orderedEntry = ({ index, entry, path }: ExportedEntry) => ({ index, entry, path })
const orderedReveal = ({ index, blind, envelope }: RevealedStatement) => ({
  index,
  blind,
  envelope,
})
const orderedPayload = ({ commit, salt, bytes }: DisclosedPayload) => ({ commit, salt, bytes })

function exportText(record: RecordExport): string {
  const { format, scope, origin, vkey, checkpoint, tender } = record
  const entries = record.entries.map(orderedEntry)
  const revealed = record.revealed.map(orderedReveal)
  const payloads = record.payloads.map(orderedPayload)
  return JSON.stringify({
    format,
    scope,
    origin,
    vkey,
    checkpoint,
    tender,
    entries,
    revealed,
    payloads,
  })
}

const REQUIRED = [
  'format',
  'scope',
  'origin',
  'vkey',
  'checkpoint',
  'entries',
  'revealed',
  'payloads',
]

function readExport(value: unknown): RecordExport {
  const record = members(value, REQUIRED, ['tender'])
  readForm(record['format'], 'format', (text) => text === EXPORT_FORMAT, EXPORT_FORMAT)
  const isProcurement = readString(record['scope'], 'scope') === 'procurement'
  if (!isProcurement && record['scope'] !== 'log') throw new LedgerError('export', 'unknown scope')
  for (const name of ['origin', 'vkey', 'checkpoint']) readString(record[name], name)
  if ('tender' in record !== isProcurement)
    throw new LedgerError('export', 'tender is there exactly where the scope is procurement')
  if (isProcurement) readLabel(record['tender'], 'tender')
  readEach(record['entries'], 'entries', (entry) => readEntry(entry, isProcurement))
  readEach(record['revealed'], 'revealed', readRevealed)
  readEach(record['payloads'], 'payloads', readPayload)
  // Every member has just been read.
  return value as RecordExport
}

/** Reads a list; a refusal says at which position. */
function readEach(value: unknown, name: string, read: (item: unknown) => void): void {
  for (const [position, item] of readArray(value, name).entries()) {
    try {
      read(item)
    } catch (cause) {
      if (!(cause instanceof LedgerError)) throw cause
      throw new LedgerError(cause.code, `${name}[${position}]: ${cause.message}`, { cause })
    }
  }
}

function readEntry(value: unknown, hasPath: boolean): void {
  const entry = members(value, hasPath ? ['index', 'entry', 'path'] : ['index', 'entry'])
  readCount(entry['index'], 'index')
  readString(entry['entry'], 'entry')
  if (hasPath) for (const hash of readArray(entry['path'], 'path')) readString(hash, 'path')
}

function readRevealed(value: unknown): void {
  const revealed = members(value, ['index', 'blind', 'envelope'])
  readCount(revealed['index'], 'index')
  readString(revealed['blind'], 'blind')
  readString(revealed['envelope'], 'envelope')
}

function readPayload(value: unknown): void {
  const payload = members(value, ['commit', 'salt', 'bytes'])
  readHash(payload['commit'], 'commit')
  readHash(payload['salt'], 'salt')
  readString(payload['bytes'], 'bytes')
}
