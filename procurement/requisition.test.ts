import { describe, expect, test } from 'vitest'
import { createFile, named, ORG, usd } from '../tests/file-builder.ts'
import { fundsCover } from './requisition.ts'

const training = {
  legalStart: '2026-01-08T16:00:00.000000Z',
  realStart: '2026-01-08T15:59:00.000000Z',
  accelerator: 86_400,
}

/** 5:30 PM on Thu, Jan 8, 2026, in Denver, and the first instant of the day after. */
const LAST_EVENING = '2026-01-09T00:30:00.000000Z'
const MIDNIGHT = '2026-01-09T07:00:00.000000Z'

describe('a requisition', () => {
  test('opens a file of the agency for which its author asks', () => {
    const { state } = createFile().toDraft()
    expect(state.open).toMatchObject({
      stage: 'draft',
      org: ORG,
      zone: 'America/Denver',
      live: false,
    })
    expect(state.open.requisition).toMatchObject({ by: 'p-rosa', value: usd(21_580) })
  })
  test('opens a file once, under an ocid with the prefix of the log', () => {
    const file = createFile().toDraft()
    expect(file.code('requisition.submit', 'p-rosa', file.requisition())).toBe('tender-exists')
    const other = createFile()
    const said = { tender: 'ocds-other1-1' }
    expect(other.code('requisition.submit', 'p-rosa', other.requisition(), said)).toBe(
      'unknown-tender',
    )
  })
  test.each(['', '../../evil?x#<b>', '..', 'GL/26', 'a b', 'x'.repeat(65), 'é'])(
    'opens no file under a name that is no ocid: %j',
    (suffix) => {
      const file = createFile()
      const said = { tender: `ocds-213czf-${suffix}` }
      expect(file.decide('requisition.submit', 'p-rosa', file.requisition(), said)).toMatchObject({
        kind: 'invalid',
        problems: [{ at: '/tender' }],
      })
    },
  )
  test('of a live agency runs on the real clock', () => {
    const payload = { ...createFile().requisition(), training }
    expect(createFile({ live: true }).code('requisition.submit', 'p-rosa', payload)).toBe(
      'training',
    )
    expect(createFile().code('requisition.submit', 'p-rosa', payload)).toBe('accepted')
  })
  test('starts a training clock now or before, with a second of at most ten days', () => {
    const file = createFile()
    const start = (changed: object) =>
      file.code('requisition.submit', 'p-rosa', {
        ...file.requisition(),
        training: { ...training, ...changed },
      })
    expect(start({ realStart: '2026-01-08T16:00:00.000000Z' })).toBe('accepted')
    expect(start({ realStart: '2026-01-08T16:00:00.000001Z' })).toBe('training')
    expect(start({ accelerator: 864_001 })).toBe('invalid')
    expect(start({ accelerator: 0 })).toBe('invalid')
  })
  test('is dated by the training clock that it starts', () => {
    const file = createFile({
      training: { ...training, legalStart: '2015-03-02T00:00:00.000000Z' },
    }).toDraft()
    expect(file.state.open.requisition.legal).toBe('2015-05-01T00:00:00.000000Z')
  })
  test('has a value, items with their own ids, and one currency', () => {
    const file = createFile()
    const ask = (changed: object) =>
      file.code('requisition.submit', 'p-rosa', { ...file.requisition(), ...changed })
    const item = (file.requisition()['items'] as object[])[0]
    expect(ask({ value: usd(0) })).toBe('terms')
    expect(ask({ items: [item, item] })).toBe('terms')
    expect(ask({ items: [{ ...item, estimate: { amount: '1', currency: 'EUR' } }] })).toBe(
      'currency',
    )
    expect(ask({ value: { amount: '21580.00', currency: 'USD' } })).toBe('invalid')
    expect(ask({ value: { amount: '-1', currency: 'USD' } })).toBe('invalid')
    expect(ask({ items: file.doc('items.json', []) })).toBe('accepted')
  })
})

describe('a certificate of funds', () => {
  const certify = (changed: object, file = createFile().toDraft()) =>
    file.code('funds.certify', 'p-sam', { ...file.certificate(), ...changed }, { role: 'BU' })

  test('is for the line of the requisition, in its currency, for funds that still stand', () => {
    expect(certify({ line: 'other' })).toBe('budget-line')
    expect(certify({ amount: { amount: '2158000', currency: 'EUR' } })).toBe('currency')
    expect(certify({ availableUntil: '2026-01-07' })).toBe('no-funds')
    expect(certify({ availableUntil: '2026-01-08' })).toBe('accepted')
  })
  test('stands to the end of its last day at the agency, which in Greenwich is over before', () => {
    const file = createFile().toDraft()
    file.at = LAST_EVENING
    expect(certify({ availableUntil: '2026-01-08' }, file)).toBe('accepted')
    file.act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
    const { funds } = file.state.open
    if (funds) funds.availableUntil = '2026-01-08'
    const approve = () => file.code('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })
    expect(approve()).toBe('accepted')
    expect(fundsCover(file.state.open, usd(1), LAST_EVENING)).toBe(true)
    file.at = MIDNIGHT
    expect(certify({ availableUntil: '2026-01-08' }, file)).toBe('no-funds')
    expect(approve()).toBe('no-funds')
    const yerevan = { ...file.state.open, zone: 'Asia/Yerevan' }
    expect(fundsCover(yerevan, usd(1), '2026-01-08T19:59:59.000000Z')).toBe(true)
    expect(fundsCover(yerevan, usd(1), '2026-01-08T20:00:00.000000Z')).toBe(false)
  })
  test('after approval is for an increase only', () => {
    const file = createFile().toApproved()
    expect(certify({}, file)).toBe('already-done')
    expect(certify({ amount: usd(21_580.01) }, file)).toBe('accepted')
  })
  test('covers what is not more than it, until its day', () => {
    const { open } = createFile().toApproved().state
    expect(fundsCover(open, usd(21_580), '2026-02-01')).toBe(true)
    expect(fundsCover(open, usd(21_580.01), '2026-02-01')).toBe(false)
    expect(fundsCover(open, usd(1), '2030-10-01')).toBe(false)
    expect(fundsCover(open, { amount: '1', currency: 'EUR' }, '2026-02-01')).toBe(false)
  })
})

describe('an approval', () => {
  const certified = (options?: Parameters<typeof createFile>[0], dollars?: number) => {
    const file = createFile(options).toDraft()
    file.act('funds.certify', 'p-sam', file.certificate(dollars), { role: 'BU' })
    return file
  }
  const approve = (file: ReturnType<typeof certified>, changed: object = {}, actor = 'p-sam') => {
    const decision = file.decide(
      'requisition.approve',
      actor,
      { ...file.approval(), ...changed },
      { role: 'AP' },
    )
    return decision.kind === 'refused'
      ? `${decision.refusal.code} ${decision.refusal.rule.cite}`
      : decision.kind
  }

  test('pins method and pack', () => {
    const file = certified()
    file.act('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })
    expect(file.state.open).toMatchObject({
      stage: 'approved',
      method: 'us.quote',
      pack: { id: 'us-far' },
    })
  })
  test('needs certified funds for the whole value', () => {
    const none = createFile().toDraft()
    expect(approve(none)).toBe('no-funds 31 USC 1341; FAR 32.702')
    expect(approve(certified({}, 21_579.99))).toBe('no-funds 31 USC 1341; FAR 32.702')
    expect(approve(certified({}, 21_580))).toBe('accepted')
  })
  test('needs a method that is open to the value: the cents decide', () => {
    expect(approve(certified({ value: 15_000 }))).toBe('method-not-allowed FAR 2.101')
    expect(approve(certified({ value: 15_000.01 }))).toBe('accepted')
    expect(approve(certified({ value: 350_000.01 }))).toBe('method-not-allowed FAR 2.101')
    expect(approve(certified({ value: 1, method: 'plain' }))).toBe('accepted')
  })
  test('needs a pack of this build, byte for byte, and a method of it', () => {
    const file = certified()
    const pack = file.approval()['pack'] as object
    expect(approve(file, { pack: { ...pack, sha256: named('other') } })).toMatch(/^pack-unknown/)
    expect(approve(file, { method: 'us.sealed' })).toMatch(/^method-not-allowed/)
  })
  test('is never given by the author, in any method', () => {
    for (const method of ['us.quote', 'plain'] as const) {
      const file = createFile({ method })
      file.act('role.grant', 'p-reg', { person: 'p-rosa', role: 'AP', org: ORG })
      file.toDraft().act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
      const decision = file.decide('requisition.approve', 'p-rosa', file.approval(), { role: 'AP' })
      expect(decision).toMatchObject({ kind: 'refused', refusal: { code: 'separation' } })
      const message = decision.kind === 'refused' ? decision.refusal.message : ''
      expect(message).toContain('requisition.submit')
      expect(message).toContain('requisition.approve')
    }
  })
  /** Rosa asks, and holds the role that certifies. */
  const rosaCertifies = () => {
    const file = createFile()
    file.act('role.grant', 'p-reg', { person: 'p-rosa', role: 'BU', org: ORG })
    return file.toDraft()
  }
  test('is refused, with both acts, where requester and budget officer were one and its method keeps them apart', () => {
    const file = rosaCertifies()
    const asked = file.state.open.requisition.hash
    // A draft has no method yet, and not every method keeps the two apart.
    const certified = file.act('funds.certify', 'p-rosa', file.certificate(), { role: 'BU' })
    expect(file.decide('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })).toEqual({
      kind: 'refused',
      refusal: {
        code: 'separation',
        rule: { id: 'us.separation', cite: 'FAR 3.101-1; GAO-14-704G, principle 10' },
        message:
          `p-rosa acted as RQ in requisition.submit (${asked}) and as BU in funds.certify (${certified}); ` +
          'us.quote keeps the two apart.',
        next: 'What was signed stays signed: choose a method that allows both, or begin a new request in which another person acts as BU.',
        at: '/payload/method',
      },
    })
    expect(file.code('requisition.approve', 'p-sam', file.approval('plain'), { role: 'AP' })).toBe(
      'accepted',
    )
  })
  test('is not healed by a second certificate of another person', () => {
    const file = rosaCertifies()
    file.act('funds.certify', 'p-rosa', file.certificate(), { role: 'BU' })
    file.act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
    expect(approve(file)).toMatch(/^separation/)
  })
  test('binds the certificate of an increase: the requester signs none under a method that keeps the two apart', () => {
    const file = rosaCertifies()
    file.act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
    file.act('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })
    const more = file.decide('funds.certify', 'p-rosa', file.certificate(30_000), { role: 'BU' })
    const { message } = more.kind === 'refused' ? more.refusal : { message: more.kind }
    expect(message).toMatch(
      /^p-rosa acted as RQ in requisition\.submit .* as BU in funds\.certify\.$/,
    )
  })
  test('needs three sources, or a public notice', () => {
    const file = certified()
    const invited = (names: string[]) => ({
      competition: {
        kind: 'invited',
        sources: file.doc(`sources ${names.length}.json`, names),
        reason: { code: 'three-sources', text: 'Three firms sell them.' },
      },
    })
    expect(approve(file, invited(['a', 'b', 'c']))).toBe('accepted')
    expect(approve(file, invited(['a', 'b']))).toBe('competition FAR 13.104(b)')
    expect(approve(file, invited(['a', 'b', 'b']))).toBe('competition FAR 13.104(b)')
    const { kind, reason } = invited([]).competition
    expect(approve(file, { competition: { kind, reason } })).toBe('competition FAR 13.104(b)')
  })
  test('says why, by the codes of the pack, and names clauses', () => {
    const file = certified()
    const because = (code: string) => ({ kind: 'none', reason: { code, text: 'Because.' } })
    expect(approve(file, { setAside: because('whim') })).toMatch(/^reason-code/)
    expect(
      approve(file, { setAside: { kind: 'none', reason: { code: 'market-research', text: '' } } }),
    ).toBe('invalid')
    expect(approve(file, { clauses: [] })).toBe('clauses FAR 13.302-5')
  })
})

describe('what is owed first', () => {
  test('is the certificate, then the approval', () => {
    const file = createFile().toDraft()
    expect(file.owed('funds.certify').map(({ role }) => role)).toEqual(['BU'])
    expect(file.owed('requisition.approve')).toEqual([])
    file.act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
    expect(file.owed('funds.certify')).toEqual([])
    expect(file.owed('requisition.approve').map(({ role }) => role)).toEqual(['AP'])
  })
})
