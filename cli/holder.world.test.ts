/** An unattended key holder over HTTP, with the clock that asks it. The world checks the whole log when it ends. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../ledger/index.ts'
import { addMicroseconds, HOUR, packOfMethod, pinOf } from '../procurement/index.ts'
import { openWorld, type World } from '../tests/world.ts'
import * as example from './example.ts'
import { actInFile, legalAt, readProcurement, stepsOf, type ProcurementFile } from './file.ts'
import { ocidPrefix } from './founding.ts'
import { runHolder } from './holder.ts'
import { writeState } from './home.ts'
import { acceptDuty, answerCall, type Duty } from './opening-duty.ts'
import { org } from './people.ts'
import { openingKeyOf } from './purchase.ts'

const UNATTENDED = ['h-inspector', 'h-cascade']
const ocid = `${ocidPrefix}-pinged`
const patience = { timeout: 60_000, interval: 100 }

let world: World
let holders: Promise<void>[]
const ending = new AbortController()

beforeAll(async () => {
  world = await openWorld({ worker: true })
  await writeState(join(world.home, 'pins.json'), world.pins)
  const { url, home } = world
  holders = UNATTENDED.map((person) =>
    runHolder({ person, url, home, signal: ending.signal, log: () => undefined }),
  )
})
afterAll(async () => {
  ending.abort()
  await Promise.all(holders)
  await world.end()
})

const read = (): Promise<ProcurementFile> => readProcurement(world.client, ocid)
const clock = (): string => new Date().toISOString().replace('Z', '000Z')

async function act(t: string, person: string, role: string, payload: object): Promise<void> {
  // Members of the example are Json.
  const said = { t, role, payload: payload as JsonObject }
  await actInFile(world.client, await world.person(person), ocid, said)
}

async function keyOfSam(): Promise<Duty> {
  const { client, pins, home } = world
  const who = await world.person('p-sam')
  return { client, pins, folder: join(home, 'holders', 'p-sam'), who, org: org.org }
}

/** An hour passes in a second; bids are due 73 hours after the publication. */
async function publish(): Promise<void> {
  const value = { amount: '3000000', currency: example.CURRENCY }
  const training = { legalStart: example.days.request, realStart: clock(), accelerator: 3_600 }
  await world.client.act(await world.person('p-rosa'), {
    t: 'requisition.submit',
    role: 'RQ',
    payload: { ...example.requisition, value, training },
    place: { tender: ocid, phase: 'draft' },
  })
  await act('funds.certify', 'p-sam', 'BU', { ...example.funds, amount: value })
  const pack = packOfMethod('us.quote')
  if (pack === undefined) throw new RangeError('no pack has us.quote')
  await act('requisition.approve', 'p-sam', 'AP', { ...example.approval, pack: pinOf(pack) })
  await acceptDuty(await keyOfSam(), await read())
  const openingKey = await vi.waitFor(async () => openingKeyOf(await read()) ?? never(), patience)
  const bidsUntil = addMicroseconds(legalAt(await read(), clock()), 73n * HOUR)
  await act('solicitation.publish', 'p-dana', 'CO', {
    ...example.terms,
    ...{ questionsUntil: bidsUntil, bidsUntil, documents: [], openingKey },
    disclose: 'winner-at-award',
  })
}

function never(): never {
  throw new Error('not yet')
}

test('an unattended holder shows that its key opens when the clock asks, once a call', async () => {
  await publish()
  const answered = async () => stepsOf(await read(), 'opener.ping').map(({ actor }) => actor)
  await vi.waitFor(
    async () => expect((await answered()).sort()).toEqual(UNATTENDED.sort()),
    patience,
  )
  expect(stepsOf(await read(), 'duty.remind')).toMatchObject([{ role: 'CK' }])
})

test('a holder who has lost the key of a tender does not answer with another', async () => {
  const sam = await keyOfSam()
  await rm(join(sam.folder, `${ocid}.json`))
  await expect(answerCall(sam, await read())).rejects.toThrow('not here any more')
})
