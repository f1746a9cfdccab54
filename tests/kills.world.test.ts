/**
 * `kill -9` of every process, each once, at a named point of one purchase, and at last of everything at once, just when
 * the payment goes out. Nothing that was acknowledged is lost, nothing is paid twice, and the record is verified.
 *
 * The clock is fast, so the request comes months before the example's: the deadline leaves time for what must start again.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, instantOf, type Client, type Recorded } from '../cli/client.ts'
import { createCast, registerVendors, type Cast } from '../cli/demo-cast.ts'
import { assess, choose, decide, deliver, order } from '../cli/demo-contract.ts'
import { answerQuestions, approve, publish, sendQuotations } from '../cli/demo-market.ts'
import { invoice, pay } from '../cli/demo-payment.ts'
import * as example from '../cli/example.ts'
import { lastStep, readProcurement, stepsOf } from '../cli/file.ts'
import { ocidPrefix } from '../cli/founding.ts'
import { writeState } from '../cli/home.ts'
import { createNarrator } from '../cli/narrator.ts'
import { createPlay, type Play } from '../cli/play.ts'
import { awaitOpening, awaitReveals } from '../cli/purchase.ts'
import { connect } from '../db/connection.ts'
import { fromBase64Url, parseEnvelope, toBase64Url } from '../ledger/index.ts'
import { waitUntil } from '../scripts/processes.mjs'
import { checkLog } from './log-checker.ts'
import {
  createHome,
  killAtOnce,
  partNames,
  removeHome,
  startTenderbook,
  tenderbook,
  type PartName,
  type Running,
} from './processes.ts'

/** Which process dies when an act of the play has been recorded. */
const deaths: Record<string, PartName> = {
  request: 'temporal',
  funds: 'signer',
  'answer-1': 'worker',
  'quotation-northfork-1': 'postgres',
  'quotation-northfork-2': 'holder-h-cascade',
  release: 'bank',
}

const ocid = `${ocidPrefix}-gl26014-killed`
/** Two days a second: 58 seconds from the request to the deadline. */
const training = { accelerator: 172_800, legalStart: '2025-10-02T16:00:00.000000Z' }

let home: string
let running: Running
/** What the supervisors before this one said. */
let said = ''
const acknowledged: Recorded[] = []

beforeAll(async () => {
  home = await createHome()
  running = await startTenderbook(home)
}, 120_000)

afterAll(async () => {
  await running.stop()
  await removeHome(home)
}, 60_000)

test('a purchase during which every process is killed once ends verified, with nothing lost or paid twice', async () => {
  await writeState(join(home, 'demos', 'current.json'), { ocid, isFinished: false, number: 1 })
  let cast = await enter()
  await registerVendors(cast)
  await request(cast)
  await approve(cast)
  await publish(cast)
  await answerQuestions(cast)
  await sendQuotations(cast)
  await cast.play.until((file) => lastStep(file, 'deadline.close'))
  await kill('holder-h-inspector')
  await awaitOpening(cast.play)
  await assess(cast)
  const choice = await choose(cast)
  expect(choice.name).toBe('northfork')
  await decide(cast)
  await awaitReveals(cast.play, 1)
  const before = await tenderbook(home, 'audit', '--json')
  expect(before.answer).toMatchObject({ verdict: 'verified' })

  await kill('supervisor')
  await startAgain()
  cast = await enter()
  await order(cast)
  await deliver(cast)
  await invoice(cast)
  await expect(pay(cast)).rejects.toThrow(PowerFailure)

  // `npm start` after it: goes on with the purchase and verifies its record.
  await startAgain('--first-demo')
  expect(running.said()).toMatch(/verified, (\d+) of \1\b/)
  for (const name of Object.values(deaths)) expect(said).toContain(`${nameOf(name)} ended`)
  await expectNothingLost()
  await expectPaidOnce()
  // With the head that was verified before the last two deaths: nothing was rolled back.
  const audit = await tenderbook(home, 'audit', '--json')
  expect(audit.answer).toMatchObject({ verdict: 'verified' })
  const replay = await tenderbook(home, 'replay', ocid, '--json')
  expect(replay.answer).toMatchObject({ verdict: 'agrees', differences: [] })
}, 600_000)

/** All power is gone: the play ends with the services. */
class PowerFailure extends Error {}

/** The people of the example at their desks, with the address that the services have now. */
async function enter(): Promise<Cast> {
  const { pins } = running
  const client = noting(createClient(running))
  const narrator = createNarrator(() => undefined)
  const folder = join(home, 'demos', ocid)
  return await createCast(home, struck(createPlay({ client, pins, ocid, folder, narrator })), 1)
}

/** A client that keeps every receipt, and hears no answer to the publication: the service dies before it comes. */
function noting(client: Client): Client {
  return {
    ...client,
    async submit(envelope) {
      const { hash, statement } = parseEnvelope(envelope)
      if (statement.t === 'solicitation.publish') await sendAndDie(envelope, toBase64Url(hash))
      const recorded = await client.submit(envelope)
      acknowledged.push(recorded)
      return recorded
    },
  }
}

let isApiKilled = false

async function sendAndDie(envelope: Uint8Array, hash: string): Promise<void> {
  if (isApiKilled) return
  isApiKilled = true
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: Buffer.from(envelope) }
  const answer = fetch(new URL('/api/statements', running.url), init)
  const isRecorded = async (): Promise<boolean> => (await indexOf(hash)) !== undefined
  await Promise.all([
    // The connection may break with the process, or the answer be just through: neither is looked at.
    answer.catch(() => undefined),
    waitUntil(isRecorded, 60_000).then(async () => await kill('api')),
  ])
}

/** The play, with a death after some of its acts, and without the days before the deadline. */
function struck(play: Play): Play {
  const after = async (name: string): Promise<void> => {
    const part = deaths[name]
    if (part !== undefined) await kill(part)
    if (name === 'second-release') await killEverything()
  }
  return {
    ...play,
    async first(move) {
      const recorded = await play.first(move)
      await after(move.name)
      return recorded
    },
    async act(move) {
      const recorded = await play.act(move)
      await after(move.name)
      return recorded
    },
    async legal(instant) {
      if (instant > example.terms.bidsUntil) await play.legal(instant)
    },
  }
}

async function request({ play, who }: Cast): Promise<void> {
  const realStart = instantOf(Date.now() - 50)
  const payload = { ...example.requisition, training: { ...training, realStart } }
  await play.first({ name: 'request', who: who.rosa, t: 'requisition.submit', role: 'RQ', payload })
}

async function kill(part: PartName): Promise<void> {
  await killAtOnce(await running.pidOf(part))
}

async function killEverything(): Promise<never> {
  const postgres = await running.pidOf('postgres')
  // The supervisor first: it would start the others again.
  await kill('supervisor')
  const others = partNames.filter((name) => name !== 'postgres' && name !== 'supervisor')
  const pids = await Promise.all(others.map((name) => running.pidOf(name)))
  await killAtOnce(postgres, ...pids)
  throw new PowerFailure()
}

async function startAgain(...args: string[]): Promise<void> {
  said += running.said()
  running = await startTenderbook(home, ...args)
}

/** What the supervisor calls it. */
function nameOf(part: PartName): string {
  return part === 'postgres' ? 'PostgreSQL' : part === 'temporal' ? 'Temporal' : part
}

async function indexOf(hash: string): Promise<number | undefined> {
  const sql = connect(running.services.databaseUrl, { max: 1 })
  try {
    const [row] = await sql<{ index: number }[]>`
      select index from entry where statement_hash = ${fromBase64Url(hash)}`
    return row?.index
  } finally {
    await sql.end()
  }
}

/** Every receipt that anyone got names an entry that is there, and the log is sound. */
async function expectNothingLost(): Promise<void> {
  expect(acknowledged.length).toBeGreaterThan(20)
  for (const { hash, index } of acknowledged) expect(await indexOf(hash)).toBe(index)
  const sql = connect(running.services.databaseUrl, { max: 1 })
  expect(await checkLog(sql)).toBeGreaterThan(acknowledged.length)
  await sql.end()
}

async function expectPaidOnce(): Promise<void> {
  const file = await readProcurement(createClient(running), ocid)
  expect(file.stage).toBe('complete')
  for (const t of ['payment.release', 'payment.order', 'payment.settle'])
    expect(stepsOf(file, t)).toHaveLength(1)
  const { bankFolder } = running.services
  const orders = await readdir(join(bankFolder, 'out'))
  const bookings = await readdir(join(bankFolder, 'journal'))
  expect([orders.length, bookings.length]).toEqual([1, 1])
  const order = await readFile(join(bankFolder, 'out', orders[0] ?? ''), 'utf8')
  expect(order).toContain('<CtrlSum>')
}
