/** The public list: found by words and filters, in the order of its deadlines, all of it from one row a procurement. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { DUE, OCID } from '../tests/file-builder.ts'
import { createRecord, RecordBuilder, RecordedLog } from '../tests/record-builder.ts'
import type { ListFilter } from './list.ts'
import { createReaders, type Readers } from './readers.ts'

let world: DoorWorld
let readers: Readers

interface Notice {
  title: string
  description: string
  category?: string
  codes?: { scheme: string; id: string }[]
  bidsUntil?: string
  setAside?: string
}

/** A purchase with a notice of its own. */
class NoticeBuilder extends RecordBuilder {
  declare notice: Notice

  override requisition(): ReturnType<RecordBuilder['requisition']> {
    const { title, description: need, category = 'goods' } = this.notice
    return { ...super.requisition(), title, need, category }
  }

  override approval(method?: string): ReturnType<RecordBuilder['approval']> {
    const kind = this.notice.setAside ?? 'none'
    const reason = { code: 'market-research', text: 'As the market is.' }
    return { ...super.approval(method), setAside: { kind, reason } }
  }

  override terms(): ReturnType<RecordBuilder['terms']> {
    const { title, description, codes = [], bidsUntil = DUE } = this.notice
    return { ...super.terms(), title, description, codes, bidsUntil }
  }
}

const notices: Record<string, Notice> = {
  tents: {
    title: '30 canvas tents with repair kits',
    description: 'Four-person tents, poles and pegs. Delivered to two camps.',
    codes: [{ scheme: 'NAICS', id: '314910' }],
    bidsUntil: '2026-01-22T23:30:00.000000Z',
    setAside: 'small-business',
  },
  cabins: {
    title: 'Cabin doors for Åse Café',
    description: 'Fir doors, built to drawing 50%.',
    codes: [
      { scheme: 'NAICS', id: '321911' },
      { scheme: 'PSC', id: '5670' },
    ],
    bidsUntil: '2026-01-26T23:30:00.000000Z',
    setAside: 'hubzone',
  },
  pumping: {
    title: 'Septic pumping at 6 trailheads',
    description: 'Twice a year.',
    category: 'services',
    codes: [{ scheme: 'UNSPSC', id: '334999' }],
    bidsUntil: '2026-02-04T21:00:00.000000Z',
  },
}

const ocidOf = (name: string): string => `ocds-213czf-${name}`

beforeAll(async () => {
  world = await openDoorWorld()
  readers = createReaders(world.sql)
  const log = new RecordedLog()
  let start = '2026-01-08T16:00:00.000000Z'
  for (const [name, notice] of Object.entries(notices)) {
    const builder = new NoticeBuilder({ ocid: ocidOf(name), start })
    builder.notice = notice
    builder.join(log)
    await world.upload(builder.toOpen())
    start = builder.at
  }
  const tablets = createRecord({ start }, log).toPaid()
  await world.upload(tablets)
  createRecord({ ocid: ocidOf('draft'), start: tablets.at }, log).toDraft()
  await world.play(log.entries)
})

afterAll(() => world.end())

async function found(filter: ListFilter): Promise<string[]> {
  const { rows } = await readers.procurements({ limit: 50, ...filter })
  expect(await readers.countProcurements(filter)).toBe(rows.length)
  return rows.map(({ ocid }) => ocid.replace('ocds-213czf-', ''))
}

const all = ['tents', 'cabins', 'pumping', 'draft', 'gl-26-014']

test('what is open comes first, soonest deadline first, then the newest', async () => {
  expect(await found({})).toEqual(all)
})

describe('words', () => {
  test.each<[words: string, names: string[]]>([
    ['tents', ['tents']],
    ['tent', ['tents']],
    ['TENTS  poles', ['tents']],
    ['tents doors', []],
    ['the tents', ['tents']],
    ['ase cafe', ['cabins']],
    ['Åse', ['cabins']],
    ['GL-26-014', ['gl-26-014']],
    [OCID, ['gl-26-014']],
    ['granite lakes', all],
    ['pumping granite', ['pumping']],
    ['%', all],
    ['the', []],
    ["'); drop table entry; --", []],
    ["tents & !('x' | <-> :*", []],
    ['naics/314910', []],
    ['\u0000\u202etents', ['tents']],
  ])('“%s” finds what holds all of them', async (q, names) => {
    expect(await found({ q })).toEqual(names)
  })
})

describe('filters', () => {
  test.each<[filter: ListFilter, names: string[]]>([
    [{ stages: ['draft', 'contracted'] }, ['draft', 'gl-26-014']],
    [{ stages: [] }, all],
    [{ org: 'granite-lakes', kinds: ['services'] }, ['pumping']],
    [{ org: "granite-lakes' | 'x" }, []],
    [{ org: 'lakes' }, []],
    [{ setAsides: ['small'] }, ['tents']],
    [{ setAsides: ['small', 'other'] }, ['tents', 'cabins']],
    [{ setAsides: ['none'] }, ['pumping', 'gl-26-014']],
    [{ code: '31' }, ['tents']],
    [{ code: '334111' }, ['gl-26-014']],
    [{ code: '334' }, ['gl-26-014']],
    [{ code: '567' }, ['cabins']],
    [{ dueAfter: '2026-01-22T23:30:00.000000Z' }, ['cabins', 'pumping']],
    [
      { dueAfter: '2026-01-20T00:00:00.000000Z', dueBefore: '2026-01-27T00:00:00.000000Z' },
      ['tents', 'cabins'],
    ],
    [{ q: 'doors', kinds: ['goods'], code: '32', setAsides: ['other'] }, ['cabins']],
  ])('%j keeps what passes all of them', async (filter, names) => {
    expect(await found(filter)).toEqual(names)
  })
})

test('a line has all that it shows, and never the estimate', async () => {
  const [tents] = (await readers.procurements({ q: 'tents', limit: 1 })).rows
  expect(tents).toEqual({
    ocid: ocidOf('tents'),
    org: 'granite-lakes',
    zone: 'America/Denver',
    title: '30 canvas tents with repair kits',
    summary: 'Four-person tents, poles and pegs.',
    stage: 'open',
    category: 'goods',
    method: 'us.quote',
    code: 'NAICS 314910',
    deadline: { legal: '2026-01-22T23:30:00.000000Z', real: '2026-01-22T23:30:00.000000Z' },
  })
  const [tablets] = (await readers.procurements({ q: OCID, limit: 1 })).rows
  expect(tablets).toMatchObject({
    stage: 'contracted',
    value: { amount: '1988800', currency: 'USD' },
  })
})

test('a list that a migration has emptied is made again', async () => {
  const before = await readers.procurements({ limit: 50 })
  await world.owner`truncate procurement`
  await migrate(world.owner)
  expect(await readers.procurements({ limit: 50 })).toEqual(before)
})
