/**
 * Payment (rows I3, Y1–Y3): the pay officer certifies and schedules, two persons release, the clock
 * orders at the bank, and paid is only what the bank says has arrived. Lateness is public, and
 * interest is paid unasked (FAR 32.907(a)).
 *
 * Nothing leaves before its day: the bank is asked to pay on the due date, or, released later, on
 * the first day that it can. The order carries the interest through that day; `interest.accrue`
 * then shows how it was reckoned. Refuses: another amount or day than the record gives, a payment
 * too early, to an excluded vendor, or while a change of bank details waits for its confirmation; a
 * second file with an id that the bank has seen.
 */
import { z } from 'zod'
import { act, refuse } from './act.ts'
import type { Context, Refusal, RegisterView, StageRules } from './act.ts'
import { dateIn } from './calendar.ts'
import { checkExclusions, checkListsSeen, sourceKeys } from './eligibility.ts'
import { exclusionKeys } from './exclusions.ts'
import { unrecordedInterest } from './interest.ts'
import { findInvoice } from './invoice.ts'
import { creditsOf } from './matching.ts'
import { ruleOf } from './methods.ts'
import { equalMoney, money, showMoney } from './money.ts'
import {
  accountCodes,
  amountOn,
  checkRate,
  findPayment,
  interestOn,
  isPayDay,
  pausesOf,
  payDay,
  paymentsOf,
  scheduleOf,
  scheduleSchema,
  targetOf,
} from './payment-amount.ts'
import type { FoundPayment, Schedule } from './payment-amount.ts'
import { dueDates, earliestPayment } from './payment-date.ts'
import {
  accrueDuty,
  orderDuty,
  overdueDuty,
  releaseDuty,
  scheduleDuty,
  settleDuty,
} from './payment-duties.ts'
import { dropPending } from './pending.ts'
import type { RuleReference } from './refusals.ts'
import { rowKey, rows, vendorRow } from './register-rows.ts'
import { dateSchema, hashSchema, moneySchema } from './schemas.ts'
import type { FileState, Payment } from './state.ts'

/** Text of at most 35 characters that every bank carries unchanged (ISO 20022, EndToEndId). */
const endToEndIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,34}$/)

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
      checkId(file, payload.endToEndId, context) ??
      checkListsSeen(file, context)
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
    const rate = checkRate(file, payment, payload.executeOn)
    if (rate) return rate
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

/**
 * The bank did not pay: the payment is scheduled again, and two persons release it under a new id.
 */
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
