/**
 * The whole system as processes: `tenderbook up`, the example and a published process played over HTTP, and then
 * everything that anyone may do with the record afterwards. The services start once for the file; with TENDERBOOK_TEST_HOME
 * their state is left there for the browser's journeys.
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { z } from 'zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../cli/client.ts'
import { firstNorthfork, quotations } from '../cli/example.ts'
import { readProcurement } from '../cli/file.ts'
import { signatory, vendors } from '../cli/people.ts'
import { connect, type Sql } from '../db/connection.ts'
import { checkLog } from './log-checker.ts'
import {
  createHome,
  removeHome,
  sharedData,
  startTenderbook,
  tenderbook,
  type Outcome,
  type Running,
} from './processes.ts'

const published = join(sharedData, 'ocds', 'armenia-with-bids.json')
const publishedOcid = 'AM-PPS-da8b1b1a019e53c5d1fd025ad076ad3d'

const playedSchema = z.object({ ocid: z.string(), entries: z.int(), verified: z.int() })
const verdictSchema = z.looseObject({
  verdict: z.enum(['verified', 'refuted', 'undecided']),
  entries: z.int(),
  verified: z.int(),
  firstBadIndex: z.int().optional(),
})

let home: string
let offline: string
let running: Running
let example: Outcome
let second: Outcome | undefined
let ocid: string

beforeAll(async () => {
  home = process.env['TENDERBOOK_TEST_HOME'] ?? (await createHome())
  running = await startTenderbook(home)
  // Both at once: most of a purchase is waiting for days to pass.
  const demo = tenderbook(home, 'demo', '--json')
  if (existsSync(published))
    second = await tenderbook(home, 'demo', '--from', published, '--ocid', publishedOcid, '--json')
  example = await demo
  ocid = playedSchema.parse(example.answer, { error: () => example.said }).ocid
  // Where there is nothing but the pinned keys: no services, no database, no state.
  offline = await mkdtemp(join(tmpdir(), 'tenderbook-offline-'))
  await copyFile(join(home, 'pins.json'), join(offline, 'pins.json'))
}, 400_000)

afterAll(async () => {
  await running.stop()
  await rm(offline, { recursive: true, force: true })
  if (home !== process.env['TENDERBOOK_TEST_HOME']) await removeHome(home)
}, 60_000)

test('the purchase of the example goes from request to closeout, and its record is verified', () => {
  const { entries, verified } = playedSchema.parse(example.answer)
  expect(example.code).toBe(0)
  expect(verified).toBe(entries)
  expect(example.said).toContain(`verified, ${entries} of ${entries}`)
})

test.skipIf(!existsSync(published))(
  'a published process of another country runs through the same code and ends verified',
  () => {
    const answer = playedSchema
      .extend({ source: z.string(), filledIn: z.array(z.string()).min(1) })
      .parse(second?.answer)
    expect(second?.code).toBe(0)
    expect(answer.source).toBe(publishedOcid)
    expect(answer.verified).toBe(answer.entries)
    for (const text of answer.filledIn) expect(second?.said).toContain(text)
  },
)

test('the exported procurement and the whole log are verified with the pinned keys and nothing else', async () => {
  const files = [await exported(ocid), await exported()]
  for (const path of files) {
    const { code, answer, said } = await tenderbook(offline, 'verify', '--json', path)
    const { verdict, entries, verified } = verdictSchema.parse(answer)
    expect({ code, verdict, verified }).toEqual({ code: 0, verdict: 'verified', verified: entries })
    expect(said).toContain(`verified, ${entries} of ${entries}`)
  }
})

test('a vendor’s receipt is verified offline, and with one byte changed it is refuted', async () => {
  const path = join(home, 'exports', `${ocid}.receipt.json`)
  const good = await tenderbook(offline, 'verify', '--json', path)
  expect({ code: good.code, ...verdictSchema.parse(good.answer) }).toMatchObject({
    code: 0,
    verdict: 'verified',
  })
  const { entry } = receiptSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  const changed = join(offline, 'changed.json')
  await writeFile(changed, (await readFile(path, 'utf8')).replace(entry, withOtherByte(entry)))
  const bad = await tenderbook(offline, 'verify', '--json', changed)
  expect({ code: bad.code, ...verdictSchema.parse(bad.answer) }).toMatchObject({
    code: 1,
    verdict: 'refuted',
  })
})

test('one byte changed in an export is refuted, and the entry is named', async () => {
  for (const path of [await exported(ocid), await exported()]) {
    const { entries } = exportSchema.parse(JSON.parse(await readFile(path, 'utf8')))
    for (const position of [0, entries.length >> 1, entries.length - 1]) {
      const entry = entries[position] ?? fail()
      const changed = join(offline, 'changed.json')
      const text = await readFile(path, 'utf8')
      await writeFile(changed, text.replace(entry.entry, withOtherByte(entry.entry)))
      const { code, answer, said } = await tenderbook(offline, 'verify', '--json', changed)
      const { verdict, firstBadIndex } = verdictSchema.parse(answer)
      expect({ code, verdict, firstBadIndex }).toEqual({
        code: 1,
        verdict: 'refuted',
        firstBadIndex: entry.index,
      })
      expect(said).toContain(`refuted at entry ${entry.index}`)
    }
  }
})

test('a row that a superuser changed in the database is named by the audit', async () => {
  const sql = connect(running.services.databaseUrl, { max: 1 })
  const size = await checkLog(sql)
  for (const index of [1, size >> 1, size - 1]) {
    const [row] = await sql<{ bytes: Uint8Array }[]>`select bytes from entry where index = ${index}`
    const bytes = row?.bytes ?? fail()
    await rewrite(sql, index, withOtherTime(bytes))
    const { code, answer, said } = await tenderbook(home, 'audit', '--json')
    await rewrite(sql, index, bytes)
    expect({ code, ...verdictSchema.parse(answer) }).toMatchObject({
      code: 1,
      verdict: 'refuted',
      firstBadIndex: index,
    })
    expect(said).toContain(`refuted at entry ${index}`)
  }
  expect(await checkLog(sql)).toBe(size)
  await sql.end()
  const { code, answer } = await tenderbook(home, 'audit', '--json')
  expect({ code, ...verdictSchema.parse(answer) }).toMatchObject({ code: 0, verdict: 'verified' })
})

test('the history of the workflow and the record tell the same story, both ways', async () => {
  const { code, answer } = await tenderbook(home, 'replay', ocid, '--json')
  const { steps } = await readProcurement(createClient(running), ocid)
  expect({ code, answer }).toMatchObject({
    code: 0,
    answer: { verdict: 'agrees', entries: steps.length, agreed: steps.length, differences: [] },
  })
})

test('every derived table made again from the ledger is byte for byte as it was', async () => {
  const { code, answer } = await tenderbook(home, 'rebuild', '--json')
  expect(answer).toMatchObject({ changed: [] })
  expect(code).toBe(0)
})

test('the payment went to the bank once, and the bank paid it once', async () => {
  const { steps } = await readProcurement(createClient(running), ocid)
  const count = (t: string): number => steps.filter((step) => step.t === t).length
  expect(count('payment.order')).toBe(1)
  expect(count('payment.settle')).toBe(1)
  const release = steps.find(({ t }) => t === 'payment.release')
  const id = z.string().parse(release?.payload['endToEndId'])
  const files = async (folder: string): Promise<string[]> =>
    (await readdir(join(running.services.bankFolder, folder))).filter((name) => name.startsWith(id))
  expect(await files('out')).toEqual([`${id}.pain001.xml`])
  expect(await files('journal')).toEqual([`${id}.json`])
  expect((await files('in')).sort()).toEqual([`${id}.camt054.xml`, `${id}.pain002.xml`])
})

test('Temporal never learns who quoted or for how much', async () => {
  const canaries = [
    ...[vendors.ironwood, vendors.pinyon].flatMap(({ vendor, name }) => [vendor, name]),
    ...[quotations.ironwood, quotations.pinyon, firstNorthfork].flatMap(({ price }) => [
      ...price.lines.map(({ unitPrice }) => unitPrice),
    ]),
  ].filter((text) => !quotations.northfork.price.lines.some((line) => line.unitPrice === text))
  // The canaries live: the officer can read them after the opening.
  const client = createClient(running)
  const dana = await signatory(home, 'p-dana')
  const opened = JSON.stringify(
    await client.get(`/api/procurements/${ocid}/opened`, z.unknown(), dana),
  )
  for (const canary of canaries.filter((text) => text.startsWith('v-')))
    expect(opened).toContain(canary)
  const history = await historyOf(`procurement/${ocid}`)
  expect(history).toContain('opening.result')
  // Standing alone: the digits of a price also occur within hashes and times.
  for (const canary of canaries)
    expect(history).not.toMatch(new RegExp(`(?<![\\w+/.-])${canary}(?![\\w+/.-])`))
})

/* Exports */

const receiptSchema = z.looseObject({ entry: z.string() })

const exportSchema = z.looseObject({
  entries: z.array(z.looseObject({ index: z.int(), entry: z.string() })),
})

/** The export of a procurement, or of the whole log, as the command writes it. */
async function exported(of?: string): Promise<string> {
  const folder = join(offline, 'exports')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${of ?? 'log'}.json`)
  const { code } = await tenderbook(home, 'export', ...(of ? [of] : []), '--out', path, '--json')
  expect(code).toBe(0)
  return path
}

/** The base64 text with one byte in the middle of what it stands for changed. */
function withOtherByte(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  return bytes.toString('base64')
}

/* The database */

/** The same entry, recorded a microsecond later or earlier: nothing that anybody signed is touched. */
function withOtherTime(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8')
  const changed = text.replace(
    /("at":"[^"]*)(\d)Z"/,
    (_, before: string, digit: string) => `${before}${digit === '0' ? '1' : '0'}Z"`,
  )
  expect(changed).not.toBe(text)
  return Buffer.from(changed, 'utf8')
}

/** What a superuser can do and nobody else: the triggers are off, and the leaf is made to fit. */
async function rewrite(sql: Sql, index: number, bytes: Uint8Array): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    const done = await tx`
      update entry set bytes = ${bytes}, leaf = sha256('\\x00'::bytea || ${bytes}::bytea)
      where index = ${index}`
    expect(done.count).toBe(1)
  })
}

/* Temporal */

/** Everything that a workflow's history holds, with its payloads decoded. */
async function historyOf(workflowId: string): Promise<string> {
  const connection = await Connection.connect({ address: running.services.temporalAddress })
  try {
    const handle = new Client({ connection }).workflow.getHandle(workflowId)
    return textIn(await handle.fetchHistory())
  } finally {
    await connection.close()
  }
}

function textIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  return Object.values(value).map(textIn).join('\n')
}

function fail(): never {
  throw new Error('there is no such entry')
}
