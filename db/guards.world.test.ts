/** What the tables defend by themselves, and what of a tampered row is found afterwards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leafHash, parseEntry, utf8 } from '../ledger/index.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { checkLog } from '../tests/log-checker.ts'
import { createRecord } from '../tests/record-builder.ts'
import { assertDurability, connect } from './connection.ts'
import { createDoor } from './door.ts'
import { migrate } from './migrate.ts'
import { rebuild } from './rebuild.ts'

let world: DoorWorld

beforeAll(async () => {
  world = await openDoorWorld()
  const record = createRecord().toDraft()
  await world.play(record.log.entries)
})

afterAll(() => world.end())

describe('the writer', () => {
  test.each(['entry', 'sealed', 'arrival', 'checkpoint'])(
    'cannot change, delete or empty %s',
    async (table) => {
      const { sql } = world
      await expect(sql`update ${sql(table)} set log_id = 1`).rejects.toThrow('permission denied')
      await expect(sql`delete from ${sql(table)}`).rejects.toThrow('permission denied')
      await expect(sql`truncate ${sql(table)}`).rejects.toThrow('permission denied')
    },
  )

  test('cannot take the guards away', async () => {
    const { sql } = world
    await expect(sql`alter table entry disable trigger all`).rejects.toThrow('must be owner')
    await expect(sql`alter table entry drop constraint entry_leaf_is_hash`).rejects.toThrow(
      'must be owner',
    )
  })

  test('cannot leave a gap, repeat a place, or break the chain', async () => {
    await expect(insertCopy({ index: 2_000 })).rejects.toThrow('does not follow')
    await expect(insertCopy({})).rejects.toThrow('duplicate key')
    const [last] = await world.sql<{ size: number }[]>`select size from log_head`
    await expect(insertCopy({ index: last?.size ?? 0 })).rejects.toThrow('does not follow')
  })

  test('cannot write a leaf that is not the hash of the bytes, or a prev that the bytes do not say', async () => {
    await expect(insertCopy({ index: 2_000, leaf: new Uint8Array(32) })).rejects.toThrow(
      'entry_leaf_is_hash',
    )
    await expect(insertCopy({ index: 2_000, prev: new Uint8Array(32) })).rejects.toThrow(
      'entry_prev_is_said',
    )
  })

  test('can only widen a tile', async () => {
    const { sql } = world
    await expect(sql`update tile set hashes = substring(hashes for 32)`).rejects.toThrow(
      'only widen',
    )
    await expect(sql`update tile set hashes = hashes || '\\x00'::bytea`).rejects.toThrow(
      'only widen',
    )
    await expect(
      sql`update tile set hashes = overlay(hashes placing '\\x00'::bytea from 1)`,
    ).rejects.toThrow('only widen')
  })
})

describe('a superuser', () => {
  test('who is not the owner is stopped by the trigger', async () => {
    await world.owner.unsafe(`
      do $$ begin if not exists (select from pg_roles where rolname = 'test_superuser')
      then create role test_superuser superuser; end if; end $$`)
    for (const change of ['update entry set kid = kid', 'delete from entry', 'truncate entry'])
      await expect(
        world.owner.begin(async (tx) => {
          await tx`set local role test_superuser`
          await tx.unsafe(change)
        }),
      ).rejects.toThrow('append-only')
  })

  test('who owns the tables cannot change bytes under their leaf', async () => {
    const { owner } = world
    const change = owner`update entry set bytes = bytes || '\\x20'::bytea where index = 3`
    await expect(change).rejects.toThrow('check constraint')
  })

  test('who changes bytes and leaf together is found at that entry', async () => {
    const [row] = await world.owner<{ bytes: Uint8Array; leaf: Uint8Array }[]>`
      select bytes, leaf from entry where index = 3`
    if (!row) throw new Error('no entry 3')
    const at = parseEntry(row.bytes).at
    const text = new TextDecoder().decode(row.bytes).replace(at, at.replace(/\dZ$/, '9Z'))
    await put(utf8(text), leafHash(utf8(text)))
    await expect(checkLog(world.owner)).rejects.toThrow('entry 4: prev')
    await expect(rebuild(world.owner)).rejects.toThrow('entry 4 does not follow')
    await put(row.bytes, row.leaf)
    await checkLog(world.owner)

    async function put(bytes: Uint8Array, leaf: Uint8Array): Promise<void> {
      await world.owner`update entry set bytes = ${bytes}, leaf = ${leaf} where index = 3`
    }
  })
})

describe('at start', () => {
  test('a server that keeps what it acknowledged is accepted, another is not', async () => {
    await expect(assertDurability(world.sql)).resolves.toBeUndefined()
    const hasty = connect(world.url, { max: 1 })
    await hasty`set synchronous_commit = off`
    await expect(assertDurability(hasty)).rejects.toMatchObject({ code: 'durability' })
    await hasty.end()
  })

  test('a database that holds another log is refused', async () => {
    const door = createDoor({
      sql: world.sql,
      origin: 'another.example/log',
      blind: () => Promise.resolve([]),
    })
    await expect(door.drain('1970-01-01T00:00:00.000000Z')).rejects.toMatchObject({
      code: 'origin',
    })
    await door.close()
  })

  test('migrating again, from several processes at once, changes nothing', async () => {
    await Promise.all([migrate(world.owner), migrate(world.owner), migrate(world.owner)])
    await checkLog(world.owner)
  })
})

/** Inserts a copy of entry 5, of another hundredth of a second and so of another leaf, with other members. */
async function insertCopy(change: {
  index?: number
  leaf?: Uint8Array
  prev?: Uint8Array
}): Promise<void> {
  const [row] = await world.sql<{ index: number; prev: Uint8Array; bytes: Uint8Array }[]>`
    select index, prev, bytes from entry where index = 5`
  if (!row) throw new Error('no entry 5')
  const text = new TextDecoder().decode(row.bytes)
  const bytes = utf8(text.replace(/("at":".{20}).{6}/, `$1${String(Date.now()).slice(-6)}`))
  const { index, prev, leaf } = { ...row, leaf: leafHash(bytes), ...change }
  await world.sql`
    insert into entry (log_id, index, prev, leaf, bytes, statement_hash, kid, nonce, head_size)
    values (1, ${index}, ${prev}, ${leaf}, ${bytes}, ${leaf}, 'kid', ${`nonce ${index}`}, 0)`
}
