/** What the log knows already of the statements of a batch: themselves, their nonces, the heads that they cite. */
import {
  emptyRoot,
  parseEntry,
  type SignedStatement,
  type Statement,
  toBase64Url,
} from '../ledger/index.ts'
import type { Transaction } from './connection.ts'
import type { Appended } from './outcome.ts'
import { pack } from './packed.ts'

/** Outcomes of those statements that are in the log, by statement hash in base64url. */
export async function findKnown(
  tx: Transaction,
  statements: readonly SignedStatement[],
): Promise<Map<string, Appended>> {
  const { joined, starts } = pack(statements.map(({ hash }) => hash))
  const rows = await tx<KnownRow[]>`
    select e.index, e.bytes, e.leaf, e.statement_hash as hash, e.pseq, coalesce(e.tender, s.tender) as tender,
      s.late_code as "lateCode", s.late_rule as "lateRule", s.late_cite as "lateCite"
    from unnest(${starts}::int[]) as h (start)
    join entry e on e.statement_hash = substring(${joined}::bytea from start for 32)
    left join sealed s on s.log_id = e.log_id and s.index = e.index`
  return new Map(rows.map((row) => [toBase64Url(row.hash), outcomeOf(row)]))
}

interface KnownRow {
  index: number
  bytes: Uint8Array
  leaf: Uint8Array
  hash: Uint8Array
  tender: string | null
  pseq: number | null
  lateCode: string | null
  lateRule: string | null
  lateCite: string | null
}

function outcomeOf({ index, bytes, leaf, hash, tender, pseq, ...late }: KnownRow): Appended {
  const { at, arrivedAt } = parseEntry(bytes)
  const { lateCode, lateRule, lateCite } = late
  return {
    kind: lateCode === null ? 'accepted' : 'late',
    hash,
    index,
    leaf,
    at,
    ...(arrivedAt !== undefined && { arrivedAt }),
    ...(tender !== null && { tender }),
    ...(pseq !== null && { pseq }),
    ...(lateCode !== null && {
      code: lateCode,
      rule: { id: lateRule ?? '', cite: lateCite ?? '' },
    }),
    again: true,
  }
}

/** Those nonces that their keys have used. */
export async function findSpent(
  tx: Transaction,
  statements: readonly SignedStatement[],
): Promise<Set<string>> {
  const rows = await tx<{ kid: string; nonce: string }[]>`
    select kid, nonce from entry join unnest(
      ${statements.map(({ statement }) => statement.kid)}::text[],
      ${statements.map(({ statement }) => statement.nonce)}::text[]) as s (kid, nonce) using (kid, nonce)`
  return new Set(rows.map(nonceName))
}

/** Heads of this log, as their names, among those that the statements cite as seen. */
export async function findHeads(
  tx: Transaction,
  logId: number,
  statements: readonly SignedStatement[],
): Promise<Set<string>> {
  const sizes = [...new Set(statements.map(({ statement }) => statement.seen.size))]
  const rows = await tx<{ size: number; root: Uint8Array }[]>`
    select size, root from checkpoint where log_id = ${logId} and size = any(${sizes}::bigint[])`
  const heads = [{ size: 0, root: emptyRoot }, ...rows]
  return new Set(heads.map(({ size, root }) => headName({ size, root: toBase64Url(root) })))
}

/** A head, for sets. */
export function headName({ size, root }: Statement['seen']): string {
  return `${size} ${root}`
}

/** A nonce with its key, for sets. */
export function nonceName({ kid, nonce }: { kid: string; nonce: string }): string {
  return `${kid} ${nonce}`
}
