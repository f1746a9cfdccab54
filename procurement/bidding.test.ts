import { beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../ledger/index.ts'
import {
  createFile,
  DUE,
  type FileBuilder,
  keyOf,
  named,
  type Said,
} from '../tests/file-builder.ts'
import { countingBids } from './bidding.ts'
import { addMicroseconds } from './training.ts'

const plan = { vendor: 'v-pinyon', dollars: 20_776 }
const MICROSECOND_LATE = addMicroseconds(DUE, 1n)

let file: FileBuilder
beforeEach(() => {
  file = createFile().toOpen()
})

const commit = (payload: JsonObject, said: Said = {}, on = file) =>
  on.code('bid.commit', 'p-pinyon', payload, { notAfter: DUE, ...said })
const withHeader = (changed: object, payload = file.bid(plan)) => ({
  ...payload,
  header: { ...(payload['header'] as JsonObject), ...changed },
})
const statuses = () => file.state.sealed?.bids.map(({ status }) => status)

describe('a bid', () => {
  test('is sealed: the open part does not change', () => {
    const before = structuredClone(file.state.open)
    file.commitBid(plan)
    expect(file.state.open).toEqual(before)
    expect(file.state.sealed?.bids).toMatchObject([
      { vendor: 'v-pinyon', lot: 'main', seq: 1, status: 'counts' },
    ])
  })
  test('may be made by a vendor that nobody has confirmed yet', () => {
    file.register.set('vendor/v-pinyon', {
      ...(file.view('vendor/v-pinyon') as object),
      confirmed: false,
    })
    expect(commit(file.bid(plan))).toBe('accepted')
  })
  test('says in its header what its statement says', () => {
    const said = {
      aud: 'other.example/x',
      tender: 'ocds-213czf-other',
      tenderHead: named('x'),
      submitter: 'p-ironwood',
      kid: keyOf('p-ironwood').kid,
    }
    for (const [member, value] of Object.entries(said))
      expect([member, commit(withHeader({ [member]: value }))]).toEqual([member, 'commitment'])
  })
  test('is for the vendor of the person who signs', () => {
    expect(commit(withHeader({ vendor: 'v-ironwood' }))).toBe('other-person')
  })
  test('is sealed as the terms say: lot, envelope, key, sizes, files, holders', () => {
    const payload = file.bid(plan)
    const shares = payload['shares'] as { officers: JsonObject[] }
    const wrong: JsonObject[] = [
      withHeader({ lot: 'other' }),
      withHeader({ envelope: 'price' }),
      withHeader({ keyId: named('another key') }),
      withHeader({ suite: '0020-0001-0002' }),
      withHeader({ capsuleLen: '16384' }),
      withHeader({ blobs: [] }),
      { ...payload, ctLen: '65536' },
      { ...payload, blobHashes: [] },
      { ...payload, shares: {} },
      { ...payload, shares: { officers: shares.officers.slice(1) } },
      { ...payload, shares: { officers: [...shares.officers.slice(1), shares.officers[1] ?? {}] } },
      { ...payload, shares: { ...shares, auditors: [] } },
    ]
    expect(wrong.map((one) => commit(one))).toEqual(wrong.map(() => 'commitment'))
  })
  test('has its sealed files uploaded before, each of its exact size', () => {
    const payload = file.bid(plan)
    const [slot] = payload['blobHashes'] as string[]
    file.blobs.set(slot ?? '', 1105)
    expect(commit(payload)).toBe('blob-missing')
    file.blobs.delete(slot ?? '')
    expect(commit(payload)).toBe('blob-missing')
  })
  test('keeps its notAfter within the deadline, and does not outlive it', () => {
    expect(commit(file.bid(plan), { notAfter: MICROSECOND_LATE })).toBe('validity')
    const ended = { notAfter: file.at, arrivedAt: addMicroseconds(file.at, 1n) }
    expect(commit(file.bid(plan), ended)).toBe('expired')
  })
  test('is not made before publication, nor by the office', () => {
    const payload = file.bid(plan)
    expect(commit(payload, {}, createFile().toKeyed())).toBe('out-of-turn')
    expect(file.code('bid.commit', 'p-rosa', payload, { role: 'AC', notAfter: DUE })).toBe(
      'role-missing',
    )
  })
})

describe('the deadline', () => {
  const arrived = (arrivedAt: string) => {
    // Recorded an hour after it arrived: the arrival counts.
    const at = addMicroseconds(arrivedAt, 3_600_000_000n)
    return file.decide('bid.commit', 'p-pinyon', file.bid(plan), { notAfter: DUE, arrivedAt, at })
      .kind
  }
  test('takes a bid one microsecond before it', () =>
    expect(arrived(addMicroseconds(DUE, -1n))).toBe('accepted'))
  test('takes a bid at it', () => expect(arrived(DUE)).toBe('accepted'))
  test('takes a bid one microsecond after it as late', () =>
    expect(arrived(MICROSECOND_LATE)).toBe('late'))
  test('is in real time what the training clock makes of it', () => {
    const training = {
      legalStart: '2026-01-08T16:00:00.000000Z',
      realStart: '2026-01-08T16:00:00.000000Z',
      accelerator: 86_400,
    }
    const fast = createFile({ training }).toKeyed()
    fast
      .waitUntil('2026-01-12T16:00:00.000000Z')
      .act('solicitation.publish', 'p-dana', fast.terms())
    // 19 days and 5 hours are 19.208333… seconds: the first microsecond that reaches the deadline.
    const until = '2026-01-08T16:00:19.208334Z'
    const kind = (arrivedAt: string) =>
      fast.decide('bid.commit', 'p-pinyon', fast.bid(plan), {
        notAfter: until,
        arrivedAt,
        at: '2026-01-08T16:01:00.000000Z',
      }).kind
    expect(kind('2026-01-08T16:00:19.208333Z')).toBe('accepted')
    expect(kind(until)).toBe('late')
  })
})

describe('a late bid', () => {
  const late = (): string => {
    file.at = MICROSECOND_LATE
    return file.commitBid(plan)
  }
  test('is kept sealed, with rule and code, and is not in the competition', () => {
    file.at = MICROSECOND_LATE
    const decision = file.decide('bid.commit', 'p-pinyon', file.bid(plan), { notAfter: DUE })
    expect(decision).toMatchObject({
      kind: 'late',
      code: 'late',
      rule: { id: 'us.late', cite: 'FAR 13.004(a)' },
    })
    late()
    expect(statuses()).toEqual(['late'])
    expect(countingBids(file.state.sealed ?? never(), 'main')).toEqual([])
  })
  test('does not replace the one in time', () => {
    file.commitBid(plan)
    late()
    expect(statuses()).toEqual(['counts', 'late'])
  })
  test('may come after the close and after the opening', () => {
    for (const stage of [createFile().toClosed(), createFile().toOpened()]) {
      stage.at = '2026-01-28T22:00:00.000000Z'
      const said = { notAfter: DUE, issuedAt: '2026-01-27T20:59:00.000000Z' }
      expect(stage.decide('bid.commit', 'p-pinyon', stage.bid(plan), said).kind).toBe('late')
    }
  })
  test('needs no upload: nobody will read it', () => {
    file.at = MICROSECOND_LATE
    const payload = file.bid(plan)
    file.blobs.clear()
    expect(commit(payload)).toBe('late')
  })
})

describe('the last bid of a vendor for a lot', () => {
  test('counts, and replaces the one before', () => {
    const first = file.commitBid(plan)
    file.commitBid({ ...plan, dollars: 19_000, seq: 2, replaces: first })
    expect(statuses()).toEqual(['replaced', 'counts'])
  })
  test('follows on the one before: one more, naming what it replaces', () => {
    const first = file.commitBid(plan)
    const next = (changed: object) =>
      commit(file.bid({ ...plan, seq: 2, replaces: first, ...changed }))
    expect(next({})).toBe('accepted')
    expect(next({ seq: 1 })).toBe('sequence')
    expect(next({ seq: 3 })).toBe('sequence')
    expect(next({ replaces: named('other') })).toBe('sequence')
    expect(commit(file.bid({ ...plan, seq: 2 }))).toBe('sequence')
  })
  test('does not touch the bids of others, nor its own for other lots', () => {
    const lots = [
      { id: 'a', title: 'Tablets', items: ['0001'] },
      { id: 'b', title: 'Shipping', items: ['0002'] },
    ]
    file = createFile().toKeyed()
    file.at = '2026-01-12T16:00:00.000000Z'
    file.act('solicitation.publish', 'p-dana', { ...file.terms(), lots })
    file.commitBid({ ...plan, lot: 'a' })
    file.commitBid({ ...plan, lot: 'b' })
    const first = file.commitBid({ vendor: 'v-ironwood', dollars: 19_622, lot: 'a' })
    file.commitBid({ vendor: 'v-ironwood', dollars: 19_000, lot: 'a', seq: 2, replaces: first })
    expect(statuses()).toEqual(['counts', 'counts', 'replaced', 'counts'])
  })
})

describe('a withdrawal', () => {
  const withdraw = (payload: object, said: Said = {}, actor = 'p-pinyon') =>
    file.code('bid.withdraw', actor, payload, { notAfter: DUE, ...said })
  const of = (withdraws: string) => ({ envelope: 'main', vendor: 'v-pinyon', seq: '1', withdraws })

  test('takes a bid out, and leaves room for another', () => {
    const first = file.commitBid(plan)
    file.act('bid.withdraw', 'p-pinyon', of(first), { notAfter: DUE })
    expect(statuses()).toEqual(['withdrawn'])
    expect(commit(file.bid({ ...plan, seq: 2, replaces: first }))).toBe('sequence')
    file.commitBid({ ...plan, seq: 2 })
    expect(statuses()).toEqual(['withdrawn', 'counts'])
  })
  test('comes before bids are due, to the microsecond', () => {
    const first = file.commitBid(plan)
    const at = addMicroseconds(DUE, 60_000_000n)
    expect(withdraw(of(first), { at, arrivedAt: DUE })).toBe('accepted')
    expect(withdraw(of(first), { at, arrivedAt: MICROSECOND_LATE })).toBe('late')
  })
  test('is of a bid of its own vendor that stands', () => {
    const first = file.commitBid(plan)
    expect(withdraw(of(named('other')))).toBe('unknown-reference')
    expect(withdraw({ ...of(first), seq: '2' })).toBe('unknown-reference')
    expect(withdraw(of(first), {}, 'p-ironwood')).toBe('other-person')
    expect(withdraw({ ...of(first), vendor: 'v-ironwood' }, {}, 'p-ironwood')).toBe(
      'unknown-reference',
    )
    file.act('bid.withdraw', 'p-pinyon', of(first), { notAfter: DUE })
    expect(withdraw(of(first))).toBe('already-done')
  })
})

describe('races with the deadline', () => {
  test('a bid that arrived before an amendment was recorded is judged by the terms it was recorded under', () => {
    const payload = file.bid(plan)
    const head = file.state.open.solicitation?.head ?? ''
    const arrivedAt = file.at
    const reason = { code: 'correction', text: 'A word was wrong.' }
    const changes = [
      { path: '/title', from: '12 rugged tablets for park rangers', to: '12 tablets' },
    ]
    file.act('solicitation.amend', 'p-dana', { changes, material: true, reason })
    expect(commit(payload, { tenderHead: head, arrivedAt })).toBe('stale-head')
  })
  test('a withdrawal and a replacement in the same moment: the first recorded counts', () => {
    const first = file.commitBid(plan)
    const withdrawal = file.statement(
      'bid.withdraw',
      'p-pinyon',
      { envelope: 'main', vendor: 'v-pinyon', seq: '1', withdraws: first },
      { notAfter: DUE },
    )
    file.commitBid({ ...plan, dollars: 19_000, seq: 2, replaces: first })
    expect(file.submit(withdrawal)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'already-done' },
    })
    expect(statuses()).toEqual(['replaced', 'counts'])
  })
  test('a bid that was signed before an extension counts after it', () => {
    const statement = file.statement('bid.commit', 'p-pinyon', file.bid(plan), { notAfter: DUE })
    const reason = { code: 'extension', text: 'Vendors asked for time.' }
    const bidsUntil = '2026-01-30T21:00:00.000000Z'
    const of = file.act('solicitation.amend', 'p-dana', {
      changes: [],
      material: false,
      bidsUntil,
      reason,
    })
    file.act('solicitation.amend.cosign', 'p-sam', { of }, { role: 'AP' })
    expect(file.submit(statement, { at: file.at })).toEqual({ kind: 'accepted' })
  })
  test('a stale bid may be withdrawn', () => {
    const first = file.commitBid(plan)
    const reason = { code: 'correction', text: 'A word was wrong.' }
    const changes = [
      { path: '/title', from: '12 rugged tablets for park rangers', to: '12 tablets' },
    ]
    file.act('solicitation.amend', 'p-dana', { changes, material: true, reason })
    expect(statuses()).toEqual(['stale'])
    const payload = { envelope: 'main', vendor: 'v-pinyon', seq: '1', withdraws: first }
    file.act('bid.withdraw', 'p-pinyon', payload, { notAfter: DUE })
    expect(statuses()).toEqual(['withdrawn'])
  })
})

test('the bids that count are in the order of their entries', () => {
  file.withBids()
  const sealed = file.state.sealed ?? never()
  const reversed = { ...sealed, bids: sealed.bids.toReversed() }
  expect(countingBids(reversed, 'main').map(({ vendor }) => vendor)).toEqual([
    'v-ironwood',
    'v-northfork',
    'v-pinyon',
  ])
})

function never(): never {
  throw new Error('there is no sealed part')
}
