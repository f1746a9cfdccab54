/**
 * Reads of the record and of what is derived from it, each answer parsed and typed. Nothing here writes. What may be shown
 * to whom is the caller's business; to make it hard to get wrong, `openFile` and the entries hold nothing sealed, and
 * whatever is sealed comes from functions whose names say so.
 */
import { and, asc, desc, eq, gt, gte, inArray, isNotNull, lt, notInArray, or } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import {
  consistencyProof,
  emptyRoot,
  type Entry,
  inclusionProof,
  type Json,
  parseEntry,
  parseEnvelope,
  type SignedStatement,
  tilesForConsistency,
  tilesForInclusion,
  type TileReader,
  type TileRef,
} from '../ledger/index.ts'
import type { FileState, RegisterView } from '../procurement/index.ts'
import { createBlobs } from './blobs.ts'
import { createCheckpoints, type StoredCheckpoint } from './checkpoints.ts'
import { DatabaseError, type Sql } from './connection.ts'
import { createList, type ListQuery, type ListPage } from './list.ts'
import { readClock, readHead } from './log.ts'
import { createPayloads, type Payload } from './payloads.ts'
import * as tables from './schema.ts'

/** An entry as anyone may see it. */
export interface StoredEntry {
  index: number
  bytes: Uint8Array
  leaf: Uint8Array
  entry: Entry
}

/** An entry with what it hides: for the signer. */
export interface RecordedEntry {
  index: number
  bytes: Uint8Array
  /** Size of the newest checkpoint when it was appended. */
  headSize: number
  /** Of sealed acts; with the real deadline that the act was held to. */
  sealed?: {
    envelope: Uint8Array
    tender?: string
    deadline?: string
    late?: { code: string; rule: string }
  }
}

export interface RecordedStatement {
  index: number
  signed: SignedStatement
}

/** A sealed act of a tender, with its statement's envelope. */
export interface SealedAct {
  index: number
  tender?: string
  envelope: Uint8Array
  signed: SignedStatement
}

export interface Readers {
  /** The database's clock. */
  clock(): Promise<string>
  /** Origin and pinned key of the log; undefined before its first use. */
  log(): Promise<{ origin: string; vkey?: string } | undefined>
  vkey(): Promise<string | undefined>
  /** Also why nothing may be appended, if so. */
  head(): Promise<{ size: number; root: Uint8Array; halted: string | null }>
  /** Leaf hashes from an index on, at most `limit`. */
  leaves(from: number, limit: number): Promise<Uint8Array[]>
  latestCheckpoint(): Promise<StoredCheckpoint | undefined>
  checkpointAt(size: number): Promise<StoredCheckpoint | undefined>
  entry(index: number): Promise<StoredEntry | undefined>
  entries(range: { from: number; limit: number }): Promise<StoredEntry[]>
  /** Open entries of a tender in the order of its chain. */
  entriesOf(tender: string): Promise<StoredEntry[]>
  /** All open entries of one type, by index. */
  entriesOfType(t: string): Promise<StoredEntry[]>
  /** Open steps of a tender after number `after`, at most `limit`. */
  steps(
    tender: string,
    after: number,
    limit: number,
  ): Promise<{ pseq: number; type: string; leaf: Uint8Array }[]>
  /** Number of a tender's last open step; −1 where there is none. */
  lastStep(tender: string): Promise<number>
  statementIndex(hash: Uint8Array): Promise<number | undefined>
  recordedAs(hash: Uint8Array): Promise<RecordedEntry | undefined>
  recordedAt(index: number): Promise<RecordedEntry | undefined>
  /** Open statements of one type of a tender, by index. */
  statements(tender: string, t: string): Promise<RecordedStatement[]>
  sealed(index: number): Promise<SealedAct | undefined>
  /** Sealed acts of a tender, by index. */
  sealedOf(tender: string): Promise<SealedAct[]>
  inclusion(index: number, size: number): Promise<Uint8Array[]>
  consistency(oldSize: number, size: number): Promise<Uint8Array[]>
  /** Both parts of a procurement's state. */
  file(tender: string): Promise<FileState | undefined>
  /** What anyone may see of it. */
  openFile(tender: string): Promise<FileState['open'] | undefined>
  /** The rows of these keys. */
  register(keys: readonly string[]): Promise<RegisterView>
  /** Rows whose key begins with a prefix that ends in `/`, by key. */
  registerRows(prefix: `${string}/`): Promise<{ key: string; value: Json }[]>
  /** Indexes of the entries that changed a row, ascending, by key. */
  registerChanges(keys: readonly string[]): Promise<Map<string, number[]>>
  /** The agency that was enrolled first. */
  firstOrg(): Promise<string | undefined>
  /** Those that are open by their end of bidding, soonest first, then the others, newest first. */
  procurements(query: ListQuery): Promise<ListPage>
  countProcurements(query: Omit<ListQuery, 'limit'>): Promise<number>
  /** Ocids of those that have not ended, of these agencies or of all; first those whose clock owes something soonest. */
  runningProcurements(orgs?: readonly string[]): Promise<string[]>
  /** Ocids of those whose clock owed something before this real instant. */
  overdueFiles(before: string): Promise<string[]>
  /** The entry that did a duty of the clock. */
  duty(
    tender: string,
    key: string,
  ): Promise<{ index: number; leaf: Uint8Array; pseq?: number } | undefined>
  payload(commitment: Uint8Array): Promise<Payload | undefined>
  blob(hash: Uint8Array): Promise<Uint8Array | undefined>
}

/** Stages in which nothing is owed any more. */
const ENDED = ['complete', 'ended', 'unsuccessful']

export function createReaders(sql: Sql, logId = 1): Readers {
  const db = drizzle(sql)
  const { entry: entries, sealed, state, register: rows, registerChange, procurement } = tables
  const checkpoints = createCheckpoints(sql, logId)
  const payloads = createPayloads(sql)
  const blobs = createBlobs(sql)
  const list = createList(sql)
  const ofLog = eq(entries.logId, logId)
  const shown = { index: entries.index, bytes: entries.bytes, leaf: entries.leaf }
  const hidden = { index: sealed.index, tender: sealed.tender, envelope: sealed.envelope }

  async function log(): Promise<{ origin: string; vkey?: string } | undefined> {
    const [row] = await db
      .select({ origin: tables.log.origin, vkey: tables.log.vkey })
      .from(tables.log)
      .where(eq(tables.log.id, logId))
    return row && { origin: row.origin, ...(row.vkey !== null && { vkey: row.vkey }) }
  }

  async function recorded(by: typeof ofLog): Promise<RecordedEntry | undefined> {
    const [row] = await db
      .select({ index: entries.index, bytes: entries.bytes, headSize: entries.headSize, sealed })
      .from(entries)
      .leftJoin(sealed, and(eq(sealed.logId, entries.logId), eq(sealed.index, entries.index)))
      .where(and(ofLog, by))
    if (!row) return undefined
    const { sealed: hides, ...entry } = row
    if (!hides) return entry
    const { envelope, tender, deadline, lateCode, lateRule } = hides
    return {
      ...entry,
      sealed: {
        envelope,
        ...(tender !== null && { tender }),
        ...(deadline !== null && { deadline }),
        ...(lateCode !== null && { late: { code: lateCode, rule: lateRule ?? '' } }),
      },
    }
  }

  /** The tiles that a proof reads, fetched before it is made. */
  async function tiles(refs: readonly TileRef[]): Promise<TileReader> {
    const { tile } = tables
    const found = await db
      .select({ level: tile.level, index: tile.tileIndex, hashes: tile.hashes })
      .from(tile)
      .where(
        and(
          eq(tile.logId, logId),
          or(
            ...refs.map(({ level, index }) =>
              and(eq(tile.level, level), eq(tile.tileIndex, index)),
            ),
          ),
        ),
      )
    const byPlace = new Map(found.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]))
    return (level, index) => {
      const hashes = byPlace.get(`${level}/${index}`)
      if (!hashes)
        throw new DatabaseError('head', `tile ${level}/${index} is missing: run tenderbook rebuild`)
      return hashes
    }
  }

  async function part(tender: string, name: 'open' | 'sealed'): Promise<unknown> {
    const [row] = await db
      .select({ value: state.value })
      .from(state)
      .where(and(eq(state.tender, tender), eq(state.part, name)))
    return row?.value
  }

  // The door wrote the state as the rules made it.
  async function openFile(tender: string): Promise<FileState['open'] | undefined> {
    return (await part(tender, 'open')) as FileState['open'] | undefined
  }

  return {
    log,
    openFile,
    clock: () => readClock(sql),
    vkey: async () => (await log())?.vkey,
    async head() {
      // Before its first use the log has no head.
      if (!(await log())) return { size: 0, root: emptyRoot, halted: null }
      const { size, frontier, halted } = await readHead(sql, logId)
      return { size, root: frontier.root(), halted }
    },
    async leaves(from, limit) {
      const found = await db
        .select({ leaf: entries.leaf })
        .from(entries)
        .where(and(ofLog, gte(entries.index, from)))
        .orderBy(entries.index)
        .limit(limit)
      return found.map(({ leaf }) => leaf)
    },
    latestCheckpoint: () => checkpoints.latest(),
    checkpointAt: (size) => checkpoints.at(size),
    async entry(index) {
      const [row] = await db
        .select(shown)
        .from(entries)
        .where(and(ofLog, eq(entries.index, index)))
      return row && storedOf(row)
    },
    async entries({ from, limit }) {
      const found = await db
        .select(shown)
        .from(entries)
        .where(and(ofLog, gte(entries.index, from)))
        .orderBy(entries.index)
        .limit(limit)
      return found.map(storedOf)
    },
    async entriesOf(tender) {
      const found = await db
        .select(shown)
        .from(entries)
        .where(and(ofLog, eq(entries.tender, tender)))
        .orderBy(entries.pseq)
      return found.map(storedOf)
    },
    async entriesOfType(t) {
      const found = await db
        .select(shown)
        .from(entries)
        .where(and(ofLog, eq(entries.t, t)))
        .orderBy(entries.index)
      return found.map(storedOf)
    },
    async steps(tender, after, limit) {
      const found = await db
        .select({ pseq: entries.pseq, t: entries.t, leaf: entries.leaf })
        .from(entries)
        .where(and(ofLog, eq(entries.tender, tender), gt(entries.pseq, after)))
        .orderBy(entries.pseq)
        .limit(limit)
      // A row with a tender is open, and has both.
      return found.map(({ pseq, t, leaf }) => ({ pseq: pseq as number, type: t as string, leaf }))
    },
    async lastStep(tender) {
      const [row] = await db
        .select({ pseq: entries.pseq })
        .from(entries)
        .where(and(ofLog, eq(entries.tender, tender)))
        .orderBy(desc(entries.pseq))
        .limit(1)
      return row?.pseq ?? -1
    },
    async statementIndex(hash) {
      const [row] = await db
        .select({ index: entries.index })
        .from(entries)
        .where(and(ofLog, eq(entries.statementHash, hash)))
      return row?.index
    },
    recordedAs: (hash) => recorded(eq(entries.statementHash, hash)),
    recordedAt: (index) => recorded(eq(entries.index, index)),
    async statements(tender, t) {
      const found = await db
        .select(shown)
        .from(entries)
        .where(and(ofLog, eq(entries.tender, tender), eq(entries.t, t)))
        .orderBy(entries.index)
      return found.flatMap(({ index, bytes }) => {
        const signed = parseEntry(bytes).dsse
        return signed ? [{ index, signed }] : []
      })
    },
    async sealed(index) {
      const [row] = await db
        .select(hidden)
        .from(sealed)
        .where(and(eq(sealed.logId, logId), eq(sealed.index, index)))
      return row && sealedActOf(row)
    },
    async sealedOf(tender) {
      const found = await db
        .select(hidden)
        .from(sealed)
        .where(and(eq(sealed.logId, logId), eq(sealed.tender, tender)))
        .orderBy(sealed.index)
      return found.map(sealedActOf)
    },
    inclusion: async (index, size) =>
      inclusionProof(index, size, await tiles(tilesForInclusion(index, size))),
    consistency: async (oldSize, size) =>
      consistencyProof(oldSize, size, await tiles(tilesForConsistency(oldSize, size))),
    async file(tender) {
      const open = await openFile(tender)
      if (!open) return undefined
      const hides = (await part(tender, 'sealed')) as FileState['sealed']
      return hides ? { open, sealed: hides } : { open }
    },
    async register(keys) {
      if (keys.length === 0) return () => undefined
      const found = await db
        .select({ key: rows.key, value: rows.value })
        .from(rows)
        .where(inArray(rows.key, [...keys]))
      // The rules wrote the rows.
      const values = new Map(found.map(({ key, value }) => [key, value as Json]))
      return (key) => values.get(key)
    },
    async registerRows(prefix) {
      // The rules wrote the rows. `0` is the character after `/`.
      const end = `${prefix.slice(0, -1)}0`
      return (await db
        .select({ key: rows.key, value: rows.value })
        .from(rows)
        .where(and(gte(rows.key, prefix), lt(rows.key, end)))
        .orderBy(rows.key)) as { key: string; value: Json }[]
    },
    async registerChanges(keys) {
      if (keys.length === 0) return new Map()
      const found = await db
        .select()
        .from(registerChange)
        .where(inArray(registerChange.key, [...keys]))
        .orderBy(registerChange.index)
      const changes = new Map<string, number[]>()
      for (const { key, index } of found) changes.set(key, [...(changes.get(key) ?? []), index])
      return changes
    },
    async firstOrg() {
      const [row] = await db
        .select({ key: registerChange.key })
        .from(registerChange)
        .where(and(gte(registerChange.key, 'org/'), lt(registerChange.key, 'org0')))
        .orderBy(registerChange.index)
        .limit(1)
      return row?.key.slice('org/'.length)
    },
    procurements: (query) => list.page(query),
    countProcurements: (query) => list.count(query),
    async runningProcurements(orgs) {
      const found = await db
        .select({ ocid: procurement.ocid })
        .from(procurement)
        .where(
          and(notInArray(procurement.stage, ENDED), orgs && inArray(procurement.org, [...orgs])),
        )
        .orderBy(asc(procurement.nextDue), procurement.ocid)
      return found.map(({ ocid }) => ocid)
    },
    async overdueFiles(before) {
      const found = await db
        .select({ ocid: procurement.ocid })
        .from(procurement)
        .where(and(isNotNull(procurement.nextDue), lt(procurement.nextDue, before)))
        .orderBy(asc(procurement.nextDue))
      return found.map(({ ocid }) => ocid)
    },
    async duty(tender, key) {
      const { dutyDone } = tables
      const [row] = await db
        .select({ index: entries.index, leaf: entries.leaf, pseq: entries.pseq })
        .from(dutyDone)
        .innerJoin(entries, and(ofLog, eq(entries.statementHash, dutyDone.hash)))
        .where(and(eq(dutyDone.tender, tender), eq(dutyDone.key, key)))
      return (
        row && { index: row.index, leaf: row.leaf, ...(row.pseq !== null && { pseq: row.pseq }) }
      )
    },
    payload: (commitment) => payloads.find(commitment),
    blob: (hash) => blobs.find(hash),
  }
}

function storedOf(row: { index: number; bytes: Uint8Array; leaf: Uint8Array }): StoredEntry {
  return { ...row, entry: parseEntry(row.bytes) }
}

function sealedActOf(row: {
  index: number
  tender: string | null
  envelope: Uint8Array
}): SealedAct {
  const { index, tender, envelope } = row
  return { index, ...(tender !== null && { tender }), envelope, signed: parseEnvelope(envelope) }
}
