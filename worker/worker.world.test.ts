/** The worker as a whole, on a real record, signer and Temporal. The world checks the whole log when it ends. */
import { Client, Connection } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { Signatory } from '../cli/client.ts'
import * as example from '../cli/example.ts'
import { createOutbox } from '../db/outbox.ts'
import { createReaders, type Readers } from '../db/readers.ts'
import type { JsonObject } from '../ledger/index.ts'
import { packOfMethod, pinOf } from '../procurement/index.ts'
import { openWorld, type World } from '../tests/world.ts'
import { procurementId } from '../workflows/messages.ts'
import type { procurement } from '../workflows/procurement.ts'

let world: World
let readers: Readers
let connection: Connection
let temporal: Client
const people: Record<string, Signatory> = {}

beforeAll(async () => {
  world = await openWorld({ worker: true })
  readers = createReaders(world.owner)
  for (const id of ['p-rosa', 'p-sam', 'p-dana']) people[id] = await world.person(id)
  connection = await Connection.connect({ address: inject('temporalAddress') })
  temporal = new Client({ connection })
})
afterAll(async () => {
  await connection.close()
  await world.end()
})

const prefix = async (): Promise<string> => {
  const log = (await readers.register(['log']))('log') as { ocidPrefix: string }
  return log.ocidPrefix
}

/** One act of a person, with what it has to cite. */
async function act(
  ocid: string,
  t: string,
  who: string,
  role: string,
  payload: object,
): Promise<void> {
  const open = await readers.openFile(ocid)
  const signatory = people[who]
  if (!signatory) throw new Error(who)
  await world.client.act(signatory, {
    t,
    role,
    // Members of the example are Json.
    payload: payload as JsonObject,
    place: {
      tender: ocid,
      phase: open?.stage ?? 'draft',
      ...(open?.solicitation && { tenderHead: open.solicitation.head }),
    },
  })
}

async function request(name: string, more: object = {}): Promise<string> {
  const ocid = `${await prefix()}-${name}`
  // In the example's own days, at the pace of the world.
  const realStart = await readers.clock()
  const training = { legalStart: example.days.request, realStart, accelerator: 1 }
  await act(ocid, 'requisition.submit', 'p-rosa', 'RQ', {
    ...example.requisition,
    training,
    ...more,
  })
  return ocid
}

async function approve(ocid: string, method: string): Promise<void> {
  const pack = packOfMethod(method)
  if (!pack) throw new Error('no pack')
  await act(ocid, 'funds.certify', 'p-sam', 'BU', example.funds)
  await act(ocid, 'requisition.approve', 'p-sam', 'AP', {
    ...example.approval,
    method,
    pack: pinOf(pack),
  })
}

const patience = { timeout: 45_000, interval: 100 }

/** The run that looks after a procurement now. */
async function runOf(ocid: string): Promise<{ runId: string; status: string } | undefined> {
  const workflow = temporal.workflow.getHandle<typeof procurement>(procurementId(ocid))
  const { runId, status } = await workflow.describe()
  return { runId, status: status.name }
}

const running = (ocid: string, not?: string): Promise<string> =>
  vi.waitFor(async () => {
    const run = await runOf(ocid)
    if (run?.status !== 'RUNNING' || run.runId === not) throw new Error('not yet')
    return run.runId
  }, patience)

const stepsOf = async (ocid: string, t: string): Promise<number> =>
  (await readers.steps(ocid, -1, 100)).filter(({ type }) => type === t).length

describe('a workflow', () => {
  test('does what the clock owes once, though it is terminated and starts again from the record', async () => {
    const ocid = await request('restarted')
    const first = await running(ocid)
    await temporal.workflow.getHandle(procurementId(ocid), first).terminate('a test')
    const second = await running(ocid, first)
    await approve(ocid, 'us.quote')
    await vi.waitFor(async () => expect(await stepsOf(ocid, 'opening.recipient')).toBe(1), patience)
    await temporal.workflow.getHandle(procurementId(ocid), second).terminate('a test')
    const third = await running(ocid, second)
    const { events } = await temporal.workflow.getHandle(procurementId(ocid), third).fetchHistory()
    expect(events?.length).toBeGreaterThan(0)
    expect(await stepsOf(ocid, 'opening.recipient')).toBe(1)
  })

  test('ends with its file, and no other is started to find that out', async () => {
    const source = { ocid: 'ocds-x-1', uri: 'https://example.org/1', sha256: 'A'.repeat(43) }
    const ocid = await request('ended', { source })
    const run = await running(ocid)
    await approve(ocid, 'plain')
    await act(ocid, 'file.end', 'p-dana', 'CO', {
      reason: { code: 'as-published', text: 'Nothing more was published.' },
    })
    const handle = temporal.workflow.getHandle<typeof procurement>(procurementId(ocid))
    expect(await handle.result()).toMatchObject({ ocid, progress: 'ended' })
    await vi.waitFor(async () => {
      const untold = await createOutbox(world.owner).pending(100)
      expect(untold.map(({ tender }) => tender)).not.toContain(ocid)
    }, patience)
    expect(await runOf(ocid)).toEqual({ runId: run, status: 'COMPLETED' })
  })
})

test('a head is signed within moments of growth, and the log’s key is pinned with the first', async () => {
  const ocid = await request('signed')
  await vi.waitFor(async () => {
    const { size } = await readers.head()
    expect((await readers.latestCheckpoint())?.size).toBe(size)
  }, patience)
  expect(await readers.vkey()).toBe(world.pins.vkey)
  expect(await readers.lastStep(ocid)).toBe(0)
})
