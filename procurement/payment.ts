/**
 * Payment (rows I3, Y1–Y3): the pay officer certifies and schedules, two persons release, the clock orders at the bank,
 * and paid is only what the bank says has arrived. Lateness is public, and interest is paid unasked (FAR 32.907(a)).
 *
 * Nothing leaves before its day: the bank is asked to pay on the due date, or, released later, on the first day that it
 * can. The order carries the interest through that day; `interest.accrue` then shows how it was reckoned.
 * Refuses: another amount or day than the record gives, a payment too early, to an excluded vendor, or while a change of
 * bank details waits for its confirmation; a second file with an id that the bank has seen.
 */
import { z } from 'zod'
import { act, refuse } from './act.ts'
import type { Context, Duty, Refusal, RegisterView, StageRules } from './act.ts'
import { checkExclusions, sourceKeys } from './award.ts'
import { addDays, dateIn, daysBetween, isWorkingDay, startOfDay } from './calendar.ts'
import { exclusionKeys } from './exclusions.ts'
import { formatRate, interestOf, unrecordedInterest } from './interest.ts'
import type { Interest } from './interest.ts'
import { findInvoice } from './invoice.ts'
import { creditsOf, netOf } from './matching.ts'
import { findRule, ruleOf, ruleValue } from './methods.ts'
import {
  addMoney,
  divideHalfUp,
  equalMoney,
  millionths,
  minorUnits,
  money,
  showMoney,
  subtractMoney,
} from './money.ts'
import {
  dueDates,
  earliestPayment,
  endOfDay,
  executionDate,
  later,
  orderDate,
  returnBy,
} from './payment-date.ts'
import { dropPending, isPending } from './pending.ts'
import type { RuleReference } from './refusals.ts'
import { rowKey, rows, vendorRow } from './register-rows.ts'
import { dateSchema, hashSchema, moneySchema } from './schemas.ts'
import type { Contract, FileState, Invoice, Money, Payment } from './state.ts'
import { legalTime } from './training.ts'

/** Text of at most 35 characters that every bank carries unchanged (ISO 20022, EndToEndId). */
const endToEndIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,34}$/)

/** Reasons of `pain.002` that say that the vendor's bank details are wrong (ISO 20022, external status reasons). */
const accountCodes: readonly string[] = ['AC01', 'AC03', 'AC04', 'AC06', 'AC07', 'RC01', 'RC04']

const scheduleSchema = z.strictObject({
  invoice: hashSchema,
  amount: moneySchema,
  due: dateSchema,
  rule: z.string().min(1).max(64),
  discount: z.strictObject({ amount: moneySchema, by: dateSchema }).exactOptional(),
})
type Schedule = z.infer<typeof scheduleSchema>

const schedule = act({
  row: 'I3',
  roles: ['PO'],
  stages: ['contracted'],
  schema: scheduleSchema,
  decide: (file, { payload }, { legal }) => {
    const rule = ruleOf(file.open, 'pay.due', legal)
    const found = findInvoice(file, payload.invoice)
    if ('code' in found) return found
    const { invoice, contract } = found
    if (invoice.credits !== undefined || invoice.stage !== 'matched')
      return refuse(
        'not-matched',
        ruleOf(file.open, 'match', legal),
        `The ${invoice.credits === undefined ? 'invoice' : 'credit note'} is ${invoice.stage}.`,
        'Only an invoice that matches, or whose difference two persons have accepted, is paid.',
        '/payload/invoice',
      )
    return checkSchedule(payload, scheduleOf(file, contract, invoice, legal), rule)
  },
  evolve: (file, { payload }, { hash, legal }) => {
    const found = findInvoice(file, payload.invoice)
    if ('code' in found) return undefined
    const { contract, invoice } = found
    for (const one of [invoice, ...creditsOf(contract, invoice)]) one.stage = 'scheduled'
    contract.payments[hash] = {
      ...payload,
      hash,
      interestDue: dueDates(file, contract, invoice).interestDue,
      stage: 'scheduled',
      scheduledLegal: legal,
      paused: [],
      interest: [],
      failures: [],
    }
    return undefined
  },
})

const releaseSchema = z.strictObject({ payment: hashSchema, endToEndId: endToEndIdSchema })

const release = act({
  row: 'Y1',
  roles: ['PO'],
  stages: ['contracted'],
  schema: releaseSchema,
  cosign: { roles: ['TR'] },
  needs: (file, { payload }, register) => [
    idKey(payload.endToEndId),
    ...(file ? sourceKeys(file) : []),
    ...vendorsKeys(file, payload.payment, register),
  ],
  decide: (file, { payload }, context) => {
    const found = findPayment(file, payload.payment)
    if ('code' in found) return found
    const { contract, payment } = found
    return (
      checkStage(file, payment, 'scheduled') ??
      checkEarly(file, payment, context) ??
      checkExclusions(file, contract.vendor, context) ??
      checkBank(file, found, context) ??
      checkId(file, payload.endToEndId, context)
    )
  },
  evolve: (file, { payload: { payment: of, endToEndId } }, { hash, legal, register }) => {
    const found = findPayment(file, of)
    if ('code' in found) return undefined
    const { contract, payment } = found
    const vendor = vendorRow(register, contract.vendor)
    const day = dateIn(file.open.zone, legal)
    payment.paused = pausesOf(file, payment, vendor?.payToSince)
    payment.stage = 'released'
    payment.endToEndId = endToEndId
    payment.releasedLegal = legal
    payment.release = { hash, payTo: vendor?.payTo ?? '', executeOn: payDay(file, payment, day) }
    dropPending(file, 'payment.release', 'payment', of)
    return rows({ [idKey(endToEndId)]: { of: hash, ocid: file.open.ocid } })
  },
})

const orderSchema = z.strictObject({
  payment: hashSchema,
  endToEndId: endToEndIdSchema,
  amount: moneySchema,
  executeOn: dateSchema,
  file: hashSchema,
})

const order = act({
  row: 'Y1',
  roles: ['CK'],
  stages: ['contracted'],
  schema: orderSchema,
  documents: (_file, { payload }) => [payload.file],
  decide: (file, { payload }, { legal }) => {
    const found = findPayment(file, payload.payment)
    if ('code' in found) return found
    const { payment } = found
    const stage = checkStage(file, payment, 'released')
    if (stage) return stage
    const rule = ruleOf(file.open, 'payment', legal)
    if (payload.endToEndId !== payment.endToEndId)
      return refuse('unknown-reference', rule, 'The release names another id.', 'Use that id.')
    if (!isPayDay(file, payment, payload.executeOn, legal))
      return refuse('payload-differs', rule, 'The record gives another day.', 'Draw it up again.')
    const amount = amountOn(file, payment, payload.executeOn)
    return equalMoney(payload.amount, amount)
      ? undefined
      : refuse('sum', rule, `The record gives ${showMoney(amount)}.`, 'Draw the order up again.')
  },
  evolve: (file, { payload }, { hash, at }) => {
    const found = findPayment(file, payload.payment)
    if ('code' in found) return undefined
    const { amount, executeOn, file: bankFile } = payload
    const owed = interestOn(file, found.payment, executeOn)?.amount ?? 0n
    found.payment.stage = 'ordered'
    found.payment.order = {
      hash,
      amount,
      interest: money(owed, amount.currency),
      executeOn,
      file: bankFile,
      real: at,
    }
    return undefined
  },
})

const settleSchema = z.strictObject({
  payment: hashSchema,
  endToEndId: endToEndIdSchema,
  bankReference: z.string().min(1).max(140),
  date: dateSchema,
  amount: moneySchema,
})

const settle = act({
  row: 'Y2',
  roles: ['CK'],
  stages: ['contracted'],
  schema: settleSchema,
  decide: (file, { payload }) => {
    const found = findPayment(file, payload.payment)
    if ('code' in found) return found
    const { payment } = found
    const stage = checkAnswer(file, payment, payload.endToEndId)
    if (stage) return stage
    if (payment.order && equalMoney(payment.order.amount, payload.amount)) return undefined
    return refuse(
      'sum',
      ruleOf(file.open, 'settlement'),
      `The bank moved ${showMoney(payload.amount)}, not what was ordered.`,
      'Clear it with the bank; the record waits for the amount that was ordered.',
      '/payload/amount',
    )
  },
  evolve: (file, { payload }, { hash, legal }) => {
    const found = findPayment(file, payload.payment)
    if ('code' in found) return undefined
    const { contract, invoice, payment } = found
    const { bankReference, date, amount } = payload
    payment.stage = 'settled'
    payment.settled = { hash, bankReference, date, amount, legal }
    for (const one of [invoice, ...creditsOf(contract, invoice)]) one.stage = 'paid'
    return undefined
  },
})

const failSchema = z.strictObject({
  payment: hashSchema,
  endToEndId: endToEndIdSchema,
  code: z.string().regex(/^[A-Z0-9]{4}$/),
})

/** The bank did not pay: the payment is scheduled again, and two persons release it under a new id. */
const fail = act({
  row: 'Y2',
  roles: ['CK'],
  stages: ['contracted'],
  schema: failSchema,
  fulfils: 'payment.settle',
  decide: (file, { payload }) => {
    const found = findPayment(file, payload.payment)
    return 'code' in found ? found : checkAnswer(file, found.payment, payload.endToEndId)
  },
  evolve: (file, { payload: { payment: of, code } }, { hash, legal }) => {
    const found = findPayment(file, of)
    if ('code' in found) return undefined
    const { payment } = found
    const failure = { hash, code, legal, payTo: payment.release?.payTo ?? '' }
    payment.failures = [...payment.failures, { ...failure, on: dateIn(file.open.zone, legal) }]
    payment.stage = 'scheduled'
    delete payment.endToEndId
    delete payment.releasedLegal
    delete payment.release
    delete payment.order
    return undefined
  },
})

const overdueSchema = z.strictObject({ invoice: hashSchema, due: dateSchema })

const overdue = act({
  row: 'Y3',
  roles: ['CK'],
  stages: ['contracted'],
  schema: overdueSchema,
  // The engine has compared the payload with the duty's.
  decide: () => undefined,
  evolve: (file, { payload }, { hash, legal }) => {
    const found = findInvoice(file, payload.invoice)
    if (!('code' in found)) found.invoice.overdue = { due: payload.due, hash, legal }
    return undefined
  },
})

const accrueSchema = z.strictObject({
  invoice: hashSchema,
  from: dateSchema,
  to: dateSchema,
  principal: moneySchema,
  rate: z.string().regex(/^\d{1,2}(\.\d{1,3})?$/),
  amount: moneySchema,
})

/** What an order paid for lateness, and how it was reckoned. */
const accrue = act({
  row: 'Y3',
  roles: ['CK'],
  stages: ['contracted'],
  schema: accrueSchema,
  // The engine has compared the payload with the duty's.
  decide: () => undefined,
  evolve: (file, { payload: { invoice, ...accrual } }, { hash }) => {
    const payment = paymentsOf(file).find(
      (one) => one.payment.invoice === invoice && unrecordedInterest(one.payment) > 0n,
    )?.payment
    if (payment) payment.interest = [...payment.interest, { ...accrual, hash }]
    return undefined
  },
})

export const payment: StageRules = {
  acts: {
    'payment.schedule': schedule,
    'payment.release': release,
    'payment.order': order,
    'payment.settle': settle,
    'payment.fail': fail,
    'payment.overdue': overdue,
    'interest.accrue': accrue,
  },
  due: (file) => {
    if (file.open.stage !== 'contracted') return []
    const invoices = Object.values(file.open.contracts)
      .filter(({ stage }) => stage === 'active')
      .flatMap((contract) =>
        Object.values(contract.invoices).map((invoice) => ({ contract, invoice })),
      )
    return [
      ...invoices.flatMap((one) => [...scheduleDuty(file, one), ...overdueDuty(file, one)]),
      ...paymentsOf(file).flatMap((one) => [
        ...releaseDuty(file, one.payment),
        ...orderDuty(file, one.payment),
        ...settleDuty(file, one.payment),
        ...accrueDuty(file, one.payment),
      ]),
    ]
  },
}

/** A payment with its contract and invoice. */
export interface FoundPayment {
  contract: Contract
  invoice: Invoice
  payment: Payment
}

/** A payment by the statement hash of `payment.schedule`, or why there is none. */
export function findPayment(file: FileState, hash: string): FoundPayment | Refusal {
  return (
    paymentsOf(file).find((one) => one.payment.hash === hash) ??
    refuse(
      'unknown-reference',
      ruleOf(file.open, 'payment'),
      'No payment of this procurement has this hash.',
      'Cite the statement hash of payment.schedule.',
      '/payload/payment',
    )
  )
}

/** What `payment.schedule` says of an invoice that matches, signed on the legal instant `legal`. */
export function scheduleOf(
  file: FileState,
  contract: Contract,
  invoice: Invoice,
  legal: string,
): Schedule {
  const amount = netOf(contract, invoice)
  const { due, rule } = dueDates(file, contract, invoice)
  const discount = discountOf(file, invoice, amount)
  const isOffered = discount && dateIn(file.open.zone, legal) <= discount.by
  return {
    invoice: invoice.hash,
    amount,
    due,
    rule: rule.id,
    ...(isOffered ? { discount } : {}),
  }
}

/** What the clock orders at the bank for a released payment on the legal instant `legal`. */
export interface BankOrder {
  payment: string
  endToEndId: string
  /** Interest included. */
  amount: Money
  executeOn: string
  /** Commitment of the bank details that the release pays to. */
  payTo: string
  vendor: string
  /** The vendor's number of the invoice, for the remittance text. */
  invoiceNumber: string
}

/** The order of a released payment; undefined where it is not released. Throws InterestFault without a rate. */
export function bankOrderOf(file: FileState, hash: string, legal: string): BankOrder | undefined {
  const found = findPayment(file, hash)
  if ('code' in found) return undefined
  const { contract, invoice, payment } = found
  if (payment.stage !== 'released' || !payment.release || payment.endToEndId === undefined)
    return undefined
  const { executeOn: planned, payTo } = payment.release
  const day = dateIn(file.open.zone, legal)
  const executeOn = day > planned ? executionDate(file, planned, day) : planned
  return {
    payment: hash,
    endToEndId: payment.endToEndId,
    amount: amountOn(file, payment, executeOn),
    executeOn,
    payTo,
    vendor: contract.vendor,
    invoiceNumber: invoice.number,
  }
}

/** Interest that a payment owes if the money arrives on `paid`; undefined where it owes none. */
export function interestOn(file: FileState, payment: Payment, paid: string): Interest | undefined {
  const least = findRule(file.open, 'interest', payment.due)
  const { currency } = payment.amount
  if (least?.value === undefined || least.unit !== currency) return undefined
  const paused = pausedDays(payment, paid)
  const owed = interestOf(minorUnits(payment.amount), payment.interestDue, paid, paused)
  return owed && owed.amount >= BigInt(least.value) ? owed : undefined
}

function paymentsOf(file: FileState): FoundPayment[] {
  return Object.values(file.open.contracts).flatMap((contract) =>
    Object.values(contract.payments).flatMap((payment) => {
      const invoice = contract.invoices[payment.invoice]
      return invoice ? [{ contract, invoice, payment }] : []
    }),
  )
}

function idKey(endToEndId: string): string {
  return `end-to-end/${endToEndId}`
}

function vendorsKeys(
  file: FileState | undefined,
  payment: string,
  register: RegisterView,
): string[] {
  const found = file && findPayment(file, payment)
  if (!found || 'code' in found) return []
  const row = vendorRow(register, found.contract.vendor)
  return [rowKey.vendor(found.contract.vendor), ...(row ? exclusionKeys(register, row) : [])]
}

function checkSchedule(
  payload: Schedule,
  record: Schedule,
  rule: RuleReference,
): Refusal | undefined {
  const wrong = (code: Refusal['code'], message: string, at: string): Refusal =>
    refuse(code, rule, message, 'Take amount and day from the record.', at)
  if (!equalMoney(payload.amount, record.amount))
    return wrong('sum', `What is left to pay is ${showMoney(record.amount)}.`, '/payload/amount')
  if (payload.due !== record.due)
    return wrong('terms', `Payment is due on ${record.due}.`, '/payload/due')
  if (payload.rule !== record.rule)
    return wrong('unknown-reference', `The rule is ${record.rule}.`, '/payload/rule')
  if (payload.discount === undefined) return undefined
  const { discount } = record
  const isSame =
    discount !== undefined &&
    discount.by === payload.discount.by &&
    equalMoney(discount.amount, payload.discount.amount)
  if (isSame) return undefined
  const message = discount
    ? `The discount is ${showMoney(discount.amount)} until ${discount.by}.`
    : 'No discount is open.'
  return wrong('terms', message, '/payload/discount')
}

/** The discount of the terms, reckoned from the invoice's date (FAR 32.906(e)). */
function discountOf(
  file: FileState,
  invoice: Invoice,
  amount: Money,
): { amount: Money; by: string } | undefined {
  const terms = file.open.solicitation?.terms.payment.discount
  if (!terms) return undefined
  const part = divideHalfUp(minorUnits(amount) * millionths(terms.percent), 100_000_000n)
  return { amount: money(part, amount.currency), by: addDays(invoice.date, terms.days) }
}

function checkStage(
  file: FileState,
  { stage }: Payment,
  wanted: Payment['stage'],
): Refusal | undefined {
  if (stage === wanted) return undefined
  return refuse(
    'already-done',
    ruleOf(file.open, 'payment'),
    `The payment is ${stage}.`,
    'Read the procurement again.',
    '/payload/payment',
  )
}

/** An answer of the bank is about the payment that was ordered, and under its id. */
function checkAnswer(file: FileState, payment: Payment, endToEndId: string): Refusal | undefined {
  const stage = checkStage(file, payment, 'ordered')
  if (stage || payment.endToEndId === endToEndId) return stage
  return refuse(
    'unknown-reference',
    ruleOf(file.open, 'settlement'),
    'The bank speaks of another payment.',
    'Record it with the payment of that id.',
    '/payload/endToEndId',
  )
}

function checkEarly(file: FileState, payment: Payment, { legal }: Context): Refusal | undefined {
  const first = earliestPayment(file, targetOf(payment))
  if (first === undefined || dateIn(file.open.zone, legal) >= first) return undefined
  return refuse(
    'too-early',
    ruleOf(file.open, 'pay.early', legal),
    `It is due on ${payment.due}; before ${first} nothing is released.`,
    `Release it from ${first} on.`,
  )
}

/** A change of bank details holds every payment; what the bank refused is not sent there again. */
function checkBank(
  file: FileState,
  { contract, payment }: FoundPayment,
  { register, legal }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'bank-hold', legal)
  const vendor = vendorRow(register, contract.vendor)
  if (vendor?.pendingPayTo)
    return refuse(
      'bank-hold',
      rule,
      'A change of the vendor’s bank details waits for its confirmation over the old contact.',
      'Ask a registrar to confirm it (vendor.bank.confirm).',
    )
  const last = payment.failures.at(-1)
  if (!last || !accountCodes.includes(last.code) || last.payTo !== vendor?.payTo) return undefined
  return refuse(
    'bank-hold',
    rule,
    `The bank refused these bank details (${last.code}).`,
    'Ask the vendor to correct them (vendor.bank).',
  )
}

function checkId(
  file: FileState,
  endToEndId: string,
  { register, legal }: Context,
): Refusal | undefined {
  if (register(idKey(endToEndId)) === undefined) return undefined
  return refuse(
    'already-done',
    ruleOf(file.open, 'payment', legal),
    'A payment has had this id before.',
    'Give it a new id.',
    '/payload/endToEndId',
  )
}

/** The day for which a payment is meant: the last of its discount, else the due date. */
function targetOf({ discount, due }: Payment): string {
  return discount?.by ?? due
}

/** The day on which the bank is to pay what is released on a day: a discount that is missed leaves the due date. */
function payDay(file: FileState, payment: Payment, released: string): string {
  const target = executionDate(file, targetOf(payment), released)
  return payment.discount && target > payment.discount.by
    ? executionDate(file, payment.due, released)
    : target
}

/** The planned day, or after an outage a working day until the first on which the bank can pay. */
function isPayDay(file: FileState, payment: Payment, executeOn: string, legal: string): boolean {
  const planned = payment.release?.executeOn
  if (planned === undefined || executeOn < planned) return false
  const last = executionDate(file, planned, dateIn(file.open.zone, legal))
  return executeOn === planned || (executeOn <= last && isWorkingDay(executeOn, file.open.calendar))
}

/** What the bank is asked to pay on a day: the principal, less a discount in its time, with interest. */
function amountOn(file: FileState, payment: Payment, executeOn: string): Money {
  const { amount, discount } = payment
  const principal =
    discount && executeOn <= discount.by ? subtractMoney(amount, discount.amount) : amount
  const interest = interestOn(file, payment, executeOn)?.amount ?? 0n
  return addMoney(principal, money(interest, amount.currency))
}

/** Interest waits from the failure of wrong bank details until seven days after their correction. */
function pausesOf(
  file: FileState,
  payment: Payment,
  correctedReal: string | undefined,
): Payment['paused'] {
  const last = payment.failures.at(-1)
  if (!last || !accountCodes.includes(last.code) || correctedReal === undefined)
    return payment.paused
  const corrected = dateIn(file.open.zone, legalTime(file.open.training, correctedReal))
  const days = Number(ruleValue(file.open, 'bank-hold', last.legal))
  const from = addDays(last.on, 1)
  return [...payment.paused, { from, to: later(from, addDays(corrected, days)) }]
}

/** Days of the late time until `paid` on which no interest runs. */
function pausedDays({ paused, interestDue }: Payment, paid: string): number {
  const first = addDays(interestDue, 1)
  return paused
    .map(({ from, to }) => daysBetween(later(from, first), to < paid ? to : paid) + 1)
    .reduce((sum, days) => sum + Math.max(days, 0), 0)
}

/** Certify or return: what is not returned in time counts from its first arrival. */
function scheduleDuty(
  file: FileState,
  { contract, invoice }: Omit<FoundPayment, 'payment'>,
): Duty[] {
  if (invoice.stage !== 'matched' || invoice.credits !== undefined) return []
  return [
    {
      key: `payment.schedule/${invoice.hash}/${invoice.matches}`,
      type: 'payment.schedule',
      role: 'PO',
      subject: invoice.hash,
      from: invoice.resolved?.legal ?? invoice.match?.legal ?? invoice.receivedLegal,
      by: endOfDay(
        file,
        later(returnBy(file, invoice), dateIn(file.open.zone, contract.signedLegal)),
      ),
      clock: 'legal',
      rule: ruleOf(file.open, 'invoice.return', invoice.receivedLegal),
      otherwise: 'A return no longer moves the day on which payment is due.',
      cause: invoice.resolved?.hash ?? invoice.match?.hash ?? invoice.hash,
    },
  ]
}

/** On the day after the due date, whoever has not acted; not while the invoice is in dispute. */
function overdueDuty(
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

function releaseDuty(file: FileState, payment: Payment): Duty[] {
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
function orderDuty(file: FileState, payment: Payment): Duty[] {
  const { stage, hash, release: released, releasedLegal } = payment
  if (stage !== 'released' || !released || releasedLegal === undefined) return []
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

/** Waits for the bank: `payment.settle`, or `payment.fail`. Asked from the day on which the bank is to pay. */
function settleDuty(file: FileState, { stage, hash, order: ordered, due }: Payment): Duty[] {
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
function accrueDuty(file: FileState, payment: Payment): Duty[] {
  const { hash, order: ordered, interest, amount } = payment
  const owed = unrecordedInterest(payment)
  const reckoned = ordered && interestOn(file, payment, ordered.executeOn)
  if (owed <= 0n || !reckoned) return []
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
