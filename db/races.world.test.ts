/** What happens at once, and what breaks in the middle: several doors, killed connections, arrivals that race a close. */
import { createServer, connect as connectSocket, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toBase64Url, utf8 } from '../ledger/index.ts'
import { addMicroseconds } from '../procurement/index.ts'
import { blind, type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { DUE, ORIGIN } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder, RecordedLog, signed } from '../tests/record-builder.ts'
import { connect } from './connection.ts'
import { createDoor } from './door.ts'
import type { Outcome } from './outcome.ts'
import { createReaders } from './readers.ts'

let world: DoorWorld

beforeEach(async () => {
  world = await openDoorWorld()
})

afterEach(() => world.end())

async function played(build: (record: RecordBuilder) => RecordBuilder): Promise<RecordBuilder> {
  const record = build(createRecord())
  await world.upload(record)
  await world.play(record.log.entries)
  world.setClock(record.at)
  return record
}

const clear = (outcome: Outcome): string =>
  outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind

describe('several doors to one log', () => {
  test('keep one chain, and each sees what the others appended', async () => {
    const founded = await played((made) => made)
    const log = new RecordedLog()
    log.entries.push(...founded.log.entries)
    const files = Array.from({ length: 60 }, (_, i) =>
      createRecord({ ocid: `ocds-213czf-race-${i}` }, log),
    )
    const doors = [world.door, world.openDoor(), world.openDoor()]
    world.setClock('2026-01-08T16:02:00.000000Z')
    // Which door takes a step changes from step to step: no door may believe its own memory.
    for (const step of [toDraft, toFunded, toApproved]) {
      const envelopes = files.map((file) => step(file))
      const outcomes = await Promise.all(
        envelopes.map((envelope, i) =>
          (doors[(i + step.name.length) % doors.length] ?? world.door).append(envelope),
        ),
      )
      expect(outcomes.map(clear)).toEqual(files.map(() => 'accepted'))
    }
    const { rows } = await createReaders(world.sql).procurements({
      limit: 100,
      stages: ['approved'],
    })
    expect(rows).toHaveLength(60)
  })

  function toDraft(file: RecordBuilder): Uint8Array {
    file.toDraft()
    return newest(file)
  }
  function toFunded(file: RecordBuilder): Uint8Array {
    file.act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
    return newest(file)
  }
  function toApproved(file: RecordBuilder): Uint8Array {
    file.act('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })
    return newest(file)
  }
  function newest(file: RecordBuilder): Uint8Array {
    return signed(file.entries.at(-1)?.statement ?? raise('nothing was made')).envelope
  }
})

describe('a lost connection', () => {
  test('of a door that waits for the log is made up for by sending the batch again', async () => {
    const record = await played((made) => made.toDraft())
    const statement = record.statement('funds.certify', 'p-sam', record.certificate(), {
      role: 'BU',
    })
    const outcome = await world.owner.begin(async (tx) => {
      const [held] = await tx<{ held: number }[]>`
        select objid::int as held from pg_locks where locktype = 'advisory' limit 1`
      expect(held).toBeUndefined()
      await tx`select pg_advisory_xact_lock(${0x7464_0001}, 1)`
      const waiting = world.door.append(signed(statement).envelope)
      await untilLocked()
      await tx`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted`
      return { waiting }
    })
    expect(await outcome.waiting).toMatchObject({ kind: 'accepted', again: false })
  })

  test('while the commit is under way is found again by its hash, once in the log', async () => {
    const record = await played((made) => made.toDraft())
    const proxy = await openProxy(world.url)
    const door = doorBehind(proxy)
    const { envelope } = signed(
      record.statement('funds.certify', 'p-sam', record.certificate(), { role: 'BU' }),
    )
    await door.drain('1970-01-01T00:00:00.000000Z')
    proxy.cutAt('commit')
    expect(await door.append(envelope)).toMatchObject({ kind: 'accepted', again: true })
    expect(proxy.cuts).toBe(1)
    await door.close()
    await proxy.close()
  })

  test('that stays lost ends in an honest unknown, and the same bytes tell later', async () => {
    const record = await played((made) => made.toDraft())
    const proxy = await openProxy(world.url)
    const door = doorBehind(proxy)
    const { envelope, hash } = signed(
      record.statement('funds.certify', 'p-sam', record.certificate(), { role: 'BU' }),
    )
    await door.drain('1970-01-01T00:00:00.000000Z')
    proxy.cutAt('commit', 'for good')
    expect(await door.append(envelope)).toEqual({ kind: 'unknown', hash })
    expect(await world.door.append(envelope)).toMatchObject({ kind: 'accepted', again: true })
    await door.close()
    await proxy.close()
  })

  test('before anything was sent appends nothing and says busy', async () => {
    const record = await played((made) => made.toDraft())
    const proxy = await openProxy(world.url)
    const door = doorBehind(proxy)
    await door.drain('1970-01-01T00:00:00.000000Z')
    proxy.cutAt('statement_hash', 'for good')
    const { envelope } = signed(
      record.statement('funds.certify', 'p-sam', record.certificate(), { role: 'BU' }),
    )
    expect(await door.append(envelope)).toMatchObject({ kind: 'busy' })
    expect((await createReaders(world.sql).head()).size).toBe(record.log.size)
    await door.close()
    await proxy.close()
  })

  test('does not make a journalled arrival two', async () => {
    await played((made) => made)
    const proxy = await openProxy(world.url)
    const door = doorBehind(proxy)
    await door.drain('1970-01-01T00:00:00.000000Z')
    proxy.cutAt('commit')
    const { id } = await door.arrive(utf8('these bytes'))
    const rows = await world.sql<{ id: string }[]>`select id from arrival`
    expect(rows.map((row) => row.id)).toEqual([id])
    await door.close()
    await proxy.close()
  })

  function doorBehind(proxy: Proxy) {
    const sql = connect(proxy.url, { role: 'tenderbook_writer' })
    // Reads go another way: what is tested is the writer.
    const door = createDoor({
      sql,
      origin: ORIGIN,
      blind,
      now: () => '2026-01-08T16:03:00.000000Z',
    })
    return {
      ...door,
      close: async () => {
        await door.close().catch(() => undefined)
        await sql.end({ timeout: 0 })
      },
    }
  }

  async function untilLocked(): Promise<void> {
    for (;;) {
      const [row] = await world.sql<{ waits: boolean }[]>`
        select exists (select from pg_locks where locktype = 'advisory' and not granted) as waits`
      if (row?.waits) return
    }
  }
})

describe('arrivals that race a close', () => {
  test('50 writers against the barrier: none that took a time of up to T is missed', async () => {
    world.setClock(undefined)
    const doors = Array.from({ length: 5 }, () => world.openDoor())
    let isOver = false
    const arrived: string[] = []
    const writers = Array.from({ length: 50 }, async (_, writer) => {
      for (let i = 0; !isOver; i++) {
        const door = doors[writer % doors.length] ?? world.door
        arrived.push((await door.arrive(utf8(`bid ${writer} ${i}`))).arrivedAt)
      }
    })
    const readers = createReaders(world.sql)
    const moments: string[] = []
    for (let round = 0; round < 20; round++) {
      const until = await readers.clock()
      await world.door.drain(until)
      expect(await openUpTo(until)).toBe(0)
      moments.push(until)
    }
    isOver = true
    await Promise.all(writers)
    // Nothing came up afterwards with a time that a close had already counted.
    for (const until of moments) expect(await openUpTo(until)).toBe(0)
    expect(arrived.length).toBeGreaterThan(50)
    expect(arrived.filter((at) => at <= (moments.at(-1) ?? ''))).not.toHaveLength(0)
  })

  test('bidding is not closed while an arrival of up to the deadline waits; a drain appends it', async () => {
    const record = await played((made) => made.toOpen().withBids())
    const late = record.statement(
      'bid.commit',
      'p-pinyon',
      record.bid({
        vendor: 'v-pinyon',
        dollars: 18_000,
        seq: 2,
        replaces: bidOf(record, 'v-pinyon'),
      }),
      { notAfter: DUE },
    )
    await world.upload(record)
    world.setClock(DUE)
    await world.door.arrive(signed(late).envelope)
    const now = addMicroseconds(DUE, 1_000_000n)
    world.setClock(now)
    record.at = now
    const [duty] = record.owed('deadline.close')
    const close = (): Uint8Array =>
      signed(
        record.statement('deadline.close', 'clock', record.closing(), { cause: duty?.cause ?? '' }),
      ).envelope
    expect(clear(await world.door.append(close()))).toBe('arrival-open')
    await world.door.drain(DUE)
    expect(await openUpTo(DUE)).toBe(0)
    // What arrives after the deadline does not hold up the close.
    await world.door.arrive(utf8('too late'))
    record.submit(late, { at: now, arrivedAt: DUE })
    expect(clear(await world.door.append(close()))).toBe('accepted')
    const file = await createReaders(world.sql).file(record.ocid)
    expect(file?.sealed?.bids.filter(({ status }) => status === 'counts')).toHaveLength(3)
  })

  test('arrivals that a dead process left are appended in the order of their times', async () => {
    const record = await played((made) => made.toOpen())
    const plans = ['v-ironwood', 'v-northfork', 'v-pinyon'].map((vendor, i) => ({
      vendor,
      dollars: 19_000 + i,
    }))
    const bids = plans.map((plan) =>
      signed(
        record.statement('bid.commit', plan.vendor.replace('v-', 'p-'), record.bid(plan), {
          notAfter: DUE,
        }),
      ),
    )
    await world.upload(record)
    for (const [i, bid] of bids.entries()) {
      world.setClock(addMicroseconds(record.at, BigInt(i)))
      await world.door.arrive(bid.envelope)
    }
    await world.door.drain(DUE)
    const file = await createReaders(world.sql).file(record.ocid)
    expect(file?.sealed?.bids.map(({ commitHash }) => commitHash)).toEqual(
      bids.map(({ hash }) => toBase64Url(hash)),
    )
  })

  test('equal bytes that wait have one arrival, the first', async () => {
    await played((made) => made)
    const first = await world.door.arrive(utf8('the same'))
    world.setClock(DUE)
    const [second, third] = await Promise.all([
      world.door.arrive(utf8('the same')),
      world.openDoor().arrive(utf8('the same')),
    ])
    expect(second).toEqual(first)
    expect(third).toEqual(first)
  })

  async function openUpTo(until: string): Promise<number> {
    const [row] = await world.sql<{ count: number }[]>`
      select count(*) as count from arrival_open where arrived_at <= ${until}`
    return row?.count ?? -1
  }

  function bidOf(record: RecordBuilder, vendor: string): string {
    return (
      record.state.sealed?.bids.find((bid) => bid.vendor === vendor)?.commitHash ?? raise('no bid')
    )
  }
})

/** Between door and server: cuts the line when the door says a word, before the server's answer comes back. */
interface Proxy {
  url: string
  readonly cuts: number
  cutAt(word: string, how?: 'once' | 'for good'): void
  close(): Promise<void>
}

async function openProxy(url: string): Promise<Proxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const state = { word: '', isForGood: false, cuts: 0 }
  const server: Server = createServer((client) => {
    const upstream = connectSocket(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    let isCut = false
    client.on('data', (data) => {
      upstream.write(data)
      if (state.word === '' || !data.toString('latin1').includes(state.word)) return
      if (!state.isForGood) state.word = ''
      isCut = true
      state.cuts++
      client.destroy()
      if (state.isForGood) server.close()
    })
    // The server goes on with what it has got; nobody hears its answer.
    upstream.on('data', (data) => isCut || client.write(data))
    client.on('close', () => isCut || upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String(typeof address === 'object' && address ? address.port : 0)
  return {
    url: proxied.href,
    get cuts() {
      return state.cuts
    },
    cutAt(word, how = 'once') {
      state.word = word
      state.isForGood = how === 'for good'
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        if (server.listening) server.close(() => resolve())
        else resolve()
      }),
  }
}

function raise(message: string): never {
  throw new Error(message)
}
