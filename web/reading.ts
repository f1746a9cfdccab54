/**
 * Reads members of a statement's payload for pages. A page shows what was signed, whatever it is: a member that is
 * missing or of another form reads as undefined, it never throws.
 */
import type { Json } from '../ledger/index.ts'
import { isCurrency, type Money } from '../procurement/index.ts'

/** The member at a dotted path: `read(payload, 'lots.0.price')`. */
export function read(value: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>(member, value)
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)]
  if (typeof value !== 'object') return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : undefined
}

/** Text at a path; numbers and booleans as they print. */
export function readText(value: Json | undefined, path: string): string | undefined {
  const found = read(value, path)
  if (typeof found === 'string') return found
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined
}

export function readList(value: Json | undefined, path: string): Json[] {
  const found = read(value, path)
  return Array.isArray(found) ? [...found] : []
}

/** A sum of money at a path, when it is one that can be written. */
export function readMoney(value: Json | undefined, path: string): Money | undefined {
  const amount = readText(value, `${path}.amount`)
  const currency = readText(value, `${path}.currency`)
  if (amount === undefined || !/^-?\d{1,30}$/.test(amount)) return undefined
  if (currency === undefined || !isCurrency(currency)) return undefined
  return { amount, currency }
}

/** The same members but these. */
export const without = <T>(value: Record<string, T>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
