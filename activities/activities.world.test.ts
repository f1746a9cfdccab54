/** The effects on a real record. Each test ends with a check of the whole log (tests/door-world.ts). */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runBank } from '../cli/bank.ts'
import { createBlobs } from '../db/blobs.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders, type Readers } from '../db/readers.ts'
import {
  encodeCanonical,
  fromBase64Url,
  parseEnvelope,
  sha256,
  type Statement,
  utf8,
} from '../ledger/index.ts'
import {
  addMicroseconds,
  closeCommitment,
  CLOCK,
  countingBids,
  type FileState,
} from '../procurement/index.ts'
import type { Signer } from '../signer/client.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { DUE, EXAMPLE_BIDS, keyOf, named, ORIGIN, pointOf } from '../tests/file-builder.ts'
import { noon } from '../tests/purchase-builder.ts'
import { createRecord, type RecordBuilder, signed, testBlind } from '../tests/record-builder.ts'
import { createBank } from './bank.ts'
import { createActivities, type Dependencies } from './index.ts'
import type { Activities, Answer, ClockDuty, View } from './view.ts'

let world: DoorWorld
let readers: Readers
let bankDir: string
const alarms: string[] = []

beforeEach(async () => {
  world = await openDoorWorld()
  readers = createReaders(world.sql)
  bankDir = await mkdtemp(join(tmpdir(), 'bank-'))
  alarms.length = 0
  account = payee.account.number
})

afterEach(async () => {
  await rm(bankDir, { recursive: true })
  await world.end()
})

const payee = { name: 'Northfork Supply', account: { number: '5500124471' } }

/** The signer's part, with the keys and secrets of the builder: what it allows is tested in signer/. */
function signerOf(record: RecordBuilder): Signer {
  const said: Partial<Signer> = {
    sign: (statement) => {
      // The contract gives every member but the kid.
      const whole = { ...statement, kid: keyOf(CLOCK).kid } as Statement
      return Promise.resolve(signed(whole).envelope)
    },
    recipient: () => Promise.resolve({ kid: named('recipient'), pub: pointOf('recipient') }),
    closing: async ({ tender }) => {
      const file = await readers.file(tender)
      const counting = file?.sealed ? countingBids(file.sealed, 'main') : []
      const salt = sha256(utf8('close'))
      const commit = closeCommitment(
        salt,
        counting.map(({ commitHash }) => commitHash),
      )
      return { commit }
    },
    open: () => {
      const { released, result } = record.result() as {
        released: string[]
        result: { commit: string }
      }
      const document = record.documents.get(result.commit) ?? new Uint8Array()
      return Promise.resolve({
        document,
        salt: sha256(utf8('salt of opening.json')),
        released,
        capsules: [...record.documents.values()].map((bytes) => ({ hash: sha256(bytes), bytes })),
      })
    },
    reveal: async (index) => {
      const sealed = await readers.sealed(index)
      if (!sealed) throw new Error('no such entry')
      return {
        blind: testBlind(parseEnvelope(sealed.envelope).hash),
        envelope: sealed.envelope,
      }
    },
  }
  // What the activities call is there.
  return said as Signer
}

/** The activities over what a builder has recorded, at its time. */
async function played(record: RecordBuilder, change?: Partial<Dependencies>): Promise<Activities> {
  await world.upload(record)
  await world.play(record.log.entries)
  world.setClock(record.at)
  return activitiesOf(record, change)
}

let account = payee.account.number

function activitiesOf(record: RecordBuilder, change: Partial<Dependencies> = {}): Activities {
  const payloads = createPayloads(world.sql)
  const payTo = fromBase64Url(named('account v-northfork'))
  const party = encodeCanonical({ ...payee, account: { number: account } })
  return createActivities({
    origin: ORIGIN,
    door: world.door,
    readers,
    payloads: {
      ...payloads,
      // The builder's bank data are a commitment to nothing.
      find: async (commit) =>
        Buffer.compare(commit, payTo) === 0
          ? { commit, salt: sha256(payTo), bytes: party, media: '', reader: 'file' }
          : payloads.find(commit),
    },
    blobs: createBlobs(world.sql),
    signer: signerOf(record),
    bank: createBank(bankDir, (message) => void alarms.push(message)),
    payer: { name: 'Granite Lakes', account: { number: '0001' } },
    alarm: (what) => void alarms.push(what),
    ...change,
  })
}

/** Runs an activity as a worker does. */
function run(
  activity: Activities['record'],
  ocid: string,
  duty: ClockDuty,
  view: View,
  issuedAt: string,
): Promise<Answer> {
  const { phase, tenderHead, seen } = view
  const occasion = { phase, seen, issuedAt, ...(tenderHead !== undefined && { tenderHead }) }
  const logger = new DefaultLogger('ERROR')
  return new MockActivityEnvironment({ attempt: 2 }, { logger }).run(activity, ocid, duty, occasion)
}

function owed(view: View, type: string): ClockDuty {
  const duty = view.next.find((one) => one.type === type)
  if (!duty) throw new Error(`${type} is not owed: ${JSON.stringify(view.next)}`)
  return duty
}

async function typesOf(ocid: string): Promise<string[]> {
  return (await readers.steps(ocid, -1, 1000)).map(({ type }) => type)
}

const seconds = (at: string, count: number): string =>
  addMicroseconds(at, BigInt(count) * 1_000_000n)

describe('a statement of the clock', () => {
  test('made twice, at once, again later, and after a restart, is one entry', async () => {
    const record = createRecord().toInvoiced()
    const { read, record: say } = await played(record)
    const view = await read(record.ocid, -1)
    const duty = owed(view, 'invoice.match')
    const answers = await Promise.all([
      run(say, record.ocid, duty, view, record.at),
      run(say, record.ocid, duty, view, record.at),
    ])
    const later = await run(say, record.ocid, duty, view, record.at)
    const restarted = await run(say, record.ocid, duty, view, seconds(record.at, 60))
    const { index } = answers[0] as { index: number }
    for (const answer of [...answers, later, restarted]) expect(answer).toMatchObject({ index })
    expect((await typesOf(record.ocid)).filter((t) => t === 'invoice.match')).toHaveLength(1)
    expect(alarms).toEqual([])
  })

  test('of the same occasion has the same bytes', async () => {
    const record = createRecord().toInvoiced()
    const envelopes: string[] = []
    const signer = signerOf(record)
    const { read, record: say } = await played(record, {
      signer: {
        ...signer,
        sign: async (statement) => {
          const envelope = await signer.sign(statement)
          envelopes.push(Buffer.from(envelope).toString('base64'))
          return envelope
        },
      },
      // The answer is lost each time.
      door: { ...world.door, append: () => Promise.resolve({ kind: 'busy', retryAfterMs: 1 }) },
    })
    const view = await read(record.ocid, -1)
    const duty = owed(view, 'invoice.match')
    for (const issuedAt of [record.at, record.at, seconds(record.at, 1)])
      await expect(run(say, record.ocid, duty, view, issuedAt)).rejects.toThrow('busy')
    expect(envelopes[1]).toBe(envelopes[0])
    expect(envelopes[2]).not.toBe(envelopes[0])
  })

  test('that comes after its five minutes is refused, and made anew', async () => {
    const record = createRecord().toInvoiced()
    const { read, record: say } = await played(record)
    const view = await read(record.ocid, -1)
    const duty = owed(view, 'invoice.match')
    world.setClock(seconds(record.at, 301))
    expect(await run(say, record.ocid, duty, view, record.at)).toEqual({ refused: 'expired' })
    expect(await run(say, record.ocid, duty, view, seconds(record.at, 301))).toHaveProperty('index')
  })

  test('that is not owed is refused', async () => {
    const record = createRecord().toInvoiced()
    const { read, record: say } = await played(record)
    const view = await read(record.ocid, -1)
    const duty = { ...owed(view, 'invoice.match'), key: 'invoice.match/another' }
    expect(await run(say, record.ocid, duty, view, record.at)).toEqual({ refused: 'not-owed' })
    const nowhere = run(say, 'ocds-213czf-none', duty, view, record.at)
    expect(await nowhere).toEqual({ refused: 'unknown-tender' })
  })
})

describe('closing', () => {
  test('takes in what arrived in time and waits in the journal, and commits to it', async () => {
    const record = createRecord().toOpen().withBids()
    const activities = await played(record)
    const [plan] = EXAMPLE_BIDS
    if (!plan) throw new Error('no example')
    const bid = record.statement(
      'bid.commit',
      'p-pinyon',
      record.bid({ ...plan, vendor: 'v-pinyon', seq: 2 }),
      {
        notAfter: DUE,
      },
    )
    await world.upload(record)
    world.setClock(DUE)
    await world.door.arrive(signed(bid).envelope)
    const view = await activities.read(record.ocid, -1)
    const at = seconds(DUE, 1)
    world.setClock(at)
    const closed = await run(activities.close, record.ocid, owed(view, 'deadline.close'), view, at)
    expect(closed).toHaveProperty('index')
    const sealed = await readers.sealedOf(record.ocid)
    const { index } = closed as { index: number }
    expect(Math.max(...sealed.map((act) => act.index))).toBe(index - 1)
    expect((await activities.read(record.ocid, -1)).progress).toBe('closed')
  })

  test('before its time is refused, and adds nothing', async () => {
    const record = createRecord().toOpen()
    const { read, close } = await played(record)
    const view = await read(record.ocid, -1)
    const before = (await readers.head()).size
    world.setClock(DUE)
    const duty = owed(view, 'deadline.close')
    expect(await run(close, record.ocid, duty, view, DUE)).toEqual({ refused: 'too-early' })
    expect((await readers.head()).size).toBe(before)
  })
})

describe('opening', () => {
  test('is not owed before enough key holders have released', async () => {
    const record = createRecord().toClosed()
    const { read } = await played(record)
    const { next } = await read(record.ocid, -1)
    expect(next.map(({ type }) => type)).toEqual(['opening.delayed', 'solicitation.fail'])
  })

  test('that the signer cannot do yet is refused with its reason', async () => {
    const record = createRecord().toReleased()
    const signer: Signer = {
      ...signerOf(record),
      open: () => Promise.resolve({ waiting: 'undecided' }),
    }
    const { read, open } = await played(record, { signer })
    const view = await read(record.ocid, -1)
    const answer = await run(open, record.ocid, owed(view, 'opening.result'), view, record.at)
    expect(answer).toEqual({ refused: 'opening.undecided' })
  })

  test('keeps result and capsules beside the record before it cites them', async () => {
    const record = createRecord().toReleased()
    const { read, open } = await played(record)
    const view = await read(record.ocid, -1)
    const duty = owed(view, 'opening.result')
    const opened = await run(open, record.ocid, duty, view, record.at)
    expect(opened).toHaveProperty('index')
    expect(await run(open, record.ocid, duty, view, seconds(record.at, 9))).toMatchObject({
      index: (opened as { index: number }).index,
      again: true,
    })
    const file = await readers.file(record.ocid)
    expect(file?.sealed?.opened).toHaveLength(EXAMPLE_BIDS.length)
    for (const { capsuleHash } of file?.sealed?.opened ?? [])
      expect(await readers.blob(fromBase64Url(capsuleHash ?? ''))).toBeDefined()
  })

  test('shows of the bids what the method discloses, after the award', async () => {
    const record = createRecord().toAwarded()
    const { read, reveal } = await played(record)
    const view = await read(record.ocid, -1)
    const duty = owed(view, 'opening.reveal')
    const before = (await readers.file(record.ocid))?.open.opening.revealed ?? []
    expect(await run(reveal, record.ocid, duty, view, record.at)).toHaveProperty('index')
    const after = (await readers.file(record.ocid))?.open.opening.revealed ?? []
    expect(after).toHaveLength(before.length + 1)
    expect(after.at(-1)?.index).toBe(Number(duty.subject))
  })
})

describe('a payment', () => {
  const ready = (): RecordBuilder => {
    const record = createRecord().toScheduled().waitUntil(noon('2026-04-09'))
    record.releasePayment()
    return record.waitUntil(noon('2026-04-13'))
  }

  async function order(record: RecordBuilder, activities: Activities): Promise<ClockDuty> {
    const view = await activities.read(record.ocid, -1)
    const duty = owed(view, 'payment.order')
    expect(await run(activities.pay, record.ocid, duty, view, record.at)).toHaveProperty('index')
    return duty
  }

  test('is ordered on the record, sent once, and settled when the bank says so', async () => {
    const record = ready()
    const activities = await played(record)
    const duty = await order(record, activities)
    const out = join(bankDir, 'out')
    const [name] = await readdir(out)
    expect(name).toBe('GL-26-014-1.pain001.xml')
    const sent = await readFile(join(out, name ?? ''))

    const view = await activities.read(record.ocid, -1)
    await run(activities.pay, record.ocid, duty, view, seconds(record.at, 30))
    expect(await readFile(join(out, name ?? ''))).toEqual(sent)
    expect((await typesOf(record.ocid)).filter((t) => t === 'payment.order')).toHaveLength(1)

    const settling = owed(view, 'payment.settle')
    const settle = (after: number): Promise<Answer> =>
      run(activities.settle, record.ocid, settling, view, seconds(record.at, after))
    expect(await settle(1)).toEqual({ refused: 'bank.waiting' })
    await (await runBank({ dir: bankDir, pollMs: 60_000 })).stop()
    world.setClock(seconds(record.at, 2))
    expect(await settle(2)).toHaveProperty('index')
    const file = await readers.file(record.ocid)
    const [contract] = Object.values(file?.open.contracts ?? {})
    expect(Object.values(contract?.payments ?? {})[0]).toMatchObject({ stage: 'settled' })
    expect(alarms).toEqual([])
  })

  test('ordered by a worker that then died is sent by the next', async () => {
    const record = ready()
    const dying = await played(record, {
      bank: {
        send: () => Promise.reject(new Error('killed')),
        answer: () => Promise.resolve(undefined),
      },
    })
    const view = await dying.read(record.ocid, -1)
    const duty = owed(view, 'payment.order')
    await expect(run(dying.pay, record.ocid, duty, view, record.at)).rejects.toThrow('killed')
    const next = activitiesOf(record)
    expect(await run(next.pay, record.ocid, duty, view, record.at)).toMatchObject({ again: true })
    expect(await readdir(join(bankDir, 'out'))).toHaveLength(1)
    expect((await typesOf(record.ocid)).filter((t) => t === 'payment.order')).toHaveLength(1)
  })

  test('that the bank refuses goes back to be released again', async () => {
    const record = ready()
    account = 'CLOSED-1'
    const activities = await played(record)
    await order(record, activities)
    await (await runBank({ dir: bankDir, pollMs: 60_000 })).stop()
    const view = await activities.read(record.ocid, -1)
    const settling = owed(view, 'payment.settle')
    expect(await run(activities.settle, record.ocid, settling, view, record.at)).toHaveProperty(
      'index',
    )
    expect((await typesOf(record.ocid)).at(-1)).toBe('payment.fail')
  })

  test('to bank data that no message can carry waits for a person, and nothing is sent', async () => {
    const record = ready()
    account = 'x'.repeat(35)
    const activities = await played(record)
    const view = await activities.read(record.ocid, -1)
    const duty = owed(view, 'payment.order')
    const answer = await run(activities.pay, record.ocid, duty, view, record.at)
    expect(answer).toEqual({ refused: 'bank.unwritable' })
    expect(alarms).toEqual(['a payment order cannot be written'])
    expect(await typesOf(record.ocid)).not.toContain('payment.order')
  })

  test('late at a rate that is not loaded waits with its reason, and its file is read on', async () => {
    const record = ready()
    const activities = await played(record)
    const duty = owed(await activities.read(record.ocid, -1), 'payment.order')
    // As if it had been due before there was any rate; `executeOn` in time, so that only the outage makes it late.
    const dated = (executeOn: string): Partial<Dependencies> => ({
      readers: {
        ...readers,
        file: (ocid) => fileOf(ocid, { interestDue: '1979-04-13', executeOn }),
      },
    })
    const outage = activitiesOf(record, dated('1979-04-13'))
    const view = await outage.read(record.ocid, -1)
    expect(await run(outage.pay, record.ocid, duty, view, record.at)).toEqual({
      refused: 'rate-missing',
    })
    expect(alarms).toEqual(['a payment waits'])
    const late = await activitiesOf(record, dated('2026-04-13')).read(record.ocid, -1)
    expect(late).toMatchObject({ progress: 'delivered', waitingFor: 'PO' })
    const types = late.next.map(({ type }) => type)
    expect(types).toEqual(['opening.reveal', 'duty.remind', 'payment.overdue'])
  })

  /** The file with its payment's dates changed. */
  async function fileOf(
    ocid: string,
    { interestDue, executeOn }: { interestDue: string; executeOn: string },
  ): Promise<FileState | undefined> {
    const file = await readers.file(ocid)
    for (const contract of Object.values(file?.open.contracts ?? {}))
      for (const payment of Object.values(contract.payments)) {
        payment.interestDue = interestDue
        if (payment.release) payment.release.executeOn = executeOn
      }
    return file
  }

  test('that the bank settles with another sum waits for a person', async () => {
    const record = ready()
    const activities = await played(record, {
      bank: {
        send: () => Promise.resolve(),
        answer: (endToEndId) =>
          Promise.resolve({
            kind: 'settled',
            endToEndId,
            bankReference: 'B1',
            date: '2026-04-13',
            amount: { value: '1.00', currency: 'USD' },
          }),
      },
    })
    await order(record, activities)
    const view = await activities.read(record.ocid, -1)
    const settling = owed(view, 'payment.settle')
    const answer = await run(activities.settle, record.ocid, settling, view, record.at)
    expect(answer).toEqual({ refused: 'bank.other-amount' })
    expect(alarms).toEqual(['the bank settled another sum than was ordered'])
  })
})

describe('what a workflow reads', () => {
  test('names every open step once, in order, by leaf hash', async () => {
    const record = createRecord().toOpen().withBids()
    const { read } = await played(record)
    const first = await read(record.ocid, -1)
    expect(first.steps.map(({ type }) => type)).toEqual(await typesOf(record.ocid))
    expect(first.pseq).toBe(first.steps.length - 1)
    const none = await read(record.ocid, first.pseq)
    expect(none).toMatchObject({ pseq: first.pseq, steps: [], more: false, progress: 'open' })
  })

  test('says nothing of who bids, how many, or at what price', async () => {
    const empty = createRecord().toOpen()
    const { read } = await played(empty)
    const before = await read(empty.ocid, -1)
    const record = createRecord().toOpen().withBids()
    await world.end()
    world = await openDoorWorld()
    readers = createReaders(world.sql)
    const after = await (await played(record)).read(record.ocid, -1)
    expect({ ...after, steps: [], seen: before.seen }).toEqual({ ...before, steps: [] })
    for (const secret of ['ironwood', 'northfork', 'pinyon', '1988800'])
      expect(JSON.stringify(after)).not.toContain(secret)
  })

  test('of a procurement that does not exist is its end', async () => {
    const record = createRecord().toDraft()
    const { read } = await played(record)
    expect(await read('ocds-213czf-none', -1)).toMatchObject({ closed: true, steps: [], next: [] })
  })

  test('of a record that is behind what was read before is a fault', async () => {
    const record = createRecord().toDraft()
    const { read } = await played(record)
    await expect(read(record.ocid, 99)).rejects.toThrow('rolled back')
  })

  test('goes on until the file is closed', async () => {
    const record = createRecord().toPaid()
    const { read } = await played(record)
    const view = await read(record.ocid, -1)
    expect(view).toMatchObject({ progress: 'paid', closed: false, phase: 'contracted' })
  })
})
