/**
 * What a proper invoice must have before anybody looks at it (FAR 32.905(b)(1)): a number of its
 * own, a date, the order's currency, the vendor's own account, sums that follow. What no rule can
 * see is the pay officer's to return.
 */
import { z } from 'zod'
import { refuse } from './act.ts'
import type { Acting, Context, Refusal } from './act.ts'
import { dateIn } from './calendar.ts'
import { contractIdSchema } from './contract.ts'
import { ruleOf } from './methods.ts'
import { addMoney, equalMoney, extend, minorUnits, money, showMoney, sumMoney } from './money.ts'
import { rowKey, vendorOf } from './register-rows.ts'
import {
  dateSchema,
  hashSchema,
  idSchema,
  lineSchema,
  positiveQuantitySchema,
  signedMoneySchema,
} from './schemas.ts'
import type { Contract, FileState, Invoice } from './state.ts'

export const submitSchema = z.strictObject({
  number: lineSchema(64),
  date: dateSchema,
  contract: contractIdSchema,
  lines: z
    .array(
      z.strictObject({
        item: idSchema,
        quantity: positiveQuantitySchema,
        unitPrice: signedMoneySchema,
        amount: signedMoneySchema,
      }),
    )
    .min(1)
    .max(500),
  tax: signedMoneySchema.exactOptional(),
  amount: signedMoneySchema,
  credits: hashSchema.exactOptional(),
  corrects: hashSchema.exactOptional(),
  payTo: hashSchema,
  contact: hashSchema,
})

export type Submission = Acting<z.infer<typeof submitSchema>>

/** Received and neither returned nor certified for payment. */
export function isOpen({ stage }: Invoice): boolean {
  return stage === 'received' || stage === 'matched' || stage === 'exception'
}

export function checkNumber(
  file: FileState,
  contract: Contract,
  { payload: { number } }: Submission,
  { register, legal }: Context,
): Refusal | undefined {
  if (register(rowKey.invoice(contract.vendor, number)) === undefined) return undefined
  return refuse(
    'invoice-number-used',
    ruleOf(file.open, 'invoice', legal),
    `${contract.vendor} has used the number ${number} before.`,
    'Give the invoice a new number; one that was returned comes back under a new number too.',
    '/payload/number',
  )
}

/** In force, dated, in the order’s currency, to be paid to the vendor’s own account. */
export function checkContents(
  file: FileState,
  contract: Contract,
  { statement, payload }: Submission,
  { register, legal }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'invoice', legal)
  const improper = (message: string, next: string, at: string): Refusal =>
    refuse('improper-invoice', rule, message, next, at)
  if (contract.stage !== 'active')
    return refuse(
      'out-of-turn',
      rule,
      `${contract.id} is ${contract.stage}.`,
      'Accept the order first.',
    )
  if (payload.date > dateIn(file.open.zone, legal))
    return improper('The invoice is dated in the future.', 'Date it today.', '/payload/date')
  const { currency } = contract.amount
  const sums = [payload.amount, ...(payload.tax ? [payload.tax] : [])]
  const all = [...sums, ...payload.lines.flatMap((line) => [line.unitPrice, line.amount])]
  if (all.some((one) => one.currency !== currency))
    return refuse('currency', rule, `The order is in ${currency}.`, `Bill in ${currency}.`)
  const vendor = vendorOf(register, statement.actor)
  if (payload.payTo === vendor?.payTo || payload.payTo === vendor?.pendingPayTo?.payTo)
    return undefined
  return improper(
    'These are not the bank details that you have registered.',
    'Register a change of bank details first (vendor.bank).',
    '/payload/payTo',
  )
}

/** Every sum follows from quantity and price; a credit note lowers, an invoice does not. */
export function checkSums(
  file: FileState,
  { payload }: Submission,
  { legal }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'invoice', legal)
  const wrong = (message: string, at: string): Refusal =>
    refuse('sum', rule, message, 'Correct the sum and send the invoice again.', at)
  const { lines, amount } = payload
  for (const [index, line] of lines.entries()) {
    const at = `/payload/lines/${index}`
    if (lines.findIndex((one) => one.item === line.item) !== index)
      return wrong(`${line.item} stands twice.`, `${at}/item`)
    const product = extend(line.quantity, line.unitPrice).amount
    if (!equalMoney(product, line.amount))
      return wrong(`Quantity times price is ${showMoney(product)}.`, `${at}/amount`)
    if (!hasSign(line.unitPrice, payload.credits)) return wrong(signs, `${at}/unitPrice`)
  }
  const tax = payload.tax ?? money(0n, amount.currency)
  const total = addMoney(
    sumMoney(
      lines.map((line) => line.amount),
      amount.currency,
    ),
    tax,
  )
  if (!equalMoney(total, amount))
    return wrong(`Lines and tax come to ${showMoney(total)}.`, '/payload/amount')
  if (hasSign(tax, payload.credits) && minorUnits(amount) !== 0n) return undefined
  return wrong(signs, '/payload/amount')
}

const signs = 'Prices and tax are positive in an invoice and negative in a credit note.'

function hasSign(
  value: { amount: string; currency: string },
  credits: string | undefined,
): boolean {
  return credits === undefined ? minorUnits(value) >= 0n : minorUnits(value) <= 0n
}

/**
 * A credit note lowers an invoice that is not certified yet; a correction replaces one that was
 * returned.
 */
export function checkReferences(
  file: FileState,
  { invoices }: Contract,
  { payload: { credits, corrects } }: Submission,
  { legal }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'invoice', legal)
  const credited = credits === undefined ? undefined : invoices[credits]
  if (credits !== undefined && !(credited && isOpen(credited) && credited.credits === undefined))
    return refuse(
      'improper-invoice',
      rule,
      'A credit note cites an invoice of this contract that is not certified for payment yet.',
      'Cite the statement hash of the invoice; for one that is paid, agree on a repayment.',
      '/payload/credits',
    )
  if (corrects === undefined) return undefined
  const isFree =
    invoices[corrects]?.stage === 'returned' &&
    !Object.values(invoices).some((one) => one.corrects === corrects)
  if (isFree && credits === undefined) return undefined
  return refuse(
    'improper-invoice',
    rule,
    'A correction cites an invoice of this contract that was returned and not yet corrected.',
    'Cite the statement hash of the returned invoice, once.',
    '/payload/corrects',
  )
}
