import { describe, expect, test } from 'vitest'
import { createFile, enrolment, keyOf, named, type Said } from '../tests/file-builder.ts'
import { CLOCK } from './register-rows.ts'
import { blobs, documents, due, needs, parseStatementPayload } from './rules.ts'
import { statementTypes } from './stages.ts'
import { addMicroseconds } from './training.ts'

const certify = (
  file = createFile().toDraft(),
  said: Said = {},
  payload: object = file.certificate(),
) => {
  const decision = file.decide('funds.certify', 'p-sam', payload, { role: 'BU', ...said })
  return decision.kind === 'refused' ? decision.refusal.code : decision.kind
}

describe('every act', () => {
  test('of another log is refused', () => {
    expect(certify(undefined, { aud: 'tenderbook.example/other' })).toBe('other-log')
  })
  test('by an unknown key is refused', () => {
    expect(certify(undefined, { key: 'stranger' })).toBe('unknown-key')
  })
  test('by a key of the wrong purpose is refused', () => {
    expect(certify(undefined, { key: CLOCK })).toBe('key-purpose')
    expect(certify(undefined, { key: 'root-1' })).toBe('key-purpose')
    const file = createFile().toApproved()
    const payload = { envelope: 'main', kid: named('r'), pub: '' }
    expect(file.code('opening.recipient', 'p-sam', payload, { role: 'AP' })).toBe('invalid')
  })
  test('by the key of another person is refused', () => {
    expect(certify(undefined, { key: 'p-dana' })).toBe('other-person')
  })
  test('by the wrong role, or one that the person does not hold, is refused', () => {
    expect(certify(undefined, { role: 'AP' })).toBe('role-missing')
    const file = createFile().toDraft()
    expect(file.code('funds.certify', 'p-dana', file.certificate(), { role: 'BU' })).toBe(
      'role-missing',
    )
  })
  test('is valid for five minutes, to the microsecond', () => {
    const file = createFile().toDraft()
    const ago = (micros: bigint) => ({ issuedAt: addMicroseconds(file.at, -micros) })
    expect(certify(file, ago(300_000_000n))).toBe('accepted')
    expect(certify(file, ago(300_000_001n))).toBe('expired')
    expect(certify(file, { notAfter: addMicroseconds(file.at, 300_000_001n) })).toBe('validity')
  })
  test('may come from a clock that is five minutes ahead, not more', () => {
    const file = createFile().toDraft()
    const ahead = (micros: bigint) => ({ issuedAt: addMicroseconds(file.at, micros) })
    expect(certify(file, ahead(300_000_000n))).toBe('accepted')
    expect(certify(file, ahead(300_000_001n))).toBe('not-yet-issued')
  })
  test('in a procurement that does not exist, or for another one, is refused', () => {
    expect(
      createFile().code('funds.certify', 'p-sam', createFile().certificate(), { role: 'BU' }),
    ).toBe('unknown-tender')
    expect(certify(undefined, { tender: 'ocds-213czf-other' })).toBe('other-tender')
  })
  test('out of turn is refused', () => {
    const file = createFile().toDraft()
    expect(file.code('solicitation.publish', 'p-dana', file.terms())).toBe('out-of-turn')
    expect(file.code('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })).toBe(
      'no-funds',
    )
  })
  test('signed for another stage is refused', () => {
    expect(certify(undefined, { phase: 'open' })).toBe('stale-phase')
  })
  test('signed under superseded terms is refused', () => {
    const file = createFile().toOpen()
    const payload = {
      role: 'CO',
      from: 'p-dana',
      to: 'p-other',
      reason: { code: 'leave', text: 'Leave.' },
    }
    expect(file.code('file.assign', 'p-dana', payload, { tenderHead: named('older') })).toBe(
      'stale-head',
    )
    expect(certify(undefined, { tenderHead: named('too early') })).toBe('stale-head')
  })
  test('that is not part of the method is refused', () => {
    const reason = { code: 'publication-ends', text: 'Nothing more was published.' }
    const decision = createFile().toOpen().decide('file.end', 'p-dana', { reason })
    expect(decision).toMatchObject({ kind: 'refused', refusal: { code: 'not-in-method' } })
  })
  test('of an unknown type, or of the wrong form, is invalid: every problem at once', () => {
    const file = createFile().toDraft()
    expect(file.decide('funds.spend', 'p-sam', {}, { role: 'BU' })).toMatchObject({
      kind: 'invalid',
      problems: [{ at: '/t' }],
    })
    const decision = file.decide('funds.certify', 'p-sam', { line: '', more: true }, { role: 'BU' })
    expect(decision.kind === 'invalid' && decision.problems.map(({ at }) => at).sort()).toEqual([
      '/payload',
      '/payload/amount',
      '/payload/availableUntil',
      '/payload/fiscalYear',
      '/payload/line',
    ])
  })
  test('is refused with a code, a rule, a citation, a message and what to do next', () => {
    const file = createFile().toDraft()
    for (const said of [
      { key: 'stranger' },
      { role: 'AP' },
      { phase: 'open' },
      { aud: 'x.example/y' },
    ] as Said[]) {
      const decision = file.decide('funds.certify', 'p-sam', file.certificate(), {
        role: 'BU',
        ...said,
      })
      if (decision.kind !== 'refused') throw new Error('it was not refused')
      const { code, rule, message, next } = decision.refusal
      for (const text of [code, rule.id, rule.cite, message, next]) expect(text).not.toBe('')
    }
  })
  test('changes nothing that it was given', () => {
    const file = createFile().toKeyed()
    const before = structuredClone(file.state)
    const held = file.state
    file.act('solicitation.publish', 'p-dana', file.terms())
    expect(held).toEqual(before)
    expect(file.state.open.stage).toBe('open')
  })
})

describe('the clock', () => {
  test('acts only on what the record owes, with its cause', () => {
    const file = createFile().toOpen()
    const close = { envelope: 'main', commit: named('c') }
    expect(file.code('deadline.close', CLOCK, close)).toBe('invalid')
    expect(file.code('deadline.close', CLOCK, close, { cause: named('other') })).toBe(
      'already-done',
    )
    expect(file.code('deadline.close', 'p-dana', close, { cause: named('other') })).toBe('invalid')
  })
  test('does nothing before its time', () => {
    const file = createFile().toOpen()
    const [duty] = file.owed('deadline.close')
    expect(file.code('deadline.close', CLOCK, file.closing(), { cause: duty?.cause ?? '' })).toBe(
      'too-early',
    )
  })
  test('says nothing but what the record says', () => {
    const file = createFile().toClosed()
    const [duty] = file.owed('opening.delayed')
    file.at = duty?.by ?? ''
    const said = { cause: duty?.cause ?? '' }
    const wrong = { envelope: 'main', released: ['p-sam'] }
    expect(file.code('opening.delayed', CLOCK, wrong, said)).toBe('payload-differs')
    expect(file.code('opening.delayed', CLOCK, { envelope: 'main', released: [] }, said)).toBe(
      'accepted',
    )
  })
  test('holds no office, and no person signs for it', () => {
    const file = createFile().toDraft()
    expect(file.code('funds.certify', CLOCK, file.certificate(), { role: 'BU' })).toBe(
      'key-purpose',
    )
  })
})

describe('an act of two persons', () => {
  const amendment = {
    changes: [],
    material: false,
    bidsUntil: '2026-01-30T21:00:00.000000Z',
    reason: { code: 'extension', text: 'Vendors asked for time.' },
  }
  test('takes effect with the second signature', () => {
    const file = createFile().toOpen()
    const of = file.act('solicitation.amend', 'p-dana', amendment)
    expect(file.state.open.solicitation?.terms.bidsUntil).toBe('2026-01-27T21:00:00.000000Z')
    expect(file.owed('solicitation.amend.cosign')).toHaveLength(1)
    file.act('solicitation.amend.cosign', 'p-sam', { of }, { role: 'AP' })
    expect(file.state.open.solicitation?.terms.bidsUntil).toBe(amendment.bidsUntil)
    expect(file.owed('solicitation.amend.cosign')).toEqual([])
  })
  test('wants another person, of the right role, for a statement that waits', () => {
    const file = createFile().toOpen()
    const of = file.act('solicitation.amend', 'p-dana', amendment)
    const cosign = 'solicitation.amend.cosign'
    expect(file.code(cosign, 'p-dana', { of }, { role: 'CO' })).toBe('role-missing')
    expect(file.code(cosign, 'p-sam', { of: named('other') }, { role: 'AP' })).toBe(
      'nothing-pending',
    )
    file.act(cosign, 'p-sam', { of }, { role: 'AP' })
    expect(file.code(cosign, 'p-sam', { of }, { role: 'AP' })).toBe('nothing-pending')
  })
  test('is judged again when the second signs', () => {
    const file = createFile().toOpen()
    const of = file.act('solicitation.amend', 'p-dana', amendment)
    file.waitUntil('2026-01-27T21:00:00.000001Z')
    expect(file.code('solicitation.amend.cosign', 'p-sam', { of }, { role: 'AP' })).toBe('too-late')
  })
})

describe('what a decision reads', () => {
  test('is named before: the rows of log, key and person, and what the act adds', () => {
    const file = createFile().toOpen()
    const statement = file.statement(
      'bid.commit',
      'p-pinyon',
      file.bid({ vendor: 'v-pinyon', dollars: 20_776 }),
    )
    const first = needs(file.state, statement)
    expect(first).toEqual([
      'log',
      `key/${keyOf('p-pinyon').kid}`,
      'person/p-pinyon',
      'org/granite-lakes',
    ])
    const loaded = (key: string) => (first.includes(key) ? file.view(key) : undefined)
    expect(needs(file.state, statement, loaded)).toEqual([...first, 'vendor/v-pinyon'])
    expect(blobs(statement)).toHaveLength(2)
  })
  test('of a second signature includes what the first needs', () => {
    const file = createFile()
    const hash = file.act('key.enrol', 'p-rosa', enrolment('p-rosa', 'spare'), { key: 'spare' })
    const statement = file.statement('key.enrol.cosign', 'p-reg', { of: hash })
    expect(needs(undefined, statement, file.view)).toContain('person/p-rosa')
  })
  test('includes the documents that a statement cites', () => {
    const file = createFile().toKeyed()
    const terms = file.terms()
    const statement = file.statement('solicitation.publish', 'p-dana', terms)
    expect(documents(file.state, statement)).toEqual([...file.documents.keys()])
    file.documents.clear()
    expect(file.code('solicitation.publish', 'p-dana', terms)).toBe('payload-missing')
  })
})

test('payloads are parsed by their schema, with every problem', () => {
  const file = createFile().toDraft()
  const good = file.statement('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
  expect(parseStatementPayload({ statement: good })).toMatchObject({
    payload: { line: 'parks-26-114' },
  })
  expect(parseStatementPayload({ statement: { ...good, payload: {} } })).toHaveProperty('problems')
})

test('duties keep their keys from one computation to the next', () => {
  const file = createFile().toClosed()
  const keys = due(file.state).map(({ key }) => key)
  expect(due(structuredClone(file.state)).map(({ key }) => key)).toEqual(keys)
  expect(new Set(keys).size).toBe(keys.length)
})

test('every statement type is a noun and a verb', () => {
  for (const t of statementTypes()) expect(t).toMatch(/^[a-z]+\.[a-z]+(\.(confirm|cosign))*$/)
})
