/** The officer's side up to publication: each page says what it is for, within the content policy, whatever people wrote. */
import { renderToString } from 'preact-render-to-string'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../ledger/index.ts'
import {
  due,
  legalOf,
  packOfMethod,
  pinOf,
  realOf,
  type FileState,
  type Item,
} from '../../procurement/index.ts'
import { ORG, createFile, type FileBuilder } from '../../tests/file-builder.ts'
import { amendmentOf, redlineOf } from '../amendment-form.ts'
import { howBought } from '../how-bought.ts'
import { ActPageView } from '../pages/act.tsx'
import { requisitionOf, rowsOf } from '../requisition-form.ts'
import { missingHolders, openingKeyOf, termsOfForm } from '../solicitation-form.ts'
import { actPages } from './index.ts'
import type { ActView } from './page.ts'

const hostile = '</textarea><img src=x onerror=alert(1)>"\'\u202egnp.exe\u0000=cmd()'
const context = { assets: { styles: { href: '/s', integrity: 'sha384-x' }, islands: {} } }
const names = new Map([
  ['p-rosa', 'Rosa Delgado'],
  ['p-sam', 'Sam Okoro'],
  ['p-dana', 'Dana Whitlock'],
])

function viewOf(
  builder: FileBuilder,
  t: string,
  person: string,
  more: Partial<ActView> = {},
): ActView {
  const { file } = builder
  const duties = file ? due(file) : []
  const duty = duties.find(({ type }) => type === t)
  return {
    t,
    viewer: { person, kid: 'kid', name: names.get(person) ?? person },
    ...(file ? { file: file.open } : {}),
    org: ORG,
    zone: 'America/Denver',
    now: builder.at,
    legalNow: legalOf(file, builder.at),
    names,
    ...(duty ? { duty } : {}),
    duties,
    query: {},
    row: builder.view,
    more: {},
    setting: { t, role: 'CO', actor: person, kid: 'kid', next: '/work', zone: 'UTC', names: {} },
    realOf: (legal) => (file ? realOf(file, legal) : legal),
    ...more,
  }
}

function htmlOf(view: ActView): string {
  const page = actPages[view.t]
  if (!page) throw new Error(`no page for ${view.t}`)
  const html = renderToString(<ActPageView page={page} view={view} context={context} />)
  expect(html).not.toContain('<img')
  // Its words are harmless as text, and may stand there.
  const strict = html.replaceAll('onerror=alert', '')
  expect(strict).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)/)
  expect(html.match(/<h1[\s>]/g)).toHaveLength(1)
  return html
}

/** The same state with hostile words wherever people write. */
function spoiled(builder: FileBuilder): FileBuilder {
  const text = JSON.stringify(builder.file)
    .replaceAll('12 rugged tablets for park rangers', JSON.stringify(hostile).slice(1, -1))
    .replaceAll('Rugged tablet', JSON.stringify(hostile).slice(1, -1))
    .replaceAll('Rangers record', JSON.stringify(hostile).slice(1, -1))
    .replaceAll('Tablets that survive', JSON.stringify(hostile).slice(1, -1))
  builder.file = JSON.parse(text) as FileState
  return builder
}

const people = [
  { person: 'p-rosa', roles: ['RQ', 'AC'] },
  { person: 'p-sam', roles: ['BU', 'AP', 'PO', 'OO'] },
  { person: 'p-dana', roles: ['CO'] },
  { person: 'p-lee', roles: ['CO'] },
]

describe('a new purchase', () => {
  const form: JsonObject = {
    title: 'Tablets',
    need: 'For rangers.',
    category: 'goods',
    practice: 'none',
    items: [
      {
        description: 'Rugged tablet',
        must: 'IP65',
        quantity: '12',
        unitPrice: { amount: '142000', currency: 'USD' },
      },
      {},
      { description: 'Dock', quantity: '4', unitPrice: { amount: '31000', currency: 'USD' } },
    ],
    delivery: { place: 'Alder Falls', by: '2026-03-13' },
    budget: { line: 'parks-26-114' },
  }

  test('becomes lines and their sum, which the rules accept', () => {
    const made = requisitionOf(form, 'USD')
    if ('problems' in made) throw new Error(JSON.stringify(made.problems))
    expect(made.payload['value']).toEqual({ amount: '1828000', currency: 'USD' })
    const builder = createFile()
    expect(builder.code('requisition.submit', 'p-rosa', made.payload)).toBe('accepted')
    builder.act('requisition.submit', 'p-rosa', made.payload)
    expect((builder.state.open.requisition.items as Item[]).map(({ id }) => id)).toEqual([
      '0001',
      '0002',
    ])
    expect(rowsOf(builder.state.open)).toEqual([
      {
        description: 'Rugged tablet',
        must: 'IP65',
        quantity: '12',
        unitPrice: { amount: '142000', currency: 'USD' },
      },
      { description: 'Dock', quantity: '4', unitPrice: { amount: '31000', currency: 'USD' } },
    ])
  })

  test('names the line and what it needs', () => {
    expect(requisitionOf({ ...form, items: [{}, { description: 'Dock' }] }, 'USD')).toEqual({
      problems: [
        { path: 'items.1.quantity', message: 'Line 2 needs a quantity.' },
        { path: 'items.1.unitPrice', message: 'Line 2 needs a unit price.' },
      ],
    })
    expect(requisitionOf({ ...form, items: [] }, 'USD')).toMatchObject({
      problems: [{ path: 'items.0.description' }],
    })
  })

  test('says who does what, and offers practice in development only', () => {
    const view = viewOf(createFile(), 'requisition.submit', 'p-rosa', { more: { people } })
    const html = htmlOf(view)
    expect(html).toContain('How this will be bought')
    expect(html).toContain('<dt>Sam Okoro</dt><dd>certifies the funds</dd>')
    expect(html).toContain('data-row-add')
    expect(html).not.toContain('Practice')
    expect(htmlOf({ ...view, mayTrain: true })).toContain('Practice at 1 day a second')
  })

  test('copies a past one, whatever its words are', () => {
    const past = spoiled(createFile().toDraft()).state.open
    const pasts = [{ ocid: 'ocds-1', title: hostile }]
    const view = viewOf(createFile(), 'requisition.submit', 'p-rosa')
    expect(htmlOf({ ...view, more: { copied: past } })).toContain('Copied from')
    expect(htmlOf({ ...view, more: { pasts } })).toContain('?from=ocds-1')
  })
})

describe('how it is bought', () => {
  const how = (dollars: number) =>
    howBought({
      value: { amount: String(dollars * 100), currency: 'USD' },
      agency: { org: ORG, zone: 'America/Denver', calendar: 'us-federal' },
      at: '2026-01-12T16:00:00.000000Z',
    })

  test('follows from the value, with citations', () => {
    const { method, reasons, changes, soonest } = how(21_580)
    expect(method?.title).toBe('Request for quotations')
    expect(reasons[0]?.text).toContain('$21,580.00 is above $15,000.00 and not above $350,000.00')
    expect(reasons.every(({ cite }) => cite.startsWith('FAR'))).toBe(true)
    expect(reasons.some(({ text }) => text.includes('ten days'))).toBe(true)
    expect(changes.map(({ text }) => text.split(':')[0])).toEqual([
      'At $20,000.00 or less',
      'Above $25,000.00',
    ])
    expect(soonest).toBe('2026-01-22')
  })

  test('says so where these rules have no method', () => {
    expect(how(9_000)).toMatchObject({ pack: { id: 'us-far' } })
    expect(how(9_000).method).toBeUndefined()
    expect(how(9_000).reasons[0]?.text).toContain('The approver decides')
    expect(how(400_000).soonest).toBeUndefined()
  })
})

describe('an approval', () => {
  test('proposes method, competition and set-aside with the rule behind each', () => {
    const builder = createFile().toDraft()
    expect(htmlOf(viewOf(builder, 'requisition.approve', 'p-sam'))).toContain(
      'no funds are certified yet',
    )
    builder.act('funds.certify', 'p-sam', builder.certificate(), { role: 'BU' })
    const html = htmlOf(viewOf(spoiled(builder), 'requisition.approve', 'p-sam'))
    expect(html).not.toContain('\u202e')
    expect(html).not.toContain('You cannot go on yet')
    expect(html).toMatch(/value="us\.quote"[^>]*checked/)
    expect(html).toContain('FAR 19.502-2(a)')
    expect(html).toContain('FAR 13.104(b)')
  })

  test('of the proposals as they stand is accepted', () => {
    const builder = createFile().toDraft()
    builder.act('funds.certify', 'p-sam', builder.certificate(), { role: 'BU' })
    const html = htmlOf(viewOf(builder, 'requisition.approve', 'p-sam'))
    const chosen = (path: string): string =>
      new RegExp(`name="${path}"[^>]*value="([^"]+)"[^>]*checked`).exec(html)?.[1] ?? ''
    const selected = (path: string): string =>
      new RegExp(`name="${path}".*?<option value="([^"]+)" selected`).exec(html)?.[1] ?? ''
    const pack = packOfMethod(chosen('method'))
    if (!pack) throw new Error('no method is proposed')
    const payload = {
      method: chosen('method'),
      pack: { ...pinOf(pack) },
      competition: {
        kind: chosen('competition.kind'),
        reason: { code: selected('competition.reason.code'), text: 'Public.' },
      },
      setAside: {
        kind: chosen('setAside.kind'),
        reason: { code: selected('setAside.reason.code'), text: 'Two can.' },
      },
      clauses: ['52.212-4'],
    }
    expect(builder.code('requisition.approve', 'p-sam', payload, { role: 'AP' })).toBe('accepted')
  })
})

describe('a publication', () => {
  const form: JsonObject = {
    title: 'Tablets',
    description: 'For rangers.',
    naics: '334111',
    factors: [{ name: 'Delivery date', kind: 'delivery' }, { kind: 'technical' }],
    requested: [
      { title: 'Delivery date', kind: 'answer', required: 'yes' },
      { title: 'Data sheet', kind: 'document', required: 'no' },
      { title: 'Data sheet', kind: 'document', required: 'yes' },
    ],
    questionsUntil: '2026-01-21T21:00:00.000000Z',
    bidsUntil: '2026-01-27T21:00:00.000000Z',
    validDays: 60,
    delivery: { place: 'Alder Falls', by: '2026-03-13' },
    payment: { days: 30 },
  }

  test('waits for its key holders and says so', () => {
    const builder = createFile().toApproved()
    expect(missingHolders(builder.state.open)).toHaveLength(2)
    const html = htmlOf(viewOf(builder, 'solicitation.publish', 'p-dana'))
    expect(html).toContain('0 of 3 key holders have accepted')
    expect(html).toContain('aria-disabled="true"')
    expect(openingKeyOf(builder.state.open)).toBeUndefined()
  })

  test('of the form’s terms with the recorded key is accepted', () => {
    const builder = createFile().toKeyed()
    const { open } = builder.state
    builder.at = '2026-01-12T16:00:00.000000Z'
    const terms = { ...termsOfForm(form, open), openingKey: openingKeyOf(open) }
    expect(builder.decide('solicitation.publish', 'p-dana', terms)).toEqual({ kind: 'accepted' })
    expect(terms).toMatchObject({ slots: 2, codes: [{ scheme: 'NAICS', id: '334111' }] })
    expect(JSON.stringify(terms)).toContain('"data-sheet-2"')
  })

  test('begins with days that are lawful, and shows the soonest', () => {
    const builder = spoiled(createFile().toKeyed())
    const html = htmlOf(viewOf(builder, 'solicitation.publish', 'p-dana'))
    expect(html).not.toContain('\u202e')
    expect(html).toContain('at the soonest (')
    expect(html).toContain('FAR 5.101(a)(2)')
    expect(html).not.toContain('You cannot go on yet')
    expect(html).toContain('As the public will see it')
  })
})

describe('key holders', () => {
  test('accept once', () => {
    const builder = createFile().toApproved()
    const html = htmlOf(viewOf(spoiled(builder), 'opening.member', 'p-sam'))
    expect(html).toContain('2 of 3')
    expect(html).toContain(`value="&quot;${ORG}&quot;"`)
    builder.act('opening.member', 'p-sam', builder.member('p-sam'), { role: 'OO' })
    expect(htmlOf(viewOf(builder, 'opening.member', 'p-sam'))).toContain('accepted already')
  })

  test('show that their key opens, if they hold one', () => {
    const builder = createFile().toOpen()
    expect(htmlOf(viewOf(builder, 'opener.ping', 'p-sam'))).not.toContain('You cannot go on yet')
    expect(htmlOf(viewOf(builder, 'opener.ping', 'p-rosa'))).toContain('you hold no key')
  })
})

test('an answer shows the oldest question that waits, without its asker', () => {
  const builder = createFile().toOpen()
  const questions = [
    { hash: 'a', text: hostile, asked: builder.at },
    { hash: 'b', text: 'Another?', asked: builder.at },
  ]
  const view = viewOf(builder, 'question.answer', 'p-dana', { more: { questions: { questions } } })
  expect(htmlOf(view)).toContain('&quot;a&quot;')
  expect(htmlOf({ ...view, of: 'b' })).toContain('&quot;b&quot;')
  expect(htmlOf({ ...view, more: {} })).toContain('no question waits')
})

describe('an amendment', () => {
  const builder = createFile().toOpen()
  const terms = builder.state.open.solicitation?.terms
  if (!terms) throw new Error('nothing is published')
  const same: JsonObject = {
    title: terms.title,
    description: terms.description,
    delivery: { ...terms.delivery },
    payment: { days: terms.payment.days },
    validDays: 60,
    // As a field writes it, to the minute.
    questionsUntil: '2026-01-21T21:00:00.000000Z',
    bidsUntil: terms.bidsUntil,
    requested: terms.requested.map(({ title }) => ({ title })),
    material: false,
    reason: { code: 'clarification', text: 'Said more clearly.' },
  }

  test('says nothing where nothing is changed', () => {
    expect(redlineOf(same, terms)).toEqual([])
  })

  test('is a diff that the rules accept', () => {
    const payload = amendmentOf({ ...same, description: 'At least 10 inches.' }, terms)
    expect(payload['changes']).toEqual([
      { path: '/description', from: terms.description, to: 'At least 10 inches.' },
    ])
    expect(builder.decide('solicitation.amend', 'p-dana', payload)).toEqual({ kind: 'accepted' })
  })

  test('of what vendors send is material and asks for time', () => {
    const requested = terms.requested.map(({ title }, i) => ({
      title: i === 1 ? 'A sheet' : title,
    }))
    const payload = amendmentOf({ ...same, requested }, terms)
    expect(payload['material']).toBe(true)
    builder.waitUntil('2026-01-27T20:00:00.000000Z')
    expect(builder.code('solicitation.amend', 'p-dana', payload)).toBe('deadline-too-short')
  })

  test('of the deadline waits for the approver, who sees before and after', () => {
    const payload = amendmentOf({ ...same, bidsUntil: '2026-02-03T21:00:00.000000Z' }, terms)
    const moved = createFile().toOpen()
    const of = moved.act('solicitation.amend', 'p-dana', payload)
    const html = htmlOf(viewOf(moved, 'solicitation.amend.cosign', 'p-sam'))
    expect(html).toContain('Tue, Jan 27, 2026, 2:00 PM MST')
    expect(html).toContain('Tue, Feb 3, 2026, 2:00 PM MST')
    expect(moved.code('solicitation.amend.cosign', 'p-sam', { of }, { role: 'AP' })).toBe(
      'accepted',
    )
    expect(moved.state.open.solicitation?.terms.bidsUntil).toBe(terms.bidsUntil)
  })

  test('shows the terms as they are, whatever words are in them', () => {
    const html = htmlOf(viewOf(spoiled(createFile().toOpen()), 'solicitation.amend', 'p-dana'))
    expect(html).toContain('Nothing is changed yet.')
    expect(html).not.toContain('openingKey')
  })
})

test('a file is handed to somebody else who holds the role', () => {
  const builder = createFile().toOpen()
  const view = viewOf(builder, 'file.assign', 'p-dana', { more: { people } })
  const html = htmlOf(view)
  expect(html).toContain('value="p-lee"')
  expect(html).not.toMatch(/type="radio"[^>]*value="p-dana"/)
  expect(htmlOf({ ...view, more: {} })).toContain('nobody else holds this role')
})
