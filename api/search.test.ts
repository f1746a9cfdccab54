import { expect, test } from 'vitest'
import type { ListPage } from '../db/list.ts'
import type { Readers } from '../db/readers.ts'
import { createSearch, searchForm } from './search.ts'

const now = '2026-01-21T16:12:00.000000Z'
const hostile = `=cmd|' /C calc'!A0 "quoted", 'single'\n@SUM(1+1) \u202egpj.exe`

const line = {
  ocid: 'ocds-213czf-tents',
  org: 'granite-lakes',
  zone: 'America/Denver',
  title: hostile,
  summary: hostile,
  stage: 'contracted',
  category: 'goods',
  method: 'us.quote',
  code: 'NAICS 314910',
  deadline: { legal: '2026-01-22T23:30:00.000000Z', real: '2026-01-22T23:30:00.000000Z' },
  value: { amount: '1988805', currency: 'USD' },
}

/** A search over these pages of the list; `asked` holds what the database was asked for. */
function searchOver(pages: ListPage[]) {
  const asked: object[] = []
  const queue = pages.values()
  const readers: Partial<Readers> = {
    procurements: (query) => {
      asked.push(query)
      return Promise.resolve(queue.next().value ?? { rows: [] })
    },
    countProcurements: () => Promise.resolve(45),
    registerRows: () =>
      Promise.resolve([
        { key: 'org/granite-lakes', value: { org: 'granite-lakes', name: hostile } },
      ]),
  }
  const config = { publicUrl: 'https://tenders.example' }
  // A search reads nothing else.
  return {
    asked,
    search: createSearch({ readers: readers as Readers, config, now: () => new Date(now) }),
  }
}

const messagesOf = (address: Record<string, unknown>): string[] =>
  searchForm.safeParse(address).error?.issues.map(({ message }) => message) ?? []

test.each([
  [{ code: '33411x' }, '33411x is not a NAICS code. Use 2 to 6 digits.'],
  [{ code: '3' }, '3 is not a NAICS code. Use 2 to 6 digits.'],
  [{ status: 'ajar' }, 'ajar is not a status. Choose one of the list.'],
  [{ due: '0' }, '0 is not a number of days. Use 1 to 365.'],
  [{ due: '366' }, '366 is not a number of days. Use 1 to 365.'],
  [{ due: ['3', '7'] }, 'There is more than one here. Use 1 to 365.'],
  [{ kind: ['goods', 'ideas'] }, 'This is not a kind of purchase. Choose from the list.'],
  [{ page: '-1' }, '-1 is not a page. Pages are numbered from 1.'],
  [{ agency: "x' or 1" }, "x' or 1 is not an agency. Choose one of the list."],
])('%j is told in words', (address, message) => {
  expect(messagesOf(address)).toEqual([message])
})

test('what a form leaves blank is no filter, and a code may be of PSC', () => {
  const blank = { q: ' ', status: '', code: '', agency: '', due: '' }
  expect(Object.values(searchForm.parse(blank)).filter((value) => value !== undefined)).toEqual([])
  for (const code of ['33', '334111', 'R4', 'r425', '7A20', '7021'])
    expect(searchForm.parse({ code }).code).toBe(code)
})

test('open is what still takes bids; days count from now', async () => {
  const { asked, search } = searchOver([])
  await search.page({ status: 'open', due: '7', kind: 'goods', 'set-aside': ['small', 'small'] })
  await search.page({ status: 'closed', page: '3', code: '33' })
  await search.page({ status: 'closed', stage: 'opened' })
  expect(asked).toEqual([
    {
      dueAfter: now,
      dueBefore: '2026-01-28T16:12:00.000000Z',
      kinds: ['goods'],
      setAsides: ['small'],
      ...{ offset: 0, limit: 20 },
    },
    {
      stages: ['closed', 'opened', 'unsuccessful', 'ended'],
      code: '33',
      ...{ offset: 40, limit: 20 },
    },
    { stages: ['opened'], offset: 0, limit: 20 },
  ])
})

test('an address that is no search keeps what was typed, and names the field', async () => {
  const { asked, search } = searchOver([])
  const view = await search.page({ q: 'tents', code: '33411x', kind: ['goods', 'works'], x: 'y' })
  expect(asked).toEqual([])
  expect(view.typed).toEqual({ q: 'tents', code: '33411x', kind: ['goods', 'works'] })
  expect(view.errors.map(({ field }) => field)).toEqual(['code'])
})

test('a page says how many there are, and where the next one begins', async () => {
  const { search } = searchOver([{ rows: [line], next: '0x~y' }])
  const view = await search.page({ page: '2' })
  expect(view).toMatchObject({ total: 45, page: 2, pages: 3, limit: 20, next: '0x~y', errors: [] })
  expect(view.rows[0]).toMatchObject({ notice: 'Request for quotations', kind: 'goods' })
})

test('the CSV holds all pages under one header, and no cell that a spreadsheet would run', async () => {
  const { search, asked } = searchOver([
    { rows: [line], next: 'a~b' },
    { rows: [{ ...line, ocid: 'ocds-213czf-two' }] },
  ])
  const pieces: string[] = []
  for await (const piece of search.csv(searchForm.parse({ q: 'tents', page: '7', limit: '1' })))
    pieces.push(piece)
  const text = pieces.join('')
  expect(text.startsWith('\ufeffnumber,title,')).toBe(true)
  expect(text.split('number,title,')).toHaveLength(2)
  expect(text).toContain('"\'=cmd|')
  expect(text).not.toMatch(/(^|,|\r\n)"?[=+\-@\t]/)
  expect(text).not.toContain('\u202e')
  expect(text).toContain(',19888.05,USD,https://tenders.example/procurements/ocds-213czf-tents\r\n')
  expect(text).toContain('ocds-213czf-two')
  expect(asked).toEqual([
    { q: 'tents', limit: 500 },
    { q: 'tents', limit: 500, cursor: 'a~b' },
  ])
})
