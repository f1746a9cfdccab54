import { beforeEach, describe, expect, test } from 'vitest'
import { toBase64Url, fromBase64Url, type Json } from '../ledger/index.ts'
import {
  createFile,
  enrolment,
  type FileBuilder,
  keyOf,
  named,
  ORG,
  ORIGIN,
  usd,
} from '../tests/file-builder.ts'
import { exclusionsOf } from './exclusions.ts'
import { possessionMessage } from './possession.ts'
import { vendorRow } from './register-rows.ts'
import { decide, signingKeyOf } from './rules.ts'

let log: FileBuilder
beforeEach(() => {
  log = createFile()
})

/** What the rules say of a founding statement in an empty log. */
function founding(
  change: (payload: Record<string, Json>) => Record<string, Json>,
  actor = 'root-1',
) {
  const first = log.entries[0]?.statement.payload ?? {}
  const statement = log.statement('log.found', actor, change({ ...first }))
  const nothing = () => undefined
  const given = {
    at: log.at,
    hash: named('x'),
    register: nothing,
    document: nothing,
    blob: nothing,
  }
  const decision = decide(undefined, statement, given)
  return decision.kind === 'refused' ? decision.refusal.code : decision.kind
}

describe('a log', () => {
  test('is founded once', () => {
    expect(founding((payload) => payload)).toBe('accepted')
    expect(log.code('log.found', 'root-1', log.entries[0]?.statement.payload ?? {})).toBe(
      'already-done',
    )
  })
  test('is founded by its own roots only, each with its own key', () => {
    expect(founding((payload) => payload, 'root-4')).toBe('unknown-key')
    expect(log.code('log.found.cosign', 'root-2', { of: log.entries[0]?.hash })).toBe(
      'already-done',
    )
  })
  test('accepts nothing else before enough roots have signed', () => {
    const { register } = log
    register.set('log', {
      ...(register.get('log') as object),
      founded: false,
      signed: [keyOf('root-1').kid],
    })
    const org = { org: 'other', name: 'Other', identifier: { scheme: 'X', id: '1' }, units: [] }
    const payload = { ...org, zone: 'UTC', calendar: 'weekend', live: false }
    expect(log.code('org.enrol', 'p-reg', payload)).toBe('not-founded')
    const of = log.entries[0]?.hash
    expect(log.code('log.found.cosign', 'root-1', { of })).toBe('already-done')
    expect(log.code('log.found.cosign', 'root-3', { of: named('other') })).toBe('nothing-pending')
    log.act('log.found.cosign', 'root-3', { of })
    expect(log.code('org.enrol', 'p-reg', payload)).toBe('accepted')
  })
  test('needs no more signatures than it has roots, each key once, and all its services', () => {
    expect(founding((payload) => ({ ...payload, threshold: 4 }))).toBe('threshold')
    const [root] = log.entries[0]?.statement.payload['roots'] as Json[]
    expect(founding((payload) => ({ ...payload, roots: [root ?? '', root ?? ''] }))).toBe(
      'threshold',
    )
    expect(
      founding((payload) => ({
        ...payload,
        services: [payload['services'] as Json].flat().slice(1),
      })),
    ).toBe('threshold')
  })
})

describe('a key', () => {
  test('counts from the cosign of a registrar on, not before', () => {
    const payload = enrolment('p-rosa', 'new device')
    const of = log.act('key.enrol', 'p-rosa', payload, { key: 'new device' })
    const said = { key: 'new device' }
    expect(log.code('key.revoke', 'p-rosa', { kid: payload.kid, reason: lost }, said)).toBe(
      'unknown-key',
    )
    log.act('key.enrol.cosign', 'p-reg', { of })
    expect(log.code('key.revoke', 'p-rosa', { kid: payload.kid, reason: lost }, said)).toBe(
      'accepted',
    )
    expect(log.code('key.enrol.cosign', 'p-reg', { of })).toBe('nothing-pending')
  })
  test('signed for by an older key of the same person needs no registrar', () => {
    const payload = enrolment('p-rosa', 'second device')
    log.act('key.enrol', 'p-rosa', payload)
    expect(log.register.get(`key/${payload.kid}`)).toMatchObject({
      status: 'active',
      person: 'p-rosa',
    })
  })
  test('is enrolled by its holder, with proof that it holds it', () => {
    const payload = enrolment('p-rosa', 'third device')
    expect(log.code('key.enrol', 'p-sam', payload)).toBe('other-person')
    const elsewhere = keyOf('third device').sign(
      possessionMessage('another.log/x', 'p-rosa', payload.kid),
    )
    expect(log.code('key.enrol', 'p-rosa', { ...payload, pop: toBase64Url(elsewhere) })).toBe(
      'possession',
    )
    const other = keyOf('fourth device')
    expect(log.code('key.enrol', 'p-rosa', { ...payload, pub: toBase64Url(other.pub) })).toBe(
      'possession',
    )
  })
  test('of small order is not admitted', () => {
    const zero = toBase64Url(new Uint8Array(32))
    expect(log.code('key.enrol', 'p-rosa', { ...enrolment('p-rosa', 'x'), pub: zero })).toBe(
      'possession',
    )
  })
  test('is not enrolled twice, nor for somebody unknown', () => {
    expect(log.code('key.enrol', 'p-rosa', enrolment('p-rosa'))).toBe('already-enrolled')
    expect(log.code('key.enrol', 'p-nobody', enrolment('p-nobody', 'n'), { key: 'n' })).toBe(
      'unknown-person',
    )
  })
  test('is enrolled for acts of people only', () => {
    const payload = { ...enrolment('p-rosa', 'w'), purpose: 'worker' }
    expect(log.code('key.enrol', 'p-rosa', payload)).toBe('invalid')
  })
  test('is revoked by its holder at once', () => {
    const { kid } = keyOf('p-dana')
    log.act('key.revoke', 'p-dana', { kid, reason: lost })
    expect(log.code('key.revoke', 'p-dana', { kid, reason: lost })).toBe('unknown-key')
    expect(signingKeyOf(log.statement('bid.assess', 'p-dana', {}), log.view)).toBeUndefined()
  })
  test('is revoked by two registrars, not by one, and not by the same one twice', () => {
    const { kid } = keyOf('p-dana')
    const of = log.act('key.revoke', 'p-reg', {
      kid,
      reason: { code: 'left', text: 'Left the office.' },
    })
    expect(log.register.get(`key/${kid}`)).toMatchObject({ status: 'active' })
    expect(log.code('key.revoke.cosign', 'p-reg', { of })).toBe('second-person')
    expect(log.code('key.revoke.cosign', 'p-sam', { of })).toBe('role-missing')
    log.act('key.revoke.cosign', 'p-reg-2', { of })
    expect(log.register.get(`key/${kid}`)).toMatchObject({ status: 'revoked' })
  })
  test('is not revoked by a stranger', () => {
    const payload = { kid: keyOf('p-dana').kid, reason: lost }
    expect(log.code('key.revoke', 'p-sam', payload)).toBe('other-person')
    expect(log.code('key.revoke', 'p-sam', payload, { role: 'RG' })).toBe('other-person')
  })
  test('signs for what it was enrolled for: a key that enrols itself is found in its statement', () => {
    const enrol = log.statement('key.enrol', 'p-rosa', enrolment('p-rosa', 'n'), { key: 'n' })
    expect(signingKeyOf(enrol, log.view)).toEqual(keyOf('n').pub)
    const other = log.statement('key.enrol', 'p-rosa', enrolment('p-rosa', 'n'), { key: 'm' })
    expect(signingKeyOf(other, log.view)).toBeUndefined()
  })
})

const lost = { code: 'lost', text: 'Lost on a train.' }

describe('people', () => {
  test('are enrolled once, officials in an agency of the log', () => {
    const person = { person: 'p-new', kind: 'official', org: ORG, profile: named('p') }
    expect(log.code('person.enrol', 'p-reg', person)).toBe('accepted')
    expect(log.code('person.enrol', 'p-reg', { ...person, person: 'p-rosa' })).toBe(
      'already-enrolled',
    )
    expect(log.code('person.enrol', 'p-reg', { ...person, org: 'nowhere' })).toBe('unknown-org')
    expect(log.code('person.enrol', 'p-rosa', person)).toBe('role-missing')
  })
  test('are not called as roots, services or members of every object are', () => {
    const call = (person: string) =>
      log.code('person.enrol', 'p-reg', { person, kind: 'official', org: ORG, profile: named('p') })
    for (const name of ['root-1', 'clock', 'service', 'constructor', 'toString', '__proto__'])
      expect([name, call(name)]).toEqual([name, 'invalid'])
  })
  test('hold no office beside that of registrar or auditor, either way', () => {
    const grant = (person: string, role: string) =>
      log.code('role.grant', 'p-reg', { person, role, org: ORG })
    expect(grant('p-ines', 'CO')).toBe('separation')
    expect(grant('p-rosa', 'AU')).toBe('separation')
    expect(grant('p-reg-2', 'AP')).toBe('separation')
    expect(grant('p-rosa', 'RG')).toBe('separation')
    expect(grant('p-rosa', 'BU')).toBe('accepted')
  })
  test('of vendors hold no office, key holders only that of opening', () => {
    expect(log.code('role.grant', 'p-reg', { person: 'p-pinyon', role: 'RQ', org: ORG })).toBe(
      'separation',
    )
    expect(log.code('role.grant', 'p-reg', { person: 'h-cascade', role: 'PO', org: ORG })).toBe(
      'separation',
    )
  })
  test('lose a role when it is ended, or over', () => {
    const ended = {
      person: 'p-rosa',
      role: 'RQ',
      org: ORG,
      reason: { code: 'moved', text: 'Other bureau.' },
    }
    log.act('role.end', 'p-reg', ended)
    expect(log.code('requisition.submit', 'p-rosa', log.requisition(), { role: 'RQ' })).toBe(
      'role-missing',
    )
    expect(log.code('role.end', 'p-reg', ended)).toBe('unknown-reference')
    log.act('role.grant', 'p-reg', { person: 'p-rosa', role: 'RQ', org: ORG, until: '2026-01-08' })
    expect(log.code('requisition.submit', 'p-rosa', log.requisition(), { role: 'RQ' })).toBe(
      'accepted',
    )
    // The day ends at the agency, in Denver, seven hours after it ends in Greenwich.
    const at = (instant: string): string => {
      const said = { role: 'RQ', at: instant, issuedAt: instant } as const
      return log.code('requisition.submit', 'p-rosa', log.requisition(), said)
    }
    expect(at('2026-01-09T06:59:59.999999Z')).toBe('accepted')
    expect(at('2026-01-09T07:00:00.000000Z')).toBe('role-missing')
  })
  test('get warrants for a time that does not end before it begins', () => {
    const warrant = {
      person: 'p-dana',
      limit: usd(1),
      from: '2026-02-01',
      to: '2026-01-01',
      authority: 'Letter',
    }
    expect(log.code('warrant.grant', 'p-reg', warrant)).toBe('invalid')
    expect(log.code('warrant.grant', 'p-reg', { ...warrant, from: '2026-01-01' })).toBe('accepted')
  })
})

describe('a vendor', () => {
  const registration = () => {
    const { kid, pub, pop } = enrolment('p-new', 'p-new')
    const identifier = { scheme: 'US-UEI', id: 'NEW' }
    return {
      vendor: 'v-new',
      person: 'p-new',
      kid,
      pub,
      pop,
      identifier,
      profile: named('p'),
      payTo: named('a'),
    }
  }
  const checks = [{ kind: 'identity', source: 'SAM', date: '2026-01-08', result: 'active' }]
  const claimed = (name: string, id: string) => {
    const person = `p-${name}`
    const { kid, pub, pop } = enrolment(person, person)
    const identifier = { scheme: 'US-UEI', id }
    const payload = { ...registration(), vendor: `v-${name}`, person, kid, pub, pop, identifier }
    return log.code('vendor.register', person, payload) === 'accepted'
      ? log.act('vendor.register', person, payload)
      : undefined
  }
  const confirms = (vendor: string) => log.code('vendor.confirm', 'p-reg', { vendor, checks })

  test('claims no identifier for good before it is confirmed', () => {
    expect(claimed('squatter', 'OWNED')).toBeDefined()
    expect(claimed('owner', 'OWNED')).toBeDefined()
    log.act('vendor.confirm', 'p-reg', { vendor: 'v-owner', checks })
    expect(confirms('v-squatter')).toBe('already-enrolled')
    expect(confirms('v-owner')).toBe('already-enrolled')
    expect(claimed('late', 'OWNED')).toBeUndefined()
  })
  test('is the one of two claimants that is confirmed, whoever came first', () => {
    claimed('first', 'SHARED')
    claimed('second', 'SHARED')
    expect([confirms('v-first'), confirms('v-second')]).toEqual(['accepted', 'accepted'])
    log.act('vendor.confirm', 'p-reg', { vendor: 'v-first', checks })
    expect(confirms('v-second')).toBe('already-enrolled')
    expect(vendorRow(log.view, 'v-second')?.confirmed).toBe(false)
  })
  test('registers itself with its own key, and with no identifier of a confirmed one', () => {
    expect(log.code('vendor.register', 'p-new', registration())).toBe('accepted')
    const taken = { ...registration(), identifier: { scheme: 'US-UEI', id: 'V-PINYON' } }
    expect(log.code('vendor.register', 'p-new', taken)).toBe('already-enrolled')
    expect(log.code('vendor.register', 'p-new', registration(), { key: 'p-pinyon' })).toBe(
      'other-person',
    )
  })
  test('is not whom a person of the office registers as', () => {
    const { kid, pub, pop } = enrolment('p-rosa')
    const payload = { ...registration(), person: 'p-rosa', kid, pub, pop }
    expect(log.code('vendor.register', 'p-rosa', payload)).toBe('already-enrolled')
  })
  test('changes its bank details, which hold until they are confirmed over the old contact', () => {
    const change = { vendor: 'v-pinyon', payTo: named('new account') }
    expect(log.code('vendor.bank', 'p-ironwood', change)).toBe('other-person')
    const of = log.act('vendor.bank', 'p-pinyon', change)
    expect(vendorRow(log.view, 'v-pinyon')).toMatchObject({
      payTo: named('account v-pinyon'),
      pendingPayTo: { of },
    })
    const confirm = { of, contacted: 'old', date: '2026-01-08' }
    expect(log.code('vendor.bank.confirm', 'p-pinyon', confirm)).toBe('role-missing')
    expect(log.code('vendor.bank.confirm', 'p-reg', { ...confirm, contacted: 'new' })).toBe(
      'invalid',
    )
    log.act('vendor.bank.confirm', 'p-reg', confirm)
    expect(vendorRow(log.view, 'v-pinyon')).toMatchObject({ payTo: change.payTo })
    expect(vendorRow(log.view, 'v-pinyon')?.pendingPayTo).toBeUndefined()
    expect(log.code('vendor.bank.confirm', 'p-reg', confirm)).toBe('nothing-pending')
  })
  test('that changes its details twice is confirmed in the newest only', () => {
    const first = log.act('vendor.bank', 'p-pinyon', { vendor: 'v-pinyon', payTo: named('one') })
    log.act('vendor.bank', 'p-pinyon', { vendor: 'v-pinyon', payTo: named('two') })
    const confirm = { of: first, contacted: 'old', date: '2026-01-08' }
    expect(log.code('vendor.bank.confirm', 'p-reg', confirm)).toBe('nothing-pending')
  })
})

describe('a list of exclusions', () => {
  const entry = (id: string) => ({
    identifier: { scheme: 'US-UEI', id },
    from: '2026-01-01',
    to: '2026-06-30',
    cause: 'Debarred.',
  })
  const excluded = (vendor: string, day: string) => {
    const row = vendorRow(log.view, vendor)
    return row === undefined ? [] : exclusionsOf(log.view, row, day)
  }
  test('excludes those that it names, first and last day included', () => {
    log.act('exclusion.set', 'p-reg', {
      source: 'sam',
      date: '2026-01-05',
      entries: [entry('V-PINYON')],
    })
    expect(excluded('v-pinyon', '2025-12-31')).toEqual([])
    expect(excluded('v-pinyon', '2026-01-01')).toHaveLength(1)
    expect(excluded('v-pinyon', '2026-06-30')).toHaveLength(1)
    expect(excluded('v-pinyon', '2026-07-01')).toEqual([])
    expect(excluded('v-ironwood', '2026-02-01')).toEqual([])
  })
  test('replaces the older list of its source, and no other', () => {
    const set = (source: string, date: string, ids: string[]) =>
      log.act('exclusion.set', 'p-reg', { source, date, entries: ids.map(entry) })
    set('sam', '2026-01-05', ['V-PINYON', 'V-IRONWOOD'])
    set('state', '2026-01-05', ['V-IRONWOOD'])
    set('sam', '2026-01-06', ['V-NORTHFORK'])
    const sources = (vendor: string) => excluded(vendor, '2026-02-01').map(({ source }) => source)
    expect(['v-pinyon', 'v-ironwood', 'v-northfork'].map(sources)).toEqual([[], ['state'], ['sam']])
  })
  test('may be a document, and is never older than the one it replaces', () => {
    const document = log.doc('sam.json', [entry('V-PINYON')])
    log.act('exclusion.set', 'p-reg', { source: 'sam', date: '2026-01-05', entries: document })
    expect(excluded('v-pinyon', '2026-02-01')).toHaveLength(1)
    const older = { source: 'sam', date: '2026-01-04', entries: [] }
    expect(log.code('exclusion.set', 'p-reg', older)).toBe('too-late')
    const wrong = {
      source: 'sam',
      date: '2026-01-06',
      entries: log.doc('other.json', { no: 'list' }),
    }
    expect(log.code('exclusion.set', 'p-reg', wrong)).toBe('payload-missing')
    const absent = { ...wrong, entries: { ...document, commit: named('absent') } }
    expect(log.code('exclusion.set', 'p-reg', absent)).toBe('payload-missing')
  })
})

test('statements of the register name no tender', () => {
  const statement = log.statement('org.enrol', 'p-reg', {})
  const decision = decide(
    undefined,
    { ...statement, tender: 'ocds-213czf-1' },
    {
      at: log.at,
      hash: named('x'),
      register: log.view,
      document: log.document,
      blob: () => undefined,
    },
  )
  expect(decision).toMatchObject({ kind: 'invalid' })
  expect(ORIGIN).toBe(statement.aud)
  expect(fromBase64Url(statement.nonce)).toHaveLength(16)
})
