/**
 * What a payment leaves owed, from the certificate to the bank's answer, and what lateness makes of
 * it.
 */
import type { Duty } from './act.ts'
import { addDays, startOfDay } from './calendar.ts'
import { formatRate, unrecordedInterest } from './interest.ts'
import { ruleOf } from './methods.ts'
import { money } from './money.ts'
import { interestOn, missingRate, targetOf } from './payment-amount.ts'
import type { FoundPayment } from './payment-amount.ts'
import { dueDates, earliestPayment, endOfDay, later, orderDate, returnBy } from './payment-date.ts'
import { isPending } from './pending.ts'
import type { Contract, FileState, Invoice, Payment } from './state.ts'

/** Certify or return: what is not returned in time counts from its first arrival. */
export function scheduleDuty(file: FileState, { invoice }: { invoice: Invoice }): Duty[] {
  if (invoice.stage !== 'matched' || invoice.credits !== undefined) return []
  return [
    {
      key: `payment.schedule/${invoice.hash}/${invoice.matches}`,
      type: 'payment.schedule',
      role: 'PO',
      subject: invoice.hash,
      from: invoice.resolved?.legal ?? invoice.match?.legal ?? invoice.receivedLegal,
      by: endOfDay(file, returnBy(file, invoice)),
      clock: 'legal',
      rule: ruleOf(file.open, 'invoice.return', invoice.receivedLegal),
      otherwise: 'A return no longer moves the day on which payment is due.',
      cause: invoice.resolved?.hash ?? invoice.match?.hash ?? invoice.hash,
    },
  ]
}

/** On the day after the due date, whoever has not acted; not while the invoice is in dispute. */
export function overdueDuty(
  file: FileState,
  { contract, invoice }: Omit<FoundPayment, 'payment'>,
): Duty[] {
  if (invoice.overdue || invoice.credits !== undefined || !isWaiting(contract, invoice)) return []
  const scheduled = Object.values(contract.payments).find((one) => one.invoice === invoice.hash)
  const due = scheduled?.due ?? dueDates(file, contract, invoice).due
  const cause = scheduled?.hash ?? invoice.match?.hash ?? invoice.hash
  return [
    {
      key: `payment.overdue/${invoice.hash}/${due}`,
      type: 'payment.overdue',
      role: 'CK',
      subject: invoice.hash,
      from: startOfDay(addDays(due, 1), file.open.zone),
      clock: 'legal',
      rule: ruleOf(file.open, 'interest', due),
      otherwise: 'The payment is late all the same.',
      cause,
      payload: { invoice: invoice.hash, due },
    },
  ]
}

/** Payable, and the bank has not been asked yet. */
function isWaiting(contract: Contract, { hash, stage }: Invoice): boolean {
  if (stage === 'matched') return true
  return Object.values(contract.payments).some(
    (one) => one.invoice === hash && (one.stage === 'scheduled' || one.stage === 'released'),
  )
}

export function releaseDuty(file: FileState, payment: Payment): Duty[] {
  const { hash, stage, failures, scheduledLegal } = payment
  if (stage !== 'scheduled' || isPending(file, 'payment.release', 'payment', hash)) return []
  const target = targetOf(payment)
  const first = earliestPayment(file, target)
  const cause = failures.at(-1)?.hash ?? hash
  return [
    {
      key: `payment.release/${hash}/${failures.length}`,
      type: 'payment.release',
      role: 'PO',
      subject: hash,
      from: first ? later(startOfDay(first, file.open.zone), scheduledLegal) : scheduledLegal,
      by: endOfDay(file, orderDate(file, target)),
      clock: 'legal',
      rule: ruleOf(file.open, 'pay.due', payment.due),
      otherwise: `It is paid after ${payment.due}; interest runs where the law says so.`,
      cause,
    },
  ]
}

/** On the last day on which the bank can still pay in time; at once where that is past. */
export function orderDuty(file: FileState, payment: Payment): Duty[] {
  const { stage, hash, release: released, releasedLegal } = payment
  if (stage !== 'released' || !released || releasedLegal === undefined) return []
  const missing = missingRate(file, payment, released.executeOn)
  if (missing !== undefined) return [rateDuty(file, payment, released, missing)]
  const day = startOfDay(orderDate(file, released.executeOn), file.open.zone)
  return [
    {
      key: `payment.order/${hash}/${released.hash}`,
      type: 'payment.order',
      role: 'CK',
      subject: hash,
      from: later(day, releasedLegal),
      clock: 'legal',
      rule: ruleOf(file.open, 'payment', releasedLegal),
      otherwise: 'The money does not leave.',
      cause: released.hash,
    },
  ]
}

/**
 * What needs a rate of interest that is not loaded waits for it. No statement does this: an update
 * brings the rate.
 */
function rateDuty(
  file: FileState,
  payment: Payment,
  { hash: cause, executeOn }: { hash: string; executeOn: string },
  day: string,
): Duty {
  return {
    key: `interest.rate/${payment.hash}/${cause}`,
    type: 'interest.rate',
    role: 'PO',
    subject: payment.hash,
    from: payment.releasedLegal ?? payment.scheduledLegal,
    by: endOfDay(file, orderDate(file, executeOn)),
    clock: 'legal',
    rule: ruleOf(file.open, 'interest', payment.due),
    otherwise: `The payment waits: no rate of interest is loaded for ${day}. An update of Tenderbook brings it.`,
    cause,
  }
}

/**
 * Waits for the bank: `payment.settle`, or `payment.fail`. Asked from the day on which the bank is
 * to pay.
 */
export function settleDuty(file: FileState, { stage, hash, order: ordered, due }: Payment): Duty[] {
  if (stage !== 'ordered' || !ordered) return []
  return [
    {
      key: `payment.settle/${hash}/${ordered.hash}`,
      type: 'payment.settle',
      role: 'CK',
      subject: hash,
      from: startOfDay(orderDate(file, ordered.executeOn), file.open.zone),
      by: startOfDay(ordered.executeOn, file.open.zone),
      clock: 'legal',
      rule: ruleOf(file.open, 'settlement', due),
      otherwise: 'It is not known whether the money arrived.',
      cause: ordered.hash,
    },
  ]
}

/** The interest of an order, as far as earlier orders have not shown it. */
export function accrueDuty(file: FileState, payment: Payment): Duty[] {
  const { hash, order: ordered, interest, amount } = payment
  const owed = unrecordedInterest(payment)
  if (!ordered || owed <= 0n) return []
  const missing = missingRate(file, payment, ordered.executeOn)
  if (missing !== undefined) return [rateDuty(file, payment, ordered, missing)]
  const reckoned = interestOn(file, payment, ordered.executeOn)
  if (!reckoned) return []
  const before = interest.at(-1)?.to
  return [
    {
      key: `interest.accrue/${hash}/${ordered.hash}`,
      type: 'interest.accrue',
      role: 'CK',
      subject: payment.invoice,
      from: payment.releasedLegal ?? startOfDay(ordered.executeOn, file.open.zone),
      clock: 'legal',
      rule: ruleOf(file.open, 'interest', payment.due),
      otherwise: 'It is paid all the same, and nobody sees how it was reckoned.',
      cause: ordered.hash,
      payload: {
        invoice: payment.invoice,
        from: before === undefined ? reckoned.from : addDays(before, 1),
        to: reckoned.to,
        principal: { ...amount },
        rate: formatRate(reckoned.rate.eighths),
        amount: { ...money(owed, amount.currency) },
      },
    },
  ]
}
