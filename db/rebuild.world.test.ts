/** Rebuilt tables equal those that the door wrote, byte for byte (invariant I11). */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { createRecord, RecordedLog } from '../tests/record-builder.ts'
import type { Sql } from './connection.ts'
import { createOutbox } from './outbox.ts'
import { rebuild } from './rebuild.ts'

let world: DoorWorld

beforeEach(async () => {
  world = await openDoorWorld()
})

afterEach(() => world.end())

const DERIVED = [
  'log_head',
  'tile',
  'state',
  'register',
  'register_change',
  'procurement',
  'outbox',
]

/** Every row of the derived tables as text. */
async function derivedTables(sql: Sql): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {}
  for (const table of DERIVED) {
    const rows = await sql<{ row: string }[]>`select t::text as row from ${sql(table)} t order by 1`
    tables[table] = rows.map(({ row }) => row)
  }
  return tables
}

test('whole purchases, with replaced and late bids, come out byte for byte', async () => {
  const log = new RecordedLog()
  const second = createRecord({ ocid: 'ocds-213czf-second' }, log).toOpen().withBids()
  const replaced = second.state.sealed?.bids[0]?.commitHash ?? ''
  second.commitBid({ vendor: 'v-ironwood', dollars: 18_000, seq: 2, replaces: replaced })
  const first = createRecord({ start: second.at }, log).toPaid()
  const late = { arrivedAt: first.at, at: first.at, issuedAt: second.at }
  second.commitBid({ vendor: 'v-pinyon', dollars: 18_500, seq: 2 }, late)
  const options = { start: first.at }
  const many = Array.from({ length: 260 }, (_, i) =>
    createRecord({ ocid: `ocds-213czf-many-${i}`, ...options }, log).toDraft(),
  )
  expect(many.at(-1)?.at).not.toBe(first.at)
  for (const builder of [first, second]) await world.upload(builder)
  await world.play(log.entries)
  await createOutbox(world.sql).clear(first.ocid, 3)
  const before = await derivedTables(world.owner)
  expect(before['state']?.length).toBeGreaterThan(260)
  expect(before['tile']?.length).toBeGreaterThan(1)
  expect(await rebuild(world.owner)).toBe(log.size)
  expect(await derivedTables(world.owner)).toEqual(before)
})

test('what was broken in the derived tables is mended', async () => {
  const record = createRecord().toApproved()
  await world.upload(record)
  await world.play(record.log.entries)
  const before = await derivedTables(world.owner)
  await world.owner`update state set value = '{}'`
  await world.owner`delete from register where key like 'key/%'`
  await world.owner`truncate tile, log_head`
  await rebuild(world.owner)
  expect(await derivedTables(world.owner)).toEqual(before)
})

test('a door goes on after a rebuild, and a log without entries rebuilds to nothing', async () => {
  expect(await rebuild(world.owner)).toBe(0)
  const record = createRecord().toDraft()
  await world.play(record.log.entries)
  await rebuild(world.owner)
  const size = record.log.size
  record.act('funds.certify', 'p-sam', record.certificate(), { role: 'BU' })
  const [appended] = await world.play(record.log.entries.slice(size))
  expect(appended).toMatchObject({ kind: 'accepted', index: size, pseq: 1 })
})
