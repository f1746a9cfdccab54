/**
 * Opened bids as comparison, award and order see them: which count, and at what price.
 *
 * A stated sum that does not follow from its unit prices is never corrected silently: the officer
 * says which of the two counts (`bid.assess` with the reason `unit-price-counts` or
 * `stated-sum-counts`), and until then the bid has no price.
 */
import { z } from 'zod'
import { parseCanonical } from '../ledger/index.ts'
import type { DocumentView } from './act.ts'
import { extend, equalMoney, sumMoney } from './money.ts'
import { idSchema, moneySchema, quantitySchema } from './schemas.ts'
import type { FileState, Money, OpenedBid } from './state.ts'

const amount = moneySchema.shape.amount
const capsuleSchema = z.looseObject({
  price: z.strictObject({
    currency: moneySchema.shape.currency,
    lines: z.array(
      z.strictObject({ item: idSchema, quantity: quantitySchema, unitPrice: amount, amount }),
    ),
    amount,
  }),
})

/** One line of a bid, as its vendor sealed it. */
export interface BidLine {
  item: string
  quantity: string
  unitPrice: Money
  amount: Money
}

/**
 * What a bid offers and at what price; `counts` is absent until the officer has decided a wrong
 * sum.
 */
export interface Offer {
  lines: BidLine[]
  stated: Money
  recomputed: Money
  /** The price that is compared and awarded. */
  counts?: Money
  /** Lines at the price that counts. */
  basis: 'as-stated' | 'unit-prices' | 'stated-sums' | 'undecided'
}

/** Every opened bid, void ones too. Undefined where the bids are sealed to the reader. */
export function openedBids(file: FileState): OpenedBid[] | undefined {
  return file.sealed?.opened
}

/** Opened, not void and not rejected or waiting for a cure: in the competition. */
export function competes(file: FileState, bid: OpenedBid): boolean {
  const finding = file.open.assessments[bid.commitHash]?.finding ?? 'responsive'
  return bid.status === 'opened' && finding === 'responsive'
}

/**
 * What an opened bid offers; `hidden` where its capsule is not here, `unreadable` where its price
 * sheet is not of the form: such a bid has no price, and the officer says in `bid.assess` what
 * becomes of it.
 */
export function offerOf(
  file: FileState,
  bid: OpenedBid,
  document: DocumentView,
): Offer | 'hidden' | 'unreadable' {
  const bytes = bid.capsuleHash === undefined ? undefined : document(bid.capsuleHash)
  if (!bytes) return 'hidden'
  const price = readPrice(bytes)
  if (!price) return 'unreadable'
  const { lines, stated } = price
  const recomputed = sumMoney(
    lines.map((line) => extend(line.quantity, line.unitPrice).amount),
    stated.currency,
  )
  const basis = basisOf(file, bid, { lines, stated, recomputed })
  const offer = { lines, stated, recomputed, basis }
  if (basis === 'undecided') return offer
  return { ...offer, counts: basis === 'unit-prices' ? recomputed : stated }
}

/** Whether every sum of a price sheet follows from its quantities and unit prices. */
function addsUp({
  lines,
  stated,
  recomputed,
}: Pick<Offer, 'lines' | 'stated' | 'recomputed'>): boolean {
  return (
    equalMoney(stated, recomputed) &&
    lines.every((line) => equalMoney(line.amount, extend(line.quantity, line.unitPrice).amount))
  )
}

function basisOf(
  file: FileState,
  bid: OpenedBid,
  price: Pick<Offer, 'lines' | 'stated' | 'recomputed'>,
): Offer['basis'] {
  if (price.lines.length === 0 || addsUp(price)) return 'as-stated'
  const code = file.open.assessments[bid.commitHash]?.reason.code
  if (code === 'unit-price-counts') return 'unit-prices'
  return code === 'stated-sum-counts' ? 'stated-sums' : 'undecided'
}

function readPrice(bytes: Uint8Array): { lines: BidLine[]; stated: Money } | undefined {
  const parsed = capsuleSchema.safeParse(canonicalOrNothing(bytes))
  if (!parsed.success) return undefined
  const { currency, lines, amount } = parsed.data.price
  const inCurrency = (minor: string): Money => ({ amount: minor, currency })
  return {
    stated: inCurrency(amount),
    lines: lines.map((line) => ({
      ...line,
      unitPrice: inCurrency(line.unitPrice),
      amount: inCurrency(line.amount),
    })),
  }
}

/**
 * What a vendor sealed is its own affair: of another form it is no price sheet, and no fault of
 * ours.
 */
function canonicalOrNothing(bytes: Uint8Array): unknown {
  try {
    return parseCanonical(bytes)
  } catch {
    return undefined
  }
}
