/**
 * The match of an invoice with order and acceptance (row I2): one pure function over quantity AND
 * amount, the same for everybody; nobody's role switches it off.
 *
 * quantity: billed before + billed ≤ accepted (≤ ordered, which `delivery.announce` keeps). Amount:
 * unit price as ordered ± the method's tolerance; per line, for tax and in all no more than the
 * order, with no tolerance. Counted as billed is what stands: invoices that matched or were
 * accepted by two persons, less their credit notes.
 */
import {
  addMoney,
  compareMoney,
  millionths,
  minorUnits,
  money,
  quantityOf,
  sumMoney,
} from './money.ts'
import type { Contract, Invoice, Money } from './state.ts'

export type Finding =
  | 'not-ordered'
  | 'quantity-over-accepted'
  | 'quantity-over-ordered'
  | 'price-differs'
  | 'amount-over-order'
  | 'tax-over-order'
  | 'total-over-order'
  | 'over-credited'

/** One line of the match. Quantities are decimal strings; a credit note's `billed` is negative. */
export interface MatchLine {
  item: string
  ordered: string
  accepted: string
  billedBefore: string
  billed: string
  /** Quantity billed beyond what was accepted; `0` where there is none. */
  difference: string
}

export interface Match {
  result: 'matched' | 'exception'
  findings: Finding[]
  lines: MatchLine[]
}

/**
 * Matches an invoice of the contract. `tolerance` is what a unit price may be off, in hundredths of
 * a percent.
 */
export function matchInvoice(contract: Contract, invoice: Invoice, tolerance: bigint): Match {
  const credited = invoice.credits === undefined ? undefined : contract.invoices[invoice.credits]
  const findings = credited
    ? creditFindings(contract, credited, invoice)
    : invoiceFindings(contract, invoice, tolerance)
  return {
    result: findings.length === 0 ? 'matched' : 'exception',
    findings,
    lines: invoice.lines.map((line) => matchLine(contract, invoice, line.item)),
  }
}

/** Whether an invoice counts as billed. */
export function stands(invoice: Invoice): boolean {
  return invoice.stage === 'matched' || invoice.stage === 'scheduled' || invoice.stage === 'paid'
}

/** Credit notes that stand against an invoice. */
export function creditsOf(contract: Contract, invoice: Invoice): Invoice[] {
  return Object.values(contract.invoices).filter(
    (one) => one.credits === invoice.hash && stands(one),
  )
}

/** What is left to pay of an invoice: its amount less its credit notes. */
export function netOf(contract: Contract, invoice: Invoice): Money {
  const credits = creditsOf(contract, invoice).map((credit) => credit.amount)
  return addMoney(invoice.amount, sumMoney(credits, invoice.amount.currency))
}

/**
 * Quantity of an item billed by all that stands, in millionths; without the invoice `except` and
 * its credit notes.
 */
export function billedQuantity(contract: Contract, item: string, except?: Invoice): bigint {
  return others(contract, except).reduce((sum, one) => sum + quantityIn(one, item), 0n)
}

function invoiceFindings(contract: Contract, invoice: Invoice, tolerance: bigint): Finding[] {
  const found = new Set<Finding>()
  for (const line of invoice.lines) {
    const ordered = contract.lines.find((one) => one.item === line.item)
    if (!ordered) {
      found.add('not-ordered')
      continue
    }
    const quantity = quantityWith(contract, invoice, line.item)
    if (quantity > millionths(ordered.accepted)) found.add('quantity-over-accepted')
    if (quantity > millionths(ordered.quantity)) found.add('quantity-over-ordered')
    if (!isPriceWithin(line.unitPrice, ordered.unitPrice, tolerance)) found.add('price-differs')
    if (lineTotal(contract, invoice, line.item) > minorUnits(ordered.amount))
      found.add('amount-over-order')
  }
  const all = [invoice, ...creditsOf(contract, invoice), ...others(contract, invoice)]
  const currency = contract.amount.currency
  const tax = sumMoney(
    all.flatMap((one) => one.tax ?? []),
    currency,
  )
  if (compareMoney(tax, contract.tax ?? money(0n, currency)) > 0) found.add('tax-over-order')
  const total = sumMoney(
    all.map((one) => one.amount),
    currency,
  )
  if (compareMoney(total, contract.amount) > 0) found.add('total-over-order')
  return [...found]
}

/** A credit note may take back no more than its invoice claims, at the invoice's prices. */
function creditFindings(contract: Contract, invoice: Invoice, credit: Invoice): Finding[] {
  const found = new Set<Finding>()
  const before = creditsOf(contract, invoice).filter((one) => one !== credit)
  for (const line of credit.lines) {
    const claimed = invoice.lines.find((one) => one.item === line.item)
    if (!claimed) {
      found.add('not-ordered')
      continue
    }
    const left = [invoice, ...before].reduce((sum, one) => sum + quantityIn(one, line.item), 0n)
    if (millionths(line.quantity) > left) found.add('over-credited')
    if (minorUnits(line.unitPrice) !== -minorUnits(claimed.unitPrice)) found.add('price-differs')
  }
  const taxes = [invoice, ...before, credit].flatMap((one) => one.tax ?? [])
  if (minorUnits(sumMoney(taxes, credit.amount.currency)) < 0n) found.add('over-credited')
  return [...found]
}

function matchLine(contract: Contract, invoice: Invoice, item: string): MatchLine {
  const ordered = contract.lines.find((one) => one.item === item)
  const credited = invoice.credits === undefined ? undefined : contract.invoices[invoice.credits]
  const before =
    billedQuantity(contract, item, credited ?? invoice) +
    (credited ? netQuantity(contract, credited, item) : 0n)
  const net = netQuantity(contract, invoice, item)
  const excess = before + net - millionths(ordered?.accepted ?? '0')
  return {
    item,
    ordered: ordered?.quantity ?? '0',
    accepted: ordered?.accepted ?? '0',
    billedBefore: quantityOf(before),
    billed: net < 0n ? `-${quantityOf(-net)}` : quantityOf(net),
    difference: quantityOf(excess > 0n ? excess : 0n),
  }
}

/** Quantity billed of an item in all with this invoice, in millionths. */
function quantityWith(contract: Contract, invoice: Invoice, item: string): bigint {
  return billedQuantity(contract, item, invoice) + netQuantity(contract, invoice, item)
}

/** Quantity that an invoice bills of an item, less its credit notes. */
function netQuantity(contract: Contract, invoice: Invoice, item: string): bigint {
  return [invoice, ...creditsOf(contract, invoice)].reduce(
    (sum, one) => sum + quantityIn(one, item),
    0n,
  )
}

/** Minor units billed for an item in all, this invoice included. */
function lineTotal(contract: Contract, invoice: Invoice, item: string): bigint {
  return [invoice, ...creditsOf(contract, invoice), ...others(contract, invoice)]
    .flatMap((one) => one.lines.filter((line) => line.item === item))
    .reduce((sum, line) => sum + minorUnits(line.amount), 0n)
}

/**
 * Everything that stands, but an invoice and what credits it. A credit note stands only with its
 * invoice.
 */
function others(contract: Contract, except: Invoice | undefined): Invoice[] {
  return Object.values(contract.invoices).filter((one) => {
    const claim = one.credits === undefined ? one : contract.invoices[one.credits]
    return claim !== undefined && claim.hash !== except?.hash && stands(one) && stands(claim)
  })
}

function quantityIn(invoice: Invoice, item: string): bigint {
  const sign = invoice.credits === undefined ? 1n : -1n
  return invoice.lines
    .filter((line) => line.item === item)
    .reduce((sum, line) => sum + sign * millionths(line.quantity), 0n)
}

function isPriceWithin(billed: Money, ordered: Money, tolerance: bigint): boolean {
  if (billed.currency !== ordered.currency) return false
  const difference = minorUnits(billed) - minorUnits(ordered)
  const size = difference < 0n ? -difference : difference
  return size * 10_000n <= tolerance * minorUnits(ordered)
}
