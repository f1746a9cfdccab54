/**
 * The form of a new purchase: rows as a person fills them in become the lines of a requisition, and the estimate is their
 * sum. Pure: the page fills its rows from a past purchase with it, the browser makes the payload and reckons what is shown.
 */
import type { Json, JsonObject } from '../ledger/index.ts'
import {
  extend,
  isQuantity,
  minorUnits,
  money,
  sumMoney,
  type Item,
  type Money,
  type OpenState,
} from '../procurement/index.ts'
import { readList, readMoney, readText, without } from './reading.ts'

/** A row of the form: what it is called, what it must do, how many, what one costs. */
export interface ItemRow {
  description: string
  must?: string
  quantity: string
  unitPrice?: Money
}

/** Rows that a page shows without scripts; empty ones are left out of the request. */
export const rowsShown = 4

/** Separates what an item is called from what it must do, in the one description that the record has. */
const BREAK = ': '

/** The rows of a past purchase, to begin with. */
export function rowsOf({ requisition: { items } }: Pick<OpenState, 'requisition'>): ItemRow[] {
  if (!Array.isArray(items)) return []
  return items.map(({ description, quantity, estimate }) => {
    const at = description.indexOf(BREAK)
    const unitPrice = estimate && unitPriceOf(quantity, estimate)
    return {
      description: at < 0 ? description : description.slice(0, at),
      ...(at < 0 ? {} : { must: description.slice(at + BREAK.length) }),
      quantity,
      ...(unitPrice ? { unitPrice } : {}),
    }
  })
}

/** What one of them costs, where the estimate of the line divides evenly. */
function unitPriceOf(quantity: string, estimate: Money): Money | undefined {
  if (!/^[1-9]\d*$/.test(quantity)) return undefined
  const [whole, count] = [minorUnits(estimate), BigInt(quantity)]
  return whole % count === 0n ? money(whole / count, estimate.currency) : undefined
}

export interface RowProblem {
  path: string
  message: string
}

/** The payload of `requisition.submit` of what the form holds, or what its rows lack. */
export function requisitionOf(
  form: JsonObject,
  currency: string,
): { payload: JsonObject } | { problems: RowProblem[] } {
  const rows = readList(form, 'items')
  const filled = rows.flatMap((row, i) => (isEmpty(row) ? [] : [{ row, i }]))
  const problems = filled.flatMap(({ row, i }) => problemsOf(row, i))
  if (filled.length === 0)
    problems.push({ path: 'items.0.description', message: 'Say what to buy.' })
  if (problems.length > 0) return { problems }
  const items = filled.map(({ row }, i) => itemOf(row, i))
  const estimates = items.flatMap(({ estimate }) => estimate ?? [])
  const value = sumMoney(estimates, currency)
  // `practice` is a question of the form, not of the record.
  const others = without(form, ['items', 'practice'])
  // Lines are made of Json members only.
  return { payload: { ...others, items: items as unknown as Json, value: { ...value } } }
}

/** The sum of the rows that can be reckoned: what the panel beside the form goes by. */
export function estimateOf(form: JsonObject, currency: string): Money {
  const lines = readList(form, 'items').flatMap((row) => {
    const quantity = readText(row, 'quantity')
    const price = readMoney(row, 'unitPrice')
    return price && quantity !== undefined && isQuantity(quantity)
      ? [extend(quantity, price).amount]
      : []
  })
  return sumMoney(lines, currency)
}

const isEmpty = (row: Json): boolean =>
  ['description', 'must', 'quantity'].every((name) => readText(row, name) === undefined) &&
  readMoney(row, 'unitPrice') === undefined

function problemsOf(row: Json, i: number): RowProblem[] {
  const missing = [
    ...(readText(row, 'description') === undefined ? [['description', 'a name'] as const] : []),
    ...(readText(row, 'quantity') === undefined ? [['quantity', 'a quantity'] as const] : []),
    ...(readMoney(row, 'unitPrice') === undefined ? [['unitPrice', 'a unit price'] as const] : []),
  ]
  return missing.map(([name, what]) => ({
    path: `items.${i}.${name}`,
    message: `Line ${i + 1} needs ${what}.`,
  }))
}

function itemOf(row: Json, i: number): Item {
  const must = readText(row, 'must')
  const name = readText(row, 'description') ?? ''
  const quantity = readText(row, 'quantity') ?? ''
  const price = readMoney(row, 'unitPrice')
  return {
    id: String(i + 1).padStart(4, '0'),
    lot: 'main',
    description: must === undefined ? name : `${name}${BREAK}${must}`,
    quantity,
    unit: { name: 'piece', code: 'C62' },
    ...(price ? { estimate: extend(quantity, price).amount } : {}),
  }
}
