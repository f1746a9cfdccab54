/** Reads: proofs that verify, lists, and nothing sealed where anyone may look. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  commit,
  emptyRoot,
  rootOf,
  sha256,
  toBase64Url,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from '../ledger/index.ts'
import { addMicroseconds } from '../procurement/index.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { OCID, ORIGIN } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder, RecordedLog } from '../tests/record-builder.ts'
import { createBlobs } from './blobs.ts'
import { createCheckpoints } from './checkpoints.ts'
import { createOutbox } from './outbox.ts'
import { createPayloads } from './payloads.ts'
import { createReaders, type Readers } from './readers.ts'
import { createSessions } from './sessions.ts'

let world: DoorWorld
let record: RecordBuilder
let readers: Readers

beforeAll(async () => {
  world = await openDoorWorld()
  readers = createReaders(world.sql)
  expect(await readers.head()).toEqual({ size: 0, root: emptyRoot, halted: null })
  const log = new RecordedLog()
  record = createRecord({}, log).toOpen().withBids()
  for (let i = 0; i < 230; i++)
    createRecord({ ocid: `ocds-213czf-list-${i}`, start: record.at }, log).toDraft()
  await world.upload(record)
  await world.play(log.entries)
})

afterAll(() => world.end())

describe('proofs', () => {
  test('of inclusion verify for every entry, at the head and at an earlier size', async () => {
    const { size, root } = await readers.head()
    expect(size).toBe(record.log.size)
    for (const index of [0, 1, 127, 255, 256, size - 1]) {
      const entry = await readers.entry(index)
      const path = await readers.inclusion(index, size)
      expect(verifyInclusion(index, size, entry?.leaf ?? emptyRoot, path, root)).toBe(true)
    }
  })

  test('of consistency lead from any smaller size to the head', async () => {
    const { size, root } = await readers.head()
    const leaves = await readers.leaves(0, size)
    expect(leaves).toHaveLength(size)
    for (const old of [1, 255, 256, 257, size]) {
      const path = await readers.consistency(old, size)
      expect(verifyConsistency(old, size, rootOf(leaves.slice(0, old)), root, path)).toBe(true)
    }
  })
})

describe('what anyone may read', () => {
  test('holds no bid, no bidder and no count before the opening', async () => {
    const open = JSON.stringify(await readers.openFile(OCID))
    const shown = JSON.stringify(await readers.entriesOf(OCID))
    const row = (await readers.procurements({ limit: 1, q: OCID })).rows
    const texts = [
      open,
      shown,
      JSON.stringify(row),
      JSON.stringify(await readers.steps(OCID, -1, 200)),
    ]
    const { bids = [] } = record.state.sealed ?? {}
    expect(bids).toHaveLength(3)
    for (const text of texts)
      for (const { vendor, person, commitHash } of bids)
        for (const secret of [vendor, person, commitHash]) expect(text).not.toContain(secret)
    expect(await readers.sealedOf(OCID)).toHaveLength(3)
    expect((await readers.file(OCID))?.sealed?.bids).toHaveLength(3)
  })

  test('is the same before and after a bid: state, list and steps do not move', async () => {
    const look = async () => [
      await readers.openFile(OCID),
      await readers.procurements({ limit: 200 }),
      await readers.lastStep(OCID),
      await world.owner`select * from procurement where ocid = ${OCID}`,
      await world.owner`select * from outbox where tender = ${OCID}`,
    ]
    const before = await look()
    const size = record.log.size
    const { commitHash = '' } = record.state.sealed?.bids[0] ?? {}
    record.commitBid({ vendor: 'v-ironwood', dollars: 18_000, seq: 2, replaces: commitHash })
    await world.upload(record)
    await world.play(record.log.entries.slice(size))
    expect(await look()).toEqual(before)
  })

  test('entries come by index, by tender and by type, as they were written', async () => {
    const [third, fourth] = await readers.entries({ from: 3, limit: 2 })
    expect([third?.index, fourth?.index]).toEqual([3, 4])
    expect(third?.bytes).toEqual(record.log.entries[3]?.row.bytes)
    expect(await readers.entry(1_000_000)).toBeUndefined()
    const published = await readers.entriesOfType('solicitation.publish')
    expect(published).toHaveLength(1)
    const { hash = emptyRoot } = published[0]?.entry.dsse ?? {}
    expect(await readers.statementIndex(hash)).toBe(published[0]?.index)
    const recorded = await readers.recordedAs(hash)
    expect(recorded).toMatchObject({ index: published[0]?.index, headSize: 0 })
    const [statement] = await readers.statements(OCID, 'solicitation.publish')
    expect(statement?.signed.statement.t).toBe('solicitation.publish')
    const steps = await readers.steps(OCID, 0, 200)
    expect(steps[0]).toMatchObject({ pseq: 1, type: 'funds.certify' })
    expect(await readers.lastStep(OCID)).toBe(steps.at(-1)?.pseq)
    expect(await readers.lastStep('ocds-213czf-none')).toBe(-1)
  })

  test('a sealed act is found by what it hides, with its envelope', async () => {
    const { index = -1, commitHash = '' } = record.state.sealed?.bids[1] ?? {}
    const act = await readers.sealed(index)
    expect(toBase64Url(act?.signed.hash ?? emptyRoot)).toBe(commitHash)
    expect(await readers.recordedAt(index)).toMatchObject({ index, sealed: { tender: OCID } })
    expect(await readers.sealed(0)).toBeUndefined()
  })

  test('the list goes page by page: what is open first, then the newest', async () => {
    const ocids: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = await readers.procurements({
        limit: 50,
        ...(cursor !== undefined && { cursor }),
      })
      ocids.push(...page.rows.map(({ ocid }) => ocid))
      if (page.next === undefined) break
      cursor = page.next
    }
    expect(new Set(ocids).size).toBe(231)
    expect(ocids.slice(0, 2)).toEqual([OCID, 'ocds-213czf-list-229'])
    expect(ocids.at(-1)).toBe('ocds-213czf-list-0')
    expect(await readers.countProcurements({})).toBe(231)
    const third = await readers.procurements({ limit: 50, offset: 100 })
    expect(third.rows.map(({ ocid }) => ocid)).toEqual(ocids.slice(100, 150))
    const wrong = await readers.procurements({ limit: 1, cursor: 'no cursor' })
    expect(wrong.rows).toMatchObject([{ ocid: OCID }])
  })

  test('the register answers by key, with the entries that changed a row', async () => {
    const view = await readers.register(['person/p-dana', 'person/nobody'])
    expect(view('person/p-dana')).toMatchObject({ person: 'p-dana' })
    expect(view('person/nobody')).toBeUndefined()
    const changes = await readers.registerChanges(['person/p-dana'])
    expect(changes.get('person/p-dana')?.length).toBeGreaterThan(1)
    expect(await readers.firstOrg()).toBe('granite-lakes')
  })

  test('what the clock owes is found when its time has passed', async () => {
    // The key holders are asked before the bidding closes.
    const [ask] = record.owed('duty.remind')
    const due = ask?.from ?? ''
    expect(await readers.overdueFiles(due)).not.toContain(OCID)
    expect(await readers.overdueFiles(addMicroseconds(due, 1n))).toContain(OCID)
    expect(await readers.runningProcurements()).toContain(OCID)
  })
})

describe('the outbox', () => {
  test('holds the newest open step of each procurement until it was told', async () => {
    const outbox = createOutbox(world.sql)
    const pending = await outbox.pending(1_000)
    expect(pending).toHaveLength(231)
    const step = pending.find(({ tender }) => tender === OCID)
    expect(step?.pseq).toBe(await readers.lastStep(OCID))
    await outbox.clear(OCID, 2)
    expect((await outbox.pending(1_000)).map(({ tender }) => tender)).toContain(OCID)
    await outbox.clear(OCID, step?.pseq ?? -1)
    await outbox.clear(OCID, 1)
    expect((await outbox.pending(1_000)).map(({ tender }) => tender)).not.toContain(OCID)
  })
})

describe('checkpoints', () => {
  test('a size has one root for ever, and the log one key', async () => {
    const checkpoints = createCheckpoints(world.sql)
    const head = {
      size: 10,
      root: sha256(utf8('ten')),
      note: 'note',
      at: '2026-01-08T16:00:00.000000Z',
    }
    await checkpoints.put(head)
    await checkpoints.put(head)
    await expect(checkpoints.put({ ...head, root: emptyRoot })).rejects.toMatchObject({
      code: 'head',
    })
    await checkpoints.put({ ...head, size: 20 })
    expect(await readers.latestCheckpoint()).toMatchObject({ size: 20 })
    expect(await checkpoints.covering(9)).toMatchObject({ size: 10 })
    expect(await checkpoints.covering(10)).toMatchObject({ size: 20 })
    expect(await checkpoints.covering(20)).toBeUndefined()
    expect(await readers.checkpointAt(10)).toEqual(head)
    await checkpoints.pinKey('a key')
    await checkpoints.pinKey('a key')
    await expect(checkpoints.pinKey('another')).rejects.toMatchObject({ code: 'origin' })
    expect(await readers.log()).toEqual({ origin: ORIGIN, vkey: 'a key' })
  })
})

describe('documents', () => {
  const bytes = utf8('{"name":"Ada"}')
  const salt = sha256(utf8('salt'))

  test('are kept under their commitment, and erased without a trace but the commitment', async () => {
    const payloads = createPayloads(world.sql)
    const document = {
      salt,
      bytes,
      media: 'application/json',
      reader: 'file' as const,
      tender: OCID,
    }
    const commitment = await payloads.put(document)
    expect(commitment).toEqual(commit(salt, bytes))
    expect(await payloads.put(document)).toEqual(commitment)
    expect(await payloads.find(commitment)).toEqual({ commit: commitment, ...document })
    expect((await payloads.publicOf(OCID)).map((one) => one.commit)).not.toContainEqual(commitment)
    expect(await payloads.erase(commitment)).toBe(true)
    expect(await payloads.erase(commitment)).toBe(false)
    expect(await payloads.find(commitment)).toBeUndefined()
    const rows =
      await world.owner`select salt, bytes, erased_at is not null as erased from payload where commit = ${commitment}`
    expect([...rows]).toEqual([{ salt: null, bytes: null, erased: true }])
  })

  test('count for who uploaded them, by procurement; a small one as 1 KiB', async () => {
    const payloads = createPayloads(world.sql)
    const blobs = createBlobs(world.sql)
    const uploader = 'p-uploader'
    const document = { salt, media: 'text/plain', reader: 'file' as const, uploader }
    const large = new Uint8Array(5_000)
    await payloads.put({ ...document, bytes: utf8('own'), tender: OCID })
    await payloads.put({ ...document, bytes: utf8('own, before the file'), tender: 'ocds-later' })
    await payloads.put({ ...document, bytes: utf8('a service’s'), uploader: 'p-other' })
    await blobs.put(sha256(large), large, { tender: OCID, uploader })
    const used = (tender?: string) => payloads.uploadedBy({ uploader, tender })
    expect(await used(OCID)).toEqual({ size: 6_024, isOfTender: true })
    expect(await used()).toEqual({ size: 1_024, isOfTender: false })
    expect(await used('ocds-later')).toEqual({ size: 1_024, isOfTender: false })
  })

  test('that were changed in the database are not handed out', async () => {
    const payloads = createPayloads(world.sql)
    const commitment = await payloads.put({
      salt,
      bytes: utf8('text'),
      media: 'text/plain',
      reader: 'public',
    })
    await world.owner`update payload set bytes = ${utf8('Text')} where commit = ${commitment}`
    await expect(payloads.find(commitment)).rejects.toMatchObject({ code: 'payload' })
    const blobs = createBlobs(world.sql)
    const hash = sha256(bytes)
    expect(await blobs.put(emptyRoot, bytes)).toBe(false)
    expect(await blobs.put(hash, bytes)).toBe(true)
    expect(await blobs.find(hash)).toEqual(bytes)
    expect(await blobs.missing([hash, salt])).toEqual([salt])
    await world.owner`update blob set bytes = ${salt} where hash = ${hash}`
    await expect(blobs.find(hash)).rejects.toMatchObject({ code: 'payload' })
  })
})

describe('sessions', () => {
  test('a challenge works once, for the key it was given to, and not after its time', async () => {
    const sessions = createSessions(world.sql)
    const text = await sessions.challenge('kid')
    expect(await sessions.redeem('other', text)).toBe(false)
    expect(await sessions.redeem('kid', text)).toBe(true)
    expect(await sessions.redeem('kid', text)).toBe(false)
    const late = await sessions.challenge('kid')
    await world.owner`update challenge set expires = '2000-01-01T00:00:00.000000Z'`
    expect(await sessions.redeem('kid', late)).toBe(false)
  })

  test('a session is found by its secret until it is ended or expires', async () => {
    const sessions = createSessions(world.sql)
    const { id, session } = await sessions.open('p-dana', 'kid')
    expect(await sessions.find(id)).toMatchObject({ person: session.person, kid: session.kid })
    expect(JSON.stringify(await world.owner`select * from session`)).not.toContain(id)
    await sessions.end(id)
    expect(await sessions.find(id)).toBeUndefined()
    const second = await sessions.open('p-dana', 'kid')
    await world.owner`update session set expires = '2000-01-01T00:00:00.000000Z'`
    expect(await sessions.find(second.id)).toBeUndefined()
    await sessions.sweep()
    expect(await world.owner`select from session`).toHaveLength(0)
    const third = await sessions.open('p-dana', 'kid')
    await sessions.endAllOf('kid')
    expect(await sessions.find(third.id)).toBeUndefined()
  })
})
