/**
 * Makes every derived table again from the primary ones: tree, states, register, list and outbox. Run by the owner, in one
 * transaction that holds the log's lock; the door's own code applies each entry, so the tables come out byte for byte as
 * they were. Nothing is decided again: what is in the log was accepted.
 *
 * Refuses to build on entries that do not follow on each other. How far workflows have been told is kept.
 */
import {
  equalBytes,
  Frontier,
  genesisHash,
  leafHash,
  parseEntry,
  parseEnvelope,
  type Entry,
  type SignedStatement,
  toBase64Url,
} from '../ledger/index.ts'
import { evolve } from '../procurement/index.ts'
import { growTree } from './append.ts'
import { DatabaseError, type Sql, type Transaction } from './connection.ts'
import { Derived } from './derived.ts'
import { Evidence } from './evidence.ts'
import { openLane } from './lane.ts'
import { lockLog } from './log.ts'

const PAGE = 256

/** Rebuilds the derived tables of every log in the database; returns how many entries they were made from. */
export async function rebuild(sql: Sql): Promise<number> {
  const lane = openLane(sql)
  try {
    return await lane.begin(rebuildAll)
  } finally {
    await lane.end()
  }
}

async function rebuildAll(tx: Transaction): Promise<number> {
  const logs = await tx<{ id: number; origin: string }[]>`select id, origin from log order by id`
  for (const { id } of logs) await lockLog(tx, id)
  await tx`create temporary table told on commit drop as select tender, signalled from outbox`
  await tx`truncate log_head, tile, state, register, register_change, procurement, outbox`
  let count = 0
  for (const log of logs) count += await rebuildLog(tx, log.id, log.origin)
  await tx`update outbox set signalled = told.signalled from told where told.tender = outbox.tender`
  return count
}

/** Where a rebuild stands: the head so far, and the view of the derived tables. */
interface Progress {
  frontier: Frontier
  lastLeaf: Uint8Array
  lastAt: string
  derived: Derived
}

async function rebuildLog(tx: Transaction, logId: number, origin: string): Promise<number> {
  const genesis = genesisHash(origin)
  await tx`
    insert into log_head (log_id, size, stack, last_leaf, last_at) values (${logId}, 0, ''::bytea, ${genesis}, '')`
  const progress = {
    frontier: new Frontier(),
    lastLeaf: genesis,
    lastAt: '',
    derived: new Derived(),
  }
  for (;;) {
    const page = await readPage(tx, logId, progress.frontier.size)
    if (page.length === 0) return progress.frontier.size
    await applyPage(tx, logId, progress, page)
  }
}

interface Stored {
  index: number
  leaf: Uint8Array
  entry: Entry
  signed: SignedStatement
}

async function readPage(tx: Transaction, logId: number, from: number): Promise<Stored[]> {
  const rows = await tx<{ index: number; bytes: Uint8Array; envelope: Uint8Array | null }[]>`
    select e.index, e.bytes, s.envelope from entry e left join sealed s using (log_id, index)
    where e.log_id = ${logId} and e.index >= ${from} order by e.index limit ${PAGE}`
  return rows.map(({ index, bytes, envelope }) => {
    const entry = parseEntry(bytes)
    const signed = entry.dsse ?? (envelope && parseEnvelope(envelope))
    if (!signed)
      throw new DatabaseError('head', `entry ${index} is sealed, and what it hides is lost`)
    return { index, leaf: leafHash(bytes), entry, signed }
  })
}

async function applyPage(
  tx: Transaction,
  logId: number,
  progress: Progress,
  page: readonly Stored[],
): Promise<void> {
  const { derived, frontier } = progress
  await derived.loadTenders(
    tx,
    logId,
    page.flatMap(({ signed }) => signed.statement.tender ?? []),
  )
  const evidence = new Evidence(tx, derived)
  for (const stored of page) await applyEntry(progress, evidence, stored)
  const { lastLeaf, lastAt } = progress
  const leaves = page.map(({ leaf }) => leaf)
  await growTree(tx, logId, { frontier, lastLeaf, lastAt }, leaves)
  await derived.write(tx)
}

async function applyEntry(
  progress: Progress,
  evidence: Evidence,
  { index, leaf, entry, signed }: Stored,
): Promise<void> {
  const { derived } = progress
  if (entry.index !== index || !equalBytes(entry.prev, progress.lastLeaf))
    throw new DatabaseError('head', `entry ${index} does not follow the leaf before it`)
  const { statement } = signed
  const { tender } = statement
  const file = tender === undefined ? undefined : derived.tender(tender).file
  const { at, arrivedAt } = entry
  const evolved = evolve(file, statement, {
    at,
    ...(arrivedAt !== undefined && { arrivedAt }),
    index,
    leaf: toBase64Url(leaf),
    hash: toBase64Url(signed.hash),
    ...(await evidence.viewsOf({ statement, file })),
  })
  derived.apply({ index, at, leaf, isSealed: !entry.dsse, tender, ...evolved })
  progress.lastLeaf = leaf
  progress.lastAt = at
}
