/**
 * Entries (ledger-format.md, section 3): what the log appends. An entry's bytes are canonical JSON and the leaf of the Merkle tree; `prev` is
 * the leaf hash before it, so the chain and the tree are one proof system, walked in two ways.
 * An entry holds a statement in the open, or for ever only the blinded hash of one. Refused: more than 65,535 bytes; a
 * `chain` that does not go with the statement's tender.
 */
import { assertBytes, fromBase64, text, toBase64, utf8 } from './bytes.ts'
import { parseJson } from './canonical.ts'
import { envelopeText, readEnvelope } from './dsse.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import {
  members,
  readCount,
  readInstant,
  readLabel,
  readObject,
  readOrigin,
  readString,
  readVersion,
} from './shape.ts'
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
  assertBytes(entry.prev, 32, 'prev')
  const bytes = utf8(entryText(entry))
  if (bytes.length > ENTRY_SIZE_MAX)
    throw new LedgerError('size', `the entry exceeds ${ENTRY_SIZE_MAX} bytes`)
  return bytes
}

/**
 * The entry of its bytes, which must be exactly what `encodeEntry` would write again. Checks no signature and no hash.
 * Throws LedgerError.
 */
export function parseEntry(bytes: Uint8Array): Entry {
  if (bytes.length > ENTRY_SIZE_MAX)
    throw new LedgerError('size', `the entry exceeds ${ENTRY_SIZE_MAX} bytes`)
  const received = text(bytes)
  const entry = readEntry(parseJson(received))
  if (entryText(entry) !== received)
    throw new LedgerError('canonical', 'the entry is not in canonical form')
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

/** The canonical text; members in order. All values but ids are of a form that JSON writes without escapes. */
function entryText(entry: Entry): string {
  const arrivedAt = entry.arrivedAt === undefined ? '' : `"arrivedAt":"${entry.arrivedAt}",`
  const chain = entry.chain ? `"chain":${chainText(entry.chain)},` : ''
  const dsse = entry.dsse
    ? envelopeText(entry.dsse)
    : `{"blindHash":"${toBase64(entry.blindHash)}"}`
  const log = JSON.stringify(entry.log)
  return `{${arrivedAt}"at":"${entry.at}",${chain}"dsse":${dsse},"index":${entry.index},"log":${log},"prev":"${toBase64(entry.prev)}","v":1}`
}

function chainText({ tender, pseq, pprev }: ChainLink): string {
  const before = pprev ? `"pprev":"${toBase64(pprev)}",` : ''
  return `{${before}"pseq":${pseq},"tender":${JSON.stringify(tender)}}`
}

function readEntry(value: unknown): Entry {
  const entry = members(value, ['v', 'log', 'index', 'prev', 'at', 'dsse'], ['arrivedAt', 'chain'])
  const position: EntryPosition = {
    v: readVersion(entry['v']),
    log: readOrigin(entry['log'], 'log'),
    index: readCount(entry['index'], 'index'),
    prev: readDigest(entry['prev'], 'prev'),
    at: readInstant(entry['at'], 'at'),
    ...(Object.hasOwn(entry, 'arrivedAt')
      ? { arrivedAt: readInstant(entry['arrivedAt'], 'arrivedAt') }
      : {}),
  }
  if (Object.hasOwn(readObject(entry['dsse'], 'dsse'), 'blindHash')) {
    if (Object.hasOwn(entry, 'chain')) throw new LedgerError('entry', 'a sealed entry has no chain')
    const sealed = members(entry['dsse'], ['blindHash'])
    return { ...position, blindHash: readDigest(sealed['blindHash'], 'blindHash') }
  }
  const dsse = statementOf(readEnvelope(entry['dsse']))
  return Object.hasOwn(entry, 'chain')
    ? { ...position, chain: readChain(entry['chain']), dsse }
    : { ...position, dsse }
}

function readChain(value: unknown): ChainLink {
  const chain = members(value, ['tender', 'pseq'], ['pprev'])
  const link = {
    tender: readLabel(chain['tender'], 'tender'),
    pseq: readCount(chain['pseq'], 'pseq'),
  }
  return Object.hasOwn(chain, 'pprev')
    ? { ...link, pprev: readDigest(chain['pprev'], 'pprev') }
    : link
}

function readDigest(value: unknown, name: string): Uint8Array {
  const digest = fromBase64(readString(value, name))
  if (digest.length !== 32) throw new LedgerError('shape', `${name} must be 32 bytes`)
  return digest
}

function assertConsistent(entry: Entry): void {
  if (entry.dsse?.statement.tender !== entry.chain?.tender)
    throw new LedgerError('entry', 'chain does not go with the tender of the statement')
  if (entry.chain && (entry.chain.pseq === 0) !== (entry.chain.pprev === undefined))
    throw new LedgerError('entry', 'pprev is there exactly where pseq is not 0')
}
