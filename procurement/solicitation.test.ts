import { describe, expect, test } from 'vitest'
import { createFile, type FileBuilder, DUE, named, ORG, pointOf } from '../tests/file-builder.ts'
import { plain } from './policies/plain.ts'
import { amendTerms, soonestBidsUntil } from './terms.ts'

const publish = (changed: object, file = createFile().toKeyed()) => {
  file.at = file.at < '2026-01-12' ? '2026-01-12T16:00:00.000000Z' : file.at
  const decision = file.decide('solicitation.publish', 'p-dana', { ...file.terms(), ...changed })
  return decision.kind === 'refused' ? decision.refusal : decision.kind
}
const code = (answer: ReturnType<typeof publish>) =>
  typeof answer === 'string' ? answer : answer.code

describe('a publication', () => {
  test('opens the bidding for every lot', () => {
    const { open } = createFile().toOpen().state
    expect(open.stage).toBe('open')
    expect(Object.keys(open.lots)).toEqual(['main'])
    expect(open.solicitation?.terms.bidsUntil).toBe(DUE)
  })
  test('needs the opening key of the holders who joined', () => {
    const key = createFile().openingKey()
    const [group] = key['groups'] as {
      name: string
      k: number
      members: { id: string; pub: string }[]
    }[]
    const members = group?.members ?? []
    const withKey = (changed: object) => code(publish({ openingKey: { ...key, ...changed } }))
    const withMembers = (changed: object[]) => withKey({ groups: [{ ...group, members: changed }] })
    expect(withKey({})).toBe('accepted')
    const stranger = { id: 'p-priya', pub: pointOf('priya') }
    expect(withMembers([...members.slice(1), stranger])).toBe('opening-key')
    expect(withMembers([...members.slice(1), { ...members[0], pub: pointOf('another key') }])).toBe(
      'opening-key',
    )
    expect(withMembers([...members.slice(1), members[1] ?? {}])).toBe('opening-key')
    expect(withMembers([...members, stranger])).toBe('opening-key')
    expect(withKey({ groups: [{ ...group, k: 3 }] })).toBe('opening-key')
    expect(withKey({ groups: [group, { ...group, name: 'auditors' }] })).toBe('opening-key')
    expect(withKey({ recipients: [{ kid: named('another'), pub: pointOf('another') }] })).toBe(
      'opening-key',
    )
    expect(withKey({ suite: '0020-0001-0001' })).toBe('opening-key')
    expect(withKey({ rule: 'rehearsal' })).toBe('opening-key')
    expect(withKey({ opensAfter: 'uploadUntil' })).toBe('opening-key')
  })
  test('needs holders of whom no organisation could open alone', () => {
    const file = createFile().toApproved()
    file.clock('opening.recipient', {
      envelope: 'main',
      kid: named('recipient'),
      pub: pointOf('recipient'),
    })
    for (const id of ['p-sam', 'h-inspector', 'h-cascade'])
      file.act('opening.member', id, file.member(id), { role: 'OO' })
    for (const member of file.state.open.opening.members) member.org = ORG
    expect(code(publish({}, file))).toBe('opening-key')
  })
  test('asks for a price once, among the factors too, and has a slot for each document', () => {
    const price = { id: 'price', title: 'Price sheet', kind: 'price', required: true }
    const sheet = { id: 'sheet', title: 'Data sheet', kind: 'document', required: true }
    expect(code(publish({ requested: [sheet] }))).toBe('terms')
    expect(code(publish({ requested: [price, { ...price, id: 'other' }] }))).toBe('terms')
    expect(code(publish({ requested: [price, price] }))).toBe('terms')
    expect(code(publish({ requested: [price, sheet, { ...sheet, id: 'two' }] }))).toBe('terms')
    expect(code(publish({ factors: [{ id: 'd', name: 'Delivery', kind: 'delivery' }] }))).toBe(
      'terms',
    )
  })
  test('promises what the method does', () => {
    expect(code(publish({ disclose: 'all-at-opening' }))).toBe('terms')
    expect(code(publish({ contract: 'award' }))).toBe('terms')
    expect(code(publish({ late: 'mayConsider' }))).toBe('terms')
  })
  test('puts each item into one lot', () => {
    const lot = (id: string, items: string[]) => ({ id, title: id, items })
    expect(code(publish({ lots: [lot('a', ['0001']), lot('b', ['0002'])] }))).toBe('accepted')
    expect(code(publish({ lots: [lot('a', ['0001'])] }))).toBe('terms')
    expect(code(publish({ lots: [lot('a', ['0001', '0002']), lot('b', ['0002'])] }))).toBe('terms')
    expect(code(publish({ lots: [lot('a', ['0001']), lot('a', ['0002'])] }))).toBe('terms')
    const euro = { amount: '1', currency: 'EUR' }
    expect(code(publish({ lots: [{ ...lot('a', ['0001', '0002']), value: euro }] }))).toBe('terms')
  })
  test('says that price sheets are sealed in one of four sizes', () => {
    expect(code(publish({ capsuleLen: 65_537 }))).toBe('invalid')
    expect(code(publish({ capsuleLen: 16_384 }))).toBe('accepted')
  })
})

describe('the time to respond', () => {
  const published = (method: 'us.quote' | 'plain', value: number) => {
    const file = createFile({ method, value }).toKeyed()
    file.at = '2026-01-12T16:00:00.000000Z'
    return file
  }
  const until = (file: FileBuilder, bidsUntil: string) =>
    publish({ bidsUntil, questionsUntil: '2026-01-12T17:00:00.000000Z' }, file)

  test('is ten days over $20,000 and up to $25,000: the cents decide', () => {
    for (const [dollars, date] of [
      [20_000, '2026-01-13'],
      [20_000.01, '2026-01-22'],
      [25_000, '2026-01-22'],
      [25_000.01, '2026-01-13'],
    ] as const) {
      const { state, legal } = published('us.quote', dollars)
      expect([dollars, soonestBidsUntil(state.open, legal).date]).toEqual([dollars, date])
    }
  })
  test('under us.quote is refused with the day that is possible, and all rules that make it so', () => {
    const file = published('us.quote', 21_580)
    const refusal = until(file, '2026-01-22T06:59:59.999999Z')
    expect(refusal).toMatchObject({
      code: 'deadline-too-short',
      rule: { id: 'us.response, us.display', cite: 'FAR 5.203(b); FAR 5.101(a)(2)' },
      message: 'Bids cannot be due before 2026-01-22.',
    })
    // Midnight in Denver.
    expect(until(file, '2026-01-22T07:00:00.000000Z')).toBe('accepted')
  })
  test('under plain is seven days', () => {
    const file = published('plain', 100)
    // The seventh day is Monday, January 19, a federal holiday: the agency's calendar moves it on.
    expect(code(until(file, '2026-01-19T23:00:00.000000Z'))).toBe('deadline-too-short')
    expect(until(file, '2026-01-20T23:00:00.000000Z')).toBe('accepted')
  })
  test('never ends before it begins, and questions end within it', () => {
    const file = published('us.quote', 16_000)
    expect(code(until(file, '2026-01-12T15:00:00.000000Z'))).toBe('deadline-too-short')
    const questions = (questionsUntil: string) => code(publish({ questionsUntil }, file))
    expect(questions(DUE)).toBe('accepted')
    expect(questions('2026-01-27T21:00:00.000001Z')).toBe('terms')
    expect(questions('2026-01-12T16:00:00.000000Z')).toBe('terms')
  })
})

describe('an amendment', () => {
  const reason = { code: 'correction', text: 'A word was wrong.' }
  const change = (path: string, from: unknown, to: unknown) => ({ path, from, to })
  const title = change('/title', '12 rugged tablets for park rangers', '12 tablets')
  const amend = (changed: object, file = createFile().toOpen()) =>
    file.code('solicitation.amend', 'p-dana', {
      changes: [title],
      material: false,
      reason,
      ...changed,
    })

  test('changes the terms as its diff says', () => {
    const file = createFile().toOpen()
    file.act('solicitation.amend', 'p-dana', { changes: [title], material: false, reason })
    const { solicitation } = file.state.open
    expect(solicitation?.terms.title).toBe('12 tablets')
    expect(solicitation?.amendments).toHaveLength(1)
    expect(solicitation?.head).toBe(file.entries.at(-2)?.leaf)
  })
  test('must fit the terms as they are, and leave terms of the form', () => {
    expect(amend({ changes: [change('/title', 'other', '12 tablets')] })).toBe('amendment')
    expect(amend({ changes: [{ path: '/title', to: 'x' }] })).toBe('amendment')
    expect(amend({ changes: [change('/nothing', 'a', 'b')] })).toBe('amendment')
    expect(amend({ changes: [change('/payment/days', 30, 'thirty')] })).toBe('amendment')
    expect(amend({ changes: [] })).toBe('amendment')
    expect(amend({ reason: { code: 'whim', text: 'Because.' } })).toBe('reason-code')
  })
  test('of what bidders have sealed to cannot be called minor', () => {
    const slots = [change('/slots', 1, 2)]
    expect(amend({ changes: slots })).toBe('amendment')
    expect(amend({ changes: slots, material: true })).toBe('accepted')
    expect(amend({ changes: [change('/requested/1/required', true, false)] })).toBe('amendment')
  })
  test('moves the deadline later only, by its own member', () => {
    const earlier = '2026-01-26T21:00:00.000000Z'
    expect(amend({ changes: [], bidsUntil: earlier })).toBe('amendment')
    expect(amend({ changes: [], bidsUntil: DUE })).toBe('amendment')
    expect(amend({ changes: [change('/bidsUntil', DUE, '2026-01-30T21:00:00.000000Z')] })).toBe(
      'amendment',
    )
    expect(amend({ changes: [], bidsUntil: '2026-01-27T21:00:00.000001Z' })).toBe('accepted')
  })
  test('comes before the bids are due, to the microsecond, also after the time for questions', () => {
    const file = createFile().toOpen()
    expect(amend({}, file.waitUntil('2026-01-25T21:00:00.000000Z'))).toBe('accepted')
    expect(amend({}, file.waitUntil(DUE))).toBe('accepted')
    expect(amend({}, file.waitUntil('2026-01-27T21:00:00.000001Z'))).toBe('too-late')
  })
  test('that is material makes bids stale until they are signed anew; a minor one or an extension does not', () => {
    const file = createFile().toOpen()
    const hash = file.commitBid({ vendor: 'v-pinyon', dollars: 20_776 })
    const status = () =>
      file.state.sealed?.bids.find(({ commitHash }) => commitHash === hash)?.status
    file.act('solicitation.amend', 'p-dana', { changes: [title], material: false, reason })
    expect(status()).toBe('counts')
    const bidsUntil = '2026-01-30T21:00:00.000000Z'
    const of = file.act('solicitation.amend', 'p-dana', {
      changes: [],
      material: false,
      bidsUntil,
      reason,
    })
    file.act('solicitation.amend.cosign', 'p-sam', { of }, { role: 'AP' })
    expect(status()).toBe('counts')
    const head = file.state.open.solicitation?.head ?? ''
    const water = {
      path: '/description',
      from: file.terms()['description'],
      to: 'Tablets that float.',
    }
    file.act('solicitation.amend', 'p-dana', { changes: [water], material: true, reason })
    expect(status()).toBe('stale')
    const again = { vendor: 'v-pinyon', dollars: 20_776, seq: 2, replaces: hash }
    const old = {
      ...file.bid(again),
      header: { ...(file.bid(again)['header'] as object), tenderHead: head },
    }
    expect(file.code('bid.commit', 'p-pinyon', old, { tenderHead: head })).toBe('stale-head')
    file.commitBid(again)
    expect(file.state.sealed?.bids.map((bid) => bid.status)).toEqual(['replaced', 'counts'])
  })
  test('of a deadline gives the close another cause', () => {
    const file = createFile().toOpen()
    const before = file.owed('deadline.close')[0]
    const bidsUntil = '2026-01-30T21:00:00.000000Z'
    const of = file.act('solicitation.amend', 'p-dana', {
      changes: [],
      material: false,
      bidsUntil,
      reason,
    })
    file.act('solicitation.amend.cosign', 'p-sam', { of }, { role: 'AP' })
    const after = file.owed('deadline.close')[0]
    expect(after).toMatchObject({ cause: of, by: bidsUntil })
    expect(after?.key).not.toBe(before?.key)
    file.waitUntil('2026-01-27T21:00:01.000000Z')
    expect(
      file.code('deadline.close', 'clock', file.closing(), { cause: before?.cause ?? '' }),
    ).toBe('already-done')
    expect(file.code('deadline.close', 'clock', file.closing(), { cause: of })).toBe('too-early')
  })
  test('that makes bids stale leaves a day to bid anew, or moves the deadline', () => {
    const file = createFile().toOpen().waitUntil('2026-01-27T16:00:00.000000Z')
    const material = { changes: [title], material: true, reason }
    expect(file.code('solicitation.amend', 'p-dana', material)).toBe('deadline-too-short')
    const moved = (bidsUntil: string) =>
      file.code('solicitation.amend', 'p-dana', { ...material, bidsUntil })
    expect(moved('2026-01-28T06:59:59.999999Z')).toBe('deadline-too-short')
    expect(moved('2026-01-28T07:00:00.000000Z')).toBe('accepted')
    expect(amend({}, file)).toBe('accepted')
  })
  test('adds to and takes from lists', () => {
    const terms = createFile().toOpen().state.open.solicitation?.terms
    if (terms === undefined) throw new Error('nothing is published')
    const added = { scheme: 'NAICS', id: '334112' }
    const longer = amendTerms(terms, [{ path: '/codes/-', to: added }], undefined)
    expect(longer).toHaveProperty('codes', [...terms.codes, added])
    const shorter = amendTerms(terms, [{ path: '/codes/0', from: terms.codes[0] ?? '' }], undefined)
    expect(shorter).toHaveProperty('codes', [])
    expect(amendTerms(terms, [{ path: '/codes/5', to: added }], undefined)).toHaveProperty(
      'problem',
    )
    expect(
      amendTerms(terms, [{ path: '/codes/length', from: 1, to: 2 }], undefined),
    ).toHaveProperty('problem')
    expect(amendTerms(terms, [{ path: '/__proto__', to: {} }], undefined)).toHaveProperty('problem')
  })
})

describe('an end without an award', () => {
  const fail = (file: FileBuilder, failure: string) =>
    file.code('solicitation.fail', 'p-dana', {
      reason: { code: failure, text: 'As the file shows.' },
    })

  test('falls due to the clock when no bid could be opened', () => {
    const file = createFile().toOpened([])
    file.clock('solicitation.fail')
    expect(file.state.open.stage).toBe('unsuccessful')
    expect(file.state.open.failed?.reason.code).toBe('no-bids')
    expect(file.owed('solicitation.fail')).toEqual([])
  })
  test('falls due to the clock when too few holders released within a day, and the bids stay sealed', () => {
    const file = createFile().toClosed()
    file.act('opening.release', 'h-cascade', file.release('h-cascade'))
    const [duty] = file.owed('solicitation.fail')
    expect(duty).toMatchObject({ role: 'CK', clock: 'real' })
    file.at = '2026-01-28T20:59:00.000000Z'
    expect(
      file.code('solicitation.fail', 'clock', duty?.payload ?? {}, { cause: duty?.cause ?? '' }),
    ).toBe('too-early')
    file.clock('solicitation.fail')
    expect(file.state.open).toMatchObject({
      stage: 'unsuccessful',
      failed: { reason: { code: 'not-opened' } },
    })
    expect(file.state.sealed?.opened).toBeUndefined()
  })
  test('is not owed once enough have released', () => {
    expect(createFile().toReleased().owed('solicitation.fail')).toEqual([])
  })
  test('is for the officer after the opening, with a reason that is true', () => {
    expect(fail(createFile().toClosed(), 'need-ended')).toBe('out-of-turn')
    const file = createFile().toOpened()
    expect(fail(file, 'whim')).toBe('reason-code')
    const listed = plain.reasons.fail
    const refused = listed.map((code) => [code, fail(file, code)])
    expect(Object.fromEntries(refused)).toEqual({
      'no-bids': 'reason-code',
      'too-few-bids': 'reason-code',
      'not-opened': 'reason-code',
      'as-published': 'reason-code',
      'all-rejected': 'reasons-missing',
      'price-unreasonable': 'reasons-missing',
      'need-ended': 'reasons-missing',
    })
    for (const { commitHash } of file.state.sealed?.opened ?? []) {
      const reason = { code: 'not-as-asked', text: 'It does not float.' }
      file.act('bid.assess', 'p-dana', { commitHash, finding: 'rejected', reason })
    }
    const accepted = listed.filter((code) => fail(file, code) === 'accepted')
    expect(accepted).toEqual(['all-rejected', 'price-unreasonable', 'need-ended'])
  })
  test('is for the officer where no bid could be opened, and nothing is said of bids that did not come', () => {
    const file = createFile().toOpened([])
    expect(fail(file, 'no-bids')).toBe('accepted')
    expect(fail(file, 'too-few-bids')).toBe('accepted')
    for (const untrue of ['not-opened', 'all-rejected', 'price-unreasonable'])
      expect(fail(file, untrue)).toBe('reason-code')
    file.file = { open: file.state.open }
    expect(fail(file, 'no-bids')).toBe('hidden')
    expect(fail(file, 'as-published')).toBe('reason-code')
  })
  test('of a process that was published elsewhere follows its publisher', () => {
    const file = createFile().toOpened()
    const source = { ocid: 'ocds-abc123-1', uri: 'https://example.org/1', sha256: named('source') }
    file.state.open.requisition.source = source
    expect(fail(file, 'as-published')).toBe('accepted')
  })
  test('leaves nothing to do', () => {
    const file = createFile().toOpened([])
    file.clock('solicitation.fail')
    expect(fail(file, 'need-ended')).toBe('ended')
  })
})

describe('a hand-over', () => {
  const reason = { code: 'illness', text: 'Until March.' }
  const withSuccessor = () => {
    const file = createFile().toOpen()
    file.act('person.enrol', 'p-reg', {
      person: 'p-omar',
      kind: 'official',
      org: ORG,
      profile: named('omar'),
    })
    file.act('role.grant', 'p-reg', { person: 'p-omar', role: 'CO', org: ORG })
    return file
  }
  const assign = { role: 'CO', from: 'p-dana', to: 'p-omar', reason }

  test('is needed before another officer acts', () => {
    const file = withSuccessor()
    const asked = file.act('question.ask', 'p-pinyon', { text: 'Is a spare battery wanted?' })
    const answer = { of: asked, question: 'Is a spare battery wanted?', text: 'No.', amends: false }
    file.act('file.assign', 'p-dana', assign)
    expect(file.code('question.answer', 'p-dana', answer)).toBe('not-assigned')
    expect(file.state.open.assigned.CO).toBe('p-omar')
  })
  test('is made by the officer or the head, from whoever has the file, to somebody of the role', () => {
    const file = withSuccessor()
    expect(file.code('file.assign', 'p-dana', { ...assign, from: 'p-omar', to: 'p-dana' })).toBe(
      'not-assigned',
    )
    expect(file.code('file.assign', 'p-dana', { ...assign, to: 'p-rosa' })).toBe('role-missing')
    expect(file.code('file.assign', 'p-rosa', assign, { role: 'RQ' })).toBe('role-missing')
    expect(file.code('file.assign', 'p-sam', assign, { role: 'AP' })).toBe('accepted')
  })
  test('counts for both in the duty matrix', () => {
    const file = createFile().toOpen()
    file.act('role.grant', 'p-reg', { person: 'p-rosa', role: 'CO', org: ORG })
    expect(file.code('file.assign', 'p-dana', { ...assign, to: 'p-rosa' })).toBe('separation')
    const other = withSuccessor()
    other.act('file.assign', 'p-dana', assign)
    expect(other.state.open.actedAs['p-omar']).toMatchObject([{ role: 'CO', t: 'file.assign' }])
    expect(other.state.open.actedAs['p-dana']).toBeDefined()
  })
})

describe('a published process that is run again', () => {
  const end = { reason: { code: 'publication-ends', text: 'No award was published.' } }
  test('stops where its publication stops', () => {
    const file = createFile({ method: 'plain' })
    const source = { ocid: 'AM-PPS-1', uri: 'https://example.org', sha256: named('source') }
    file.act('requisition.submit', 'p-rosa', { ...file.requisition(), source })
    file.act('funds.certify', 'p-sam', file.certificate(), { role: 'BU' })
    file.act('requisition.approve', 'p-sam', file.approval(), { role: 'AP' })
    file.act('file.end', 'p-dana', end)
    expect(file.state.open).toMatchObject({ stage: 'ended', ended: end })
    expect(file.code('funds.certify', 'p-sam', file.certificate(30_000), { role: 'BU' })).toBe(
      'ended',
    )
  })
  test('is the only one that stops so', () => {
    expect(createFile({ method: 'plain' }).toApproved().code('file.end', 'p-dana', end)).toBe(
      'out-of-turn',
    )
  })
})
