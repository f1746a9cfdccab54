import { describe, expect, test } from 'vitest'
import { named, usd } from '../tests/file-builder.ts'
import {
  createPurchase,
  LINES,
  linesOf,
  noon,
  publicPart,
  reprice,
} from '../tests/purchase-builder.ts'
import type { PurchaseBuilder } from '../tests/purchase-builder.ts'

const code = (purchase: PurchaseBuilder, changes: object = {}): string =>
  purchase.code('order.sign', 'p-dana', purchase.order(changes))

describe('an order (K1)', () => {
  test('makes the contract of the winner, at the price of the bid', () => {
    const purchase = createPurchase().toOrdered()
    expect(purchase.contract).toMatchObject({
      id: `${purchase.ocid}-C1`,
      stage: 'offered',
      vendor: 'v-northfork',
      lots: ['main'],
      amount: usd(19_888),
    })
    expect(purchase.state.open.lots['main']?.stage).toBe('contracted')
  })

  test('is owed to each vendor that has won, once', () => {
    const purchase = createPurchase().toAwarded()
    expect(purchase.owed('order.sign')).toMatchObject([{ subject: 'v-northfork' }])
    purchase.act('order.sign', 'p-dana', purchase.order())
    expect(purchase.owed('order.sign')).toEqual([])
    expect(code(purchase)).toBe('unknown-vendor')
  })

  test('of another award, vendor or number is refused', () => {
    const purchase = createPurchase().toAwarded()
    expect(code(purchase, { award: named('other') })).toBe('unknown-reference')
    expect(code(purchase, { vendor: 'v-pinyon' })).toBe('unknown-vendor')
    expect(code(purchase, { contract: `${purchase.ocid}-C2` })).toBe('unknown-reference')
  })

  test('at another price than the bid is refused', () => {
    const purchase = createPurchase().toAwarded()
    const lines = linesOf([
      ['0001', 12, 165_733],
      ['0002', 1, 5],
    ])
    expect(code(purchase, { lines, amount: usd(19_888.01) })).toBe('price-differs')
  })

  test('with the price spread over the lines in another way is refused', () => {
    const purchase = createPurchase().toAwarded()
    const lines = linesOf([
      ['0001', 12, 165_732],
      ['0002', 1, 16],
    ])
    expect(code(purchase, { lines })).toBe('price-differs')
  })

  test('that leaves out a line of the bid is refused', () => {
    const purchase = createPurchase().toCompared()
    reprice(purchase, 'v-northfork', { lines: [...LINES, ['0003', 1, 0]], stated: 1_988_800 })
    purchase.act('award.decide', 'p-dana', purchase.award())
    expect(code(purchase)).toBe('price-differs')
    const whole = linesOf([...LINES, ['0003', 1, 0]])
    expect(code(purchase, { lines: whole })).toBe('accepted')
  })

  test('whose amount is not lines and tax is refused', () => {
    const purchase = createPurchase().toAwarded()
    expect(code(purchase, { amount: usd(19_888.01) })).toBe('sum')
  })

  test('carries the tax of the award, no more and no less', () => {
    const purchase = createPurchase().toAwarded({ tax: usd(1_000) })
    expect(code(purchase)).toBe('price-differs')
    expect(code(purchase, { tax: usd(999), amount: usd(20_887) })).toBe('price-differs')
    expect(code(purchase, { tax: usd(1_000), amount: usd(20_888) })).toBe('accepted')
  })

  test('in another currency is refused', () => {
    const purchase = createPurchase().toAwarded()
    expect(code(purchase, { amount: { amount: '1988800', currency: 'EUR' } })).toBe('currency')
  })

  test('over the warrant is refused even after the award', () => {
    const purchase = createPurchase().toAwarded()
    purchase.register.set('warrant/p-dana', [
      { limit: usd(15_000), from: '2026-01-01', to: '2030-12-31', authority: 'Letter' },
    ])
    expect(code(purchase)).toBe('over-warrant')
  })

  test('is made at the stated sum where the officer has said that it counts', () => {
    const purchase = createPurchase().toCompared()
    reprice(purchase, 'v-northfork', {
      lines: LINES,
      statedAmounts: [1_988_400, 4],
      stated: 1_988_404,
    })
    purchase.act('bid.assess', 'p-dana', {
      commitHash: purchase.commitHashOf('v-northfork'),
      finding: 'responsive',
      reason: { code: 'stated-sum-counts', text: 'The lower sum counts.' },
    })
    purchase.act('award.decide', 'p-dana', purchase.award({}, 'v-northfork', 19_884.04))
    const stated = linesOf([
      ['0001', 12, 165_700],
      ['0002', 1, 4],
    ])
    expect(code(purchase, { lines: stated, amount: usd(19_884.04) })).toBe('accepted')
    expect(code(purchase)).toBe('price-differs')
  })

  test('is hidden to a reader who does not see the bid', () => {
    const purchase = createPurchase().toAwarded()
    purchase.file = publicPart(purchase.state)
    expect(code(purchase)).toBe('hidden')
    expect(code(purchase, { amount: usd(1) })).toBe('sum')
  })
})

describe('an award of several lots', () => {
  /** Lot a is won by Ironwood, lot b by Northfork, nobody wins lot c. */
  const awarded = (): PurchaseBuilder => {
    const purchase = createPurchase().toCompared()
    const { open, sealed } = purchase.state
    open.lots = Object.fromEntries(['a', 'b', 'c'].map((id) => [id, { id, stage: 'open' }]))
    const lots = ['a', 'b', 'b']
    if (sealed?.opened)
      sealed.opened = sealed.opened.map((bid, index) => ({ ...bid, lot: lots[index] ?? '' }))
    const [won] = purchase.award({}, 'v-ironwood', 19_622)['lots'] as object[]
    const [other] = purchase.award()['lots'] as object[]
    const pinyon = purchase.others('v-northfork').filter(({ lot }) => lot === 'b')
    open.funds = { ...open.funds, amount: usd(50_000) } as never
    purchase.act(
      'award.decide',
      'p-dana',
      purchase.award({
        lots: [
          { ...won, lot: 'a' },
          { ...other, lot: 'b' },
        ],
        others: purchase.doc('pinyon.json', pinyon),
        priceReasonable: { basis: 'estimate', text: 'Each is below the estimate.' },
        responsibility: ['v-ironwood', 'v-northfork'].map((vendor) => ({
          vendor,
          finding: 'responsible',
          basis: 'Past deliveries.',
        })),
        tax: usd(100),
      }),
    )
    return purchase
  }

  test('makes a contract with each winner, in any order, with its share of the tax', () => {
    const purchase = awarded()
    expect(purchase.owed('order.sign')).toHaveLength(2)
    expect(code(purchase, { tax: usd(100.01), amount: usd(19_988.01) })).toBe('price-differs')
    purchase.act('order.sign', 'p-dana', purchase.order({ tax: usd(40), amount: usd(19_928) }))
    const ironwood = {
      contract: `${purchase.ocid}-C2`,
      vendor: 'v-ironwood',
      lines: linesOf([
        ['0001', 12, 163_516],
        ['0002', 1, 8],
      ]),
    }
    expect(code(purchase, { ...ironwood, amount: usd(19_622) })).toBe('price-differs')
    const whole = { ...ironwood, tax: usd(60), amount: usd(19_682) }
    expect(code(purchase, whole)).toBe('accepted')
  })

  test('ends a lot that nobody wins', () => {
    expect(awarded().state.open.lots).toMatchObject({
      a: { stage: 'awarded' },
      b: { stage: 'awarded' },
      c: { stage: 'unsuccessful' },
    })
  })
})

describe('the acceptance of an order (K1)', () => {
  test('is the vendor’s, once', () => {
    const purchase = createPurchase().toOrdered()
    const of = purchase.contract.hash
    expect(purchase.owed('order.accept')).toMatchObject([{ role: 'VE', vendor: 'v-northfork' }])
    expect(purchase.code('order.accept', 'p-pinyon', { of })).toBe('other-person')
    expect(purchase.code('order.accept', 'p-northfork', { of: named('none') })).toBe(
      'unknown-reference',
    )
    purchase.act('order.accept', 'p-northfork', { of })
    expect(purchase.contract.stage).toBe('active')
    expect(purchase.code('order.accept', 'p-northfork', { of })).toBe('already-done')
  })

  test('comes by performance with the first delivery', () => {
    const purchase = createPurchase().toOrdered()
    purchase.waitUntil(noon('2026-03-09'))
    purchase.announce()
    expect(purchase.contract).toMatchObject({ stage: 'active', acceptedLegal: noon('2026-03-09') })
    expect(purchase.owed('order.accept')).toEqual([])
  })
})

describe('the completion of a contract (K4)', () => {
  const complete = (purchase: PurchaseBuilder): string =>
    purchase.code('contract.complete', 'p-dana', {
      contract: purchase.contract.id,
      outcome: 'Delivered and paid.',
    })

  test('is refused at every step until all is delivered, accepted, billed and paid', () => {
    const purchase = createPurchase().toAccepted()
    const steps: ((one: PurchaseBuilder) => void)[] = [
      (one) => one.waitUntil(noon('2026-03-09')).announce(),
      (one) => one.report(Object.keys(one.contract.deliveries)[0] ?? '', 0, '2026-03-09'),
      (one) => one.submitBill('NF-1'),
      (one) => one.clock('invoice.match'),
      (one) => one.act('payment.schedule', 'p-sam', one.schedule({ due: '2026-04-08' })),
      (one) => one.waitUntil(noon('2026-04-07')).releasePayment(),
      (one) => one.clock('payment.order', one.bankFile(usd(19_888), '2026-04-08')),
    ]
    for (const step of steps) {
      expect(complete(purchase)).toBe('not-settled')
      expect(purchase.owed('contract.complete')).toEqual([])
      step(purchase)
    }
    expect(complete(purchase)).toBe('not-settled')
    purchase.clock('payment.settle', purchase.settlement('2026-04-08'))
    expect(purchase.owed('contract.complete')).toMatchObject([{ role: 'CO' }])
    expect(complete(purchase)).toBe('accepted')
  })

  test('waits for the interest to be on the record', () => {
    const purchase = createPurchase().toScheduled()
    purchase.clock('payment.overdue')
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(19_897.12), '2026-04-17'))
    purchase.clock('payment.settle', purchase.settlement('2026-04-17'))
    expect(complete(purchase)).toBe('not-settled')
    purchase.clock('interest.accrue')
    expect(complete(purchase)).toBe('accepted')
  })

  test('is done once', () => {
    const purchase = createPurchase().toPaid()
    const said = { contract: purchase.contract.id, outcome: 'Delivered and paid.' }
    purchase.act('contract.complete', 'p-dana', said)
    expect(complete(purchase)).toBe('already-done')
  })
})
