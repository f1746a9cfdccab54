import { renderToString } from 'preact-render-to-string'
import { beforeAll, describe, expect, test } from 'vitest'
import { due, legalOf, realOf } from '../../procurement/index.ts'
import { createRecord, type RecordBuilder } from '../../tests/record-builder.ts'
import { ActPageView } from '../pages/act.tsx'
import type { OwnBids } from '../views/own-bids.ts'
import { bidCommit, bidFormOf } from './bid-commit.tsx'
import { bidWithdraw } from './bid-withdraw.tsx'
import type { ActPage, ActView } from './page.ts'
import { questionAsk } from './question-ask.tsx'

const context = { assets: { styles: { href: '/main.css', integrity: 'x' }, islands: {} } }

/** A page as Northfork gets it. */
function viewFor(
  builder: RecordBuilder,
  t: string,
  more: { 'own-bids'?: OwnBids } = {},
  now = builder.at,
): ActView {
  const { open } = builder.state
  const file = { open }
  return {
    t,
    viewer: { person: 'p-northfork', kid: 'k', vendor: 'v-northfork', name: 'Northfork' },
    file: open,
    zone: open.zone,
    now,
    legalNow: legalOf(file, now),
    names: new Map(),
    duties: due(file),
    query: {},
    row: () => undefined,
    more: { ...more },
    setting: {
      t,
      role: 'VE',
      actor: 'p-northfork',
      kid: 'k',
      next: '/',
      zone: open.zone,
      names: {},
    },
    realOf: (legal) => realOf(file, legal),
  }
}

const htmlOf = (page: ActPage, view: ActView): string =>
  renderToString(<ActPageView page={page} view={view} context={context} />)

function expectStrict(html: string): void {
  expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|undefined|\[object/)
  expect(html.match(/<h1[\s>]/g)).toHaveLength(1)
}

const own = (status: OwnBids['bids'][number]['status']): OwnBids => ({
  bids: [
    {
      commitHash: 'A'.repeat(43),
      index: 77,
      lot: 'main',
      envelope: 'main',
      seq: 1,
      status,
      arrived: '2026-01-26T17:06:41.218402Z',
    },
  ],
})

/** A time of the same file on the day after its deadline. */
const after = (builder: RecordBuilder): string =>
  realOf(builder.state, '2026-01-28T21:00:00.000000Z')

describe('preparing a quotation', () => {
  let builder: RecordBuilder
  beforeAll(() => {
    builder = createRecord().toOpen()
  })

  test('says that nothing is submitted yet, until when, and what is asked for', () => {
    const view = viewFor(builder, 'bid.commit')
    const html = htmlOf(bidCommit, view)
    expectStrict(html)
    expect(html).toContain('<strong>Not submitted yet</strong>')
    expect(html).toContain('You need 2 unit prices and 1 PDF file, up to 20 MB each.')
    expect(html).toContain('Before you can submit')
    expect(html).toContain('You cannot go on yet, because')
    for (const { title } of view.file?.solicitation?.terms.requested ?? [])
      if (title !== 'Price sheet') expect(html).toContain(title)
  })

  test('has a field for each line and a slot for each answer and document', () => {
    const view = viewFor(builder, 'bid.commit')
    const { lines, answers, documents } = bidFormOf(view)
    const html = htmlOf(bidCommit, view)
    expect(html.match(/name="lines\.\d+\.unitPrice"/g)).toHaveLength(lines.length)
    expect(html.match(/data-slot="/g)).toHaveLength(answers.length + documents.length)
  })

  test('never shows what the buyer expects to pay', () => {
    const html = htmlOf(bidCommit, viewFor(builder, 'bid.commit'))
    for (const text of ['estimate', '2158000', '21,580']) expect(html).not.toContain(text)
  })

  test('is held to the deadline in real time', () => {
    const view = viewFor(builder, 'bid.commit')
    const until = view.file?.solicitation?.terms.bidsUntil ?? ''
    expect(bidCommit.notAfter?.(view)).toBe(realOf(builder.state, until))
  })

  test('begins with version 1, and names the one that it replaces', () => {
    expect(bidFormOf(viewFor(builder, 'bid.commit'))).toMatchObject({ seq: 1 })
    const replacing = viewFor(builder, 'bid.commit', { 'own-bids': own('counts') })
    expect(bidFormOf(replacing)).toMatchObject({ seq: 2, replaces: 'A'.repeat(43) })
    expect(htmlOf(bidCommit, replacing)).toContain('Version 1 counts until you submit another.')
    const withdrawn = bidFormOf(viewFor(builder, 'bid.commit', { 'own-bids': own('withdrawn') }))
    expect(withdrawn.seq).toBe(2)
    expect(withdrawn).not.toHaveProperty('replaces')
  })

  test('after the deadline says so and cannot be pressed', () => {
    const view = viewFor(builder, 'bid.commit', {}, after(builder))
    expect(bidCommit.because?.(view)).toEqual([
      'the deadline has passed: a late quotation is not considered',
    ])
    expect(bidCommit.notAfter?.(view)).toBeUndefined()
  })

  test('hostile text in a request stays text', () => {
    const hostile = '"><img src=x onerror=alert(1)>\u202e'
    const view = viewFor(builder, 'bid.commit')
    const { file } = view
    if (!file?.solicitation) throw new Error('the example is open')
    const { terms } = file.solicitation
    const requested = terms.requested.map((each) => ({ ...each, title: hostile }))
    const solicitation = { ...file.solicitation, terms: { ...terms, requested } }
    const html = htmlOf(bidCommit, { ...view, file: { ...file, solicitation } })
    expect(html).not.toContain('<img')
    expect(html).not.toMatch(/>[^<]*\u202e/)
  })
})

describe('withdrawing', () => {
  const builder = createRecord().toOpen()

  test('cites the quotation that stands', () => {
    const view = viewFor(builder, 'bid.withdraw', { 'own-bids': own('counts') })
    const html = htmlOf(bidWithdraw, view)
    expectStrict(html)
    expect(html).toContain('name="withdraws"')
    expect(html).toContain('A'.repeat(43))
    expect(bidWithdraw.because?.(view)).toEqual([])
  })

  test('says why it cannot be done where nothing counts, or it is too late', () => {
    const none = viewFor(builder, 'bid.withdraw', { 'own-bids': own('replaced') })
    expect(bidWithdraw.because?.(none)).toEqual(['you have no quotation that counts'])
    const late = viewFor(builder, 'bid.withdraw', { 'own-bids': own('counts') }, after(builder))
    expect(bidWithdraw.because?.(late)).toEqual(['the deadline has passed'])
  })
})

describe('asking', () => {
  const builder = createRecord().toOpen()

  test('says that nobody learns who asked', () => {
    const html = htmlOf(questionAsk, viewFor(builder, 'question.ask'))
    expectStrict(html)
    expect(html).toContain('Nobody is told who asked.')
  })

  test('ends with the time for questions', () => {
    const view = viewFor(builder, 'question.ask', {}, after(builder))
    expect(questionAsk.because?.(view)[0]).toMatch(/^questions were taken until /)
  })
})
