/** The bulk writes of a batch: entries, what they hide, tiles and the head. */
import { appendToTiles, concatBytes, type Frontier, type TileDelta } from '../ledger/index.ts'
import { DatabaseError, type Transaction } from './connection.ts'
import type { NewEntry } from './new-entry.ts'
import { pack } from './packed.ts'

const BYTEA = 17
const HASH_SIZE = 32

export async function insertEntries(
  tx: Transaction,
  logId: number,
  headSize: number,
  rows: readonly NewEntry[],
): Promise<void> {
  if (rows.length === 0) return
  // Of each row three hashes, then the bytes.
  const { joined, starts } = pack(rows.map(hashesAndBytes))
  await tx`
    insert into entry (
      log_id, head_size, prev, leaf, statement_hash, bytes, index, kid, nonce, t, actor, tender, pseq)
    select ${logId}, ${headSize},
      substring(j.joined from start for 32), substring(j.joined from start + 32 for 32),
      substring(j.joined from start + 64 for 32), substring(j.joined from start + 96 for length),
      index, kid, nonce, t, actor, tender, pseq
    from (select ${joined}::bytea as joined) j, unnest(
      ${starts}::int[],
      ${rows.map(({ bytes }) => bytes.length)}::int[],
      ${rows.map((row) => row.index)}::bigint[],
      ${rows.map((row) => row.kid)}::text[],
      ${rows.map((row) => row.nonce)}::text[],
      ${rows.map((row) => row.shown?.t ?? null)}::text[],
      ${rows.map((row) => row.shown?.actor ?? null)}::text[],
      ${rows.map((row) => row.shown?.tender ?? null)}::text[],
      ${rows.map((row) => row.shown?.pseq ?? null)}::bigint[])
      as r (start, length, index, kid, nonce, t, actor, tender, pseq)`
}

function hashesAndBytes({ prev, leaf, statementHash, bytes }: NewEntry): Uint8Array {
  return concatBytes(prev, leaf, statementHash, bytes)
}

export async function insertSealed(
  tx: Transaction,
  logId: number,
  rows: readonly NewEntry[],
): Promise<void> {
  const sealed = rows.flatMap(({ index, hidden }) => (hidden ? [{ index, ...hidden }] : []))
  if (sealed.length === 0) return
  const { joined, starts, lengths } = pack(sealed.map(({ envelope }) => envelope))
  await tx`
    insert into sealed (log_id, envelope, index, tender, deadline, late_code, late_rule, late_cite)
    select ${logId}, substring(j.joined from start for length), index, tender, deadline, code, rule, cite
    from (select ${joined}::bytea as joined) j, unnest(
      ${starts}::int[],
      ${lengths}::int[],
      ${sealed.map((row) => row.index)}::bigint[],
      ${sealed.map((row) => row.tender ?? null)}::text[],
      ${sealed.map((row) => row.deadline ?? null)}::text[],
      ${sealed.map((row) => row.late?.code ?? null)}::text[],
      ${sealed.map((row) => row.late?.rule.id ?? null)}::text[],
      ${sealed.map((row) => row.late?.rule.cite ?? null)}::text[])
      as r (start, length, index, tender, deadline, code, rule, cite)`
}

/** The head after a batch; the frontier still that before it. */
export interface NewHead {
  frontier: Frontier
  lastLeaf: Uint8Array
  lastAt: string
}

/** Appends the leaves to the head's frontier, and writes what tiles and head gain. */
export async function growTree(
  tx: Transaction,
  logId: number,
  head: NewHead,
  leaves: readonly Uint8Array[],
): Promise<void> {
  const deltas = appendToTiles(head.frontier, leaves)
  await Promise.all([widenTiles(tx, logId, deltas), writeHead(tx, logId, head)])
}

/** A tile begins empty or holds just what was before: where it does not, its row is missed, and the count tells. */
async function widenTiles(
  tx: Transaction,
  logId: number,
  deltas: readonly TileDelta[],
): Promise<void> {
  const begun = deltas.filter(({ offset }) => offset === 0)
  const widened = deltas.filter(({ offset }) => offset > 0)
  const written = await Promise.all([
    tx`
      insert into tile (log_id, level, tile_index, hashes) select ${logId}, * from unnest(
        ${begun.map(({ level }) => level)}::smallint[],
        ${begun.map(({ index }) => index)}::bigint[],
        ${tx.array(
          begun.map(({ hashes }) => hashes),
          BYTEA,
        )}::bytea[])`,
    tx`
      update tile set hashes = tile.hashes || d.hashes from unnest(
        ${widened.map(({ level }) => level)}::smallint[],
        ${widened.map(({ index }) => index)}::bigint[],
        ${widened.map(({ offset }) => offset * HASH_SIZE)}::int[],
        ${tx.array(
          widened.map(({ hashes }) => hashes),
          BYTEA,
        )}::bytea[]) as d (level, tile_index, width, hashes)
      where tile.log_id = ${logId} and tile.level = d.level and tile.tile_index = d.tile_index
        and octet_length(tile.hashes) = d.width`,
  ])
  if (written[0].count + written[1].count !== deltas.length)
    throw new DatabaseError('head', 'the tiles do not end where the head says')
}

async function writeHead(tx: Transaction, logId: number, head: NewHead): Promise<void> {
  await tx`
    update log_head set size = ${head.frontier.size}, stack = ${head.frontier.toBytes()},
      last_leaf = ${head.lastLeaf}, last_at = ${head.lastAt}
    where log_id = ${logId}`
}
