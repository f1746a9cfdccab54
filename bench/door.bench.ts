/**
 * How many statements a second go through the door: durable, signature-checked, decided, arrivals of racing acts included.
 * Beside it what the machine gives at best: callback `crypto.verify` of the same signatures, overlapped with multi-row
 * INSERT of the very same rows into the same table with its indexes, checks and trigger, in transactions of the same size.
 * Both alternate in one run; medians; afterwards everything that was written is verified. Method in README.md.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { insertEntries } from '../db/append.ts'
import { assertDurability, connect, type Sql, type Transaction } from '../db/connection.ts'
import { createDoor, type Door } from '../db/door.ts'
import { type Lane, openLane } from '../db/lane.ts'
import { openLog } from '../db/log.ts'
import { migrate } from '../db/migrate.ts'
import type { NewEntry } from '../db/new-entry.ts'
import {
  blindHash,
  equalBytes,
  sha256,
  type SignedStatement,
  toBase64Url,
  utf8,
} from '../ledger/index.ts'
import { startPostgres } from '../scripts/postgres.mjs'
import { keyOf, ORIGIN } from '../tests/file-builder.ts'
import { checkLog } from '../tests/log-checker.ts'
import { databaseCpuMs } from './database-cpu.ts'
import { isQuick, median, perSecond, report, spend, type Spent } from './report.ts'
import { type Send, Workload } from './workload.ts'

const ROUNDS = isQuick ? 2 : 5
const BATCH = 256
/** Statements in flight at once, as if each from a client of its own. */
const CLIENTS = 600
/** Files opened in a round: two open acts and two bids each. */
const FILES = isQuick ? 384 : 1_536
const STATEMENTS = 4 * FILES
/** Below this share of the baseline the benchmark fails. */
const GOAL = 0.4

const home = await mkdtemp(join(tmpdir(), 'tenderbook-bench-'))
await chmod(home, 0o755)
const settings = { shared_buffers: '512MB', max_wal_size: '4GB' }
const server = await startPostgres(join(home, 'postgres'), { settings })
try {
  await run()
} finally {
  await server.stop()
  await rm(home, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const [doorSql, bareSql] = [await createDatabase('door'), await createDatabase('bare')]
  await assertDurability(doorSql)
  const clock = { at: undefined }
  const door = createDoor({ sql: doorSql, origin: ORIGIN, blind, now: () => clock.at })
  const lane = openLane(bareSql)
  const workload = new Workload({ sql: doorSql, door, clock, files: FILES })
  await workload.found()
  const spent = { door: [] as Cost[], bare: [] as Cost[] }
  const sent: SignedStatement[] = []
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    await workload.publish()
    const sends = await workload.make()
    const from = await copyRows(doorSql, bareSql, lane)
    const ofDoor = await costOf(() => throughDoor(door, sends))
    const rows = await readRows(doorSql, from)
    if (rows.length !== sends.length) throw new Error('not every statement became an entry')
    const ofBare = await costOf(() => verifyAndInsert(lane, rows, sends))
    sent.push(...sends.map(({ signed }) => signed))
    console.log(`round ${round}: door ${inWords(ofDoor)}; bare ${inWords(ofBare)}`)
    if (round === 0) continue
    spent.door.push(ofDoor)
    spent.bare.push(ofBare)
  }
  await door.close()
  await lane.end()
  const entries = await checkWritten(doorSql, bareSql, sent)
  await Promise.all([doorSql.end(), bareSql.end()])
  const { door: ofDoor, bare: ofBare } = spent
  const ratio = report(
    'door',
    { name: 'door: verified, decided, durable', unit: 'statements/s', values: ofDoor.map(rateOf) },
    { name: 'bare: verify and INSERT, overlapped', unit: 'rows/s', values: ofBare.map(rateOf) },
    {
      batch: BATCH,
      clients: CLIENTS,
      statements: STATEMENTS,
      entries,
      fsync: 'on',
      doorNodeUs: median(ofDoor.map(nodeUs)),
      doorDatabaseUs: median(ofDoor.map(databaseUs)),
      bareNodeUs: median(ofBare.map(nodeUs)),
      bareDatabaseUs: median(ofBare.map(databaseUs)),
    },
  )
  if (ratio < GOAL && !isQuick) throw new Error(`the door is below ${GOAL} of the baseline`)
}

/** What a round took: of this process and of the database. */
interface Cost extends Spent {
  databaseMs: number
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const before = await databaseCpuMs(server.pid)
  const spent = await spend(work)
  return { ...spent, databaseMs: (await databaseCpuMs(server.pid)) - before }
}

function rateOf({ wallMs }: Cost): number {
  return perSecond(STATEMENTS, wallMs)
}

/** Processor time of a statement in this process, in microseconds. */
function nodeUs({ cpuMs }: Cost): number {
  return Math.round((cpuMs * 1_000) / STATEMENTS)
}

/** The same in the database. */
function databaseUs({ databaseMs }: Cost): number {
  return Math.round((databaseMs * 1_000) / STATEMENTS)
}

function inWords(cost: Cost): string {
  return `${rateOf(cost).toFixed(0)}/s (${nodeUs(cost)} + ${databaseUs(cost)} us)`
}

/** In place of the signer, whose work is not the door's: the blind of an envelope, and their hash. */
function blindOf(_hash: Uint8Array, envelope: Uint8Array): Uint8Array {
  return sha256(utf8('blind'), envelope)
}

function blind(envelopes: Uint8Array[]): Promise<Uint8Array[]> {
  return Promise.resolve(envelopes.map((each) => blindHash(blindOf(each, each), each)))
}

async function createDatabase(name: string): Promise<Sql> {
  const maintenance = connect(server.url('postgres'), { max: 1 })
  await maintenance`create database ${maintenance(name)}`
  await maintenance.end()
  const sql = connect(server.url(name))
  await migrate(sql)
  // Only here: ciphertexts of zeros compress, and uploads are not what is measured.
  await sql`alter table blob alter column bytes set storage extended`
  return sql
}

/** From the first statement that is sent to the last that is answered. */
async function throughDoor(door: Door, sends: readonly Send[]): Promise<void> {
  const queue = sends.values()
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (const send of queue) await sendOne(door, send)
    }),
  )
}

async function sendOne(door: Door, { signed, envelope, races }: Send): Promise<void> {
  const arrival = races ? await door.arrive(envelope) : undefined
  const outcome = await door.append(envelope, arrival && { ...arrival, arrivalId: arrival.id })
  if (outcome.kind !== 'accepted')
    throw new Error(`${signed.statement.t}: ${JSON.stringify(outcome)}`)
}

/** The next batch is verified while the one before it is written. */
async function verifyAndInsert(
  lane: Lane,
  rows: readonly NewEntry[],
  sends: readonly Send[],
): Promise<void> {
  const keys = keyObjects(sends)
  const log = await openLog(lane, ORIGIN)
  let written: Promise<void> = Promise.resolve()
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = sends.slice(from, from + BATCH)
    await Promise.all(batch.map(({ signed }) => verifyOne(signed, keys)))
    await written
    written = lane.begin((tx) => insertRows(tx, log, rows.slice(from, from + BATCH)))
  }
  await written
}

/** One INSERT of many rows, as the driver writes it. */
async function insertRows(tx: Transaction, log: number, rows: readonly NewEntry[]): Promise<void> {
  const values = rows.map(({ statementHash, shown, ...row }) => ({
    log_id: log,
    index: row.index,
    prev: row.prev,
    leaf: row.leaf,
    bytes: row.bytes,
    statement_hash: statementHash,
    kid: row.kid,
    nonce: row.nonce,
    t: shown?.t ?? null,
    actor: shown?.actor ?? null,
    tender: shown?.tender ?? null,
    pseq: shown?.pseq ?? null,
    head_size: 0,
  }))
  await tx`insert into entry ${tx(values)}`
}

function keyObjects(sends: readonly Send[]): Map<string, KeyObject> {
  const actors = new Set(sends.map(({ signed }) => signed.statement.actor))
  return new Map(
    [...actors].map((actor) => {
      const x = toBase64Url(keyOf(actor).pub)
      return [actor, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })]
    }),
  )
}

function verifyOne(signed: SignedStatement, keys: Map<string, KeyObject>): Promise<void> {
  const key = keys.get(signed.statement.actor)
  if (!key) throw new Error(`no key of ${signed.statement.actor}`)
  return new Promise((resolve, reject) => {
    verify(null, signed.pae, key, signed.signature, (error, valid) => {
      if (error || !valid) reject(error ?? new Error('a signature does not verify'))
      else resolve()
    })
  })
}

/** Copies what the baseline's table has not got yet; returns the index that follows. */
async function copyRows(from: Sql, to: Sql, lane: Lane): Promise<number> {
  const log = await openLog(lane, ORIGIN)
  const [last] = await to<{ size: number }[]>`select count(*) as size from entry`
  const rows = await readRows(from, last?.size ?? 0)
  await lane.begin((tx) => insertEntries(tx, log, 0, rows))
  return (last?.size ?? 0) + rows.length
}

async function readRows(sql: Sql, from: number): Promise<NewEntry[]> {
  interface Row extends Omit<NewEntry, 'shown' | 'hidden'> {
    t: string | null
    actor: string | null
    tender: string | null
    pseq: number | null
  }
  const rows = await sql<Row[]>`
    select index, prev, leaf, bytes, statement_hash as "statementHash", kid, nonce, t, actor, tender, pseq
    from entry where index >= ${from} order by index`
  return rows.map(({ t, actor, tender, pseq, ...row }) => {
    if (t === null || actor === null) return row
    const chain = tender === null || pseq === null ? {} : { tender, pseq }
    return { ...row, shown: { t, actor, ...chain } }
  })
}

/** The log is sound, holds each statement that was sent under its hash, and the baseline holds the same rows. */
async function checkWritten(
  doorSql: Sql,
  bareSql: Sql,
  sent: readonly SignedStatement[],
): Promise<number> {
  const size = await checkLog(doorSql, { blindOf })
  const rows = await readRows(doorSql, 0)
  const bare = await readRows(bareSql, 0)
  if (bare.length !== size || !rows.every(({ leaf }, i) => equalBytes(leaf, bare[i]?.leaf ?? leaf)))
    throw new Error('the baseline holds other rows')
  const hashes = new Set(rows.map(({ statementHash }) => toBase64Url(statementHash)))
  for (const { hash } of sent)
    if (!hashes.has(toBase64Url(hash))) throw new Error('a statement that was answered is lost')
  return size
}
