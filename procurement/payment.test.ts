import { describe, expect, test } from 'vitest'
import { named, usd } from '../tests/file-builder.ts'
import { createPurchase, LINES, noon } from '../tests/purchase-builder.ts'
import type { PurchaseBuilder } from '../tests/purchase-builder.ts'
import { bankOrderOf, interestOn } from './payment-amount.ts'

const refused = (code: string): object => ({ kind: 'refused', refusal: { code } })

/**
 * Due dates of an invoice that arrives and goods that are accepted on other days than in the
 * example.
 */
function dueOf(days: { delivered?: string; accepted: string; invoiced: string }): {
  due: string
  interestDue: string
} {
  const purchase = createPurchase().toAccepted()
  const delivered = days.delivered ?? days.accepted
  purchase.waitUntil(noon(delivered))
  const of = purchase.announce(12, 1, delivered)
  const bill = (): void => void purchase.waitUntil(days.invoiced).submitBill('NF-1')
  const report = (): void =>
    void purchase.waitUntil(noon(days.accepted)).report(of, 0, days.accepted, delivered)
  if (days.invoiced < noon(days.accepted)) [bill, report].forEach((step) => step())
  else [report, bill].forEach((step) => step())
  purchase.clock('invoice.match')
  const due = purchase.owed('payment.overdue')[0]?.payload?.['due'] as string // of overdue
  purchase.act('payment.schedule', 'p-sam', purchase.schedule({ due }))
  return { due, interestDue: purchase.payment.interestDue }
}

/** A day before the Prompt Payment Act: no rate will ever be loaded for the day after. */
const UNRATED = '1979-04-13'

describe('the day on which payment is due (T9, FAR 32.904(b)(1))', () => {
  test('is the later of the 30th day after invoice and after acceptance', () => {
    expect(dueOf({ accepted: '2026-03-09', invoiced: noon('2026-03-16') }).due).toBe('2026-04-15')
    expect(
      dueOf({ accepted: '2026-03-16', invoiced: noon('2026-03-10'), delivered: '2026-03-10' }).due,
    ).toBe('2026-04-15')
  })

  test('moves from a Saturday to Monday', () => {
    expect(dueOf({ accepted: '2026-03-11', invoiced: noon('2026-03-12') }).due).toBe('2026-04-13')
  })

  test('moves from a Sunday to Monday', () => {
    expect(dueOf({ accepted: '2026-03-13', invoiced: noon('2026-03-13') }).due).toBe('2026-04-13')
  })

  test('moves over a federal holiday', () => {
    // The 30th day is Memorial Day, Monday, May 25.
    expect(dueOf({ accepted: '2026-04-24', invoiced: noon('2026-04-24') }).due).toBe('2026-05-26')
  })

  test('counts an invoice that arrives after hours on the next working day', () => {
    // Friday 4:30 p.m. and a microsecond later, Mountain time: from Monday on.
    const friday = { accepted: '2026-03-10', invoiced: '2026-03-13T22:30:00.000000Z' }
    expect(dueOf(friday).due).toBe('2026-04-13')
    expect(dueOf({ ...friday, invoiced: '2026-03-13T22:30:00.000001Z' }).due).toBe('2026-04-15')
  })

  test('takes acceptance by silence for interest only', () => {
    const late = { delivered: '2026-03-02', accepted: '2026-03-20', invoiced: noon('2026-03-03') }
    expect(dueOf(late)).toEqual({ due: '2026-04-20', interestDue: '2026-04-08' })
  })

  test('is the real acceptance where that comes before the seventh day', () => {
    const early = { delivered: '2026-03-09', accepted: '2026-03-11', invoiced: noon('2026-03-09') }
    expect(dueOf(early)).toEqual({ due: '2026-04-10', interestDue: '2026-04-10' })
  })

  test('moves by the days that a return was late', () => {
    const purchase = createPurchase().toMatched()
    const of = purchase.invoice.hash
    const defects = [{ code: 'terms', path: '', text: 'No payment terms.' }]
    // Received Mar 12, returned Mar 24: five days too late. Corrected on Mar 25: due as if it had
    // come on Mar 20.
    purchase.waitUntil(noon('2026-03-24'))
    purchase.act('invoice.return', 'p-sam', { of, defects })
    purchase.waitUntil(noon('2026-03-25')).submitBill('NF-2042', LINES, { corrects: of })
    purchase.clock('invoice.match')
    const [duty] = purchase.owed('payment.overdue')
    expect(duty?.payload).toMatchObject({ due: '2026-04-20' })
  })

  test('does not move for a return in time', () => {
    const purchase = createPurchase().toMatched()
    const of = purchase.invoice.hash
    const defects = [{ code: 'terms', path: '', text: 'No payment terms.' }]
    purchase.waitUntil(noon('2026-03-19'))
    purchase.act('invoice.return', 'p-sam', { of, defects })
    purchase.waitUntil(noon('2026-03-25')).submitBill('NF-2042', LINES, { corrects: of })
    purchase.clock('invoice.match')
    expect(purchase.owed('payment.overdue')[0]?.payload).toMatchObject({ due: '2026-04-24' })
  })

  test('is counted in the same way, without silence, by the method plain', () => {
    const purchase = createPurchase({ method: 'plain' }).toCompared()
    purchase.act('award.decide', 'p-dana', purchase.award())
    purchase.act('order.sign', 'p-dana', purchase.order())
    purchase.waitUntil(noon('2026-03-02'))
    const of = purchase.announce(12, 1, '2026-03-02')
    purchase.submitBill('NF-1')
    purchase.waitUntil(noon('2026-03-20')).report(of, 0, '2026-03-20', '2026-03-02')
    purchase.clock('invoice.match')
    const payload = purchase.schedule({ due: '2026-04-20', rule: 'plain.pay.due' })
    purchase.act('payment.schedule', 'p-sam', payload)
    expect(purchase.payment).toMatchObject({ due: '2026-04-20', interestDue: '2026-04-20' })
  })
})

describe('the certificate (I3)', () => {
  const code = (changes: object): string => {
    const purchase = createPurchase().toMatched()
    return purchase.code('payment.schedule', 'p-sam', purchase.schedule(changes))
  }

  test('has the amount, day and rule of the record', () => {
    expect(code({})).toBe('accepted')
    expect(code({ amount: usd(19_888.01) })).toBe('sum')
    expect(code({ due: '2026-04-14' })).toBe('terms')
    expect(code({ rule: 'us.pay.early' })).toBe('unknown-reference')
    expect(code({ discount: { amount: usd(100), by: '2026-03-20' } })).toBe('terms')
  })

  test('is given once', () => {
    const purchase = createPurchase().toScheduled()
    expect(purchase.code('payment.schedule', 'p-sam', purchase.schedule())).toBe('not-matched')
  })

  test('is never the officer’s', () => {
    const purchase = createPurchase().toMatched()
    purchase.act('role.grant', 'p-reg', { person: 'p-dana', role: 'PO', org: 'granite-lakes' })
    const said = purchase.schedule()
    expect(purchase.code('payment.schedule', 'p-dana', said, { role: 'PO' })).toBe('separation')
  })
})

describe('the release of a payment (Y1)', () => {
  const ready = (day = '2026-04-08'): PurchaseBuilder =>
    createPurchase().toScheduled().waitUntil(noon(day))
  const release = (purchase: PurchaseBuilder, endToEndId = 'GL-1'): string =>
    purchase.code('payment.release', 'p-sam', { payment: purchase.payment.hash, endToEndId })

  test('is two persons’ act', () => {
    const purchase = ready()
    const payload = { payment: purchase.payment.hash, endToEndId: 'GL-1' }
    const of = purchase.act('payment.release', 'p-sam', payload)
    expect(purchase.payment.stage).toBe('scheduled')
    expect(purchase.owed('payment.order')).toEqual([])
    expect(purchase.owed('payment.release')).toEqual([])
    expect(purchase.owed('payment.release.cosign')).toMatchObject([{ role: 'TR' }])
    purchase.act('payment.release.cosign', 'p-priya', { of })
    expect(purchase.payment).toMatchObject({ stage: 'released', endToEndId: 'GL-1' })
  })

  test('is not one person’s with two roles: the pay officer is never the treasury', () => {
    const purchase = ready()
    purchase.act('role.grant', 'p-reg', { person: 'p-sam', role: 'TR', org: 'granite-lakes' })
    const of = purchase.act('payment.release', 'p-sam', {
      payment: purchase.payment.hash,
      endToEndId: 'GL-1',
    })
    expect(purchase.code('payment.release.cosign', 'p-sam', { of }, { role: 'TR' })).toBe(
      'separation',
    )
  })

  test('comes at most seven days before the due date', () => {
    expect(release(ready('2026-04-05'))).toBe('too-early')
    expect(release(ready('2026-04-06'))).toBe('accepted')
    expect(ready('2026-03-13').owed('payment.release')).toMatchObject([
      { from: '2026-04-06T06:00:00.000000Z', by: '2026-04-11T05:59:59.999999Z' },
    ])
  })

  test('to a vendor that has been excluded since is refused', () => {
    const purchase = ready()
    purchase.excluded(['v-northfork'], '2026-04-01')
    expect(release(purchase)).toBe('excluded')
  })

  test('is checked again at the second signature', () => {
    const purchase = ready()
    const payload = { payment: purchase.payment.hash, endToEndId: 'GL-1' }
    const of = purchase.act('payment.release', 'p-sam', payload)
    purchase.excluded(['v-northfork'], '2026-04-01')
    expect(purchase.code('payment.release.cosign', 'p-priya', { of })).toBe('excluded')
  })

  test('waits while a change of bank details is not confirmed', () => {
    const purchase = ready()
    const payTo = named('new account')
    const of = purchase.act('vendor.bank', 'p-northfork', { vendor: 'v-northfork', payTo })
    expect(release(purchase)).toBe('bank-hold')
    purchase.act('vendor.bank.confirm', 'p-reg', { of, contacted: 'old', date: '2026-04-07' })
    purchase.releasePayment()
    expect(purchase.payment.release?.payTo).toBe(payTo)
  })

  test('has an id that no payment of the log has had', () => {
    const purchase = ready()
    purchase.register.set('end-to-end/GL-1', { of: named('other'), ocid: 'ocds-213czf-other' })
    expect(release(purchase)).toBe('already-done')
    expect(release(purchase, 'GL-2')).toBe('accepted')
    expect(release(purchase, 'GL 2')).toBe('invalid')
  })

  test('is done once, and leaves no other half behind', () => {
    const purchase = ready()
    purchase.act('payment.release', 'p-sam', { payment: purchase.payment.hash, endToEndId: 'GL-0' })
    purchase.releasePayment('GL-1')
    expect(purchase.state.open.pending).toEqual({})
    expect(release(purchase, 'GL-2')).toBe('already-done')
  })
})

describe('the order to the bank (Y1)', () => {
  const released = (day: string): PurchaseBuilder =>
    createPurchase().toScheduled().waitUntil(noon(day)).releasePayment()
  const order = (purchase: PurchaseBuilder, dollars: number, day: string): unknown => {
    const [duty] = purchase.owed('payment.order')
    const payload = purchase.bankFile(usd(dollars), day)
    return purchase.clockSays('payment.order', payload, duty?.cause ?? '')
  }

  test('goes out on the last working day on which the bank can pay in time', () => {
    const purchase = released('2026-04-08')
    // Due Monday, Apr 13: the bank is asked on Friday.
    expect(purchase.owed('payment.order')[0]?.from).toBe('2026-04-10T06:00:00.000000Z')
    expect(order(purchase, 19_888, '2026-04-13')).toMatchObject(refused('too-early'))
    purchase.waitUntil(noon('2026-04-10'))
    expect(order(purchase, 19_888, '2026-04-13')).toMatchObject({ kind: 'accepted' })
  })

  test('is on another day or amount than the record gives refused', () => {
    const purchase = released('2026-04-08').waitUntil(noon('2026-04-10'))
    expect(order(purchase, 19_888, '2026-04-10')).toMatchObject(refused('payload-differs'))
    expect(order(purchase, 19_888, '2026-04-14')).toMatchObject(refused('payload-differs'))
    expect(order(purchase, 19_888.01, '2026-04-13')).toMatchObject(refused('sum'))
  })

  test('goes out under the id that two persons have released', () => {
    const purchase = released('2026-04-16')
    const [duty] = purchase.owed('payment.order')
    const payload = { ...purchase.bankFile(usd(19_897.12), '2026-04-17'), endToEndId: 'GL-9' }
    const said = purchase.clockSays('payment.order', payload, duty?.cause ?? '')
    expect(said).toMatchObject(refused('unknown-reference'))
  })

  test('of a late release pays on the next working day, with interest', () => {
    const purchase = released('2026-04-16')
    expect(bankOrderOf(purchase.state, purchase.payment.hash, purchase.legal)).toMatchObject({
      amount: usd(19_897.12),
      executeOn: '2026-04-17',
      payTo: named('account v-northfork'),
      vendor: 'v-northfork',
      invoiceNumber: 'NF-2041',
    })
    expect(order(purchase, 19_888, '2026-04-17')).toMatchObject(refused('sum'))
    expect(order(purchase, 19_897.12, '2026-04-17')).toMatchObject({ kind: 'accepted' })
  })

  test('after an outage pays on the first day that the bank can, with interest until then', () => {
    const purchase = released('2026-04-08').waitUntil(noon('2026-04-16'))
    expect(bankOrderOf(purchase.state, purchase.payment.hash, purchase.legal)).toMatchObject({
      executeOn: '2026-04-17',
      amount: usd(19_897.12),
    })
    expect(order(purchase, 19_897.12, '2026-04-17')).toMatchObject({ kind: 'accepted' })
    expect(order(purchase, 19_899.39, '2026-04-20')).toMatchObject(refused('payload-differs'))
  })

  test('is made once', () => {
    const purchase = released('2026-04-16')
    const cause = purchase.owed('payment.order')[0]?.cause ?? ''
    const payload = purchase.bankFile(usd(19_897.12), '2026-04-17')
    purchase.clock('payment.order', payload)
    expect(purchase.clockSays('payment.order', payload, cause)).toMatchObject(
      refused('already-done'),
    )
  })

  test('is not a person’s', () => {
    const purchase = released('2026-04-16')
    const payload = purchase.bankFile(usd(19_897.12), '2026-04-17')
    expect(purchase.code('payment.order', 'p-sam', payload, { role: 'PO' })).not.toBe('accepted')
  })
})

describe('the bank’s answer (Y2)', () => {
  const ordered = (): { purchase: PurchaseBuilder; cause: string } => {
    const purchase = createPurchase().toScheduled().waitUntil(noon('2026-04-16')).releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(19_897.12), '2026-04-17'))
    return { purchase, cause: purchase.payment.order?.hash ?? '' }
  }

  test('pays the invoice when the ordered amount has arrived', () => {
    const purchase = createPurchase().toPaid()
    expect(purchase.payment.settled).toMatchObject({ bankReference: '26106-0088314' })
    expect(purchase.invoice.stage).toBe('paid')
  })

  test('of another amount or payment is refused', () => {
    const { purchase, cause } = ordered()
    purchase.waitUntil(noon('2026-04-17'))
    const answer = purchase.settlement('2026-04-17')
    const says = (changes: object): unknown =>
      purchase.clockSays('payment.settle', { ...answer, ...changes }, cause)
    expect(says({})).toMatchObject({ kind: 'accepted' })
    expect(says({ amount: usd(19_888) })).toMatchObject(refused('sum'))
    expect(says({ endToEndId: 'GL-9' })).toMatchObject(refused('unknown-reference'))
    expect(says({ payment: named('none') })).toMatchObject(refused('unknown-reference'))
  })

  test('that it did not pay brings the payment back to two persons, under a new id', () => {
    const { purchase, cause } = ordered()
    const { hash: payment } = purchase.payment
    purchase.waitUntil(noon('2026-04-17'))
    purchase.act(
      'payment.fail',
      'clock',
      { payment, endToEndId: 'GL-26-014-1', code: 'AM04' },
      { cause },
    )
    expect(purchase.payment).toMatchObject({ stage: 'scheduled', failures: [{ code: 'AM04' }] })
    expect(purchase.invoice.stage).toBe('scheduled')
    expect(purchase.owed('payment.settle')).toEqual([])
    const again = { payment, endToEndId: 'GL-26-014-1' }
    expect(purchase.code('payment.release', 'p-sam', again)).toBe('already-done')
    purchase.releasePayment('GL-26-014-2')
    expect(purchase.owed('payment.order')).toHaveLength(1)
  })

  test('to wrong bank details holds until the vendor has corrected them', () => {
    const { purchase, cause } = ordered()
    const { hash: payment } = purchase.payment
    purchase.clock('interest.accrue')
    purchase.waitUntil(noon('2026-04-17'))
    const failed = { payment, endToEndId: 'GL-26-014-1', code: 'AC04' }
    purchase.act('payment.fail', 'clock', failed, { cause })
    const again = { payment, endToEndId: 'GL-26-014-2' }
    expect(purchase.code('payment.release', 'p-sam', again)).toBe('bank-hold')
    purchase.waitUntil(noon('2026-04-20'))
    const payTo = named('new account')
    const of = purchase.act('vendor.bank', 'p-northfork', { vendor: 'v-northfork', payTo })
    purchase.act('vendor.bank.confirm', 'p-reg', { of, contacted: 'old', date: '2026-04-20' })
    purchase.waitUntil(noon('2026-04-28')).releasePayment('GL-26-014-2')
    // No interest from Apr 18 to seven days after Apr 20: of Apr 14–29 the days until 17 and from
    // 28 on count.
    expect(purchase.payment.paused).toEqual([{ from: '2026-04-18', to: '2026-04-27' }])
    expect(interestOn(purchase.state, purchase.payment, '2026-04-29')?.days).toBe(6)
    purchase.clock('payment.order', purchase.bankFile(usd(19_888 + 13.67), '2026-04-29'))
    purchase.clock('interest.accrue')
    expect(purchase.payment.interest).toMatchObject([
      { from: '2026-04-14', to: '2026-04-17', amount: usd(9.12) },
      { from: '2026-04-18', to: '2026-04-29', amount: usd(4.55) },
    ])
  })
})

describe('lateness (Y3)', () => {
  test('is on the record on the day after the due date, once, whoever slept', () => {
    for (const purchase of [createPurchase().toMatched(), createPurchase().toScheduled()]) {
      const [duty] = purchase.owed('payment.overdue')
      expect(duty?.from).toBe('2026-04-14T06:00:00.000000Z')
      purchase.clock('payment.overdue')
      expect(purchase.invoice.overdue?.due).toBe('2026-04-13')
      expect(purchase.owed('payment.overdue')).toEqual([])
    }
  })

  test('is none while the invoice is in dispute, or once the bank has been asked', () => {
    const purchase = createPurchase().toInspected(2)
    purchase.waitUntil(noon('2026-03-12')).submitBill('NF-1')
    purchase.clock('invoice.match')
    expect(purchase.owed('payment.overdue')).toEqual([])
    expect(createPurchase().toPaid().owed('payment.overdue')).toEqual([])
  })

  test('costs interest unasked, shown with principal, rate and days', () => {
    const { payment } = createPurchase().toPaid()
    expect(payment.interest).toMatchObject([
      {
        from: '2026-04-14',
        to: '2026-04-17',
        principal: usd(19_888),
        rate: '4.125',
        amount: usd(9.12),
      },
    ])
    expect(payment.order?.amount).toEqual(usd(19_897.12))
  })

  test('costs interest even where the due date was kept, when silence was acceptance', () => {
    const purchase = createPurchase().toAccepted()
    purchase.waitUntil(noon('2026-03-02'))
    const of = purchase.announce(12, 1, '2026-03-02')
    purchase.waitUntil(noon('2026-03-03')).submitBill('NF-1')
    purchase.waitUntil(noon('2026-03-20')).report(of, 0, '2026-03-20', '2026-03-02')
    purchase.clock('invoice.match')
    purchase.act('payment.schedule', 'p-sam', purchase.schedule({ due: '2026-04-20' }))
    // Interest from Apr 9 to Apr 20: 12 days.
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(19_888 + 27.35), '2026-04-20'))
    purchase.clock('interest.accrue')
    expect(purchase.payment.interest).toMatchObject([{ from: '2026-04-09', to: '2026-04-20' }])
  })

  test('of less than a dollar’s interest is paid without', () => {
    const purchase = createPurchase().toInspected()
    purchase.waitUntil(noon('2026-03-12')).submitBill('NF-1', [['0002', 1, 4]])
    purchase.clock('invoice.match')
    purchase.act('payment.schedule', 'p-sam', purchase.schedule())
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(0.04), '2026-04-17'))
    expect(purchase.owed('interest.accrue')).toEqual([])
  })

  test('without a published rate is a fault, never free', () => {
    const purchase = createPurchase().toScheduled()
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.payment.interestDue = UNRATED
    expect(() => interestOn(purchase.state, purchase.payment, '2026-04-17')).toThrow('1979-04-14')
  })

  test('whose rate is not loaded waits, and the pay officer is told for what', () => {
    const purchase = createPurchase().toScheduled()
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.payment.interestDue = UNRATED
    expect(purchase.owed('payment.order')).toEqual([])
    const [waiting] = purchase.owed('interest.rate')
    expect(waiting).toMatchObject({ role: 'PO', rule: { id: 'us.interest' } })
    expect(waiting?.otherwise).toContain('no rate of interest is loaded for 1979-04-14')
    // It is reminded of, as what a person owes is.
    expect(purchase.owed('duty.remind')).toMatchObject([
      { from: waiting?.by, payload: { duty: waiting?.key, role: 'PO' } },
    ])
  })

  test('whose rate is not loaded holds up nothing else of its file', () => {
    const purchase = createPurchase().toInspected()
    purchase.waitUntil(noon('2026-03-12')).submitBill('NF-1', [['0001', 12, 165_733]])
    purchase.clock('invoice.match')
    const scheduled = purchase.schedule({ amount: usd(19_887.96) })
    purchase.act('payment.schedule', 'p-sam', scheduled)
    purchase.submitBill('NF-2', [['0002', 1, 4]])
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.payment.interestDue = UNRATED
    expect(purchase.owed('interest.rate')).toHaveLength(1)
    purchase.clock('invoice.match')
    purchase.act('payment.schedule', 'p-sam', purchase.schedule())
    expect(purchase.owed('payment.release')).toHaveLength(1)
  })

  test('goes out by itself when an update brings the rate', () => {
    const purchase = createPurchase().toScheduled()
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    const { interestDue } = purchase.payment
    purchase.payment.interestDue = UNRATED
    expect(purchase.owed('interest.rate')).toHaveLength(1)
    purchase.payment.interestDue = interestDue
    purchase.clock('payment.order', purchase.bankFile(usd(19_897.12), '2026-04-17'))
    expect(purchase.owed('interest.rate')).toEqual([])
  })

  test('that an outage has made late is refused to the bank while its rate is not loaded', () => {
    const purchase = createPurchase().toScheduled()
    purchase.waitUntil(noon('2026-04-08')).releasePayment().waitUntil(noon('2026-04-16'))
    purchase.payment.interestDue = UNRATED
    if (purchase.payment.release) purchase.payment.release.executeOn = UNRATED
    expect(bankOrderOf(purchase.state, purchase.payment.hash, purchase.legal)).toMatchObject({
      code: 'rate-missing',
      rule: { id: 'us.interest' },
    })
    const [duty] = purchase.owed('payment.order')
    const payload = purchase.bankFile(usd(19_888), '2026-04-17')
    expect(purchase.clockSays('payment.order', payload, duty?.cause ?? '')).toMatchObject(
      refused('rate-missing'),
    )
  })

  test('that went out with interest still hears the bank where a build has lost its rate', () => {
    const purchase = createPurchase().toScheduled()
    purchase.waitUntil(noon('2026-04-16')).releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(19_897.12), '2026-04-17'))
    purchase.payment.interestDue = UNRATED
    expect(purchase.owed('interest.rate')).toMatchObject([{ role: 'PO' }])
    purchase.clock('payment.settle', purchase.settlement('2026-04-17'))
    expect(purchase.payment.stage).toBe('settled')
  })

  test('says nothing of interest where the pack has no such rule', () => {
    const purchase = createPurchase({ method: 'plain' }).toCompared()
    purchase.act('award.decide', 'p-dana', purchase.award())
    purchase.act('order.sign', 'p-dana', purchase.order())
    purchase.waitUntil(noon('2026-03-09'))
    purchase.report(purchase.announce(), 0, '2026-03-09')
    purchase.submitBill('NF-1')
    purchase.clock('invoice.match')
    const payload = purchase.schedule({ due: '2026-04-08', rule: 'plain.pay.due' })
    purchase.act('payment.schedule', 'p-sam', payload)
    purchase.clock('payment.overdue')
    purchase.releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(19_888), '2026-04-10'))
    expect(purchase.owed('interest.accrue')).toEqual([])
  })
})

describe('a discount for early payment (FAR 32.906(e))', () => {
  /** One percent within 20 days of the invoice: 198.88 until Apr 1. */
  const discounted = (): PurchaseBuilder => {
    const purchase = createPurchase().toMatched()
    const terms = purchase.state.open.solicitation?.terms
    if (terms) terms.payment.discount = { percent: '1', days: 20 }
    const discount = { amount: usd(198.88), by: '2026-04-01' }
    purchase.act('payment.schedule', 'p-sam', purchase.schedule({ discount }))
    return purchase
  }

  test('is taken where the money leaves in its time', () => {
    const purchase = discounted().waitUntil(noon('2026-03-27')).releasePayment()
    purchase.clock('payment.order', purchase.bankFile(usd(19_689.12), '2026-04-01'))
    expect(purchase.payment.order?.amount).toEqual(usd(19_689.12))
  })

  test('is lost a day later, and the due date stands', () => {
    const purchase = discounted().waitUntil(noon('2026-04-01')).releasePayment()
    expect(purchase.payment.release?.executeOn).toBe('2026-04-13')
    purchase.clock('payment.order', purchase.bankFile(usd(19_888), '2026-04-13'))
    expect(purchase.payment.order?.amount).toEqual(usd(19_888))
  })
})
