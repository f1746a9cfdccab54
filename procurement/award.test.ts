import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../ledger/index.ts'
import { named, usd } from '../tests/file-builder.ts'
import { createPurchase, publicPart, reprice } from '../tests/purchase-builder.ts'
import type { PurchaseBuilder } from '../tests/purchase-builder.ts'

const compared = (): PurchaseBuilder => createPurchase().toCompared()
const code = (purchase: PurchaseBuilder, payload: object): string =>
  purchase.code('award.decide', 'p-dana', payload)

/** An award that says nothing of a lower price. */
function silent(award: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(award).filter(([name]) => name !== 'lowestNotChosen'))
}

describe('an award (A1, P16)', () => {
  test('gives each lot its vendor and ends the comparison', () => {
    const purchase = createPurchase().toAwarded()
    const { stage, lots, award } = purchase.state.open
    expect(stage).toBe('contracted')
    expect(lots['main']).toMatchObject({ stage: 'awarded', award: { vendor: 'v-northfork' } })
    expect(award?.by).toBe('p-dana')
    expect(purchase.owed('award.decide')).toEqual([])
  })

  test('is the officer’s duty once the bids are opened', () => {
    expect(compared().owed('award.decide')).toMatchObject([{ role: 'CO' }])
  })

  test('over the warrant is refused', () => {
    const purchase = compared()
    purchase.register.set('warrant/p-dana', [
      { limit: usd(15_000), from: '2026-01-01', to: '2030-12-31', authority: 'Letter' },
    ])
    expect(code(purchase, purchase.award())).toBe('over-warrant')
    const decision = purchase.decide('award.decide', 'p-dana', purchase.award())
    expect(decision).toMatchObject({ refusal: { rule: { cite: 'FAR 1.602-1' } } })
    expect(JSON.stringify(decision)).toContain('above your warrant of 15,000.00 USD')
  })

  test('under a warrant that is over, or of another currency, is refused', () => {
    const purchase = compared()
    const warrant = { limit: usd(90_000), from: '2025-01-01', to: '2026-01-27', authority: 'L' }
    purchase.register.set('warrant/p-dana', [warrant])
    expect(code(purchase, purchase.award())).toBe('over-warrant')
    const euros = { ...warrant, to: '2030-01-01', limit: { amount: '9000000', currency: 'EUR' } }
    purchase.register.set('warrant/p-dana', [euros])
    expect(code(purchase, purchase.award())).toBe('over-warrant')
  })

  test('counts the days of warrant, funds and exclusions at the agency, not in Greenwich', () => {
    const purchase = createPurchase().toCompared()
    const award = purchase.award()
    const warrant = { limit: usd(90_000), from: '2025-01-01', to: '2026-01-28', authority: 'L' }
    const { funds } = purchase.state.open
    if (!funds) throw new Error('no funds are certified')
    const at = (instant: string): string => {
      purchase.at = instant
      return code(purchase, award)
    }
    // 5:30 PM on Jan 28 in Denver, and the first instant of Jan 29.
    const [evening, midnight] = ['2026-01-29T00:30:00.000000Z', '2026-01-29T07:00:00.000000Z']
    purchase.register.set('warrant/p-dana', [warrant])
    expect([at(evening), at(midnight)]).toEqual(['accepted', 'over-warrant'])
    purchase.register.set('warrant/p-dana', [{ ...warrant, to: '2030-01-01' }])
    funds.availableUntil = '2026-01-28'
    expect([at(evening), at(midnight)]).toEqual(['accepted', 'no-funds'])
    funds.availableUntil = '2030-01-01'
    const list = purchase.excluded(['v-northfork'])
    const excluded = { source: 'sam', list, from: '2026-01-01', to: '2026-01-28', cause: 'Fraud.' }
    purchase.register.set('excluded/US-UEI/V-NORTHFORK', [excluded])
    const current = { ...award, exclusions: { checkedAgainst: purchase.entries.length - 1 } }
    purchase.at = evening
    expect(code(purchase, current)).toBe('excluded')
    purchase.at = midnight
    expect(code(purchase, current)).toBe('accepted')
  })

  test('without certified funds for price and tax is refused', () => {
    const purchase = compared()
    expect(code(purchase, purchase.award({ tax: usd(1_692) }))).toBe('accepted')
    expect(code(purchase, purchase.award({ tax: usd(1_692.01) }))).toBe('no-funds')
  })

  test('with funds that are no longer available is refused', () => {
    const purchase = compared()
    const { funds } = purchase.state.open
    if (funds) funds.availableUntil = '2026-01-27'
    expect(code(purchase, purchase.award())).toBe('no-funds')
    if (funds) funds.availableUntil = '2026-01-28'
    expect(code(purchase, purchase.award())).toBe('accepted')
  })

  test('to a vendor that is not in the register is refused', () => {
    const purchase = compared()
    purchase.register.delete('vendor/v-northfork')
    expect(code(purchase, purchase.award())).toBe('unknown-vendor')
  })

  test('where no bid could be opened is refused', () => {
    const purchase = compared()
    const { sealed } = purchase.state
    if (sealed?.opened) sealed.opened = sealed.opened.map((bid) => ({ ...bid, status: 'void' }))
    expect(code(purchase, purchase.award())).toBe('competition')
    expect(purchase.owed('award.decide')).toEqual([])
  })

  test('in another currency than the funds is refused', () => {
    const purchase = compared()
    const tax = { amount: '100', currency: 'EUR' }
    expect(code(purchase, purchase.award({ tax }))).toBe('currency')
  })

  test('at another price than the opened bid’s is refused', () => {
    const purchase = compared()
    expect(code(purchase, purchase.award({}, 'v-northfork', 19_887.99))).toBe('price-differs')
  })

  test('to a bid that nobody opened, or of another vendor, is refused', () => {
    const purchase = compared()
    const award = purchase.award() as { lots: { commitHash: string }[] }
    const [lot] = award.lots
    const other = { ...award, lots: [{ ...lot, commitHash: purchase.commitHashOf('v-pinyon') }] }
    expect(code(purchase, other)).toBe('unknown-reference')
    const none = { ...award, lots: [{ ...lot, commitHash: named('none') }] }
    expect(code(purchase, none)).toBe('unknown-reference')
  })

  test('of one lot twice, or of an unknown lot, is refused', () => {
    const purchase = compared()
    const award = purchase.award() as { lots: object[] }
    expect(code(purchase, { ...award, lots: [...award.lots, ...award.lots] })).toBe(
      'unknown-reference',
    )
    const [lot] = award.lots
    expect(code(purchase, { ...award, lots: [{ ...lot, lot: 'other' }] })).toBe('unknown-reference')
  })

  test('to a rejected bid is refused', () => {
    const purchase = compared()
    purchase.act('bid.assess', 'p-dana', {
      commitHash: purchase.commitHashOf('v-northfork'),
      finding: 'rejected',
      reason: { code: 'not-as-asked', text: 'No repair offered.' },
    })
    expect(code(purchase, purchase.award())).toBe('not-responsive')
  })

  test('without a finding of responsibility is refused', () => {
    const purchase = compared()
    expect(code(purchase, purchase.award({ responsibility: [] }))).toBe('not-responsible')
    const finding = { vendor: 'v-northfork', finding: 'not-responsible', basis: 'Debts.' }
    expect(code(purchase, purchase.award({ responsibility: [finding] }))).toBe('not-responsible')
    const both = [finding, { ...finding, finding: 'responsible' }]
    expect(code(purchase, purchase.award({ responsibility: both }))).toBe('invalid')
  })

  test('to a vendor that nobody has confirmed is refused', () => {
    const purchase = compared()
    const row = purchase.register.get('vendor/v-northfork') as JsonObject
    purchase.register.set('vendor/v-northfork', { ...row, confirmed: false })
    expect(code(purchase, purchase.award())).toBe('not-confirmed')
  })
})

describe('exclusions before an award (FAR 9.405)', () => {
  test('an excluded vendor gets nothing', () => {
    const purchase = compared()
    purchase.excluded(['v-northfork'], '2026-01-28')
    expect(code(purchase, purchase.award())).toBe('excluded')
  })

  test('an exclusion that a newer list has lifted does not count', () => {
    const purchase = compared()
    purchase.excluded(['v-northfork'], '2026-01-27')
    purchase.excluded([], '2026-01-28')
    const checkedAgainst = purchase.entries.length - 1
    expect(code(purchase, purchase.award({ exclusions: { checkedAgainst } }))).toBe('accepted')
  })

  test('a check against an older list than the newest is refused', () => {
    const purchase = compared()
    purchase.excluded([], '2026-01-28')
    expect(code(purchase, purchase.award())).toBe('excluded')
  })

  test('without any list nothing is awarded', () => {
    const purchase = createPurchase({ withoutList: true }).toCompared()
    expect(code(purchase, purchase.award())).toBe('excluded')
  })
})

describe('reasons of an award', () => {
  test('are owed to every opened bid, once each', () => {
    const purchase = compared()
    const [first, ...rest] = purchase.others('v-northfork')
    const reasons = (list: object[]): object => purchase.doc('list.json', list as never)
    expect(code(purchase, purchase.award({ others: reasons(rest) }))).toBe('reasons-missing')
    const twice = reasons([...rest, ...rest])
    expect(code(purchase, purchase.award({ others: twice }))).toBe('reasons-missing')
    const whole = reasons([first ?? {}, ...rest])
    expect(code(purchase, purchase.award({ others: whole }))).toBe('accepted')
  })

  test('are owed to void bids too', () => {
    const purchase = createPurchase().toReleased()
    const [first] = purchase.state.sealed?.bids ?? []
    purchase.clock('opening.result', purchase.result([first?.commitHash ?? '']))
    const [kept, ...others] = purchase.others('v-northfork', 'void').reverse()
    expect(others).toHaveLength(1)
    const short = purchase.doc('short.json', [kept as never])
    expect(code(purchase, purchase.award({ others: short }))).toBe('reasons-missing')
  })

  test('come from the pack’s list', () => {
    const purchase = compared()
    const others = purchase.doc('odd.json', purchase.others('v-northfork', 'unloved'))
    expect(code(purchase, purchase.award({ others }))).toBe('reason-code')
  })

  test('do not name losers in the open where the method does not disclose them', () => {
    const purchase = compared()
    const others = purchase.others('v-northfork')
    expect(code(purchase, purchase.award({ others }))).toBe('not-disclosed')
  })

  test('in a document of another form are refused', () => {
    const purchase = compared()
    const others = purchase.doc('other.json', { because: 'I say so' })
    expect(code(purchase, purchase.award({ others }))).toBe('reasons-missing')
  })

  test('are owed when a lower price was not chosen, and only then', () => {
    const purchase = compared()
    expect(code(purchase, silent(purchase.award()))).toBe('reasons-missing')
    const lowest = purchase.award({}, 'v-ironwood', 19_622)
    expect(code(purchase, silent(lowest))).toBe('accepted')
    const lowestNotChosen = 'As published.'
    expect(code(purchase, { ...lowest, lowestNotChosen })).toBe('price-differs')
  })

  test('are not owed for a lower price that was rejected', () => {
    const purchase = compared()
    purchase.act('bid.assess', 'p-dana', {
      commitHash: purchase.commitHashOf('v-ironwood'),
      finding: 'rejected',
      reason: { code: 'not-as-asked', text: 'Delivers too late.' },
    })
    expect(code(purchase, silent(purchase.award()))).toBe('accepted')
    // A reader may still be told of it.
    expect(code(purchase, purchase.award())).toBe('accepted')
  })
})

describe('a fair price (FAR 13.106-3(a))', () => {
  test('is not shown by competition where one bid came', () => {
    const purchase = createPurchase({ bids: [{ vendor: 'v-northfork', dollars: 19_888 }] })
    purchase.toCompared()
    const alone = purchase.award({ others: purchase.doc('none.json', []) })
    expect(code(purchase, alone)).toBe('price-unreasonable')
    const priceReasonable = { basis: 'estimate', text: 'It is 7.8 % below the estimate.' }
    expect(code(purchase, { ...alone, priceReasonable })).toBe('accepted')
  })

  test('is shown on a basis of the pack’s list', () => {
    const purchase = compared()
    const priceReasonable = { basis: 'feeling', text: 'It seems so.' }
    expect(code(purchase, purchase.award({ priceReasonable }))).toBe('reason-code')
  })
})

describe('a wrong sum in a price sheet', () => {
  /** Ironwood's sheet states 894.00 where 12 × 79.50 is 954.00. */
  const wrong = (): PurchaseBuilder => {
    const purchase = compared()
    const lines = [
      ['0001', 12, 7_950],
      ['0002', 1, 1_866_800],
    ] as const
    reprice(purchase, 'v-ironwood', {
      lines,
      statedAmounts: [89_400, 1_866_800],
      stated: 1_956_200,
    })
    return purchase
  }
  const decideSum = (purchase: PurchaseBuilder, reason: string): void => {
    purchase.act('bid.assess', 'p-dana', {
      commitHash: purchase.commitHashOf('v-ironwood'),
      finding: 'responsive',
      reason: { code: reason, text: 'The sheet says both.' },
    })
  }

  test('holds the award, even of another bid, until the officer has decided it', () => {
    const purchase = wrong()
    expect(code(purchase, purchase.award())).toBe('sum')
    decideSum(purchase, 'unit-price-counts')
    expect(code(purchase, purchase.award())).toBe('accepted')
  })

  test('is the price of the unit prices where those count', () => {
    const purchase = wrong()
    decideSum(purchase, 'unit-price-counts')
    expect(code(purchase, silent(purchase.award({}, 'v-ironwood', 19_622)))).toBe('accepted')
    expect(code(purchase, purchase.award({}, 'v-ironwood', 19_562))).toBe('price-differs')
  })

  test('is the stated price where that counts', () => {
    const purchase = wrong()
    decideSum(purchase, 'stated-sum-counts')
    expect(code(purchase, purchase.award({}, 'v-ironwood', 19_562))).toBe('accepted')
    expect(code(purchase, purchase.award({}, 'v-ironwood', 19_622))).toBe('price-differs')
  })

  test('that cannot be read at all holds the award until the bid is rejected', () => {
    const purchase = compared()
    const bid = purchase.state.sealed?.opened?.find((one) => one.vendor === 'v-pinyon')
    purchase.documents.set(bid?.capsuleHash ?? '', new TextEncoder().encode('{"price":"cheap"}'))
    expect(code(purchase, purchase.award())).toBe('not-responsive')
    purchase.act('bid.assess', 'p-dana', {
      commitHash: purchase.commitHashOf('v-pinyon'),
      finding: 'rejected',
      reason: { code: 'unclear', text: 'The price sheet cannot be read.' },
    })
    expect(code(purchase, purchase.award())).toBe('accepted')
  })
})

describe('a reader who does not see the bids', () => {
  test('can judge warrant, funds and exclusions, and is told that the rest is hidden', () => {
    const purchase = compared()
    const award = purchase.award()
    purchase.file = publicPart(purchase.state)
    expect(code(purchase, award)).toBe('hidden')
    expect(code(purchase, { ...award, responsibility: [] })).toBe('not-responsible')
  })
})
