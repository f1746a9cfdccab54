/** From the opening to the order: what each page shows and to whom, and that what it makes is what the rules accept. */
import { renderToString } from 'preact-render-to-string'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../ledger/index.ts'
import { due, legalOf, realOf } from '../../procurement/index.ts'
import { ORG } from '../../tests/file-builder.ts'
import { createPurchase, reprice, type PurchaseBuilder } from '../../tests/purchase-builder.ts'
import { losersNamedIn, type AwardForm } from '../award-form.ts'
import { awardOf } from '../browser/complete-award.ts'
import { setAt } from '../fields.ts'
import { ActPageView } from '../pages/act.tsx'
import { OpeningPage } from '../pages/opening.tsx'
import { openedReading } from '../views/opened.ts'
import { openingView } from '../views/opening.ts'
import { resultOf } from '../views/own-result.ts'
import { actPages } from './index.ts'
import type { ActView } from './page.ts'

const hostile = '</td><img src=x onerror=alert(1)>"\'\u202egnp.exe\u0000=cmd()'
const context = { assets: { styles: { href: '/s', integrity: 'sha384-x' }, islands: {} } }
const names = new Map([
  ['p-dana', 'Dana Whitlock'],
  ['p-sam', 'Sam Okoro'],
  ['v-ironwood', 'Ironwood Mobile Supply, Inc.'],
  ['v-northfork', 'Northfork Field Systems LLC'],
  ['v-pinyon', 'Pinyon Data & Radio Co.'],
])

const reading = (builder: PurchaseBuilder) =>
  openedReading({
    file: builder.state,
    capsule: builder.document,
    register: builder.view,
    legalNow: builder.legal,
    legalOf: (real) => legalOf(builder.state, real),
  })

function viewOf(
  builder: PurchaseBuilder,
  t: string,
  person = 'p-dana',
  more: Partial<ActView> = {},
): ActView {
  const { state } = builder
  return {
    t,
    viewer: { person, kid: 'kid', name: person },
    file: state.open,
    org: ORG,
    zone: 'America/Denver',
    now: builder.at,
    legalNow: builder.legal,
    names,
    duties: due(state),
    query: {},
    row: builder.view,
    more: { opened: reading(builder) },
    setting: { t, role: 'CO', actor: person, kid: 'kid', next: '/work', zone: 'UTC', names: {} },
    realOf: (legal) => realOf(state, legal),
    ...more,
  }
}

function pageOf(t: string) {
  const page = actPages[t]
  if (!page) throw new Error(`${t} has no page`)
  return page
}

function htmlOf(view: ActView): string {
  const html = renderToString(<ActPageView page={pageOf(view.t)} view={view} context={context} />)
  expect(html).not.toMatch(/\sstyle=|<style|<script(?![^>]*\ssrc=)|\[object|undefined/)
  expect(html.match(/<h1[\s>]/g)).toHaveLength(1)
  expect(html).not.toContain('<img')
  for (const mark of ['\u202e', '\u0000']) expect(html).not.toContain(mark)
  return html
}

/** What the page tells the script. */
function formIn(html: string): AwardForm {
  const text = /data-award="([^"]*)"/.exec(html)?.[1] ?? ''
  return JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as AwardForm
}

/** Hidden members of a form. */
function fixedIn(html: string): JsonObject {
  const payload: JsonObject = {}
  for (const [control] of html.matchAll(/<input type="hidden"[^>]*>/g)) {
    const [name, value] = ['name', 'value'].map(
      (each) => new RegExp(` ${each}="([^"]*)"`).exec(control)?.[1] ?? '',
    )
    setAt(payload, name ?? '', JSON.parse((value ?? '').replaceAll('&quot;', '"')) as Json)
  }
  return payload
}

const chosen = (builder: PurchaseBuilder, vendor: string, more: JsonObject = {}): JsonObject => ({
  lots: [
    {
      commitHash: builder.commitHashOf(vendor),
      reason: 'Delivers on March 9, before the training.',
    },
  ],
  decided: ['delivery'],
  fair: ['competition', 'estimate'],
  responsible: 'Delivered comparable orders on time.',
  exclusions: { checkedAgainst: builder.listIndex },
  ...more,
})

const compared = (): PurchaseBuilder => createPurchase().toCompared()

describe('comparing and choosing', () => {
  test('shows the vendors by recomputed price, each with how far it is above the lowest', () => {
    const html = htmlOf(viewOf(compared(), 'award.decide'))
    expect(html).toContain('Compare 3 quotations and choose')
    const places = ['Ironwood', 'Northfork', 'Pinyon'].map((name) => html.indexOf(name))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(html).toContain('>lowest</span>')
    expect(html).toMatch(/>\+\d+\.\d %<\/span>/)
    expect(html).toContain('Your warrant covers it')
    expect(html).toContain('Certified: $21,580.00')
    expect(html).toContain('Not excluded from contracts')
  })

  test('makes of the choice what the rules accept, with the losers in a document', () => {
    const builder = compared()
    const form = formIn(htmlOf(viewOf(builder, 'award.decide')))
    const made = awardOf(chosen(builder, 'v-northfork'), form)
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    expect(made.payload['lowestNotChosen']).toBe('Delivers on March 9, before the training.')
    expect(JSON.stringify(made.payload)).not.toMatch(/ironwood|pinyon/i)
    expect(made.others).toHaveLength(2)
    const payload = { ...made.payload, others: builder.doc('Reasons.json', made.others) }
    expect(builder.code('award.decide', 'p-dana', payload)).toBe('accepted')
  })

  test('asks for no reason where the lowest is chosen', () => {
    const builder = compared()
    const form = formIn(htmlOf(viewOf(builder, 'award.decide')))
    const typed = chosen(builder, 'v-ironwood', {
      lots: [{ commitHash: builder.commitHashOf('v-ironwood') }],
      decided: [],
    })
    const made = awardOf(typed, form)
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    expect(made.payload).not.toHaveProperty('lowestNotChosen')
    const payload = { ...made.payload, others: builder.doc('Reasons.json', made.others) }
    expect(builder.code('award.decide', 'p-dana', payload)).toBe('accepted')
  })

  test('a dearer one is not signed without a reason, and without saying what decided', () => {
    const builder = compared()
    const form = formIn(htmlOf(viewOf(builder, 'award.decide')))
    const made = awardOf(
      chosen(builder, 'v-northfork', {
        lots: [{ commitHash: builder.commitHashOf('v-northfork') }],
        decided: [],
      }),
      form,
    )
    expect(made).toMatchObject({ problems: [{ path: 'lots.0.reason' }, { path: 'decided' }] })
  })

  test('what names a loser, or its price, is not signed', () => {
    const builder = compared()
    const form = formIn(htmlOf(viewOf(builder, 'award.decide')))
    const [winner] = [builder.commitHashOf('v-northfork')]
    const named = (text: string): string[] => losersNamedIn(text, form, [winner])
    expect(named('Better than Ironwood.')).toEqual(['Ironwood'])
    expect(named('Better than ironwood mobile supply, inc.')).toEqual(['Ironwood'])
    const [price = ''] = form.lots[0]?.bids[0]?.priceTexts ?? []
    expect(named(`Another asked ${price}.`)).toEqual(['a price of Ironwood'])
    expect(named('Northfork Field Systems LLC delivers sooner.')).toEqual([])
    expect(named('An ironwoodlike finish.')).toEqual([])
    const made = awardOf(
      chosen(builder, 'v-northfork', {
        lots: [{ commitHash: winner, reason: 'Pinyon repairs more slowly.' }],
      }),
      form,
    )
    expect(made).toMatchObject({ problems: [{ path: 'lots.0.reason' }] })
  })

  test('a wrong sum is shown and never corrected silently', () => {
    const builder = compared()
    const lines = [
      ['0001', 12, 160_000],
      ['0002', 1, 5_000],
    ] as const
    reprice(builder, 'v-ironwood', { lines, statedAmounts: [1_900_000, 5_000], stated: 1_905_000 })
    const view = viewOf(builder, 'award.decide')
    const html = htmlOf(view)
    expect(html).toContain('stated 19,000.00')
    expect(html).toContain('The unit price counts: 19,200.00')
    expect(html).toContain('the sum in line 0001 of Ironwood Mobile Supply, Inc. is not decided')
    const of = builder.commitHashOf('v-ironwood')
    const assess = htmlOf(
      viewOf(builder, 'bid.assess', 'p-dana', { of, query: { code: 'unit-price-counts' } }),
    )
    expect(assess).toContain('Decide which sum counts')
    builder.act('bid.assess', 'p-dana', {
      ...fixedIn(assess),
      finding: 'responsive',
      reason: { code: 'unit-price-counts', text: 'The unit price counts.' },
    })
    expect(pageOf('award.decide').because?.(viewOf(builder, 'award.decide'))).toEqual([])
  })

  test('one quotation asks on what else the price is fair', () => {
    const bids = [{ vendor: 'v-northfork', dollars: 19_888 }]
    const builder = createPurchase({ bids }).toCompared()
    const html = htmlOf(viewOf(builder, 'award.decide'))
    expect(html).toContain('One quotation came. Say why the price is fair')
    expect(html).toContain('FAR 13.106-3(a)')
    const typed = chosen(builder, 'v-northfork', {
      lots: [{ commitHash: builder.commitHashOf('v-northfork') }],
      priceReasonable: { basis: 'estimate', text: 'Below the estimate.' },
    })
    const made = awardOf(typed, formIn(html))
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    const payload = { ...made.payload, others: made.others }
    expect(builder.code('award.decide', 'p-dana', payload)).toBe('accepted')
  })

  test('is not for whom disclosure gives no opened bids', () => {
    const html = htmlOf(viewOf(compared(), 'award.decide', 'p-dana', { more: {} }))
    expect(html).not.toContain('Ironwood')
    expect(html).toContain('no quotation was opened')
  })

  test('hostile words of a vendor do nothing', () => {
    const builder = compared()
    const wild = new Map([...names, ['v-ironwood', hostile]])
    const opened = reading(builder)
    const bids = opened.bids.map((bid) => ({
      ...bid,
      answers: [{ id: 'delivery', value: hostile }],
      files: [{ name: hostile, media: hostile, size: 1 }],
    }))
    const html = htmlOf(
      viewOf(builder, 'award.decide', 'p-dana', {
        names: wild,
        more: { opened: { ...opened, bids } },
      }),
    )
    expect(html).toContain('&lt;img')
  })
})

describe('the order', () => {
  test('is made from the award, line by line, and the rules accept it', () => {
    const builder = createPurchase().toAwarded()
    const html = htmlOf(viewOf(builder, 'order.sign'))
    expect(html).toContain('$19,888.00')
    const payload = { ...fixedIn(html), deliver: builder.state.open.solicitation?.terms.delivery }
    expect(builder.code('order.sign', 'p-dana', payload)).toBe('accepted')
  })

  test('waits for its vendor, and for no other', () => {
    const builder = createPurchase().toOrdered()
    const viewer = { person: 'p-northfork', kid: 'k', vendor: 'v-northfork', name: 'Northfork' }
    const html = htmlOf(viewOf(builder, 'order.accept', 'p-northfork', { viewer, more: {} }))
    expect(html).toContain('Deliver')
    expect(builder.code('order.accept', 'p-northfork', fixedIn(html))).toBe('accepted')
    const other = { ...viewer, person: 'p-pinyon', vendor: 'v-pinyon' }
    const no = htmlOf(viewOf(builder, 'order.accept', 'p-pinyon', { viewer: other, more: {} }))
    expect(no).toContain('no order to your firm waits to be accepted')
  })

  test('an end without an award gives its reason', () => {
    expect(htmlOf(viewOf(compared(), 'solicitation.fail'))).toContain('No price is fair')
  })
})

describe('the opening', () => {
  const shown = (builder: PurchaseBuilder, person?: string): string => {
    const opened =
      person === 'p-dana' && builder.state.sealed?.opened ? reading(builder) : undefined
    const view = openingView({
      file: builder.state.open,
      names,
      person,
      isOfficer: person === 'p-dana',
      opened,
      after: 12,
      live: '/live',
      now: '2026-01-28T00:00:00.000000Z',
    })
    const html = renderToString(<OpeningPage view={view} context={context} />)
    expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|undefined|\[object/)
    return html
  }

  test('a key holder is told when it can release, and then releases', () => {
    const open = createPurchase().toOpen()
    const release = (builder: typeof open): string =>
      htmlOf(viewOf(builder, 'opening.release', 'p-sam', { more: {} }))
    expect(release(open)).toContain('you can release after Tue, Jan 27, 2:00 PM MST')
    expect(shown(open, 'p-sam')).toContain('You can release after Tue, Jan 27, 2:00 PM MST.')
    const closed = createPurchase().toClosed()
    expect(shown(closed, 'p-sam')).toContain('Release my key')
    const html = release(closed)
    expect(html).not.toContain('You cannot go on yet')
    expect(fixedIn(html)).toEqual({ envelope: 'main', group: 'officers', id: 'p-sam' })
  })

  test('the public page has the same bytes for one quotation and for three', () => {
    const one = createPurchase({ bids: [{ vendor: 'v-northfork', dollars: 19_888 }] })
    const at = '2026-01-27T23:00:00.000000Z'
    const pages = [one, createPurchase()].map((builder) => {
      const { open } = builder.toCompared().state
      // The clocks of the two differ by what was sent; the page must not.
      const { opening } = open
      if (opening.close) Object.assign(opening.close, { legal: at, real: at })
      if (opening.result) Object.assign(opening.result, { legal: at, real: at })
      for (const release of opening.releases) release.real = at
      return shown(builder)
    })
    expect(pages[0]).toBe(pages[1])
    expect(pages[0]).toContain('2 of 3')
    expect(pages[0]).toContain('Not released, not needed')
    expect(pages[0]).not.toMatch(/Northfork|quotations opened/)
  })

  test('the officer alone sees who sent what, and goes on to compare', () => {
    const html = shown(compared(), 'p-dana')
    expect(html).toContain('Only you see this part.')
    expect(html).toContain('3 quotations opened')
    expect(html).toContain('Compare the 3 quotations')
    expect(html).toContain('$19,888.00')
  })
})

test('a losing vendor reads its own reason and the public result, and of no other', () => {
  const builder = createPurchase().toAwarded()
  const { open, sealed } = builder.state
  const bid = sealed?.opened?.find(({ vendor }) => vendor === 'v-pinyon')
  if (!bid || !open.award) throw new Error('the example has Pinyon’s bid and an award')
  const result = resultOf(bid, open.award, builder.others('v-northfork'))
  expect(result).toMatchObject({
    outcome: 'not-chosen',
    reason: { code: 'longer-delivery' },
    winner: { vendor: 'v-northfork' },
  })
  expect(JSON.stringify(result)).not.toContain('ironwood')
})
