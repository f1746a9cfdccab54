/**
 * How fast a page is answered with 10,000 procurements in the record: the search by each of its filters, as data and as a
 * page, and the page of a procurement. The record is made to the byte as the door makes it; its derived tables are made
 * by `rebuild`. One reader asks after the other over HTTP, on the loopback, and reads each answer whole. What each search
 * must find is counted beside it, from the plan that the record was made by. A bare answer is measured with them: where
 * that alone is slow the machine is busy with something else, and nothing is judged.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from '../api/app.ts'
import { insertEntries, insertSealed } from '../db/append.ts'
import { createBlobs } from '../db/blobs.ts'
import { connect, type Sql } from '../db/connection.ts'
import { createDoor } from '../db/door.ts'
import { openLane } from '../db/lane.ts'
import type { Live } from '../db/live.ts'
import { openLog } from '../db/log.ts'
import { migrate } from '../db/migrate.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders } from '../db/readers.ts'
import { rebuild } from '../db/rebuild.ts'
import { createSessions } from '../db/sessions.ts'
import { addMicroseconds, DAY } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import { startPostgres } from '../scripts/postgres.mjs'
import type { Signer } from '../signer/client.ts'
import { uploadCited } from '../tests/door-world.ts'
import { ORG, ORIGIN } from '../tests/file-builder.ts'
import { createRecord, RecordBuilder, RecordedLog } from '../tests/record-builder.ts'
import { close, listen } from '../tests/world.ts'

const FILES = 10_000
/** How often each address is asked for. */
const ASKED = 300
/** 99 of 100 answers come within so many milliseconds. */
const SEARCH_MS = 100
const PAGE_MS = 20
const BARE_MS = 5

const words = 'tent tablet door boat sign battery locker radio carpet pump tire cable'.split(' ')
const places = 'camp harbor forest canyon lake school station trailhead'.split(' ')
const branches = ['314910', '334111', '321911', '336612', '339950', '335910', '332439', '562991']

/** What one procurement is to be, by its number. */
interface Plan {
  title: string
  code: string
  category: 'goods' | 'services'
  setAside: 'none' | 'small-business' | 'hubzone'
  stage: 'draft' | 'approved' | 'open'
  /** Days from the publication to the end of bidding. */
  days: number
}

/** Of a list, by a number: each list goes round on its own. */
const pick = <T>(values: readonly T[], i: number): T => values[i % values.length] as T // a list is never empty

const planOf = (i: number): Plan => ({
  title: `${i % 90} ${pick(words, i)}s for the ${pick(places, Math.floor(i / words.length))}`,
  code: pick(branches, Math.floor(i / 7)),
  category: i % 5 === 0 ? 'services' : 'goods',
  setAside: pick(['none', 'small-business', 'small-business', 'hubzone'], Math.floor(i / 3)),
  stage: pick(['open', 'draft', 'approved', 'draft', 'approved'], i),
  days: 12 + (i % 60),
})

/** A purchase by its plan. */
class PlannedPurchase extends RecordBuilder {
  declare plan: Plan

  override requisition(): ReturnType<RecordBuilder['requisition']> {
    const { title, category } = this.plan
    return { ...super.requisition(), title, category }
  }

  override approval(method?: string): ReturnType<RecordBuilder['approval']> {
    const reason = { code: 'market-research', text: 'As the market is.' }
    return { ...super.approval(method), setAside: { kind: this.plan.setAside, reason } }
  }

  override terms(): ReturnType<RecordBuilder['terms']> {
    const { title, code, days } = this.plan
    const bidsUntil = addMicroseconds(this.at, BigInt(days) * DAY)
    const questionsUntil = addMicroseconds(this.at, DAY)
    const codes = [{ scheme: 'NAICS', id: code }]
    const description = 'As the documents say.'
    return { ...super.terms(), title, description, codes, questionsUntil, bidsUntil }
  }

  play(): void {
    const { stage } = this.plan
    if (stage === 'draft') this.toDraft()
    if (stage === 'approved') this.toApproved()
    if (stage !== 'open') return
    this.toKeyed()
    this.act('solicitation.publish', 'p-dana', this.terms())
  }
}

const home = await mkdtemp(join(tmpdir(), 'tenderbook-bench-'))
await chmod(home, 0o755)
const server = await startPostgres(join(home, 'postgres'), {
  settings: { shared_buffers: '512MB' },
})
try {
  await run()
} finally {
  await server.stop()
  await rm(home, { recursive: true, force: true })
}

async function run(): Promise<void> {
  const sql = await createDatabase()
  const plans = Array.from({ length: FILES }, (_, i) => planOf(i))
  const { paid, at } = await fill(sql, plans)
  const web = await serve(sql, at)
  try {
    const figures = await measure(web.url, expectations(plans, paid))
    print(figures)
    const bare = figures[0]?.p99 ?? Number.NaN
    if (!(bare <= BARE_MS)) throw new Error(`not judged: a bare answer took ${bare.toFixed(1)} ms`)
    const slow = figures.filter(({ p99, limitMs }) => p99 > limitMs)
    if (slow.length > 0) throw new Error(`too slow: ${slow.map(({ name }) => name).join(', ')}`)
  } finally {
    await web.end()
    await sql.end()
  }
}

async function createDatabase(): Promise<Sql> {
  const maintenance = connect(server.url('postgres'), { max: 1 })
  await maintenance`create database pages`
  await maintenance.end()
  const sql = connect(server.url('pages'))
  await migrate(sql)
  return sql
}

/** Writes the record: one purchase that is paid, then those of the plan. `at`: when the last one was published. */
async function fill(sql: Sql, plans: readonly Plan[]): Promise<{ paid: string; at: string }> {
  const started = performance.now()
  const log = new RecordedLog()
  const first = createRecord({}, log).toPaid()
  await uploadCited(sql, first)
  let { at } = first
  for (const [i, plan] of plans.slice(1).entries()) {
    const purchase = new PlannedPurchase({ ocid: `ocds-213czf-bench-${i + 1}`, start: at })
    purchase.plan = plan
    purchase.join(log)
    purchase.play()
    at = log.clamp(at)
  }
  await writeLog(sql, log)
  const entries = await rebuild(sql)
  await sql`vacuum analyze`
  const seconds = ((performance.now() - started) / 1_000).toFixed(0)
  console.log(`${FILES} procurements, ${entries} entries, written in ${seconds} s`)
  return { paid: first.ocid, at }
}

async function writeLog(sql: Sql, { entries }: RecordedLog): Promise<void> {
  const lane = openLane(sql)
  const id = await openLog(lane, ORIGIN)
  for (let from = 0; from < entries.length; from += 500) {
    const rows = entries.slice(from, from + 500).map(({ row }) => row)
    await lane.begin(async (tx) => {
      await insertEntries(tx, id, 0, rows)
      await insertSealed(tx, id, rows)
    })
  }
  await lane.end()
}

/** The application as main.ts puts it together, at the hour at which the record ends. */
async function serve(sql: Sql, at: string): Promise<{ url: string; end: () => Promise<void> }> {
  const http = createServer()
  const url = await listen(http)
  const door = createDoor({ sql, origin: ORIGIN, blind: () => Promise.reject(new Error('no bid')) })
  const app = createApp({
    door,
    readers: createReaders(sql),
    payloads: createPayloads(sql),
    blobs: createBlobs(sql),
    sessions: createSessions(sql),
    // None of these pages asks the signer, or is told of changes.
    signer: {} as Signer,
    live: {} as Live,
    config: { origin: ORIGIN, publicUrl: url, isDevelopment: false },
    logger: pino({ level: 'silent' }),
    now: () => new Date(at),
  })
  http.on('request', app)
  return {
    url,
    async end() {
      await close(http)
      await door.close()
    },
  }
}

interface Expectation {
  name: string
  path: string
  /** How many must be found; absent on pages that are no search. */
  total?: number
  limitMs: number
}

function expectations(plans: readonly Plan[], paid: string): Expectation[] {
  const others = plans.slice(1)
  const count = (is: (plan: Plan) => boolean): number => others.filter(is).length
  const isOpen = ({ stage }: Plan): boolean => stage === 'open'
  const searches: [query: string, total: number][] = [
    ['', FILES],
    ['status=open', count(isOpen)],
    ['status=coming', count((plan) => !isOpen(plan))],
    ['status=awarded', 1],
    // The paid one is about tablets too, is goods, and of the same branch.
    ['q=tablets', 1 + count(({ title }) => title.includes('tablet'))],
    ['q=boats harbor', count(({ title }) => title.includes('boat') && title.includes('harbor'))],
    ['q=bench 321', 11],
    ['q=granite lakes', FILES],
    ['code=334111', 1 + count((plan) => isOpen(plan) && plan.code === '334111')],
    ['code=33', 1 + count((plan) => isOpen(plan) && plan.code.startsWith('33'))],
    [`agency=${ORG}`, FILES],
    ['kind=services', count(({ category }) => category === 'services')],
    [
      'status=open&kind=goods&set-aside=small&code=33&q=tires',
      count(
        (plan) =>
          isOpen(plan) &&
          plan.category === 'goods' &&
          plan.setAside === 'small-business' &&
          plan.code.startsWith('33') &&
          plan.title.includes('tire'),
      ),
    ],
  ]
  return [
    { name: 'bare answer', path: paths.health.live, limitMs: BARE_MS },
    ...searches.map(([query, total]) => ({
      name: `search ${query || '(everything)'}`,
      path: `/procurements.json?${query}`,
      total,
      limitMs: SEARCH_MS,
    })),
    ...searches.slice(0, 9).map(([query, total]) => ({
      name: `page ${query || '(everything)'}`,
      path: `/procurements?${query}`,
      total,
      limitMs: PAGE_MS,
    })),
    {
      name: 'page, the last of the list',
      path: `/procurements?page=${FILES / 20}`,
      limitMs: PAGE_MS,
    },
    {
      name: 'page of an open procurement',
      path: '/procurements/ocds-213czf-bench-2',
      limitMs: PAGE_MS,
    },
    { name: 'page of a paid procurement', path: `/procurements/${paid}`, limitMs: PAGE_MS },
  ]
}

interface Figure extends Expectation {
  p50: number
  p99: number
  /** What it costs this process, reader and server, whatever else the machine does. */
  cpuMs: number
}

async function measure(url: string, asked: readonly Expectation[]): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const one of asked) {
    for (let i = 0; i < 20; i++) await answer(url, one)
    const times: number[] = []
    const before = process.cpuUsage()
    for (let i = 0; i < ASKED; i++) {
      const started = performance.now()
      await answer(url, one)
      times.push(performance.now() - started)
    }
    const { user, system } = process.cpuUsage(before)
    times.sort((a, b) => a - b)
    const at = (share: number): number => times[Math.ceil(share * times.length) - 1] ?? Number.NaN
    figures.push({ ...one, p50: at(0.5), p99: at(0.99), cpuMs: (user + system) / 1_000 / ASKED })
  }
  return figures
}

/** Asks once, and looks whether the answer is the right one. */
async function answer(url: string, { name, path, total }: Expectation): Promise<void> {
  const response = await fetch(url + path, { headers: { accept: 'text/html, application/json' } })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${name}: ${response.status} ${text}`)
  if (total === undefined) return
  const isData = path.includes('.json')
  const said = isData
    ? (JSON.parse(text) as { total: number }).total // of our own page
    : Number(/<strong>([\d,]+) /.exec(text)?.[1]?.replaceAll(',', ''))
  if (said !== total) throw new Error(`${name}: found ${said} in place of ${total}`)
}

function print(figures: readonly Figure[]): void {
  const line = (name: string, values: string[]): string =>
    [name.padEnd(64), ...values.map((value) => value.padStart(7))].join(' ')
  console.log(`\n${line('milliseconds', ['p50', 'p99', 'limit', 'cpu'])}`)
  for (const { name, p50, p99, limitMs, cpuMs } of figures)
    console.log(line(name, [p50.toFixed(1), p99.toFixed(1), String(limitMs), cpuMs.toFixed(1)]))
  const worst = (kind: string): number =>
    Math.max(...figures.filter(({ name }) => name.startsWith(kind)).map(({ p99 }) => p99))
  console.log(
    JSON.stringify({
      bench: 'pages',
      procurements: FILES,
      asked: ASKED,
      searchP99Ms: Number(worst('search').toFixed(1)),
      pageP99Ms: Number(worst('page').toFixed(1)),
      node: process.version,
    }),
  )
}
