/** What exports are made of: the forms in a file of what is read, and which documents a statement cites. */
import type { Payload, Payloads } from '../db/payloads.ts'
import type { Readers } from '../db/readers.ts'
import {
  parseEntry,
  toBase64,
  toBase64Url,
  type DisclosedPayload,
  type RevealedStatement,
  type Statement,
} from '../ledger/index.ts'
import { documents, type OpenState } from '../procurement/index.ts'
import type { StoredEntry } from '../web/views/entry.ts'
import type { Disclosure, RevealedEntry } from './disclosure.ts'
import { problem } from './problems.ts'

export interface ExportDeps {
  readers: Readers
  payloads: Payloads
  disclosure: Disclosure
  config: { origin: string }
}

export const notSigned = problem(
  'not-found',
  'No checkpoint has been signed yet. Try again in a second.',
)

export const statementIn = ({ bytes }: StoredEntry): Statement[] => {
  const { dsse } = parseEntry(bytes)
  return dsse ? [dsse.statement] : []
}

export const exported = ({ index, blind, signed }: RevealedEntry): RevealedStatement => ({
  index,
  blind: toBase64(blind),
  envelope: toBase64(signed.envelope),
})

export const exportedPayload = ({ commit, salt, bytes }: Payload): DisclosedPayload => ({
  commit: toBase64Url(commit),
  salt: toBase64Url(salt),
  bytes: toBase64(bytes),
})

/** Commitments of the documents that a statement cites; `open` is its procurement, where it is of one. */
export const citedBy = (open: OpenState | undefined, statement: Statement): string[] => [
  ...documents(open && { open }, statement),
  ...commitsIn(statement.payload),
]

/** Commitments of documents anywhere in a payload: members named `commit` beside a `media`. */
function commitsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(commitsIn)
  if (typeof value !== 'object' || value === null) return []
  const own =
    'commit' in value && 'media' in value && typeof value.commit === 'string' ? [value.commit] : []
  return [...own, ...Object.values(value).flatMap(commitsIn)]
}
