import { describe, expect, test } from 'vitest'
import { named } from '../tests/file-builder.ts'
import { createPurchase, noon } from '../tests/purchase-builder.ts'
import type { PurchaseBuilder } from '../tests/purchase-builder.ts'

const line = (quantity: string, item = '0001'): object => ({ item, quantity })

describe('the announcement of a delivery (R1)', () => {
  const code = (purchase: PurchaseBuilder, changes: object = {}, actor = 'p-northfork'): string =>
    purchase.code('delivery.announce', actor, {
      contract: purchase.contract.id,
      lines: [line('12')],
      deliveredOn: '2026-03-09',
      ...changes,
    })
  const ready = (): PurchaseBuilder => createPurchase().toAccepted().waitUntil(noon('2026-03-09'))

  test('is the vendor’s own', () => {
    const purchase = ready()
    expect(code(purchase, {}, 'p-pinyon')).toBe('other-person')
    expect(code(purchase, { contract: 'ocds-213czf-x-C9' })).toBe('unknown-reference')
    expect(code(purchase)).toBe('accepted')
  })

  test('of more than was ordered is refused', () => {
    expect(code(ready(), { lines: [line('12.000001')] })).toBe('quantity')
    expect(code(ready(), { lines: [line('1', '0009')] })).toBe('quantity')
    expect(code(ready(), { lines: [line('6'), line('6')] })).toBe('quantity')
  })

  test('of more than is left is refused, and what was rejected may be delivered again', () => {
    const purchase = ready()
    const of = purchase.announce(12, 0)
    expect(code(purchase, { lines: [line('1')] })).toBe('quantity')
    purchase.report(of, 2, '2026-03-09')
    expect(code(purchase, { lines: [line('3')] })).toBe('quantity')
    expect(code(purchase, { lines: [line('2')] })).toBe('accepted')
  })

  test('under a contract that is complete is refused', () => {
    const purchase = ready()
    purchase.contract.stage = 'complete'
    expect(code(purchase)).toBe('out-of-turn')
  })

  test('of a day to come, or before the order, is refused', () => {
    expect(code(ready(), { deliveredOn: '2026-03-10' })).toBe('too-early')
    expect(code(ready(), { deliveredOn: '2026-01-27' })).toBe('terms')
  })

  test('is owed by the day of the order', () => {
    const purchase = ready()
    const [duty] = purchase.owed('delivery.announce')
    expect(duty).toMatchObject({ role: 'VE', by: '2026-03-14T05:59:59.999999Z' })
    purchase.announce()
    expect(purchase.owed('delivery.announce')).toEqual([])
  })
})

describe('the receiving report (R2, FAR 32.905(c))', () => {
  const delivered = (): { purchase: PurchaseBuilder; of: string } => {
    const purchase = createPurchase().toDelivered()
    return { purchase, of: Object.keys(purchase.contract.deliveries)[0] ?? '' }
  }
  const judged = (accepted: string, rejected: string, reason?: object): object => ({
    item: '0001',
    accepted,
    rejected,
    ...(reason ? { reason } : {}),
  })
  const shipping = { item: '0002', accepted: '1', rejected: '0' }
  const code = (changes: object): string => {
    const { purchase, of } = delivered()
    purchase.waitUntil(noon('2026-03-11'))
    return purchase.code('delivery.accept', 'p-rosa', {
      of,
      lines: [judged('12', '0'), shipping],
      deliveredOn: '2026-03-09',
      acceptedOn: '2026-03-11',
      title: 'Chief ranger',
      ...changes,
    })
  }

  test('accounts for every piece announced', () => {
    expect(code({})).toBe('accepted')
    expect(code({ lines: [judged('11', '0'), shipping] })).toBe('quantity')
    expect(code({ lines: [judged('13', '0'), shipping] })).toBe('quantity')
    expect(code({ lines: [judged('12', '0')] })).toBe('quantity')
    expect(code({ lines: [judged('6', '0'), judged('6', '0'), shipping] })).toBe('quantity')
  })

  test('gives the reason of a rejection', () => {
    expect(code({ lines: [judged('10', '2'), shipping] })).toBe('reasons-missing')
    const reason = (name: string): object => ({ code: name, text: 'Cracked.' })
    expect(code({ lines: [judged('10', '2', reason('ugly')), shipping] })).toBe('reason-code')
    expect(code({ lines: [judged('10', '2', reason('damaged')), shipping] })).toBe('accepted')
  })

  test('is not dated before the delivery or in the future', () => {
    expect(code({ acceptedOn: '2026-03-08' })).toBe('terms')
    expect(code({ acceptedOn: '2026-03-12' })).toBe('too-early')
    expect(code({ deliveredOn: '2026-03-12' })).toBe('too-early')
  })

  test('is of a delivery of this procurement', () => {
    expect(code({ of: named('none') })).toBe('unknown-reference')
  })

  test('is made once', () => {
    const purchase = createPurchase().toInspected()
    const [of = ''] = Object.keys(purchase.contract.deliveries)
    expect(() => purchase.report(of)).toThrow('already-done')
  })

  test('is never signed by the officer, nor by who pays', () => {
    const { purchase, of } = delivered()
    purchase.act('role.grant', 'p-reg', { person: 'p-dana', role: 'AC', org: 'granite-lakes' })
    const said = {
      of,
      lines: [judged('12', '0'), shipping],
      deliveredOn: '2026-03-09',
      acceptedOn: '2026-03-09',
      title: 'Officer',
    }
    expect(purchase.code('delivery.accept', 'p-dana', said, { role: 'AC' })).toBe('separation')
  })

  test('counts what was accepted and what was not', () => {
    const purchase = createPurchase().toInspected(2)
    expect(purchase.contract.lines[0]).toMatchObject({
      announced: '12',
      accepted: '10',
      rejected: '2',
    })
  })
})

describe('acceptance by silence (R3, FAR 32.904(b)(1)(ii)(B))', () => {
  test('is noted when the seventh day after delivery is over', () => {
    const purchase = createPurchase().toDelivered()
    const [duty] = purchase.owed('delivery.deem')
    expect(duty?.from).toBe('2026-03-17T06:00:00.000000Z')
    purchase.waitUntil('2026-03-17T05:59:59.999999Z')
    const early = purchase.clockSays('delivery.deem', duty?.payload ?? {}, duty?.cause ?? '')
    expect(early).toMatchObject({ refusal: { code: 'too-early' } })
    purchase.clock('delivery.deem')
    const [delivery] = Object.values(purchase.contract.deliveries)
    expect(delivery?.deemed?.on).toBe('2026-03-16')
    expect(purchase.owed('delivery.deem')).toEqual([])
  })

  test('accepts nothing', () => {
    const purchase = createPurchase().toDelivered()
    purchase.clock('delivery.deem')
    expect(purchase.contract.lines[0]?.accepted).toBe('0')
    expect(purchase.owed('delivery.accept')).toHaveLength(1)
  })

  test('does not come after a report', () => {
    expect(createPurchase().toInspected().owed('delivery.deem')).toEqual([])
  })

  test('sets the time for the report: the seventh day, then the fifth working day', () => {
    const purchase = createPurchase().toDelivered()
    expect(purchase.owed('delivery.accept')[0]).toMatchObject({
      by: '2026-03-17T05:59:59.999999Z',
      rule: { cite: 'FAR 32.904(b)(1)(ii)(B)' },
    })
    purchase.clock('delivery.deem')
    expect(purchase.owed('delivery.accept')[0]).toMatchObject({
      by: '2026-03-24T05:59:59.999999Z',
      rule: { cite: 'FAR 32.905(c)' },
    })
  })

  test('is no rule of the method plain', () => {
    const purchase = createPurchase({ method: 'plain' }).toCompared()
    purchase.act('award.decide', 'p-dana', purchase.award())
    purchase.act('order.sign', 'p-dana', purchase.order())
    purchase.waitUntil(noon('2026-03-09')).announce()
    expect(purchase.owed('delivery.deem')).toEqual([])
    expect(purchase.owed('delivery.accept')[0]?.by).toBeUndefined()
  })
})
