import { describe, expect, test } from 'vitest'
import { named, usd } from '../tests/file-builder.ts'
import { createPurchase, LINES, linesOf, noon } from '../tests/purchase-builder.ts'
import type { Lines, PurchaseBuilder } from '../tests/purchase-builder.ts'

const inspected = (rejectedTablets = 0): PurchaseBuilder =>
  createPurchase().toInspected(rejectedTablets).waitUntil(noon('2026-03-12'))

const tablets = (quantity: number, cents = 165_733): Lines => [['0001', quantity, cents]]

describe('an invoice (I1, FAR 32.905(b)(1))', () => {
  const code = (
    purchase: PurchaseBuilder,
    changes: object = {},
    lines: Lines = LINES,
    actor = 'p-northfork',
  ): string => purchase.code('invoice.submit', actor, purchase.bill('NF-1', lines, changes))

  test('is the vendor’s own, of a contract in force', () => {
    expect(code(inspected())).toBe('accepted')
    expect(code(inspected(), {}, LINES, 'p-pinyon')).toBe('other-person')
    expect(code(inspected(), { contract: 'ocds-213czf-x-C9' })).toBe('unknown-reference')
    const offered = createPurchase().toOrdered()
    expect(code(offered)).toBe('out-of-turn')
  })

  test('has a number that its vendor has never used', () => {
    const purchase = inspected()
    purchase.submitBill('NF-1')
    expect(code(purchase)).toBe('invoice-number-used')
  })

  test('has a number that stays used when the invoice is returned', () => {
    const purchase = inspected()
    const of = purchase.submitBill('NF-1')
    const defects = [{ code: 'unit-price', path: '/lines/0', text: 'It is missing.' }]
    purchase.act('invoice.return', 'p-sam', { of, defects })
    expect(code(purchase)).toBe('invoice-number-used')
  })

  test('has sums that follow from its quantities and prices', () => {
    const lines = linesOf(LINES)
    const wrongLine = lines.map((line) => ({ ...line, amount: usd(1) }))
    expect(code(inspected(), { lines: wrongLine })).toBe('sum')
    expect(code(inspected(), { amount: usd(19_888.01) })).toBe('sum')
    expect(code(inspected(), { tax: usd(1) })).toBe('sum')
    expect(code(inspected(), { lines: [...lines, ...lines] })).toBe('sum')
  })

  test('is not dated in the future', () => {
    expect(code(inspected(), { date: '2026-03-13' })).toBe('improper-invoice')
  })

  test('is in the currency of the order', () => {
    expect(code(inspected(), { amount: { amount: '1988800', currency: 'EUR' } })).toBe('currency')
  })

  test('is paid to the account that its vendor has registered', () => {
    expect(code(inspected(), { payTo: named('another account') })).toBe('improper-invoice')
  })

  test('may name an account whose change is not confirmed yet', () => {
    const purchase = inspected()
    const payTo = named('new account')
    purchase.act('vendor.bank', 'p-northfork', { vendor: 'v-northfork', payTo })
    expect(code(purchase, { payTo })).toBe('accepted')
  })

  test('says whom to tell of defects', () => {
    expect(code(inspected(), { contact: named('nobody uploaded this') })).toBe('payload-missing')
  })

  test('with negative prices is a credit note, and only that', () => {
    const purchase = inspected()
    expect(code(purchase, {}, tablets(1, -165_733))).toBe('sum')
    const credits = purchase.submitBill('NF-0')
    expect(code(purchase, { credits }, tablets(1))).toBe('sum')
    expect(code(purchase, { credits }, tablets(1, -165_733))).toBe('accepted')
    expect(code(purchase, { credits: named('none') }, tablets(1, -1))).toBe('improper-invoice')
    const tax = { tax: usd(1), amount: usd(-1_656.33) }
    expect(code(purchase, { credits, ...tax }, tablets(1, -165_733))).toBe('sum')
    expect(code(purchase, {}, tablets(1, 0))).toBe('sum')
  })

  test('is owed by the vendor while accepted goods are not billed', () => {
    const purchase = createPurchase().toDelivered()
    expect(purchase.owed('invoice.submit')).toEqual([])
    const ready = inspected()
    expect(ready.owed('invoice.submit')).toMatchObject([{ role: 'VE', vendor: 'v-northfork' }])
    ready.submitBill('NF-1')
    expect(ready.owed('invoice.submit')).toEqual([])
  })
})

describe('the match (I2)', () => {
  test('of what was ordered, accepted and billed agrees', () => {
    const purchase = createPurchase().toMatched()
    expect(purchase.invoice.match).toMatchObject({ result: 'matched', findings: [] })
    expect(purchase.contract.lines[0]?.billed).toBe('12')
  })

  test('falls due at once, but not before the acceptor’s report', () => {
    const purchase = createPurchase().toDelivered()
    purchase.submitBill('NF-1')
    expect(purchase.owed('invoice.match')).toEqual([])
    purchase.waitUntil(noon('2026-03-11'))
    purchase.report(Object.keys(purchase.contract.deliveries)[0] ?? '')
    expect(purchase.owed('invoice.match')).toHaveLength(1)
  })

  test('says nothing else than the record', () => {
    const purchase = createPurchase().toInvoiced()
    const [duty] = purchase.owed('invoice.match')
    const lie = { of: purchase.invoice.hash, result: 'matched', findings: [], lines: [] }
    expect(purchase.clockSays('invoice.match', lie, duty?.cause ?? '')).toMatchObject({
      refusal: { code: 'payload-differs' },
    })
  })

  test('of more than was accepted is an exception', () => {
    const purchase = inspected(2)
    purchase.submitBill('NF-1')
    purchase.clock('invoice.match')
    expect(purchase.invoice).toMatchObject({
      stage: 'exception',
      match: { findings: ['quantity-over-accepted'] },
    })
    expect(purchase.invoice.match?.lines).toMatchObject([
      {
        item: '0001',
        ordered: '12',
        accepted: '10',
        billedBefore: '0',
        billed: '12',
        difference: '2',
      },
      { item: '0002', difference: '0' },
    ])
    expect(purchase.owed('payment.schedule')).toEqual([])
  })

  test('of what was accepted in part agrees', () => {
    const purchase = inspected(2)
    purchase.submitBill('NF-1', tablets(10))
    purchase.clock('invoice.match')
    expect(purchase.invoice.stage).toBe('matched')
  })

  test('at another unit price is an exception, one cent off', () => {
    for (const cents of [165_732, 165_734]) {
      const purchase = inspected()
      purchase.submitBill('NF-1', tablets(10, cents))
      purchase.clock('invoice.match')
      expect(purchase.invoice.match?.findings).toEqual(['price-differs'])
    }
  })

  test('of something that was not ordered is an exception', () => {
    const purchase = inspected()
    purchase.submitBill('NF-1', [['0009', 1, 100]])
    purchase.clock('invoice.match')
    expect(purchase.invoice.match?.findings).toEqual(['not-ordered'])
  })

  test('of tax that was not ordered is an exception', () => {
    const purchase = inspected()
    const tax = usd(1)
    purchase.submitBill('NF-1', tablets(1), { tax, amount: usd(1_658.33) })
    purchase.clock('invoice.match')
    expect(purchase.invoice.match?.findings).toEqual(['tax-over-order'])
  })

  test('of an exception is made again when the rest has been accepted', () => {
    const purchase = inspected(2)
    purchase.submitBill('NF-1')
    purchase.clock('invoice.match')
    purchase.waitUntil(noon('2026-03-20'))
    const of = purchase.announce(2, 0, '2026-03-20')
    purchase.report(of, 0, '2026-03-20', '2026-03-20')
    purchase.clock('invoice.match')
    expect(purchase.invoice.stage).toBe('matched')
  })
})

describe('billing twice', () => {
  const twice = (): PurchaseBuilder => {
    const purchase = inspected()
    purchase.submitBill('NF-1')
    purchase.clock('invoice.match')
    purchase.submitBill('NF-2')
    purchase.clock('invoice.match')
    return purchase
  }

  test('is an exception, whatever the number', () => {
    expect(twice().invoice.match?.findings).toEqual([
      'quantity-over-accepted',
      'quantity-over-ordered',
      'amount-over-order',
      'total-over-order',
    ])
  })

  test('is refused even when two persons would accept it', () => {
    const purchase = twice()
    const reason = { code: 'quantity-correct', text: 'It must be right.' }
    const said = { of: purchase.invoice.hash, decision: 'accept', reason }
    expect(purchase.code('invoice.resolve', 'p-sam', said)).toBe('quantity')
  })

  test('cannot be scheduled', () => {
    const purchase = twice()
    expect(purchase.code('payment.schedule', 'p-sam', purchase.schedule())).toBe('not-matched')
  })
})

describe('a credit note', () => {
  test('that lowers an invoice to what was accepted makes it match', () => {
    const purchase = inspected(2)
    const of = purchase.submitBill('NF-1')
    purchase.clock('invoice.match')
    purchase.submitBill('NF-2', tablets(2, -165_733), { credits: of })
    purchase.clock('invoice.match')
    purchase.clock('invoice.match')
    expect(purchase.contract.invoices[of]?.stage).toBe('matched')
    expect(purchase.contract.lines[0]?.billed).toBe('10')
    const amount = usd(19_888 - 2 * 1_657.33)
    const payload = purchase.schedule({ invoice: of, amount })
    expect(purchase.code('payment.schedule', 'p-sam', payload)).toBe('accepted')
    expect(purchase.code('payment.schedule', 'p-sam', { ...payload, amount: usd(19_888) })).toBe(
      'sum',
    )
  })

  test('of more than the invoice claims is an exception', () => {
    const purchase = inspected()
    const credits = purchase.submitBill('NF-1', tablets(2))
    purchase.clock('invoice.match')
    purchase.submitBill('NF-2', tablets(3, -165_733), { credits })
    purchase.clock('invoice.match')
    expect(purchase.invoice).toMatchObject({
      stage: 'exception',
      match: { findings: ['over-credited'] },
    })
    expect(purchase.contract.lines[0]?.billed).toBe('2')
  })

  test('of the whole invoice leaves nothing to pay', () => {
    const purchase = inspected()
    const credits = purchase.submitBill('NF-1', tablets(2))
    purchase.clock('invoice.match')
    purchase.submitBill('NF-2', tablets(2, -165_733), { credits })
    purchase.clock('invoice.match')
    expect(Object.values(purchase.contract.invoices).map(({ stage }) => stage)).toEqual([
      'paid',
      'paid',
    ])
    expect(purchase.owed('payment.schedule')).toEqual([])
    expect(purchase.contract.lines[0]?.billed).toBe('0')
  })

  test('on an invoice that is certified already is refused', () => {
    const purchase = createPurchase().toScheduled()
    const payload = purchase.bill('NF-9', tablets(1, -165_733), { credits: purchase.invoice.hash })
    expect(purchase.code('invoice.submit', 'p-northfork', payload)).toBe('improper-invoice')
  })

  test('is not paid by itself', () => {
    const purchase = inspected()
    const credits = purchase.submitBill('NF-1')
    purchase.submitBill('NF-2', tablets(2, -165_733), { credits })
    purchase.clock('invoice.match')
    purchase.clock('invoice.match')
    expect(purchase.invoice).toMatchObject({ number: 'NF-2', stage: 'matched' })
    expect(purchase.code('payment.schedule', 'p-sam', purchase.schedule({ amount: usd(1) }))).toBe(
      'not-matched',
    )
  })
})

describe('the return of an invoice (I1)', () => {
  const defects = [
    { code: 'description', path: '/lines/0', text: 'Say what it is.' },
    { code: 'terms', path: '', text: 'No payment terms.' },
  ]

  test('names every defect at once, from the pack’s list', () => {
    const purchase = createPurchase().toMatched()
    const of = purchase.invoice.hash
    expect(purchase.code('invoice.return', 'p-sam', { of, defects: [] })).toBe('invalid')
    const odd = [...defects, { code: 'ugly', path: '', text: 'So.' }]
    expect(purchase.code('invoice.return', 'p-sam', { of, defects: odd })).toBe('reason-code')
    purchase.act('invoice.return', 'p-sam', { of, defects })
    expect(purchase.invoice).toMatchObject({ stage: 'returned', returned: { defects } })
    expect(purchase.contract.lines[0]?.billed).toBe('0')
    expect(purchase.owed('invoice.submit')).toHaveLength(1)
  })

  test('is owed, or the certificate is, within seven days', () => {
    const purchase = createPurchase().toMatched()
    expect(purchase.owed('payment.schedule')).toMatchObject([
      { role: 'PO', by: '2026-03-20T05:59:59.999999Z', rule: { cite: 'FAR 32.905(b)(3)' } },
    ])
  })

  test('is of an invoice of this procurement', () => {
    const purchase = createPurchase().toMatched()
    const of = named('none')
    expect(purchase.code('invoice.return', 'p-sam', { of, defects })).toBe('unknown-reference')
  })

  test('comes too late once the invoice is certified', () => {
    const purchase = createPurchase().toScheduled()
    const of = purchase.invoice.hash
    expect(purchase.code('invoice.return', 'p-sam', { of, defects })).toBe('already-done')
  })

  test('that was a mistake is taken back by two persons, and the first arrival counts', () => {
    const purchase = createPurchase().toMatched()
    const of = purchase.invoice.hash
    purchase.act('invoice.return', 'p-sam', { of, defects })
    purchase.waitUntil(noon('2026-03-25'))
    const reason = { code: 'other', text: 'Nothing was wrong with it.' }
    const half = purchase.act('invoice.resolve', 'p-sam', { of, decision: 'accept', reason })
    expect(purchase.invoice.stage).toBe('returned')
    purchase.act('invoice.resolve.cosign', 'p-dana', { of: half })
    purchase.clock('invoice.match')
    expect(purchase.code('payment.schedule', 'p-sam', purchase.schedule())).toBe('accepted')
  })

  test('that was a mistake is not taken back once a new invoice has replaced it', () => {
    const purchase = createPurchase().toMatched()
    const of = purchase.invoice.hash
    purchase.act('invoice.return', 'p-sam', { of, defects })
    purchase.submitBill('NF-2042', LINES, { corrects: of })
    const reason = { code: 'other', text: 'Nothing was wrong with it.' }
    const said = { of, decision: 'accept', reason }
    expect(purchase.code('invoice.resolve', 'p-sam', said)).toBe('already-done')
    const again = purchase.bill('NF-2043', LINES, { corrects: of })
    expect(purchase.code('invoice.submit', 'p-northfork', again)).toBe('improper-invoice')
  })
})

describe('an exception (I3)', () => {
  const exception = (): { purchase: PurchaseBuilder; of: string } => {
    const purchase = inspected(2)
    const of = purchase.submitBill('NF-1')
    purchase.clock('invoice.match')
    return { purchase, of }
  }
  const reason = { code: 'agreed-difference', text: 'Two will be repaired in place.' }

  test('is decided by pay officer and officer together', () => {
    const { purchase, of } = exception()
    expect(purchase.owed('invoice.resolve')).toMatchObject([{ role: 'PO' }])
    const half = purchase.act('invoice.resolve', 'p-sam', { of, decision: 'accept', reason })
    expect(purchase.invoice.stage).toBe('exception')
    expect(purchase.owed('invoice.resolve')).toEqual([])
    expect(purchase.owed('invoice.resolve.cosign')).toMatchObject([{ role: 'CO' }])
    expect(purchase.code('payment.schedule', 'p-sam', purchase.schedule())).toBe('not-matched')
    purchase.act('invoice.resolve.cosign', 'p-dana', { of: half })
    expect(purchase.invoice.stage).toBe('matched')
    expect(purchase.contract.lines[0]?.billed).toBe('12')
  })

  test('is not decided by one person alone', () => {
    const { purchase, of } = exception()
    const half = purchase.act('invoice.resolve', 'p-sam', { of, decision: 'accept', reason })
    purchase.act('role.grant', 'p-reg', { person: 'p-sam', role: 'CO', org: 'granite-lakes' })
    const alone = purchase.code('invoice.resolve.cosign', 'p-sam', { of: half }, { role: 'CO' })
    expect(alone).toBe('separation')
  })

  test('that is not accepted goes back to the vendor', () => {
    const { purchase, of } = exception()
    const back = { code: 'not-accepted', text: 'Two were cracked.' }
    const half = purchase.act('invoice.resolve', 'p-sam', { of, decision: 'return', reason: back })
    purchase.act('invoice.resolve.cosign', 'p-dana', { of: half })
    expect(purchase.invoice).toMatchObject({ stage: 'returned', resolved: { decision: 'return' } })
    expect(purchase.state.open.pending).toEqual({})
  })

  test('leaves no half decision behind when the invoice is returned', () => {
    const { purchase, of } = exception()
    purchase.act('invoice.resolve', 'p-sam', { of, decision: 'accept', reason })
    const defects = [{ code: 'not-accepted', path: '', text: 'Two were cracked.' }]
    purchase.act('invoice.return', 'p-sam', { of, defects })
    expect(purchase.owed('invoice.resolve.cosign')).toEqual([])
  })

  test('is not made of an invoice that matches', () => {
    const purchase = createPurchase().toMatched()
    const said = { of: purchase.invoice.hash, decision: 'accept', reason }
    expect(purchase.code('invoice.resolve', 'p-sam', said)).toBe('already-done')
  })
})
