/**
 * The checker that runs after every test that wrote to a log: chain = tree = tables (invariant I5 of the fault programme).
 * It recomputes everything from the entries' bytes and compares with what the tables say. Throws at the first breach.
 */
import {
  appendToTiles,
  blindHash,
  equalBytes,
  Frontier,
  genesisHash,
  leafHash,
  parseEntry,
  parseEnvelope,
  type Entry,
  type SignedStatement,
  toHex,
} from '../ledger/index.ts'
import type { Sql } from '../db/connection.ts'

interface Row {
  index: number
  prev: Uint8Array
  leaf: Uint8Array
  bytes: Uint8Array
  hash: Uint8Array
  kid: string
  nonce: string
  t: string | null
  actor: string | null
  tender: string | null
  pseq: number | null
  envelope: Uint8Array | null
}

export interface CheckOptions {
  /** Blind of a sealed statement, to check blinded hashes too. */
  blindOf?: (statementHash: Uint8Array, envelope: Uint8Array) => Uint8Array
}

/** Checks the log of a database; returns its size. */
export async function checkLog(sql: Sql, { blindOf }: CheckOptions = {}): Promise<number> {
  const [log] = await sql<{ id: number; origin: string }[]>`select id, origin from log`
  if (!log) return 0
  const rows = await sql<Row[]>`
    select e.index, e.prev, e.leaf, e.bytes, e.statement_hash as hash, e.kid, e.nonce, e.t, e.actor, e.tender, e.pseq,
      s.envelope
    from entry e left join sealed s using (log_id, index) where e.log_id = ${log.id} order by e.index`
  const chains = new Map<string, { pseq: number; leaf: Uint8Array }>()
  let before = { leaf: genesisHash(log.origin), at: '' }
  for (const [i, row] of rows.entries()) {
    const entry = parseEntry(row.bytes)
    must(row.index === i && entry.index === i, `entry ${i}: index`)
    must(entry.log === log.origin, `entry ${i}: log`)
    must(
      equalBytes(entry.prev, before.leaf) && equalBytes(row.prev, before.leaf),
      `entry ${i}: prev`,
    )
    must(equalBytes(row.leaf, leafHash(row.bytes)), `entry ${i}: leaf`)
    must(entry.at >= before.at && (entry.arrivedAt ?? entry.at) <= entry.at, `entry ${i}: time`)
    checkColumns(row, entry)
    checkSeal(row, entry, blindOf)
    checkChain(chains, entry, row)
    before = { leaf: row.leaf, at: entry.at }
  }
  await checkTree(sql, log.id, rows, before)
  return rows.length
}

function checkColumns(row: Row, entry: Entry): void {
  const { hash, statement } = statementOf(row, entry)
  must(equalBytes(hash, row.hash), `entry ${row.index}: statement hash`)
  must(statement.kid === row.kid && statement.nonce === row.nonce, `entry ${row.index}: nonce`)
  const shown = entry.dsse ? statement : undefined
  must(row.t === (shown?.t ?? null), `entry ${row.index}: t`)
  must(row.actor === (shown?.actor ?? null), `entry ${row.index}: actor`)
  must(row.tender === (shown?.tender ?? null), `entry ${row.index}: tender`)
  must(row.pseq === (entry.chain?.pseq ?? null), `entry ${row.index}: pseq`)
}

function statementOf(row: Row, entry: Entry): SignedStatement {
  if (entry.dsse) return entry.dsse
  must(row.envelope !== null, `entry ${row.index}: nothing is kept of what it hides`)
  return parseEnvelope(row.envelope)
}

function checkSeal(row: Row, entry: Entry, blindOf: CheckOptions['blindOf']): void {
  must((row.envelope === null) === (entry.dsse !== undefined), `entry ${row.index}: sealed`)
  if (!blindOf || row.envelope === null || !entry.blindHash) return
  const hash = blindHash(blindOf(row.hash, row.envelope), row.envelope)
  must(equalBytes(hash, entry.blindHash), `entry ${row.index}: blinded hash`)
}

function checkChain(
  chains: Map<string, { pseq: number; leaf: Uint8Array }>,
  { chain, index }: Entry,
  { leaf }: Row,
): void {
  if (!chain) return
  const last = chains.get(chain.tender)
  must(chain.pseq === (last?.pseq ?? -1) + 1, `entry ${index}: pseq`)
  must(
    last === undefined || (!!chain.pprev && equalBytes(chain.pprev, last.leaf)),
    `entry ${index}: pprev`,
  )
  chains.set(chain.tender, { pseq: chain.pseq, leaf })
}

async function checkTree(
  sql: Sql,
  logId: number,
  rows: readonly Row[],
  last: { leaf: Uint8Array; at: string },
): Promise<void> {
  const frontier = new Frontier()
  const wanted = new Map(
    appendToTiles(
      frontier,
      rows.map(({ leaf }) => leaf),
    ).map(({ level, index, hashes }) => [`${level}/${index}`, toHex(hashes)]),
  )
  const tiles = await sql<{ level: number; index: number; hashes: Uint8Array }[]>`
    select level, tile_index as index, hashes from tile where log_id = ${logId}`
  must(tiles.length === wanted.size, 'tiles: number')
  for (const { level, index, hashes } of tiles)
    must(wanted.get(`${level}/${index}`) === toHex(hashes), `tile ${level}/${index}`)
  const [head] = await sql<{ size: number; stack: Uint8Array; leaf: Uint8Array; at: string }[]>`
    select size, stack, last_leaf as leaf, last_at as at from log_head where log_id = ${logId}`
  must(head?.size === rows.length, 'head: size')
  must(equalBytes(head.stack, frontier.toBytes()), 'head: frontier')
  must(equalBytes(head.leaf, last.leaf) && head.at === last.at, 'head: last entry')
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`the log is not sound: ${what}`)
}
