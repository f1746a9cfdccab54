/**
 * Every cell of stage × statement × role: an act is heard exactly where the table below allows it.
 * The table was written from the process (section 3 of the domain reference) and reviewed; it is
 * not derived from the acts.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  commit,
  encodeCanonical,
  sha256,
  toBase64Url,
  utf8,
  type Json,
  type JsonObject,
} from '../ledger/index.ts'
import { DUE, type FileBuilder, named, OCID, usd } from '../tests/file-builder.ts'
import { createPurchase } from '../tests/purchase-builder.ts'
import type { Role } from './act.ts'
import { CLOCK } from './register-rows.ts'
import { fileActs } from './stages.ts'
import type { Stage } from './state.ts'

/** Type, roles, stages; `*` is any stage of a file that goes on. */
const ALLOWED = `
funds.certify        BU     draft approved open closed opened
requisition.approve  AP     draft
opening.recipient    CK     approved
opening.member       OO     approved
solicitation.publish CO     approved
opener.ping          OO     open
question.ask         VE     open
question.answer      CO     open
solicitation.amend   CO     open
solicitation.amend.cosign AP open
bid.commit           VE     open closed opened contracted unsuccessful
bid.withdraw         VE     open closed opened contracted unsuccessful
deadline.close       CK     open
opening.release      OO     closed
opening.delayed      CK     closed
bid.prove            VE     closed
opening.result       CK     closed
opening.reveal       CK     opened contracted complete unsuccessful
solicitation.fail    CK,CO  closed opened contracted
bid.assess           CO     opened
bid.cure             VE     opened
award.decide         CO     opened
order.sign           CO     contracted
order.accept         VE     contracted
delivery.announce    VE     contracted
delivery.accept      AC     contracted
delivery.deem        CK     contracted
invoice.submit       VE     contracted
invoice.return       PO     contracted
invoice.match        CK     contracted
invoice.resolve      PO     contracted
invoice.resolve.cosign CO   contracted
payment.schedule     PO     contracted
payment.release      PO     contracted
payment.release.cosign TR   contracted
payment.order        CK     contracted
payment.settle       CK     contracted
payment.fail         CK     contracted
payment.overdue      CK     contracted
interest.accrue      CK     contracted
contract.complete    CO     contracted
file.close           CK     contracted unsuccessful
file.assign          CO,AP  *
file.end             CO     approved open closed opened contracted
duty.remind          CK     *
duty.escalate        CK     *
`

const GOING: Stage[] = ['draft', 'approved', 'open', 'closed', 'opened', 'contracted']
const STAGES: Stage[] = [...GOING, 'unsuccessful', 'complete', 'ended']

interface Row {
  t: string
  roles: string[]
  stages: Stage[]
}

const rows: Row[] = ALLOWED.trim()
  .split('\n')
  .map((line) => {
    const [t = '', roles = '', ...stages] = line.trim().split(/\s+/)
    // The table names stages only.
    return { t, roles: roles.split(','), stages: stages[0] === '*' ? GOING : (stages as Stage[]) }
  })

/** One person for each role, who holds it. */
const ACTORS: Record<Role, string> = {
  RQ: 'p-rosa',
  BU: 'p-sam',
  CO: 'p-dana',
  AP: 'p-sam',
  OO: 'h-cascade',
  AC: 'p-rosa',
  PO: 'p-sam',
  TR: 'p-priya',
  AU: 'p-ines',
  RG: 'p-reg',
  VE: 'p-pinyon',
  CK: CLOCK,
  root: 'root-1',
}
const ROLES = Object.keys(ACTORS) as Role[] // of the record above

/** A whole purchase gives a payload of the form for most types; the rest is written out. */
const paid = createPurchase().toPaid()
const reason = { code: 'other', text: 'As the file shows.' }
const of = { of: named('of') }
const doc = {
  name: 'a',
  media: 'a/b',
  size: 1,
  commit: toBase64Url(commit(sha256(utf8('s')), encodeCanonical({}))),
}
const PAYLOADS: Record<string, JsonObject> = {
  ...Object.fromEntries(paid.entries.map(({ statement: { t, payload } }) => [t, payload])),
  'opener.ping': {
    envelope: 'main',
    group: 'officers',
    id: 'h-cascade',
    challenge: named('c'),
    opened: named('o'),
  },
  'question.ask': { text: 'Why?' },
  'question.answer': { ...of, question: 'Why?', text: 'So.', amends: false },
  'solicitation.amend': { changes: [], material: false, reason },
  'solicitation.amend.cosign': of,
  'bid.withdraw': { envelope: 'main', vendor: 'v-pinyon', seq: '1', withdraws: named('w') },
  'opening.delayed': { envelope: 'main', released: [] },
  'bid.prove': { commitHash: named('b'), shares: {} },
  'opening.reveal': {
    index: 1,
    blind: named('b'),
    revealed: { payload: 'e30=', payloadType: 'x', signatures: [{ keyid: named('k'), sig: '' }] },
  },
  'solicitation.fail': { reason },
  'bid.assess': { commitHash: named('b'), finding: 'responsive', reason },
  'bid.cure': { ...of, text: 'Here.', documents: [doc] },
  'delivery.deem': { ...of, rule: 'us.constructive' },
  'invoice.return': { ...of, defects: [{ code: 'sum', path: '/amount', text: 'Wrong.' }] },
  'invoice.resolve': { ...of, decision: 'accept', reason },
  'invoice.resolve.cosign': of,
  'payment.fail': { payment: named('p'), endToEndId: 'E1', code: 'AC04' },
  'payment.overdue': { invoice: named('i'), due: '2026-04-13' },
  'interest.accrue': {
    invoice: named('i'),
    from: '2026-04-14',
    to: '2026-04-16',
    principal: usd(1),
    rate: '4.125',
    amount: usd(0),
  },
  'contract.complete': { contract: `${OCID}-C1`, outcome: 'Delivered and paid.' },
  'file.assign': { role: 'AC', from: 'p-sam', to: 'p-rosa', reason },
  'file.end': { reason },
  'duty.remind': { duty: 'x', role: 'PO', since: '2026-04-13', level: 1 },
  'duty.escalate': { duty: 'x', role: 'AP', since: '2026-04-13', level: 2 },
}

/** A file in each stage. */
const FILES: Record<Stage, FileBuilder> = {
  draft: plain().toDraft(),
  approved: plain().toKeyed(),
  open: plain().toOpen(),
  closed: plain().toClosed(),
  opened: plain().toOpened(),
  contracted: plain().toInvoiced(),
  unsuccessful: plain().toOpened([]),
  complete: plain().toOpened(),
  ended: plain().toOpened(),
}
FILES.unsuccessful.clock('solicitation.fail')
FILES.complete.state.open.stage = 'complete'
FILES.ended.state.open.stage = 'ended'

for (const { state } of Object.values(FILES))
  state.open.requisition.source = { ocid: 'x', uri: 'x', sha256: named('source') }

function plain() {
  return createPurchase({ method: 'plain' })
}

/** How far an act comes: stopped at the role, at the turn, or heard by its own rules. */
function cell(stage: Stage, t: string, role: Role): 'role' | 'turn' | 'heard' {
  const file = FILES[stage]
  const cause =
    role === 'CK'
      ? { cause: file.owed(t).find((duty) => duty.role === 'CK')?.cause ?? named('c') }
      : {}
  const code = file.code(t, ACTORS[role], PAYLOADS[t] ?? {}, { role, ...cause })
  if (code === 'invalid')
    throw new Error(
      `${t}: ${JSON.stringify(file.decide(t, ACTORS[role], PAYLOADS[t] ?? {}, { role, ...cause }))}`,
    )
  if (code === 'role-missing' || code === 'key-purpose') return 'role'
  return ['out-of-turn', 'ended'].includes(code) ? 'turn' : 'heard'
}

test('every refusal says code, rule, citation, what is wrong and what to do next', () => {
  const refusals = rows.flatMap(({ t }) =>
    STAGES.flatMap((stage) =>
      ROLES.flatMap((role) => {
        const said = { role, ...(role === 'CK' ? { cause: named('c') } : {}) }
        const decision = FILES[stage].decide(t, ACTORS[role], PAYLOADS[t] ?? {}, said)
        return decision.kind === 'refused' ? [decision.refusal] : []
      }),
    ),
  )
  expect(refusals.length).toBeGreaterThan(4000)
  for (const { code, rule, message, next } of refusals) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(rule.id).toMatch(/^(tenderbook|plain|us)\.[a-z]/)
    for (const text of [rule.cite, message, next]) expect(text).not.toBe('')
  }
})

test('no payload makes the rules throw, whatever stands in one of its places', () => {
  const strange = fc.oneof(
    fc.constantFrom<Json>(
      '',
      '0',
      '-1',
      'main',
      '2026-02-30',
      '9999-12-31T23:59:59.999999Z',
      -1,
      0,
      true,
      [],
      {},
    ),
    fc.constantFrom<Json>(named('x'), DUE, '999999999999999999', 'constructor', [{}], {
      amount: '1',
      currency: 'XXX',
    }),
  )
  const cells = fc.record({
    row: fc.constantFrom(...rows),
    stage: fc.constantFrom(...STAGES),
    place: fc.nat(),
    value: strange,
  })
  fc.assert(
    fc.property(cells, ({ row: { t, roles }, stage, place, value }) => {
      const [role] = roles as Role[] // of the table
      if (role === undefined) return
      const payload = replaced(PAYLOADS[t] ?? {}, place, value) as JsonObject // the root is kept
      const cause = FILES[stage].owed(t)[0]?.cause ?? named('c')
      const said = { role, ...(role === 'CK' ? { cause } : {}) }
      const { kind } = FILES[stage].decide(t, ACTORS[role], payload, said)
      expect(['accepted', 'late', 'refused', 'invalid']).toContain(kind)
    }),
    { numRuns: 3000 },
  )
})

/** A copy with another value in the place that is numbered so, of all places but the root. */
function replaced(payload: Json, place: number, value: Json): Json {
  const copy = structuredClone(payload)
  const places: [Record<string, Json>, string][] = []
  const visit = (node: Json): void => {
    if (typeof node !== 'object') return
    const members = node as Record<string, Json> // lists have their indexes as members
    for (const [member, inner] of Object.entries(members)) {
      places.push([members, member])
      visit(inner)
    }
  }
  visit(copy)
  const [node, member] = places[place % Math.max(places.length, 1)] ?? [{}, '']
  node[member] = value
  return copy
}

describe('the table of cells', () => {
  test('has every act that a file knows, and no other', () => {
    const cosigns = Object.entries(fileActs).flatMap(([t, { cosign }]) =>
      cosign ? [`${t}.cosign`] : [],
    )
    const types = ['requisition.submit', ...rows.map(({ t }) => t)]
    expect(types.sort()).toEqual([...Object.keys(fileActs), ...cosigns].sort())
  })
  test('is tried on a file in each stage', () => {
    for (const stage of STAGES) expect(FILES[stage].state.open.stage).toBe(stage)
  })
})

describe.each(rows)('$t', ({ t, roles, stages }) => {
  test('is heard from its roles only, whatever the stage', () => {
    const stopped = STAGES.flatMap((stage) =>
      ROLES.filter((role) => cell(stage, t, role) === 'role').map((role) => `${stage} ${role}`),
    )
    const others = ROLES.filter((role) => !roles.includes(role))
    expect(stopped).toEqual(STAGES.flatMap((stage) => others.map((role) => `${stage} ${role}`)))
  })
  test('is in turn in its stages only', () => {
    for (const role of ROLES.filter((one) => roles.includes(one) && one !== 'CK')) {
      const heard = STAGES.filter((stage) => cell(stage, t, role) === 'heard')
      expect([role, heard]).toEqual([role, expectedStages(t, role, stages)])
    }
  })
  test('is nothing that the clock can do where it is not owed', () => {
    if (!roles.includes('CK')) return
    const accepted = STAGES.filter((stage) => {
      const payload = PAYLOADS[t] ?? {}
      return FILES[stage].code(t, CLOCK, payload, { cause: named('no cause') }) === 'accepted'
    })
    expect(accepted).toEqual([])
  })
})

/** The officer does not end what is not opened yet: the clock does, after a day. */
function expectedStages(t: string, role: Role, stages: Stage[]): Stage[] {
  const allowed =
    t === 'solicitation.fail' && role === 'CO'
      ? stages.filter((stage) => stage !== 'closed')
      : stages
  return STAGES.filter((stage) => allowed.includes(stage))
}

test('requisition.submit opens a file from its role only, where there is none', () => {
  const payload = plain().requisition()
  const accepted = ROLES.filter(
    (role) =>
      plain().code('requisition.submit', ACTORS[role], payload, {
        role,
        ...(role === 'CK' ? { cause: named('c') } : {}),
      }) === 'accepted',
  )
  expect(accepted).toEqual(['RQ'])
  for (const stage of STAGES)
    expect(FILES[stage].code('requisition.submit', 'p-rosa', payload)).toBe('tender-exists')
})
