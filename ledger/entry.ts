/**
 * Entries (ledger-format.md, section 3): what the log appends. An entry's bytes are canonical JSON and the leaf of the Merkle tree; `prev` is
 * the leaf hash before it, so the chain and the tree are one proof system, walked in two ways.
 * An entry holds a statement in the open, or for ever only the blinded hash of one. Refused: more than 65,535 bytes; a
 * `chain` that does not go with the statement's tender.
 */
import { assertBytes, fromBase64, text, toBase64, utf8 } from './bytes.ts'
import { decodeParts, envelopeText, ENVELOPE_PATTERN } from './dsse.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import { readCount, readInstant, readLabel, readOrigin } from './shape.ts'
import { type SignedStatement, statementOf } from './statement.ts'

/** Greatest entry, in bytes: bundles give lengths in 16 bits. */
export const ENTRY_SIZE_MAX = 65_535

/** Position in the chain of one procurement's open entries. */
export interface ChainLink {
  readonly tender: string
  /** Counter from 0. */
  readonly pseq: number
  /** Leaf hash of the tender's open entry before this one, 32 bytes; absent at 0. */
  readonly pprev?: Uint8Array
}

interface EntryPosition {
  readonly v: 1
  /** Origin of the log. */
  readonly log: string
  /** From 0. */
  readonly index: number
  /** Leaf hash of entry index−1, or `genesisHash(log)`; 32 bytes. */
  readonly prev: Uint8Array
  /** The log's clock, never before that of the entry before. */
  readonly at: string
  /** Time of receipt, where the arrival was journalled; else it was `at`. */
  readonly arrivedAt?: string
}

/** An entry that shows its statement. */
export interface OpenEntry extends EntryPosition {
  /** Present exactly where the statement has a tender. */
  readonly chain?: ChainLink
  readonly dsse: SignedStatement
  readonly blindHash?: never
}

/** An entry that shows only that something was recorded. */
export interface SealedEntry extends EntryPosition {
  readonly chain?: never
  readonly dsse?: never
  /** See `blindHash`, 32 bytes. */
  readonly blindHash: Uint8Array
}

export type Entry = OpenEntry | SealedEntry

/** The entry's bytes. Throws LedgerError `size` over 65,535 and `entry` where the members disagree. */
export function encodeEntry(entry: Entry): Uint8Array {
  assertConsistent(entry)
  const written = entryText(entry)
  if (!ENTRY.test(written)) throw new LedgerError('entry', 'a member is not of its form')
  const bytes = utf8(written)
  if (bytes.length > ENTRY_SIZE_MAX) throw new LedgerError('size', TOO_LARGE)
  return bytes
}

/**
 * The entry of its bytes, which must be exactly what `encodeEntry` would write again. Checks no signature and no hash.
 * Throws LedgerError.
 */
export function parseEntry(bytes: Uint8Array): Entry {
  if (bytes.length > ENTRY_SIZE_MAX) throw new LedgerError('size', TOO_LARGE)
  const found = ENTRY.exec(text(bytes))
  if (!found) throw new LedgerError('entry', 'not the canonical text of an entry')
  const entry = readEntry(found)
  assertConsistent(entry)
  return entry
}

/** RFC 6962 leaf hash of an entry's bytes: H(0x00 ‖ bytes). */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, bytes)
}

/** The `prev` of entry 0. */
export function genesisHash(origin: string): Uint8Array {
  return sha256(utf8(`procurement-ledger/v1 genesis\n${origin}`))
}

/** What a sealed entry shows of an envelope: H(blind ‖ envelope), the blind being 32 secret random bytes. */
export function blindHash(blind: Uint8Array, envelope: Uint8Array): Uint8Array {
  assertBytes(blind, 32, 'blind')
  return sha256(blind, envelope)
}

const LEAF_PREFIX = Uint8Array.of(0)

const TOO_LARGE = `the entry exceeds ${ENTRY_SIZE_MAX} bytes`

/** An entry's only text: canonical JSON, of which no string needs an escape. */
function entryText({ log, index, prev, at, arrivedAt, chain, ...act }: Entry): string {
  const arrived = arrivedAt === undefined ? '' : `"arrivedAt":"${arrivedAt}",`
  const place = chain ? `"chain":${chainText(chain)},` : ''
  const shown = act.dsse ? envelopeText(act.dsse) : `{"blindHash":"${toBase64(act.blindHash)}"}`
  return `{${arrived}"at":"${at}",${place}"dsse":${shown},"index":${index},"log":"${log}","prev":"${toBase64(prev)}","v":1}`
}

function chainText({ tender, pseq, pprev }: ChainLink): string {
  const before = pprev ? `"pprev":"${toBase64(pprev)}",` : ''
  return `{${before}"pseq":${pseq},"tender":"${tender}"}`
}

/** The same text to read by: a JSON parser would have to be followed by a second writing and a comparison. */
const NAME = '"([^"\\\\]+)"'
const INSTANT = '"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z)"'
const DIGEST = '"([A-Za-z0-9+/]{43}=)"'
const COUNT = '(0|[1-9]\\d*)'
const CHAIN = `\\{(?:"pprev":${DIGEST},)?"pseq":${COUNT},"tender":${NAME}\\}`
const SHOWN = `\\{"blindHash":${DIGEST}\\}|${ENVELOPE_PATTERN}`
const ENTRY = new RegExp(
  `^\\{(?:"arrivedAt":${INSTANT},)?"at":${INSTANT},(?:"chain":${CHAIN},)?"dsse":(?:${SHOWN}),"index":${COUNT},"log":${NAME},"prev":${DIGEST},"v":1\\}$`,
)

/** The entry of a match, its groups in the order of the text. */
function readEntry(found: readonly (string | undefined)[]): Entry {
  const [
    ,
    arrivedAt,
    at,
    pprev,
    pseq,
    tender,
    blind,
    payload,
    payloadType,
    keyid,
    sig,
    index,
    log,
    prev = '',
  ] = found
  const place = {
    v: 1,
    log: readOrigin(log, 'log'),
    index: readCount(Number(index), 'index'),
    prev: fromBase64(prev),
    at: readInstant(at, 'at'),
  } as const
  const position =
    arrivedAt === undefined ? place : { ...place, arrivedAt: readInstant(arrivedAt, 'arrivedAt') }
  if (blind !== undefined) {
    if (tender !== undefined) throw new LedgerError('entry', 'a sealed entry has no chain')
    return { ...position, blindHash: fromBase64(blind) }
  }
  const dsse = statementOf(decodeParts(payload, payloadType, keyid, sig))
  if (tender === undefined) return { ...position, dsse }
  const link = { tender: readLabel(tender, 'tender'), pseq: readCount(Number(pseq), 'pseq') }
  const chain = pprev === undefined ? link : { ...link, pprev: fromBase64(pprev) }
  return { ...position, chain, dsse }
}

function assertConsistent(entry: Entry): void {
  if (entry.dsse?.statement.tender !== entry.chain?.tender)
    throw new LedgerError('entry', 'chain does not go with the tender of the statement')
  if (entry.chain && (entry.chain.pseq === 0) !== (entry.chain.pprev === undefined))
    throw new LedgerError('entry', 'pprev is there exactly where pseq is not 0')
}
