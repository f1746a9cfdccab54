/**
 * An entry as pages and the API show it: one projection for both. It is made from the entry's own bytes; what a name
 * adds (who a person is) comes from the agency's register and is marked as such on the page.
 */
import {
  leafHash,
  parseEntry,
  toBase64,
  toBase64Url,
  type Entry,
  type Json,
  type SignedStatement,
} from '../../ledger/index.ts'
import { tame } from '../format.ts'
import { roleName, wordsFor } from '../sentences.ts'
import { termsOf } from '../terms.ts'

/** Names of persons, vendors and agencies by id; an id without a name stands for itself. */
export type Names = ReadonlyMap<string, string>

export const nameIn =
  (names: Names) =>
  (id: string): string =>
    tame(names.get(id) ?? id)

export interface EntryRow {
  index: number
  /** The log's time, real. */
  at: string
  arrivedAt?: string
  leaf: string
  /** True where the entry shows only a hash, and nothing has been revealed yet. */
  sealed: boolean
  label: string
  t?: string
  actor?: string
  role?: string
  /** Name and role of who signed. */
  who?: string
  tender?: string
  pseq?: number
}

export interface EntryView extends EntryRow {
  log: string
  /** Bytes of the entry. */
  size: number
  prev: string
  sentence: string
  reasons: string[]
  /** Raw entry, base64: what the leaf is the hash of. */
  entry: string
  statementHash?: string
  /** The statement as it was signed, parsed. */
  statement?: Json
  /** Bytes of the signed body. */
  bodySize?: number
  kid?: string
  /** Shown later by an `opening.reveal`: what the entry sealed. */
  revealed?: { by: number; blind: string; envelope: string }
  zone: string
}

/** What a sealed entry is called everywhere: all of them look alike. */
export const sealedLabel = 'Sealed act'
const sealedSentence = 'Sealed act. What it is stays hidden until the opening.'

export interface StoredEntry {
  index: number
  bytes: Uint8Array
}

/** Revealed contents of a sealed entry: the statement, and the entry that showed it. */
export interface Revealed {
  by: number
  blind: Uint8Array
  signed: SignedStatement
}

/** What a row is told with: names, the method's words, and what a sealed entry was shown to seal. */
export interface RowContext {
  names: Names
  method?: string | undefined
  revealed?: Revealed | undefined
}

export function rowOf(stored: StoredEntry, context: RowContext): EntryRow {
  return row(parseEntry(stored.bytes), stored, context)
}

function row(entry: Entry, stored: StoredEntry, { names, method, revealed }: RowContext): EntryRow {
  const base = {
    index: stored.index,
    at: entry.at,
    ...(entry.arrivedAt === undefined ? {} : { arrivedAt: entry.arrivedAt }),
    leaf: toBase64Url(leafHash(stored.bytes)),
  }
  const signed = entry.dsse ?? revealed?.signed
  if (!signed) return { ...base, sealed: true, label: sealedLabel }
  const { t, actor, role } = signed.statement
  return {
    ...base,
    sealed: false,
    label: wordsFor(t).label(termsOf(method)),
    t,
    actor,
    role,
    who: whoSigned(signed, names),
    ...(signed.statement.tender === undefined ? {} : { tender: signed.statement.tender }),
    ...(entry.chain === undefined ? {} : { pseq: entry.chain.pseq }),
  }
}

/** "Dana Whitlock, contracting officer"; the clock is only the clock. */
function whoSigned(signed: SignedStatement, names: Names): string {
  const { t, actor, role } = signed.statement
  if (role === 'CK') return 'The clock'
  // Whoever enrols or gives up a key does so for itself, whatever its roles.
  if (t.startsWith('key.') && !t.endsWith('.cosign')) return nameIn(names)(actor)
  return `${nameIn(names)(actor)}, ${roleName(role)}`
}

export interface EntryContext extends RowContext {
  zone: string
}

export function entryView(stored: StoredEntry, context: EntryContext): EntryView {
  const entry = parseEntry(stored.bytes)
  const { revealed, zone } = context
  const signed = entry.dsse ?? revealed?.signed
  return {
    ...row(entry, stored, context),
    log: entry.log,
    size: stored.bytes.length,
    prev: toBase64Url(entry.prev),
    entry: toBase64(stored.bytes),
    zone,
    ...(signed ? statementPart(signed, context) : { sentence: sealedSentence, reasons: [] }),
    ...(revealed ? { revealed: revealedPart(revealed) } : {}),
  }
}

function statementPart(signed: SignedStatement, { names, zone, method }: EntryContext) {
  const { statement } = signed
  const words = wordsFor(statement.t)
  const told = {
    who: statement.role === 'CK' ? 'The clock' : nameIn(names)(statement.actor),
    payload: statement.payload,
    zone,
    name: nameIn(names),
    terms: termsOf(method),
  }
  return {
    sentence: words.sentence(told),
    // One text may stand for two reasons.
    reasons: [...new Set(words.reasons?.(told))],
    statementHash: toBase64Url(signed.hash),
    statement: signed.value,
    bodySize: signed.body.length,
    kid: statement.kid,
  }
}

const revealedPart = ({ by, blind, signed }: Revealed) => ({
  by,
  blind: toBase64Url(blind),
  envelope: toBase64(signed.envelope),
})
