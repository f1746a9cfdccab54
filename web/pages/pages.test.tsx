import type { JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromBase64Url, toHex } from '../../ledger/index.ts'
import { due, legalOf, realOf, statementTypes } from '../../procurement/index.ts'
import { ORIGIN, usd } from '../../tests/file-builder.ts'
import { createRecord, type RecordBuilder } from '../../tests/record-builder.ts'
import type { Assets } from '../components/layout/layout.tsx'
import { example as results } from '../components/results/example.ts'
import { worded } from '../sentences.ts'
import { entryView, rowOf, type StoredEntry } from '../views/entry.ts'
import { methodView, procurementView, type ProcurementView } from '../views/procurement.ts'
import { procurementRow } from '../views/procurements.ts'
import { EntriesPage } from './entries.tsx'
import { EntryPage, type EntryPageView } from './entry.tsx'
import { ProblemPage } from './problem.tsx'
import { ProcurementPage } from './procurement.tsx'
import { PAGE_SIZE, ProcurementsPage, type SearchPageView } from './procurements.tsx'

const assets: Assets = {
  styles: { href: '/assets/main.css', integrity: 'sha384-x' },
  islands: { 'verify-entry': { href: '/assets/islands/verify-entry.js', integrity: 'sha384-y' } },
}
const context = { assets, agency: 'Granite Lakes' }
const names = new Map([
  ['p-rosa', 'Rosa Delgado'],
  ['p-sam', 'Sam Okoro'],
  ['p-dana', 'Dana Whitlock'],
  ['v-northfork', 'Northfork Field Systems LLC'],
  ['granite-lakes', 'Bureau of Parks, Granite Lakes'],
])
const hostile = '<img src=x onerror=alert(1)>"\'\u202egnp.exe\u0000=cmd()'

/** Entries of the builder's log, to the byte as the door makes them. */
const recordOf = ({ log }: RecordBuilder): StoredEntry[] =>
  log.entries.map(({ row }, index) => ({ index, bytes: row.bytes }))

/** Positions of the open entries of the builder's procurement. */
const ownIndexes = ({ log, ocid }: RecordBuilder): number[] =>
  log.entries.flatMap(({ row }, index) => (row.shown?.tender === ocid ? [index] : []))

function viewOf(builder: RecordBuilder): ProcurementView {
  const { open } = builder.state
  const stored = recordOf(builder)
  const own = ownIndexes(builder).flatMap((index) => stored[index] ?? [])
  const method = methodView(open)
  return procurementView({
    file: open,
    entries: own.map((stored) => {
      const view = entryView(stored, { names, zone: open.zone, method: open.method })
      return { view, legal: legalOf({ open }, view.arrivedAt ?? view.at) }
    }),
    names,
    ...(method ? { method } : {}),
    disclosed: { bids: [] },
    due: due({ open }),
    now: builder.at,
    legalNow: builder.legal,
    realOf: (legal) => realOf({ open }, legal),
    links: { self: '/s', page: '/p', entries: '/e', live: '/l', export: '/x' },
  })
}

const html = (page: JSX.Element): string => renderToString(page)
const procurementHtml = (view: ProcurementView): string =>
  html(<ProcurementPage view={view} context={context} />)

function entryPageView(builder: RecordBuilder, t: string): EntryPageView {
  const index = builder.log.entries.findIndex(({ signed }) => signed.statement.t === t)
  const stored = recordOf(builder)
  const at = stored[index]
  if (!at) throw new Error(`no ${t} in the example`)
  return {
    format: 'tenderbook-entry/1',
    ...entryView(at, { names, zone: 'America/Denver' }),
    proof: { size: 99, path: ['aGFzaA=='], checkpoint: `${ORIGIN}\n99\n` },
    around: stored.slice(index - 2, index).map((each) => rowOf(each, { names })),
  }
}

/** What the content policy forbids, and what no page may hold. */
function expectStrict(page: string): void {
  expect(page).not.toMatch(/\sstyle=/)
  expect(page).not.toMatch(/\son\w+=/)
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/)
  expect(page).not.toMatch(/<style/)
  expect(page.match(/<h1[\s>]/g)).toHaveLength(1)
  expect(page).toContain('id="main"')
}

describe('a closed purchase', () => {
  let builder: RecordBuilder
  let view: ProcurementView
  let page: string
  beforeAll(() => {
    builder = createRecord().toPaid()
    view = viewOf(builder)
    page = procurementHtml(view)
  })

  test('says who bought what from whom for how much', () => {
    expect(page).toContain('Bought from <strong>Northfork Field Systems LLC</strong>')
    expect(page).toContain('<strong>$19,888.00</strong>')
    expect(page).toContain('7.8 % below the estimate of $21,580.00')
  })

  test('says why, in the officer’s own words', () => {
    expect(page).toContain('A lower quotation came with delivery after March 13.')
    expect(page).toContain('Signed by Dana Whitlock')
  })

  test('says that the payment was late and what interest was paid', () => {
    expect(view.box).toMatchObject({ kind: 'paid', on: '2026-04-17', due: '2026-04-13' })
    expect(page).toContain('4 days late')
    expect(page).toContain('$9.12')
  })

  test('lists every open step with a link to its entry', () => {
    expect(view.steps.map(({ index }) => index)).toEqual(ownIndexes(builder))
    for (const { index } of view.steps) expect(page).toContain(`href="/entries/${index}"`)
  })

  test('the money goes from order to payment, in the legal days of each', () => {
    expect(view.money.map(({ label }) => label)).toEqual([
      'Ordered',
      'Delivered and accepted, every line',
      'Invoiced, invoice NF-2041',
      expect.stringMatching(/^Interest for late payment/),
      'Paid',
    ])
    expect(view.money.at(-1)?.amount).toEqual(usd(19_897.12))
  })

  test('names no loser and no loser’s price', () => {
    for (const secret of ['ironwood', 'pinyon', '19,622', '20,776']) {
      expect(page.toLowerCase()).not.toContain(secret)
      expect(JSON.stringify(view).toLowerCase()).not.toContain(secret)
    }
  })

  test('keeps to the content policy', () => expectStrict(page))
})

describe('before the opening', () => {
  const published = (count: number): ProcurementView => {
    const builder = createRecord().toOpen()
    const plans = [
      { vendor: 'v-ironwood', dollars: 19_622 },
      { vendor: 'v-northfork', dollars: 19_888 },
      { vendor: 'v-pinyon', dollars: 20_776 },
    ]
    const { at } = builder
    for (const plan of plans.slice(0, count)) builder.commitBid(plan)
    for (let seq = 1; seq + plans.length <= count; seq++) {
      const replaces = builder.state.sealed?.bids.findLast(({ vendor }) => vendor === 'v-pinyon')
      const next = { vendor: 'v-pinyon', dollars: 20_000 + seq, seq: seq + 1 }
      builder.commitBid({ ...next, ...(replaces && { replaces: replaces.commitHash }) })
    }
    expect(builder.state.sealed?.bids).toHaveLength(count)
    builder.at = at
    return viewOf(builder)
  }

  test('no bid, one bid and a hundred bids give the same page, byte for byte', () => {
    const none = procurementHtml(published(0))
    for (const count of [1, 3, 100]) expect(procurementHtml(published(count))).toBe(none)
  })

  test('says that nobody is told, and leads everyone to quoting and asking', () => {
    const view = published(0)
    const page = procurementHtml(view)
    expect(view.bids.note).toMatch(/^Before the opening nobody is told who has sent a quotation/)
    expect(page).toContain(view.bids.note)
    expect(page).toContain(`href="/procurements/${view.ocid}/acts/bid.commit">Prepare a quotation`)
    expect(page).toContain(`href="/procurements/${view.ocid}/acts/question.ask">Ask a question`)
    expect(page).toContain(`href="/procurements/${view.ocid}/bid"`)
  })

  test('after it nobody is led to quoting any more', () => {
    const page = procurementHtml(viewOf(createRecord().toClosed()))
    expect(page).not.toContain('acts/bid.commit')
    expect(page).not.toContain('acts/question.ask')
  })

  test('the deadline is said with the agency’s zone, the instant and the time left', () => {
    const page = procurementHtml(published(0))
    expect(page).toContain('Quotations due')
    expect(page).toMatch(
      /<time[^>]*datetime="2026-01-27T21:00:00.000000Z"[^>]*>Tue, Jan 27, 2026, 2:00 PM MST/,
    )
    expect(page).toContain('role="timer"')
    expect(page).toContain('aria-live="off"')
  })

  test('the estimate is not shown before an order', () => {
    const view = published(0)
    expect(view.estimate).toBeUndefined()
    expect(procurementHtml(view)).not.toContain('21,580')
    // The JSON beside the page is the view itself.
    expect(JSON.stringify(view)).not.toMatch(/21,?580|2158000/)
  })

  test('says who holds the keys and how many must release', () => {
    const page = procurementHtml(published(0))
    expect(page).toContain('2 of 3 key holders must release')
  })
})

describe('a training clock', () => {
  test('is said on the page of the purchase', () => {
    const training = {
      legalStart: '2026-01-08T16:00:00.000000Z',
      realStart: '2026-01-08T16:00:00.000000Z',
      accelerator: 86_400,
    }
    const builder = createRecord({ training })
    builder.act('requisition.submit', 'p-rosa', builder.requisition())
    const page = procurementHtml(viewOf(builder))
    expect(page).toContain('Training clock.')
    expect(page).toContain('86,400 times as fast')
    expectStrict(page)
  })
})

describe('an entry', () => {
  test('is told in one plain sentence, with reasons, raw statement and proof', () => {
    const builder = createRecord().toOrdered()
    const view = entryPageView(builder, 'award.decide')
    const page = html(<EntryPage view={view} context={context} />)
    expect(page).toContain(
      'Dana Whitlock chose Northfork Field Systems LLC for $19,888.00, and gave the reasons.',
    )
    expect(page).toContain('Delivers on March 9 and repairs within three working days.')
    expect(page).toContain('Raw statement, as signed')
    expect(page).toContain('What this does not prove')
    expect(page).toContain(toHex(fromBase64Url(view.leaf)).slice(0, 8))
    expectStrict(page)
  })

  test('nothing on its page is green before this browser has checked it', () => {
    const page = html(
      <EntryPage
        view={entryPageView(createRecord().toOrdered(), 'order.sign')}
        context={context}
      />,
    )
    expect(page).not.toContain('tb-check--passed')
    expect(page).not.toContain('Verified in your browser')
  })

  test('sealed entries look alike and tell nothing', () => {
    const row = (index: number) => ({
      index,
      at: '2026-01-20T10:00:00.000000Z',
      leaf: 'x',
      sealed: true,
      label: 'Sealed act',
    })
    const page = html(
      <EntriesPage
        view={{
          format: 'tenderbook-entries/1',
          log: ORIGIN,
          size: 2,
          query: {},
          rows: [row(0), row(1)],
          zone: 'America/Denver',
        }}
        context={context}
      />,
    )
    const [first = '', second = ''] = page.match(/<tr class="tb-entries__sealed">.*?<\/tr>/g) ?? []
    expect(first).not.toBe('')
    expect(first.replaceAll('entries/0', '').replaceAll('>0<', '')).toBe(
      second.replaceAll('entries/1', '').replaceAll('>1<', ''),
    )
    expectStrict(page)
  })
})

describe('hostile text', () => {
  const visible = (text: string) => text.replaceAll(/[\0\u202e]/g, '')
  test('is harmless on the page of a purchase', () => {
    const builder = createRecord()
    builder.act('requisition.submit', 'p-rosa', {
      ...builder.requisition(),
      title: `a ${visible(hostile)} b`,
      need: visible(hostile),
    })
    // As a log from before the rules refused such titles.
    builder.state.open.requisition.title = `a ${hostile.replaceAll('\u0000', '')} b`
    const page = procurementHtml(viewOf(builder))
    expectHarmless(page)
  })

  test('is harmless in lists, filters and problems', () => {
    const builder = createRecord()
    builder.act('requisition.submit', 'p-rosa', {
      ...builder.requisition(),
      title: `a ${visible(hostile)} b`,
    })
    const { ocid, org, zone } = builder.state.open
    const line = {
      ocid,
      org,
      zone,
      title: hostile,
      summary: hostile,
      stage: 'draft',
      category: 'goods',
      code: hostile,
    }
    const found = { ...noSearch, query: { q: hostile, agency: hostile }, typed: { q: hostile } }
    const rows = [procurementRow(line, () => hostile)]
    const agencies = [{ id: org, name: hostile }]
    const list = html(
      <ProcurementsPage view={{ ...found, rows, total: 1, agencies }} context={context} />,
    )
    const entries = html(
      <EntriesPage
        view={{
          format: 'tenderbook-entries/1',
          log: ORIGIN,
          size: 0,
          query: { tender: hostile, actor: hostile, type: hostile },
          rows: [],
          zone: 'Nowhere/At_All',
        }}
        context={context}
      />,
    )
    const problem = {
      title: 'No',
      detail: hostile,
      code: 'not-found',
      cite: 'RFC',
      next: hostile,
      traceId: 't',
    }
    const refusal = html(<ProblemPage problem={problem} context={{ assets }} />)
    for (const page of [list, entries, refusal]) expectHarmless(page)
  })
})

function expectHarmless(page: string): void {
  expect(page).not.toContain('<img')
  expect(page.replace(/value="[^"]*"/g, '')).not.toContain('\u202e')
  expectStrict(page.replaceAll(/&lt;img[^<]*/g, '').replaceAll(/value="[^"]*"/g, ''))
}

const noSearch: SearchPageView = {
  format: 'tenderbook-procurements/1',
  query: {},
  rows: [],
  ...{ total: 0, page: 1, pages: 1, limit: PAGE_SIZE },
  agencies: [{ id: 'granite-lakes', name: 'Bureau of Parks, Granite Lakes' }],
  now: results.now,
  typed: {},
  errors: [],
}

describe('the search', () => {
  const page = (view: Partial<SearchPageView>): string =>
    html(
      <ProcurementsPage
        view={{ ...noSearch, typed: view.query ?? {}, ...view }}
        context={context}
      />,
    )

  test('says how many there are, and what is left of each deadline', () => {
    const found = page({ query: { status: 'open' }, rows: [...results.rows], total: 14 })
    expect(found).toContain('<strong>14 opportunities</strong>, soonest deadline first')
    expect(found).toContain('Thu, Jan 22, 4:30 PM PST')
    expect(found).toContain('1 day 8 hours left')
    expect(found).toContain('Request for quotations')
    expect(found).toContain('Bureau of Parks, Granite Lakes · NAICS 314910')
    expectStrict(found)
  })

  test('each filter in use is a link to the same search without it', () => {
    const query = { status: 'open', kind: ['goods', 'works'], 'set-aside': ['small'] } as const
    const found = page({ query: { ...query, kind: [...query.kind], 'set-aside': ['small'] } })
    expect(found).toContain('href="/procurements?status=open&amp;kind=works&amp;set-aside=small"')
    expect(found).toContain('href="/procurements?kind=goods&amp;kind=works&amp;set-aside=small"')
    expect(found).toContain('<a href="/procurements">Clear all</a>')
    expect(found).toContain(', 4 in use')
    expect(found).toContain('No opportunities match.')
  })

  test('the form holds what was looked for', () => {
    const found = page({
      query: { q: 'tents', kind: ['goods'], agency: 'granite-lakes', due: '5' },
    })
    expect(found).toMatch(/name="q"[^>]* value="tents"/)
    expect(found).toMatch(/<input[^>]*name="kind"[^>]*value="goods" checked/)
    expect(found).toMatch(/<option value="granite-lakes" selected/)
    expect(found).toMatch(/<option value="5" selected[^>]*>5 days/)
    expect(found).toMatch(/<input[^>]*id="status"[^>]* value checked/)
  })

  test('a wrong value is told on top and at its field, which keeps it', () => {
    const message = '33411x is not a NAICS code. Use 2 to 6 digits.'
    const wrong = page({ typed: { code: '33411x' }, errors: [{ field: 'code', message }] })
    expect(wrong).toContain('<title>Error: Purchases')
    expect(wrong).toContain('There is a problem')
    expect(wrong).toContain(`href="#code">${message}</a>`)
    expect(wrong).toMatch(new RegExp(`id="code-error">${message}`))
    expect(wrong).toMatch(
      /id="code"[^>]*value="33411x"[^>]*aria-describedby="code-hint code-error"/,
    )
    expect(wrong).toMatch(/<details[^>]* open/)
    expect(wrong).not.toContain('match.')
    expectStrict(wrong)
  })

  test('its pages are numbered, in the address', () => {
    const second = page({
      query: { q: 'tents' },
      rows: [...results.rows],
      total: 83,
      page: 2,
      pages: 5,
    })
    expect(second).toContain('21 to 22 of 83')
    expect(second).toContain('href="/procurements?q=tents&amp;page=3" rel="next"')
    expect(second).toContain('href="/procurements?q=tents" rel="prev"')
    const beyond = page({ total: 83, page: 9, pages: 5 })
    expect(beyond).toContain('There is no page 9.')
    expect(beyond).toContain('href="/procurements?page=5"')
  })
})

describe('words', () => {
  test('every type of the catalogue has a sentence of its own', () => {
    const own = new Set(worded())
    const missing = statementTypes().filter((t) => !t.endsWith('.cosign') && !own.has(t))
    expect(missing).toEqual([])
  })
})
