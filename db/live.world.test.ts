/** Who listens is told of every open step once it is committed, and of nothing else. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { EXAMPLE_BIDS, OCID } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder } from '../tests/record-builder.ts'
import { type Live, openLive } from './live.ts'
import { STEPS_CHANNEL } from './outbox.ts'

let world: DoorWorld
let live: Live

beforeEach(async () => {
  world = await openDoorWorld()
  live = await openLive(world.sql)
})

afterEach(async () => {
  await live.end()
  await world.end()
})

/** What a subscriber is told, and a promise of the next thing that fits. */
function ear() {
  const heard: (number | 'gap' | 'ended')[] = []
  const waits: { isIt: (what: number | 'gap' | 'ended') => boolean; found: () => void }[] = []
  const hear = (what: number | 'gap' | 'ended'): void => {
    heard.push(what)
    for (const { isIt, found } of waits) if (isIt(what)) found()
  }
  return {
    heard,
    subscriber: {
      moved: (pseq?: number) => {
        hear(pseq ?? 'gap')
      },
      ended: () => {
        hear('ended')
      },
    },
    hears: (wanted: number | 'gap' | 'ended') =>
      new Promise<void>((found) => {
        if (heard.includes(wanted)) found()
        else waits.push({ isIt: (what) => what === wanted, found })
      }),
  }
}

async function played(record: RecordBuilder, from = 0): Promise<void> {
  await world.upload(record)
  await world.play(record.log.entries.slice(from))
}

const openSteps = (record: RecordBuilder): number[] =>
  record.log.entries.flatMap(({ row }) => row.shown?.pseq ?? [])

test('each open step is told of, in order, to who asked for its procurement', async () => {
  const { heard, subscriber, hears } = ear()
  const other = ear()
  live.subscribe(OCID, subscriber)
  live.subscribe('ocds-another', other.subscriber)
  const record = createRecord().toOpen()
  await played(record)
  const steps = openSteps(record)
  await hears(steps.at(-1) ?? -1)
  expect(heard).toEqual(steps)
  expect(other.heard).toEqual([])
})

test('a sealed act is told of to nobody, however many there are', async () => {
  const told: string[] = []
  let end: () => void
  const isEnd = new Promise<void>((resolve) => {
    end = resolve
  })
  await world.owner.listen(STEPS_CHANNEL, (text) => {
    told.push(text)
    if (text === 'end 0') end()
  })
  const record = createRecord().toOpen()
  await played(record)
  const from = record.log.size
  for (const plan of EXAMPLE_BIDS) record.commitBid(plan)
  expect(record.log.size).toBe(from + EXAMPLE_BIDS.length)
  await played(record, from)
  // What is committed later is told later: nothing of the bids can still come.
  await world.owner.notify(STEPS_CHANNEL, 'end 0')
  await isEnd
  expect(told).toEqual([...openSteps(record).map((pseq) => `${OCID} ${pseq}`), 'end 0'])
})

test('after a lost connection it listens again, and says that something may have been missed', async () => {
  const { heard, subscriber, hears } = ear()
  live.subscribe(OCID, subscriber)
  const ended = await world.owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%'`
  expect(ended).toHaveLength(1)
  await hears('gap')
  const record = createRecord().toDraft()
  await played(record)
  await hears(0)
  expect(heard).toEqual(['gap', 0])
})

test('who no longer asks is told nothing, and at the end everybody is told that it ends', async () => {
  const left = ear()
  const stayed = ear()
  live.subscribe(OCID, left.subscriber)()
  live.subscribe(OCID, stayed.subscriber)
  await played(createRecord().toDraft())
  await stayed.hears(0)
  await live.end()
  const late = ear()
  live.subscribe(OCID, late.subscriber)
  expect([left.heard, stayed.heard, late.heard]).toEqual([[], [0, 'ended'], ['ended']])
})
