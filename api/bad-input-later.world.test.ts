/**
 * What bad input gets further on in a procurement: under amended terms, after the deadline, at the award, under the
 * contract. The example is played through the door from its record, and the clock stands on the day that a row needs.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  encodeCanonical,
  fromBase64Url,
  gateKey,
  type JsonObject,
  toBase64Url,
  verifyReceipt,
} from '../ledger/index.ts'
import {
  expectProblem,
  problemSchema,
  raw,
  type Row,
  send,
  type Sent,
  type Served,
  traces,
} from '../tests/bad-input.ts'
import { DUE, named } from '../tests/file-builder.ts'
import { noon } from '../tests/purchase-builder.ts'
import { createRecord, type RecordBuilder, signed } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'
import { paths } from '../web/paths.ts'

const atPlayed = (): Served => played
/** What an actor's client signs now, as the builder makes it. */
function act(...made: Parameters<RecordBuilder['statement']>): Sent {
  const { envelope, hash } = signed(builder.statement(...made))
  return { body: envelope, hash: toBase64Url(hash) }
}
const arriving = (sent: Sent): Sent => ({ ...sent, path: paths.api.arrivals })
const reason = { code: 'correction', text: 'A word was wrong.' }
let oldHead: string

let builder: RecordBuilder
let played: RecordedWorld
beforeAll(async () => {
  builder = createRecord()
  builder.toOpen()
  oldHead = builder.state.open.solicitation?.head ?? ''
  played = await openRecordedWorld(builder)
  await played.catchUp()
  const water = {
    path: '/description',
    from: builder.terms()['description'] ?? '',
    to: 'Tablets that float.',
  }
  builder.act('solicitation.amend', 'p-dana', { changes: [water], material: true, reason })
  await played.catchUp()
})
afterAll(() => played.end())

const bid = { vendor: 'v-pinyon', dollars: 20_776 }
const open: Row[] = [
  [
    'under terms that were amended since',
    () => {
      const payload = {
        role: 'CO',
        from: 'p-dana',
        to: 'p-other',
        reason: { code: 'leave', text: 'Leave.' },
      }
      return act('file.assign', 'p-dana', payload, { tenderHead: oldHead })
    },
    409,
    'stale-head',
  ],
  [
    'that bids under terms that were amended since',
    () =>
      arriving(
        act('bid.commit', 'p-pinyon', builder.bid(bid), { notAfter: DUE, tenderHead: oldHead }),
      ),
    409,
    'stale-head',
  ],
  [
    'that bids for another procurement than it is signed for',
    () => {
      const sealed = builder.bid(bid)
      // Just made by the builder.
      const header = { ...(sealed['header'] as JsonObject), tender: 'ocds-213czf-gl-26-999' }
      return arriving(act('bid.commit', 'p-pinyon', { ...sealed, header }, { notAfter: DUE }))
    },
    422,
    'commitment',
  ],
  [
    'that bids without its files',
    () =>
      arriving(
        act('bid.commit', 'p-pinyon', builder.bid({ ...bid, seq: 1, dollars: 18_500 }), {
          notAfter: DUE,
        }),
      ),
    422,
    'blob-missing',
  ],
  [
    'that bids, sent where acts go that race no deadline',
    () => act('bid.commit', 'p-pinyon', builder.bid(bid), { notAfter: DUE }),
    422,
    'wrong-address',
  ],
  [
    'that signs for a second time what another procurement waits for',
    () => act('solicitation.amend.cosign', 'p-sam', { of: named('elsewhere') }, { role: 'AP' }),
    409,
    'nothing-pending',
  ],
]
test.each(open)('a statement %s is refused while bids come in', async (_, make, status, code) => {
  await expectProblem(atPlayed(), make(), status, code)
})

test('a refused bid that is sent many times at once gets the same refusal each time', async () => {
  const before = await traces(atPlayed())
  const bare = builder.bid({ ...bid, dollars: 24_000 })
  const sent = arriving(act('bid.commit', 'p-pinyon', bare, { notAfter: DUE }))
  const answers = await Promise.all(Array.from({ length: 32 }, () => send(atPlayed(), sent)))
  const codes = answers.map(({ text }) => problemSchema.parse(JSON.parse(text)).code)
  expect(new Set(codes)).toEqual(new Set(['blob-missing']))
  expect(await traces(atPlayed())).toEqual(before)
})

test('a bid gets the same receipt for the same bytes', async () => {
  builder.withBids()
  await played.catchUp()
  const last = builder.log.entries.at(-1)
  const sent = arriving({ body: last?.signed.envelope ?? '' })
  const [one, two] = [await send(atPlayed(), sent), await send(atPlayed(), sent)]
  expect(one.status, one.text).toBe(200)
  expect(two.text).toBe(one.text)
})

test('a bid after the deadline is a sealed entry, and its receipt says late', async () => {
  builder.waitUntil('2026-01-27T21:00:00.000001Z')
  played.setClock()
  const before = await traces(atPlayed())
  const payload = builder.bid({ ...bid, seq: 2, dollars: 18_000 })
  await played.upload()
  const said = { notAfter: DUE, issuedAt: '2026-01-27T20:59:00.000000Z' }
  const sent = arriving(act('bid.commit', 'p-pinyon', payload, said))
  const answer = await send(atPlayed(), sent)
  expect(answer.status, answer.text).toBe(200)
  const { receipt: envelope, index } = z
    .looseObject({ receipt: z.record(z.string(), z.unknown()), index: z.int() })
    .parse(JSON.parse(answer.text))
  const key = gateKey(fromBase64Url(played.receiptKey))
  const receipt = verifyReceipt(encodeCanonical(envelope as JsonObject), key)
  expect(receipt).toMatchObject({
    decision: 'late',
    code: 'late',
    rule: 'us.late',
    index,
    statementHash: sent.hash,
    arrivedAt: '2026-01-27T21:00:00.000001Z',
    deadline: DUE,
  })
  expect(receipt.blind).toBeDefined()
  const shown = await raw(played.url, { method: 'GET', path: `/api/entries/${index}` })
  expect(shown.text).not.toMatch(/pinyon|bid\.commit|late/)
  expect(await traces(atPlayed())).not.toEqual(before)
  expect((await send(atPlayed(), sent)).text).toBe(
    answer.text.replace('"again":false', '"again":true'),
  )
})

test('a withdrawal after the deadline is refused: the bid stands', async () => {
  const [, hash] = builder.log.entries.map(({ row }) => row.statementHash).slice(-2)
  const payload = {
    envelope: 'main',
    vendor: 'v-pinyon',
    seq: '1',
    withdraws: toBase64Url(hash ?? new Uint8Array()),
  }
  const sent = arriving(
    act('bid.withdraw', 'p-pinyon', payload, {
      notAfter: DUE,
      issuedAt: '2026-01-27T20:59:00.000000Z',
    }),
  )
  await expectProblem(atPlayed(), sent, 410, 'late')
})

const opened: Row[] = [
  ['that awards over the warrant', () => award(250_001), 403, 'over-warrant'],
  ['that awards more than is certified', () => award(21_581), 422, 'no-funds'],
  [
    'that decides, by an officer who bought it for herself',
    () => act('award.decide', 'p-rosa', builder.award(), { role: 'CO' }),
    403,
    'role-missing',
  ],
]
const award = (dollars: number): Sent =>
  act('award.decide', 'p-dana', builder.award({}, 'v-northfork', dollars))

describe('after the opening', () => {
  beforeAll(async () => {
    builder.clock('deadline.close', builder.closing())
    for (const id of ['h-inspector', 'h-cascade'])
      builder.act('opening.release', id, builder.release(id), { role: 'OO' })
    builder.clock('opening.result', builder.result())
    builder.waitUntil(noon('2026-01-28'))
    await played.catchUp()
  })
  test.each(opened)('a statement %s is refused', async (_, make, status, code) => {
    const sent = make()
    await played.upload()
    await expectProblem(atPlayed(), sent, status, code)
  })
})

describe('under a contract', () => {
  beforeAll(async () => {
    builder.act('award.decide', 'p-dana', builder.award())
    builder.act('order.sign', 'p-dana', builder.order())
    builder.act('order.accept', 'p-northfork', { of: builder.contract.hash })
    builder.waitUntil(noon('2026-03-09'))
    const delivery = builder.announce()
    builder.waitUntil(noon('2026-03-11'))
    builder.report(delivery)
    builder.waitUntil(noon('2026-03-12'))
    builder.submitBill('NF-2041')
    await played.catchUp()
  })
  test('an invoice under a number that was used before is refused', async () => {
    const bill = builder.bill('NF-2041')
    await played.upload()
    await expectProblem(
      atPlayed(),
      act('invoice.submit', 'p-northfork', bill),
      409,
      'invoice-number-used',
    )
  })
  test('a payment that one person would sign twice is refused', async () => {
    builder.clock('invoice.match')
    builder.act('payment.schedule', 'p-sam', builder.schedule())
    builder.waitUntil(noon('2026-04-10'))
    const payload = { payment: builder.payment.hash, endToEndId: 'GL-26-014-1' }
    const of = builder.act('payment.release', 'p-sam', payload)
    await played.catchUp()
    const twice = act('payment.release.cosign', 'p-sam', { of }, { role: 'TR' })
    await expectProblem(atPlayed(), twice, 403, 'role-missing')
  })
})
