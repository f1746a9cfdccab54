/** The door on a real database. Every test ends with a check of the whole log. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Statement, text, toBase64Url, utf8 } from '../ledger/index.ts'
import { addMicroseconds, CLOCK } from '../procurement/index.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { DUE } from '../tests/file-builder.ts'
import { createRecord, type Recorded, type RecordBuilder, signed } from '../tests/record-builder.ts'
import type { Outcome } from './outcome.ts'
import { createCheckpoints } from './checkpoints.ts'
import { createReaders } from './readers.ts'

let world: DoorWorld

beforeEach(async () => {
  world = await openDoorWorld()
})

afterEach(() => world.end())

/** Sends what a builder has recorded so far; the rest is for the test. */
async function played(build: (record: RecordBuilder) => RecordBuilder): Promise<RecordBuilder> {
  const record = build(createRecord())
  await world.upload(record)
  await world.play(record.log.entries)
  world.setClock(record.at)
  return record
}

function append(
  statement: Statement,
  more?: Parameters<DoorWorld['door']['append']>[1],
): Promise<Outcome> {
  return world.door.append(signed(statement).envelope, more)
}

/** The code of a refusal, or how else it ended. */
async function codeOf(outcome: Promise<Outcome>): Promise<string> {
  const ended = await outcome
  return ended.kind === 'refused' ? ended.refusal.code : ended.kind
}

async function size(): Promise<number> {
  return (await createReaders(world.sql).head()).size
}

function recordedOf(record: RecordBuilder, t: string): Recorded {
  const found = record.log.entries.find(({ signed: { statement } }) => statement.t === t)
  if (!found) throw new Error(`${t} was not recorded`)
  return found
}

describe('a whole purchase', () => {
  test('gives the very entries and states that the rules predict', async () => {
    const purchase = createRecord().toPaid()
    await world.upload(purchase)
    const appended = await world.play(purchase.log.entries)
    const leaves = purchase.log.entries.map(({ row }) => toBase64Url(row.leaf))
    expect(appended.map(({ leaf }) => toBase64Url(leaf))).toEqual(leaves)
    const file = await createReaders(world.sql).file(purchase.ocid)
    expect(JSON.stringify(file)).toBe(JSON.stringify(purchase.state))
  })
})

describe('the same bytes again', () => {
  test('get the outcome of the first time, and no second entry', async () => {
    const record = await played((made) => made.toOpen().withBids())
    const before = await size()
    for (const t of ['solicitation.publish', 'bid.commit', 'key.enrol']) {
      const recorded = recordedOf(record, t)
      world.setClock(addMicroseconds(record.at, 3_600_000_000n))
      const outcome = await sendAgain(recorded)
      const { index, leaf } = recorded.row
      expect(outcome).toMatchObject({ kind: 'accepted', again: true, index, at: recorded.at })
      expect(outcome).toHaveProperty('leaf', Buffer.from(leaf))
    }
    expect(await size()).toBe(before)
  })

  test('sent many times at once become one entry', async () => {
    const record = await played((made) => made.toDraft())
    const statement = record.statement('funds.certify', 'p-sam', record.certificate(), {
      role: 'BU',
    })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => append(statement)))
    const indexes = new Set(outcomes.map((outcome) => ('index' in outcome ? outcome.index : -1)))
    expect(indexes).toEqual(new Set([record.log.size]))
    expect(outcomes.filter((outcome) => 'again' in outcome && !outcome.again)).toHaveLength(1)
  })

  test('a nonce with other bytes is a conflict, also within one batch', async () => {
    const record = await played((made) => made.toDraft())
    const used = recordedOf(record, 'requisition.submit').signed.statement
    expect(await append({ ...used, phase: 'draft' })).toMatchObject({
      kind: 'conflict',
      nonce: used.nonce,
    })
    const certify = record.statement('funds.certify', 'p-sam', record.certificate(), { role: 'BU' })
    const twin = { ...certify, notAfter: addMicroseconds(certify.notAfter, -1n) }
    const outcomes = await Promise.all([append(certify), append(twin)])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'conflict'])
  })

  async function sendAgain({ signed: act, arrivedAt }: Recorded): Promise<Outcome> {
    if (arrivedAt === undefined) return await world.door.append(act.envelope)
    const arrival = await world.door.arrive(act.envelope)
    return await world.door.append(act.envelope, { ...arrival, arrivalId: arrival.id })
  }
})

describe('what is refused appends nothing', () => {
  test('bytes that are no envelope are invalid', async () => {
    await played((made) => made.toDraft())
    const before = await size()
    for (const bytes of [
      '',
      '{}',
      '[]',
      'null',
      '{"payload":"e30=","payloadType":"x","signatures":[]}',
    ])
      expect(await world.door.append(utf8(bytes))).toMatchObject({ kind: 'invalid' })
    expect(await world.door.append(new Uint8Array(100_000))).toMatchObject({
      kind: 'invalid',
      code: 'size',
    })
    expect(await size()).toBe(before)
  })

  test('a payload that is not of its type is invalid, with every problem named', async () => {
    const record = await played((made) => made.toDraft())
    const outcome = await append(
      record.statement('funds.certify', 'p-sam', { line: '', extra: '1' }, { role: 'BU' }),
    )
    expect(outcome).toMatchObject({ kind: 'invalid', code: 'payload' })
    if (outcome.kind === 'invalid') expect(outcome.problems.length).toBeGreaterThan(2)
  })

  test('a signature by another key is refused before the log is locked', async () => {
    const record = await played((made) => made.toDraft())
    const { envelope } = signed(
      record.statement('funds.certify', 'p-sam', record.certificate(), { role: 'BU' }),
    )
    const forged = new TextDecoder().decode(envelope).replace(/"sig":"./, '"sig":"A')
    const outcome = await world.door.append(utf8(forged))
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'bad-signature' } })
    expect(outcome).toHaveProperty('arrivedAt', expect.stringMatching(/^\d{4}-.*Z$/))
  })

  test('an unknown key, a stranger, an act out of turn, a stale head: each has its code', async () => {
    const record = await played((made) => made.toDraft())
    const certificate = record.certificate()
    const certify = record.statement('funds.certify', 'p-sam', certificate, { role: 'BU' })
    const stranger = record.statement('funds.certify', 'nobody', certificate, { role: 'BU' })
    const wrongRole = record.statement('funds.certify', 'p-rosa', certificate, { role: 'BU' })
    expect(await codeOf(append(stranger))).toBe('unknown-key')
    expect(await codeOf(append(wrongRole))).toBe('role-missing')
    expect(await codeOf(append({ ...certify, tenderHead: certify.kid }))).toBe('stale-head')
    expect(await codeOf(append({ ...certify, tender: 'ocds-213czf-other' }))).toBe('unknown-tender')
    expect(await codeOf(append({ ...certify, aud: 'another.example/log' }))).toBe('other-log')
    world.setClock(addMicroseconds(certify.notAfter, 1n))
    expect(await codeOf(append(certify))).toBe('expired')
    expect(await size()).toBe(record.log.size)
  })

  test('an act at the wrong address is refused at both', async () => {
    const record = await played((made) => made.toOpen())
    const bid = signed(
      record.statement(
        'bid.commit',
        'p-ironwood',
        record.bid({ vendor: 'v-ironwood', dollars: 19_622 }),
        {
          notAfter: DUE,
        },
      ),
    ).envelope
    expect(await codeOf(world.door.append(bid))).toBe('wrong-address')
    const question = signed(
      record.statement('question.ask', 'p-ironwood', { text: 'Why?' }),
    ).envelope
    const { id, arrivedAt } = await world.door.arrive(question)
    const outcome = world.door.append(question, { arrivalId: id, arrivedAt })
    expect(await codeOf(outcome)).toBe('wrong-address')
    expect(await openArrivals()).toBe(0)
  })

  test('a bid whose sealed files are not uploaded is refused, and counts from when they are', async () => {
    const record = await played((made) => made.toOpen())
    const payload = record.bid({ vendor: 'v-ironwood', dollars: 19_622 })
    const bid = signed(record.statement('bid.commit', 'p-ironwood', payload, { notAfter: DUE }))
    expect(await codeOf(race(bid.envelope))).toBe('blob-missing')
    await world.upload(record)
    world.setClock(addMicroseconds(DUE, 1n))
    const late = await race(bid.envelope)
    expect(late).toMatchObject({ kind: 'late', arrivedAt: addMicroseconds(DUE, 1n) })
  })
})

describe('the head that a statement cites as seen', () => {
  test('must be one that the log has signed: another root, size or a head to come is refused', async () => {
    const record = await played((made) => made.toDraft())
    const { root } = await createReaders(world.sql).head()
    const before = await size()
    const head = { size: before, root: toBase64Url(root) }
    const certify = record.statement('funds.certify', 'p-sam', record.certificate(), { role: 'BU' })
    const citing = (seen: Statement['seen']) => codeOf(append({ ...certify, seen }))
    // Right, and not signed yet: who verified it has seen a checkpoint.
    expect(await citing(head)).toBe('unknown-head')
    await createCheckpoints(world.sql).put({ size: before, root, note: 'note', at: record.at })
    expect(await citing({ ...head, size: before + 1 })).toBe('unknown-head')
    expect(await citing({ ...head, root: toBase64Url(new Uint8Array(32)) })).toBe('unknown-head')
    expect(await citing({ ...head, size: 0 })).toBe('unknown-head')
    expect(await size()).toBe(before)
    expect(await citing(head)).toBe('accepted')
  })
})

describe('time', () => {
  test('what comes to no entry goes with its answer; the arrival of an entry stays', async () => {
    const record = await played((made) => made.toOpen().withBids())
    const kept = await arrivals()
    const bid = recordedOf(record, 'bid.commit').signed
    expect(kept).toBeGreaterThan(0)
    expect(await race(utf8('junk'))).toMatchObject({ kind: 'invalid' })
    expect(await race(bid.envelope)).toMatchObject({ kind: 'accepted', again: true })
    expect(await codeOf(race(forged(bid.envelope)))).toBe('bad-signature')
    expect(await arrivals()).toBe(kept)
    expect(await openArrivals()).toBe(0)
    // Not even the writer can drop one that has its answer.
    const [row] = await world.owner<{ id: string }[]>`select id from arrival limit 1`
    await world.sql`select drop_arrivals(array[${row?.id ?? ''}]::uuid[])`
    expect(await arrivals()).toBe(kept)
  })

  test('an entry is never earlier than the arrival that it answers', async () => {
    const record = await played((made) => made.toOpen())
    const payload = record.bid({ vendor: 'v-ironwood', dollars: 19_622 })
    await world.upload(record)
    const bid = signed(record.statement('bid.commit', 'p-ironwood', payload, { notAfter: DUE }))
    const { id, arrivedAt } = await world.door.arrive(bid.envelope)
    world.setClock(addMicroseconds(arrivedAt, -1_000_000n))
    const outcome = await world.door.append(bid.envelope, { arrivalId: id, arrivedAt })
    expect(outcome).toMatchObject({ kind: 'accepted', arrivedAt, at: arrivedAt })
  })

  test('a clock that goes back does not take the log with it', async () => {
    const record = await played((made) => made.toDraft())
    const last = record.log.entries.at(-1)?.at ?? ''
    const early = addMicroseconds(last, -60_000_000n)
    world.setClock(early)
    const statement = record.statement('funds.certify', 'p-sam', record.certificate(), {
      role: 'BU',
      issuedAt: early,
    })
    expect(await append(statement)).toMatchObject({ kind: 'accepted', at: last })
  })

  test('without a test clock, entries have the database’s time in microseconds', async () => {
    const purchase = createRecord({ start: '2026-01-08T16:00:00.000000Z' })
    const [founding] = purchase.log.entries
    if (!founding) throw new Error('nothing is recorded')
    const issuedAt = await createReaders(world.sql).clock()
    const statement = {
      ...founding.signed.statement,
      issuedAt,
      notAfter: addMicroseconds(issuedAt, 60_000_000n),
    }
    const outcome = await append(statement)
    expect(outcome).toMatchObject({ kind: 'accepted', index: 0 })
    if ('at' in outcome) expect(outcome.at > issuedAt).toBe(true)
  })

  test('a bid a microsecond late is a sealed entry that says so; one at the deadline is on time', async () => {
    const record = await played((made) => made.toOpen())
    const late = addMicroseconds(DUE, 1n)
    const issuedAt = record.at
    record.commitBid(
      { vendor: 'v-ironwood', dollars: 19_622 },
      { issuedAt, arrivedAt: DUE, at: late },
    )
    record.commitBid(
      { vendor: 'v-pinyon', dollars: 19_888 },
      { issuedAt, arrivedAt: late, at: late, notAfter: '2099-01-01T00:00:00.000000Z' },
    )
    await world.upload(record)
    const outcomes = await world.play(record.log.entries.slice(-2))
    expect(outcomes).toMatchObject([
      { kind: 'accepted', arrivedAt: DUE, at: late },
      { kind: 'late', code: 'late', arrivedAt: late, at: late },
    ])
    expect(outcomes[1]?.rule?.cite).not.toBe('')
    const kept = outcomes.map(({ index }) => createReaders(world.sql).recordedAt(index))
    // The deadline of the file, whatever the vendor wrote: receipts state it.
    for (const row of await Promise.all(kept)) expect(row?.sealed?.deadline).toBe(DUE)
    const again = await race(record.log.entries.at(-1)?.signed.envelope ?? new Uint8Array())
    expect(JSON.stringify(again)).toBe(JSON.stringify({ ...outcomes[1], again: true }))
  })
})

describe('one batch', () => {
  test('decides each statement by the state that those before it left', async () => {
    const record = await played((made) => made.toDraft())
    record.act('funds.certify', 'p-sam', record.certificate(), { role: 'BU' })
    record.act('requisition.approve', 'p-sam', record.approval(), { role: 'AP' })
    world.setClock(record.at)
    const outcomes = await Promise.all(
      record.log.entries.slice(-2).map(({ signed: act }) => world.door.append(act.envelope)),
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted'])
    expect(new Set(outcomes.map((outcome) => 'at' in outcome && outcome.at)).size).toBe(1)
  })

  test('a statement that the database will not take fails alone', async () => {
    const record = await played((made) => made)
    const log = record.log
    const files = Array.from({ length: 12 }, (_, i) =>
      createRecord({ ocid: `ocds-213czf-batch-${i}` }, log),
    )
    for (const file of files) file.toDraft()
    await world.owner`
      create function refuse_one() returns trigger language plpgsql as $$
      begin if new.tender = 'ocds-213czf-batch-7' then raise exception 'not this one'; end if; return new; end $$`
    await world.owner`create trigger refuse_one before insert on entry for each row execute function refuse_one()`
    world.setClock(files.at(-1)?.at)
    const settled = await Promise.allSettled(
      log.entries.slice(-12).map(({ signed: act }) => world.door.append(act.envelope)),
    )
    expect(settled.map(({ status }) => status).indexOf('rejected')).toBe(7)
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(await size()).toBe(log.size - 1)
  })
})

describe('what the door depends on', () => {
  test('without the signer sealed acts wait, and open acts go on', async () => {
    const record = await played((made) => made.toOpen())
    const door = world.openDoor({ blind: () => Promise.reject(new Error('no signer')) })
    const bid = signed(
      record.statement(
        'bid.commit',
        'p-ironwood',
        record.bid({ vendor: 'v-ironwood', dollars: 19_622 }),
        {
          notAfter: DUE,
        },
      ),
    )
    await world.upload(record)
    const arrival = await door.arrive(bid.envelope)
    const question = signed(
      record.statement('question.ask', 'p-ironwood', { text: 'Which colour?' }),
    )
    const amendment = signed(
      record.statement('person.enrol', 'p-reg', {
        person: 'p-new',
        kind: 'official',
        org: 'granite-lakes',
        profile: toBase64Url(bid.hash),
      }),
    )
    const outcomes = await Promise.all([
      door.append(bid.envelope, { ...arrival, arrivalId: arrival.id }),
      door.append(question.envelope),
      door.append(amendment.envelope),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'busy', 'accepted'])
    await world.door.drain(record.at)
    expect(await openArrivals()).toBe(0)
    expect(await createReaders(world.sql).statementIndex(bid.hash)).toBeDefined()
  })

  test('a halted log takes nothing at any door, says why, and keeps what races a deadline', async () => {
    const record = await played((made) => made.toOpen())
    const checkpoints = createCheckpoints(world.sql)
    const other = world.openDoor()
    const before = await size()
    await checkpoints.halt('it was set back')
    const open = signed(record.statement('question.ask', 'p-ironwood', { text: 'Which colour?' }))
    const payload = record.bid({ vendor: 'v-ironwood', dollars: 19_622 })
    await world.upload(record)
    const bid = signed(
      record.statement('bid.commit', 'p-ironwood', payload, { notAfter: DUE }),
    ).envelope
    const arrival = await world.door.arrive(bid)
    const halted = { kind: 'busy', reason: 'it was set back' }
    expect(await world.door.append(open.envelope)).toMatchObject(halted)
    expect(await other.append(bid, { ...arrival, arrivalId: arrival.id })).toMatchObject(halted)
    expect(await size()).toBe(before)
    await checkpoints.resume()
    await other.drain(record.at)
    expect(await openArrivals()).toBe(0)
    expect(await other.append(open.envelope)).toMatchObject({ kind: 'accepted' })
    expect(await size()).toBe(before + 2)
  })

  test('a duty that a statement of the clock did is found by its key', async () => {
    const record = await played((made) => made.toApproved())
    const [duty] = record.owed('opening.recipient')
    record.clock('opening.recipient', {
      envelope: 'main',
      kid: record.statement('x.y', CLOCK, {}).kid,
      pub: 'BAAA'.padEnd(87, 'A'),
    })
    const last = record.log.entries.at(-1)
    if (!duty || !last) throw new Error('nothing is owed')
    world.setClock(last.at)
    const readers = createReaders(world.sql)
    expect(await readers.duty(record.ocid, duty.key)).toBeUndefined()
    const outcome = await world.door.append(last.signed.envelope, { duty: duty.key })
    expect(outcome).toMatchObject({ kind: 'accepted' })
    expect(await readers.duty(record.ocid, duty.key)).toMatchObject({ index: last.row.index })
  })
})

/** Journals and appends. */
async function race(envelope: Uint8Array): Promise<Outcome> {
  const { id, arrivedAt } = await world.door.arrive(envelope)
  return await world.door.append(envelope, { arrivalId: id, arrivedAt })
}

/** The envelope with a signature that is none. */
function forged(envelope: Uint8Array): Uint8Array {
  return utf8(text(envelope).replace(/"sig":"....../, '"sig":"AAAAAA'))
}

async function arrivals(): Promise<number> {
  const [row] = await world.owner<{ count: number }[]>`select count(*)::int as count from arrival`
  return row?.count ?? -1
}

async function openArrivals(): Promise<number> {
  const [row] = await world.sql<{ count: number }[]>`select count(*) as count from arrival_open`
  return row?.count ?? -1
}
