/**
 * What a payload says, line by line, for people: a label and a value for each member, read from the payload itself. The
 * screen before a signature and whoever shows a statement use the same.
 */
import type { Json } from '../ledger/index.ts'
import { dayOf, isPlainDate, longInstant, money, tame } from './format.ts'
import { readMoney } from './reading.ts'

export interface PayloadFact {
  label: string
  value: string
}

export interface FactContext {
  zone: string
  /** Labels by path, as a form has them; other members are called by their names. */
  labels?: ReadonlyMap<string, string>
  /** Names of persons and vendors. */
  name: (id: string) => string
}

/** Every member of a payload that holds a value, in the order in which it was signed. */
export function payloadFacts(payload: Json, context: FactContext, path = ''): PayloadFact[] {
  const asMoney = readMoney({ it: payload }, 'it')
  if (asMoney) return [{ label: labelOf(path, context), value: money(asMoney) }]
  if (Array.isArray(payload)) {
    if (payload.every((each) => typeof each !== 'object'))
      return payload.length === 0 ? [] : [fact(path, payload.map(String).join(', '), context)]
    return payload.flatMap((each, i) => payloadFacts(each, context, join(path, String(i))))
  }
  if (typeof payload === 'object')
    return Object.entries(payload).flatMap(([name, each]) =>
      payloadFacts(each, context, join(path, name)),
    )
  return [fact(path, valueText(payload, context), context)]
}

const fact = (path: string, value: string, context: FactContext): PayloadFact => ({
  label: labelOf(path, context),
  value,
})

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

function valueText(value: string | number | boolean, { zone, name }: FactContext): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (typeof value === 'number') return String(value)
  if (isPlainDate(value)) return dayOf(value, zone)
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value)) return longInstant(value, zone)
  return tame(name(value))
}

function labelOf(path: string, { labels }: FactContext): string {
  const own = labels?.get(path)
  if (own !== undefined) return tame(own)
  return path.split('.').map(spoken).join(', ')
}

/** "deliveredOn" as "delivered on"; places in lists count from one. */
function spoken(name: string, position: number): string {
  if (/^\d+$/.test(name)) return String(Number(name) + 1)
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase()
  return position === 0 ? words.charAt(0).toUpperCase() + words.slice(1) : words
}
