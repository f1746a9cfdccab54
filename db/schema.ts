/**
 * The tables. Primary are `log`, `entry`, `sealed`, `arrival`, `payload`, `blob` and `checkpoint`: what was received and
 * signed. Derived are `log_head`, `tile`, `state`, `register`, `register_change`, `procurement` and `outbox`: rebuild.ts
 * makes them again from the primary ones. The rest is the services' own memory, of no weight.
 *
 * Bytes that were signed or hashed are `bytea`, never re-encoded. Views are `json`, not `jsonb`, so that their text is
 * the text that the rules made, member for member. Instants are text in the form of the record: their order is time's.
 * What SQL adds beyond tables (checks, triggers, roles) stands in migrations/0001_guards.sql.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  customType,
  index,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

const position = (name: string) => bigint(name, { mode: 'number' })
const logId = () => smallint('log_id').notNull()

/** The logs of this database: one, until a new epoch begins. */
export const log = pgTable('log', {
  id: smallint().primaryKey().generatedByDefaultAsIdentity(),
  origin: text().notNull().unique(),
  /** Pinned when the log's key first signs; never changed by a service. */
  vkey: text(),
  /** Why nothing may be appended: the database contradicts a signed head. */
  halted: text(),
})

/** The Merkle frontier: what the door needs to append. */
export const logHead = pgTable('log_head', {
  logId: logId()
    .primaryKey()
    .references(() => log.id),
  size: position('size').notNull(),
  stack: bytea().notNull(),
  lastLeaf: bytea('last_leaf').notNull(),
  lastAt: text('last_at').notNull(),
})

/**
 * The ledger. Hashes are unique over all logs, as each names its own, and no index but the first begins with `log_id`: one
 * that does could be taken for a lookup by hash, and would read the whole log. `prev` is `leaf` of the row before. `t`, `actor`, `tender` and `pseq` are empty
 * where the act is sealed.
 */
export const entry = pgTable(
  'entry',
  {
    logId: logId(),
    index: position('index').notNull(),
    prev: bytea().notNull(),
    leaf: bytea().notNull(),
    bytes: bytea().notNull(),
    statementHash: bytea('statement_hash').notNull(),
    kid: text().notNull(),
    nonce: text().notNull(),
    t: text(),
    actor: text(),
    tender: text(),
    pseq: position('pseq'),
    /** Size of the newest checkpoint when it was appended: `lastHead` of its receipt, the same whenever it is made. */
    headSize: position('head_size').notNull(),
  },
  (row) => [
    primaryKey({ columns: [row.logId, row.index] }),
    uniqueIndex('entry_leaf').on(row.leaf),
    uniqueIndex('entry_statement_hash').on(row.statementHash),
    uniqueIndex('entry_nonce').on(row.kid, row.nonce),
    uniqueIndex('entry_pseq')
      .on(row.tender, row.pseq, row.logId)
      .where(sql`${row.tender} is not null`),
    // The one type that readers look for over the whole log.
    index('entry_reveals')
      .on(row.logId, row.index)
      .where(sql`${row.t} = 'opening.reveal'`),
  ],
)

/** What sealed entries hide: the envelope, the deadline it was held to, the rule by which it was late if it was. */
export const sealed = pgTable(
  'sealed',
  {
    logId: logId(),
    index: position('index').notNull(),
    tender: text(),
    envelope: bytea().notNull(),
    deadline: text(),
    lateCode: text('late_code'),
    lateRule: text('late_rule'),
    lateCite: text('late_cite'),
  },
  (row) => [
    primaryKey({ columns: [row.logId, row.index] }),
    index('sealed_tender').on(row.tender, row.index),
  ],
)

export const tile = pgTable(
  'tile',
  {
    logId: logId(),
    level: smallint().notNull(),
    tileIndex: position('tile_index').notNull(),
    hashes: bytea().notNull(),
  },
  (row) => [primaryKey({ columns: [row.logId, row.level, row.tileIndex] })],
)

/** When the bytes of an act that races a deadline came in: measured, then parsed. What is refused goes with its answer. */
export const arrival = pgTable('arrival', {
  id: uuid().primaryKey(),
  logId: logId(),
  sha256: bytea().notNull(),
  arrivedAt: text('arrived_at').notNull(),
  body: bytea().notNull(),
})

/** Arrivals that the door has not answered yet; the first of equal bytes counts. */
export const arrivalOpen = pgTable(
  'arrival_open',
  {
    logId: logId(),
    sha256: bytea().notNull(),
    arrivalId: uuid('arrival_id').notNull(),
    arrivedAt: text('arrived_at').notNull(),
  },
  (row) => [
    primaryKey({ columns: [row.sha256, row.logId] }),
    index('arrival_open_id').on(row.arrivalId),
    index('arrival_open_time').on(row.arrivedAt),
  ],
)

/** Documents and personal fields by salted commitment. Erasure empties salt and bytes and keeps the row. */
export const payload = pgTable(
  'payload',
  {
    commit: bytea().primaryKey(),
    salt: bytea(),
    bytes: bytea(),
    media: text().notNull(),
    reader: text({ enum: ['public', 'file'] }).notNull(),
    tender: text(),
    /** Person who uploaded it; none: a service of ours. */
    uploader: text(),
    erasedAt: text('erased_at'),
  },
  (row) => [index('payload_uploader').on(row.uploader)],
)

/** Ciphertexts by SHA-256, uploaded before the statement that names them. */
export const blob = pgTable(
  'blob',
  {
    hash: bytea().primaryKey(),
    bytes: bytea().notNull(),
    tender: text(),
    envelope: text(),
    uploader: text(),
  },
  (row) => [index('blob_tender').on(row.tender), index('blob_uploader').on(row.uploader)],
)

export const checkpoint = pgTable(
  'checkpoint',
  {
    logId: logId(),
    size: position('size').notNull(),
    root: bytea().notNull(),
    note: text().notNull(),
    at: text().notNull(),
  },
  (row) => [primaryKey({ columns: [row.logId, row.size] })],
)

/** State of a procurement in two parts; pages read `open` only. */
export const state = pgTable(
  'state',
  {
    tender: text().notNull(),
    part: text({ enum: ['open', 'sealed'] }).notNull(),
    value: json().notNull(),
  },
  (row) => [primaryKey({ columns: [row.tender, row.part] })],
)

export const register = pgTable('register', {
  key: text().primaryKey(),
  value: json().notNull(),
})

export const registerChange = pgTable(
  'register_change',
  { key: text().notNull(), index: position('index').notNull() },
  (row) => [
    primaryKey({ columns: [row.key, row.index] }),
    index('register_change_index').on(row.index),
  ],
)

/** The public list, one row a procurement, from its open state: all that a line of a list shows or is found by. */
export const procurement = pgTable(
  'procurement',
  {
    ocid: text().primaryKey(),
    org: text().notNull(),
    zone: text().notNull(),
    title: text().notNull(),
    /** The first sentence of what it is about. */
    summary: text().notNull(),
    stage: text().notNull(),
    category: text().notNull(),
    /** Before the approval there is none. */
    method: text(),
    /** The code that vendors know it by, as `NAICS 334111`. */
    code: text(),
    /** End of bidding, legal. */
    deadline: text(),
    /** The same on the real clock. */
    due: text(),
    /** What is ordered; the estimate is not shown. */
    amount: text(),
    currency: text(),
    /** When the clock next owes something, real time; not shown. */
    nextDue: text('next_due'),
    /** Index of its last open entry. */
    version: position('version').notNull(),
    /** The order of the list: those that are open by their end of bidding, then the others, newest first. */
    sortKey: text('sort_key').notNull(),
    /** Words and facets that it is found by (search.ts). */
    search: tsvector().notNull(),
  },
  (row) => [
    index('procurement_sort_key').on(row.sortKey, row.ocid),
    index('procurement_search').using('gin', row.search),
    index('procurement_next_due').on(row.nextDue),
  ],
)

/** The newest open step of each procurement, and how far its workflow has been told. */
export const outbox = pgTable(
  'outbox',
  {
    tender: text().primaryKey(),
    pseq: position('pseq').notNull(),
    signalled: position('signalled').notNull().default(-1),
    at: text().notNull(),
  },
  (row) => [
    index('outbox_pending')
      .on(row.at)
      .where(sql`${row.pseq} > ${row.signalled}`),
  ],
)

/** Statement that did a duty of the clock, by duty key. */
export const dutyDone = pgTable(
  'duty_done',
  { tender: text().notNull(), key: text().notNull(), hash: bytea().notNull() },
  (row) => [primaryKey({ columns: [row.tender, row.key] })],
)

export const session = pgTable('session', {
  idHash: bytea('id_hash').primaryKey(),
  person: text().notNull(),
  kid: text().notNull(),
  expires: text().notNull(),
})

export const challenge = pgTable('challenge', {
  hash: bytea().primaryKey(),
  kid: text().notNull(),
  expires: text().notNull(),
})
