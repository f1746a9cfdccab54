/**
 * The comparison of the opened bids of one lot: vendors by recomputed price, the stated factors in their stated order, then
 * line by line, each figure with how far it is above the lowest. Nothing is corrected here: where a stated sum does not
 * follow from its unit prices, both are shown until the officer has said which counts.
 */
import {
  extend,
  minorUnits,
  money as moneyOf,
  ONLY_LOT,
  type Money,
  type Offer,
  type OpenState,
} from '../../procurement/index.ts'
import { percent } from '../format.ts'
import type { OpenedOffer } from './opened.ts'

/** A figure and how far it is above the lowest of its row. */
export interface Cell {
  amount: Money
  /** "lowest", "+1.4 %". */
  deviation: string
}

export interface LineCell extends Cell {
  quantity: string
  unitPrice: Money
  /** What the vendor wrote, where that is another sum. */
  stated?: Money
}

export interface Candidate {
  bid: OpenedOffer
  name: string
  /** Takes part: opened, and not rejected. */
  competes: boolean
  finding?: string
  /** The sum of all lines, multiplied again; absent where there is no readable price. */
  price?: Cell
  /** What was written for all lines, where that is another sum. */
  stated?: Money
  /** What is compared and awarded; absent: not decided yet, or no price. */
  counts?: Money
  basis?: Offer['basis']
  /** By item. */
  lines: Record<string, LineCell>
  answers: Record<string, string>
}

export interface LotComparison {
  lot: string
  title?: string
  /** By recomputed price; what has none, and what is void, comes last. */
  candidates: Candidate[]
  items: { id: string; name: string; estimate?: Money }[]
  estimate?: Money
  /** Lines whose sum is wrong and not decided: item and vendor. */
  undecided: { commitHash: string; name: string; item: string }[]
}

/** One comparison for each lot that is not decided yet. */
export function comparisonsOf(
  file: OpenState,
  bids: readonly OpenedOffer[],
  nameOf: (vendor: string) => string,
): LotComparison[] {
  const open = Object.values(file.lots).filter(({ stage }) => stage === 'open')
  return open.map(({ id }) => comparisonOf(file, id, { bids, nameOf }))
}

interface Bids {
  bids: readonly OpenedOffer[]
  nameOf: (vendor: string) => string
}

function comparisonOf(file: OpenState, lot: string, { bids, nameOf }: Bids): LotComparison {
  const own = bids.filter((bid) => bid.lot === lot)
  const candidates = own
    .map((bid) => candidateOf(file, bid, nameOf))
    .sort((a, b) => compareUnits(rankOf(a), rankOf(b)))
  const terms = file.solicitation?.terms.lots.find(({ id }) => id === lot)
  const items = itemsOf(file, terms?.items)
  const estimate = lot === ONLY_LOT ? file.requisition.value : terms?.value
  return {
    lot,
    ...(terms ? { title: terms.title } : {}),
    candidates: withDeviations(
      candidates,
      items.map(({ id }) => id),
    ),
    items,
    ...(estimate ? { estimate } : {}),
    undecided: candidates.flatMap(undecidedIn),
  }
}

const compareUnits = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** No price, or out of the competition: after everybody else. */
function rankOf({ price, competes }: Candidate): bigint {
  const last = 10n ** 30n
  if (!price) return 2n * last
  return minorUnits(price.amount) + (competes ? 0n : last)
}

function itemsOf({ requisition: { items } }: OpenState, named: string[] | undefined) {
  if (!Array.isArray(items)) return []
  return items
    .filter(({ id }) => named === undefined || named.includes(id))
    .map(({ id, description, estimate }) => ({
      id,
      name: description,
      ...(estimate ? { estimate } : {}),
    }))
}

function candidateOf(
  file: OpenState,
  bid: OpenedOffer,
  nameOf: (vendor: string) => string,
): Candidate {
  const { offer, status, commitHash, vendor } = bid
  const finding = file.assessments[commitHash]?.finding
  const shared = {
    bid,
    name: nameOf(vendor),
    competes: status === 'opened' && (finding ?? 'responsive') === 'responsive',
    ...(finding === undefined ? {} : { finding }),
    answers: Object.fromEntries(bid.answers.map(({ id, value }) => [id, value])),
  }
  if (offer === undefined || offer === 'unreadable') return { ...shared, lines: {} }
  const { lines, stated, recomputed, counts, basis } = offer
  // One price for all, without lines: there is nothing to multiply.
  const amount = lines.length === 0 ? stated : recomputed
  return {
    ...shared,
    price: { amount, deviation: '' },
    ...(isSame(stated, amount) ? {} : { stated }),
    ...(counts ? { counts } : {}),
    basis,
    lines: Object.fromEntries(lines.map((line) => [line.item, lineOf(line)])),
  }
}

const isSame = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency

function lineOf({ quantity, unitPrice, amount: stated }: Offer['lines'][number]): LineCell {
  const { amount } = extend(quantity, unitPrice)
  return {
    quantity,
    unitPrice,
    amount,
    deviation: '',
    ...(isSame(stated, amount) ? {} : { stated }),
  }
}

function undecidedIn({ bid, name, basis, lines }: Candidate): LotComparison['undecided'] {
  if (basis !== 'undecided') return []
  const wrong = Object.entries(lines).filter(([, { stated }]) => stated !== undefined)
  const items = wrong.length === 0 ? [''] : wrong.map(([item]) => item)
  return items.map((item) => ({ commitHash: bid.commitHash, name, item }))
}

function withDeviations(candidates: Candidate[], items: string[]): Candidate[] {
  const competing = candidates.filter(({ competes }) => competes)
  const lowest = lowestOf(competing.flatMap(({ price }) => price ?? []))
  const lowestLine = new Map(
    items.map((item) => [item, lowestOf(competing.flatMap(({ lines }) => lines[item] ?? []))]),
  )
  return candidates.map((candidate) => ({
    ...candidate,
    ...(candidate.price
      ? { price: { ...candidate.price, deviation: deviation(candidate.price.amount, lowest) } }
      : {}),
    lines: Object.fromEntries(
      Object.entries(candidate.lines).map(([item, cell]) => [
        item,
        { ...cell, deviation: deviation(cell.amount, lowestLine.get(item)) },
      ]),
    ),
  }))
}

function lowestOf(cells: { amount: Money }[]): Money | undefined {
  return cells
    .map(({ amount }) => amount)
    .sort((a, b) => compareUnits(minorUnits(a), minorUnits(b)))[0]
}

/** How far an amount is above the lowest; a lower one is out of the competition. */
export function deviation(amount: Money, lowest: Money | undefined): string {
  if (!lowest || lowest.currency !== amount.currency) return ''
  const [own, least] = [minorUnits(amount), minorUnits(lowest)]
  if (own === least) return 'lowest'
  if (least <= 0n) return ''
  return own > least ? `+${percent(own - least, least)}` : `−${percent(least - own, least)}`
}

/** How much more one costs than another. */
export const above = (amount: Money, other: Money): Money =>
  moneyOf(minorUnits(amount) - minorUnits(other), amount.currency)
