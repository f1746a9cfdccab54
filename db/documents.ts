/** Documents that a decision reads: payloads by commitment and uploaded ciphertexts by hash, as far as they are there. */
import { fromBase64Url, toBase64Url } from '../ledger/index.ts'
import type { Sql, Transaction } from './connection.ts'

export type DocumentView = (commit: string) => Uint8Array | undefined

/** Bytes of these commitments and hashes (base64url); what is not there is not in the view. */
export async function loadDocuments(
  tx: Sql | Transaction,
  names: readonly string[],
): Promise<Map<string, Uint8Array>> {
  if (names.length === 0) return new Map()
  const keys = tx.array([...new Set(names)].map(fromBase64Url), 17)
  const rows = await tx<{ name: Uint8Array; bytes: Uint8Array }[]>`
    select commit as name, bytes from payload where commit = any(${keys}::bytea[]) and bytes is not null
    union all
    select hash, bytes from blob where hash = any(${keys}::bytea[])`
  return new Map(rows.map(({ name, bytes }) => [toBase64Url(name), bytes]))
}
