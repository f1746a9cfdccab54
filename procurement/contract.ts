/**
 * The contract (rows K1, K4): the officer orders at the price of the bid, the vendor accepts in
 * writing or by performance (FAR 13.004(b)), and the officer completes it when all is delivered,
 * accepted, billed and paid.
 *
 * Refuses: an order to another vendor, at another price, with other lines or over the warrant; a
 * completion while anything is open.
 */
import { z } from 'zod'
import { act, refuse } from './act.ts'
import type { Acting, Context, Duty, Refusal, StageRules } from './act.ts'
import { checkWarrant } from './eligibility.ts'
import { unrecordedInterest } from './interest.ts'
import { approvedMethod, ruleOf } from './methods.ts'
import {
  addMoney,
  compareMoney,
  compareQuantity,
  equalMoney,
  extend,
  millionths,
  minorUnits,
  money,
  showMoney,
  subtractMoney,
  sumMoney,
} from './money.ts'
import { offerOf, openedBids } from './opened-bids.ts'
import type { BidLine, Offer } from './opened-bids.ts'
import { hiddenBy, type RuleReference } from './refusals.ts'
import { vendorKeys, vendorOf } from './register-rows.ts'
import {
  deliverySchema,
  docSchema,
  hashSchema,
  idSchema,
  moneySchema,
  positiveQuantitySchema,
  textSchema,
} from './schemas.ts'
import type { Contract, ContractLine, FileState, LotState, Money } from './state.ts'

/** `<ocid>-C<n>`. */
export const contractIdSchema = z
  .string()
  .regex(/^ocds-[a-z0-9]{6}-[A-Za-z0-9._-]{1,64}-C[1-9]\d{0,3}$/, 'must be <ocid>-C<n>')

const orderSchema = z.strictObject({
  contract: contractIdSchema,
  award: hashSchema,
  vendor: idSchema,
  lines: z
    .array(
      z.strictObject({
        item: idSchema,
        quantity: positiveQuantitySchema,
        unitPrice: moneySchema,
        amount: moneySchema,
      }),
    )
    .min(1)
    .max(500),
  tax: moneySchema.exactOptional(),
  amount: moneySchema,
  deliver: deliverySchema,
  terms: z.array(docSchema).max(50),
})

type Order = Acting<z.infer<typeof orderSchema>>

const orderSign = act<z.infer<typeof orderSchema>>({
  row: 'K1',
  roles: ['CO'],
  stages: ['contracted'],
  schema: orderSchema,
  documents: (file, { payload }) => [
    ...payload.terms.map((term) => term.commit),
    ...(file ? wonBids(file, payload.vendor) : []).flatMap((bid) => bid.capsuleHash ?? []),
  ],
  decide: (file, order, context) =>
    checkOrder(file, order) ??
    checkSums(file, order) ??
    checkWarrant(file, order.statement.actor, order.payload.amount, context) ??
    checkLines(file, order, context),
  evolve: (file, { payload }, { hash, legal }) => {
    const lots = awardedLots(file, payload.vendor)
    const isFormed = approvedMethod(file.open).contract === 'award'
    file.open.contracts[payload.contract] = {
      id: payload.contract,
      award: payload.award,
      vendor: payload.vendor,
      amount: payload.amount,
      deliver: payload.deliver,
      ...(payload.tax === undefined ? {} : { tax: payload.tax }),
      lots: lots.map((lot) => lot.id),
      stage: isFormed ? 'active' : 'offered',
      lines: payload.lines.map((line) => ({
        ...line,
        announced: '0',
        accepted: '0',
        rejected: '0',
        billed: '0',
      })),
      hash,
      signedLegal: legal,
      ...(isFormed ? { acceptedLegal: legal } : {}),
      deliveries: {},
      invoices: {},
      payments: {},
    }
    for (const lot of lots) lot.stage = 'contracted'
    return undefined
  },
})

const acceptSchema = z.strictObject({ of: hashSchema })

const orderAccept = act<z.infer<typeof acceptSchema>>({
  row: 'K1',
  roles: ['VE'],
  stages: ['contracted'],
  schema: acceptSchema,
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  decide: (file, { statement, payload }, context) => {
    const rule = ruleOf(file.open, 'order', context.legal)
    const contract = orderedBy(file, payload.of)
    if (!contract)
      return refuse(
        'unknown-reference',
        rule,
        'No order of this procurement has this hash.',
        'Cite the statement hash of order.sign.',
        '/payload/of',
      )
    const other = checkVendor(file, contract, statement.actor, context)
    if (other) return other
    if (contract.stage === 'offered') return undefined
    return refuse('already-done', rule, 'The order is accepted already.', 'Deliver.')
  },
  evolve: (file, { payload }, { legal }) => {
    const contract = orderedBy(file, payload.of)
    if (contract) takeUp(contract, legal)
    return undefined
  },
})

const completeSchema = z.strictObject({ contract: contractIdSchema, outcome: textSchema })

const complete = act<z.infer<typeof completeSchema>>({
  row: 'K4',
  roles: ['CO'],
  stages: ['contracted'],
  schema: completeSchema,
  decide: (file, { payload }, { legal }) => {
    const contract = findContract(file, payload.contract)
    if ('code' in contract) return contract
    const rule = ruleOf(file.open, 'completion', legal)
    if (contract.stage === 'complete')
      return refuse('already-done', rule, 'The contract is complete already.', 'Nothing is left.')
    const [open] = openPoints(contract)
    if (open === undefined) return undefined
    return refuse(
      'not-settled',
      rule,
      `The contract is not complete: ${open}.`,
      'Settle that first.',
    )
  },
  evolve: (file, { payload }, { legal }) => {
    const contract = file.open.contracts[payload.contract]
    if (!contract) return undefined
    contract.stage = 'complete'
    contract.completed = { legal, outcome: payload.outcome }
    for (const id of contract.lots) {
      const lot = file.open.lots[id]
      if (lot) lot.stage = 'complete'
    }
    return undefined
  },
})

export const contract: StageRules = {
  acts: { 'order.sign': orderSign, 'order.accept': orderAccept, 'contract.complete': complete },
  due: (file) => {
    if (file.open.stage !== 'contracted') return []
    const vendors = new Set(
      Object.values(file.open.lots).flatMap((lot) =>
        lot.stage === 'awarded' && lot.award ? [lot.award.vendor] : [],
      ),
    )
    const contracts = Object.values(file.open.contracts)
    return [
      ...[...vendors].map((vendor) => signDuty(file, vendor)),
      ...contracts.filter(({ stage }) => stage === 'offered').map((one) => acceptDuty(file, one)),
      ...contracts
        .filter((one) => one.stage === 'active' && openPoints(one).length === 0)
        .map((one) => completeDuty(file, one)),
    ]
  },
}

/** A contract by its id, in force or offered; or why there is none. */
export function findContract(file: FileState, id: string): Contract | Refusal {
  return (
    file.open.contracts[id] ??
    refuse(
      'unknown-reference',
      ruleOf(file.open, 'order'),
      `There is no contract ${id}.`,
      'Take the id from the order.',
      '/payload/contract',
    )
  )
}

/** Refuses if the person does not act for the contract's vendor. */
export function checkVendor(
  file: FileState,
  contract: Contract,
  person: string,
  { register }: Pick<Context, 'register'>,
): Refusal | undefined {
  if (vendorOf(register, person)?.vendor === contract.vendor) return undefined
  return refuse(
    'other-person',
    ruleOf(file.open, 'order'),
    `${contract.id} is not a contract of your firm.`,
    `Let a person of ${contract.vendor} do this.`,
    '/actor',
  )
}

/** The vendor takes up an order: it is a contract from now on. Nothing changes where it is one. */
export function takeUp(contract: Contract, legal: string): void {
  if (contract.stage !== 'offered') return
  contract.stage = 'active'
  contract.acceptedLegal = legal
}

/** What keeps a contract from being complete, in words; empty: nothing does. */
export function openPoints(contract: Contract): string[] {
  const invoices = Object.values(contract.invoices)
  const isPaid = ({ stage }: { stage: string }): boolean => stage === 'paid' || stage === 'returned'
  return [
    ...contract.lines
      .filter((line) => compareQuantity(line.accepted, line.quantity) < 0)
      .map((line) => `${line.accepted} of ${line.quantity} of ${line.item} are accepted`),
    ...contract.lines
      .filter((line) => compareQuantity(line.billed, line.accepted) < 0)
      .map((line) => `${line.billed} of ${line.accepted} accepted of ${line.item} are billed`),
    ...invoices.filter((one) => !isPaid(one)).map((one) => `invoice ${one.number} is not paid`),
    ...Object.values(contract.payments)
      .filter((one) => unrecordedInterest(one) > 0n)
      .map((one) => `the interest on payment ${one.hash} is not on the record`),
  ].sort()
}

function orderedBy(file: FileState, hash: string): Contract | undefined {
  return Object.values(file.open.contracts).find((one) => one.hash === hash)
}

/** Lots that a vendor has won and that are not ordered yet, by id. */
function awardedLots(file: FileState, vendor: string): LotState[] {
  return Object.values(file.open.lots)
    .filter((lot) => lot.stage === 'awarded' && lot.award?.vendor === vendor)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

function wonBids(file: FileState, vendor: string): NonNullable<ReturnType<typeof openedBids>> {
  const won = new Set(awardedLots(file, vendor).map((lot) => lot.award?.commitHash))
  return openedBids(file)?.filter((bid) => won.has(bid.commitHash)) ?? []
}

/** The award, its vendor, the contract's id. */
function checkOrder(file: FileState, { payload }: Order): Refusal | undefined {
  const rule = ruleOf(file.open, 'order')
  if (file.open.award?.hash !== payload.award)
    return refuse(
      'unknown-reference',
      rule,
      'This is not the award of the procurement.',
      'Cite the statement hash of award.decide.',
      '/payload/award',
    )
  if (awardedLots(file, payload.vendor).length === 0)
    return refuse(
      'unknown-vendor',
      rule,
      `${payload.vendor} has won nothing that is not ordered yet.`,
      'Order from the vendor that the award names.',
      '/payload/vendor',
    )
  const expected = nextContractId(file)
  if (payload.contract === expected) return undefined
  return refuse(
    'unknown-reference',
    rule,
    `The next contract of this procurement is ${expected}.`,
    'Use that id.',
    '/payload/contract',
  )
}

/** The id that the next order takes. */
export function nextContractId(file: FileState): string {
  return `${file.open.ocid}-C${Object.keys(file.open.contracts).length + 1}`
}

/** Lines add up to the awarded price, tax is what the award grants, the amount is both. */
function checkSums(file: FileState, { payload }: Order): Refusal | undefined {
  const rule = ruleOf(file.open, 'order')
  const awarded = awardedLots(file, payload.vendor).flatMap((lot) => lot.award?.price ?? [])
  const currency = awarded[0]?.currency ?? payload.amount.currency
  const amounts = [payload.amount, ...(payload.tax ? [payload.tax] : [])]
  const all = [...amounts, ...payload.lines.flatMap((line) => [line.unitPrice, line.amount])]
  if (all.some((one) => one.currency !== currency))
    return refuse('currency', rule, `The award is in ${currency}.`, `Order in ${currency}.`)
  const net = sumMoney(
    payload.lines.map((line) => line.amount),
    currency,
  )
  const price = sumMoney(awarded, currency)
  if (!equalMoney(net, price))
    return refuse(
      'price-differs',
      rule,
      `The lines come to ${showMoney(net)}; the bid’s price without tax is ${showMoney(price)}.`,
      'Order at the price of the bid.',
      '/payload/lines',
    )
  const tax = payload.tax ?? money(0n, currency)
  const granted = taxLeft(file, currency)
  const isLast = Object.values(file.open.lots).every(
    (lot) => lot.stage !== 'awarded' || lot.award?.vendor === payload.vendor,
  )
  if (isLast ? !equalMoney(tax, granted) : compareMoney(tax, granted) > 0)
    return refuse(
      'price-differs',
      rule,
      `The award leaves ${showMoney(granted)} of tax.`,
      'Order with the tax of the award.',
      '/payload/tax',
    )
  if (equalMoney(payload.amount, addMoney(net, tax))) return undefined
  return refuse(
    'sum',
    rule,
    `Lines and tax come to ${showMoney(addMoney(net, tax))}.`,
    'Correct the amount.',
    '/payload/amount',
  )
}

function taxLeft(file: FileState, currency: string): Money {
  const ordered = Object.values(file.open.contracts).flatMap((one) => one.tax ?? [])
  return subtractMoney(file.open.award?.tax ?? money(0n, currency), sumMoney(ordered, currency))
}

/** Each line of the order is a line of the bid, at the price that counts. */
function checkLines(
  file: FileState,
  { payload }: Order,
  { document, legal }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'order', legal)
  if (!openedBids(file)) return hiddenBy(rule)
  const offers: Offer[] = []
  for (const bid of wonBids(file, payload.vendor)) {
    const offer = offerOf(file, bid, document)
    if (offer === 'hidden') return hiddenBy(rule)
    if (offer !== 'unreadable') offers.push(offer)
  }
  const bids = offers.flatMap((offer) =>
    offer.lines.map((line) => ({ line, isStated: offer.basis === 'stated-sums' })),
  )
  // A bid may be one price for all, without lines: then there is nothing to compare.
  if (bids.length === 0) return undefined
  for (const [index, line] of payload.lines.entries()) {
    const bid = bids.filter((one) => one.line.item === line.item)
    const [only] = bid
    const isSame = bid.length === 1 && only && sameLine(line, only.line, only.isStated)
    if (!isSame) return otherLine(rule, `/payload/lines/${index}`)
  }
  const items = new Set(payload.lines.map((line) => line.item))
  return items.size === payload.lines.length && items.size === bids.length
    ? undefined
    : otherLine(rule, '/payload/lines')
}

function otherLine(rule: RuleReference, at: string): Refusal {
  return refuse(
    'price-differs',
    rule,
    'The order has other lines than the bid: item, quantity, unit price and amount must be the same.',
    'Make the order from the bid.',
    at,
  )
}

/**
 * Where the stated sum counts, the unit prices are those that give it, to the rounding of their
 * last place.
 */
function sameLine(
  ordered: Pick<ContractLine, 'quantity' | 'unitPrice' | 'amount'>,
  bid: BidLine,
  isStated: boolean,
): boolean {
  if (compareQuantity(ordered.quantity, bid.quantity) !== 0) return false
  const product = extend(ordered.quantity, ordered.unitPrice).amount
  if (!isStated)
    return equalMoney(ordered.unitPrice, bid.unitPrice) && equalMoney(ordered.amount, product)
  const off = minorUnits(subtractMoney(ordered.amount, product))
  const allowed = millionths(ordered.quantity) / 2_000_000n
  return -allowed <= off && off <= allowed
}

function signDuty(file: FileState, vendor: string): Duty {
  const { hash, legal } = file.open.award as NonNullable<FileState['open']['award']> // lots are awarded
  return {
    key: `order.sign/${vendor}/${hash}`,
    type: 'order.sign',
    role: 'CO',
    subject: vendor,
    from: legal,
    clock: 'legal',
    rule: ruleOf(file.open, 'order', legal),
    otherwise: 'There is no contract, and nothing is delivered.',
    cause: hash,
  }
}

function acceptDuty(file: FileState, { id, hash, vendor, signedLegal }: Contract): Duty {
  return {
    key: `order.accept/${hash}`,
    type: 'order.accept',
    role: 'VE',
    vendor,
    subject: id,
    from: signedLegal,
    clock: 'legal',
    rule: ruleOf(file.open, 'order', signedLegal),
    otherwise: 'The order becomes a contract with the first delivery.',
    cause: hash,
  }
}

function completeDuty(file: FileState, { id, hash, signedLegal }: Contract): Duty {
  return {
    key: `contract.complete/${hash}`,
    type: 'contract.complete',
    role: 'CO',
    subject: id,
    from: signedLegal,
    clock: 'legal',
    rule: ruleOf(file.open, 'completion', signedLegal),
    otherwise: 'The file stays open.',
    cause: hash,
  }
}
