/**
 * How something will be bought: the method that follows from value and day, the rules behind it with their citations, what
 * would change it, and the soonest days. Pure: the server shows it on the page and the browser reckons it again while one
 * types, from the same rule packs that decide in the end.
 */
import {
  blankFile,
  compareMoney,
  findMethod,
  methodAllows,
  methodsFor,
  money,
  packs,
  pinOf,
  ruleIn,
  soonestBidsUntil,
  whenIn,
  type Method,
  type Money,
  type OrgRow,
  type Pack,
  type Rule,
} from '../procurement/index.ts'
import { money as moneyText } from './format.ts'

export interface Need {
  value: Money
  agency: Pick<OrgRow, 'org' | 'zone' | 'calendar'>
  /** Legal instant at which it would be published. */
  at: string
}

/** One rule in a sentence. */
export interface Told {
  text: string
  cite: string
}

export interface HowBought {
  /** Absent: the rules of this build have none for this value. */
  method?: Pick<Method, 'id' | 'title'>
  pack: Pick<Pack, 'id' | 'title' | 'version'>
  reasons: Told[]
  /** What a smaller or larger value would change. */
  changes: Told[]
  /** Plain date before which bids cannot be due, if it were published at once. */
  soonest?: string
}

/** The law of an agency is told by its calendar; where this build holds none, its own plain rules. */
export function lawOf({ calendar }: Pick<OrgRow, 'calendar'>): Pack | undefined {
  return packs.findLast(({ prefix }) => calendar.startsWith(`${prefix}-`)) ?? packs[0]
}

/** The method of the agency's law for a value; undefined where it has none. */
export function methodFor(pack: Pack, { value, agency, at }: Need): Method | undefined {
  return methodsFor(pack, value, whenIn(agency, at))[0]
}

/** Throws TypeError where this build holds no rules at all. */
export function howBought(need: Need): HowBought {
  const pack = lawOf(need.agency)
  if (pack === undefined) throw new TypeError('this build has no rule pack')
  const method = methodFor(pack, need)
  const { id, title, version } = pack
  return {
    ...(method ? { method: { id: method.id, title: method.title } } : {}),
    pack: { id, title, version },
    reasons: method ? reasonsOf(pack, method, need) : whyNone(pack, need),
    changes: changesOf(pack, need),
    ...(method ? { soonest: soonestOf(pack, method, need) } : {}),
  }
}

const inForce = (pack: Pack, name: string, { agency, at }: Need): Rule | undefined =>
  ruleIn(pack, name, whenIn(agency, at))

/** The sum of a threshold, where it is reckoned in the currency of the need. */
function thresholdOf(pack: Pack, name: string, need: Need): (Told & { sum: Money }) | undefined {
  const rule = inForce(pack, name, need)
  if (rule?.value === undefined || rule.unit !== need.value.currency) return undefined
  return { text: rule.text, cite: rule.cite, sum: money(BigInt(rule.value), rule.unit) }
}

const isOver = (need: Need, threshold: { sum: Money } | undefined): boolean =>
  threshold !== undefined && compareMoney(need.value, threshold.sum) > 0

function reasonsOf(pack: Pack, method: Method, need: Need): Told[] {
  return [
    ...valueReason(pack, method, need),
    ...displayReason(pack, need),
    ...rulesNamed(pack, ['set-aside'], need),
  ]
}

/** Why this method: between which sums it is open, and what that means. */
function valueReason(pack: Pack, { over, upTo, committee }: Method, need: Need): Told[] {
  const low = over === undefined ? undefined : thresholdOf(pack, over, need)
  const high = upTo === undefined ? undefined : thresholdOf(pack, upTo, need)
  if (!low || !high) return []
  const sources = inForce(pack, 'sources', need)
  const asked = sources?.value === undefined ? '' : ` or of at least ${sources.value} vendors`
  const cites = [low.cite, high.cite, ...(sources ? [sources.cite] : [])]
  return [
    {
      text: `${moneyText(need.value)} is above ${moneyText(low.sum)} and not above ${moneyText(high.sum)}: asked in public${asked}${committee ? '' : '; no committee'}.`,
      cite: [...new Set(cites)].join('; '),
    },
  ]
}

function displayReason(pack: Pack, need: Need): Told[] {
  const shown = thresholdOf(pack, 'display.over', need)
  const noticed = thresholdOf(pack, 'synopsis.over', need)
  if (isOver(need, noticed)) return noticed ? [{ text: noticed.text, cite: noticed.cite }] : []
  const display = inForce(pack, 'display', need)
  return isOver(need, shown) && display ? [{ text: display.text, cite: display.cite }] : []
}

const rulesNamed = (pack: Pack, names: string[], need: Need): Told[] =>
  names.flatMap((name) => {
    const rule = inForce(pack, name, need)
    return rule ? [{ text: rule.text, cite: rule.cite }] : []
  })

function whyNone(pack: Pack, need: Need): Told[] {
  const [method] = pack.methods
  const answer = method && methodAllows(pack, method, need.value, whenIn(need.agency, need.at))
  if (answer?.allowed !== false) return []
  return [
    {
      text: `${moneyText(need.value)}: ${answer.why}, and these rules have no other method here. The approver decides how to go on.`,
      cite: answer.rule.cite,
    },
  ]
}

/** Sums at which something changes, and what: at or below it, and above it. */
const turns: readonly { name: string; below: string; above: string }[] = [
  {
    name: 'mpt',
    below: 'a micro-purchase, without quotations.',
    above: 'quotations are asked for.',
  },
  {
    name: 'display.over',
    below: 'it need not be displayed in public.',
    above: 'it is displayed in public for days.',
  },
  {
    name: 'synopsis.over',
    below: 'no notice on the national portal.',
    above: 'a notice on the national portal.',
  },
  {
    name: 'sat',
    below: 'simplified procedures are enough.',
    above: 'simplified procedures are not enough.',
  },
]

/** The nearest sum below and the nearest above. */
function changesOf(pack: Pack, need: Need): Told[] {
  const known = turns
    .flatMap((turn) => {
      const threshold = thresholdOf(pack, turn.name, need)
      return threshold ? [{ ...turn, ...threshold }] : []
    })
    .sort((a, b) => compareMoney(a.sum, b.sum))
  const below = known.filter((turn) => isOver(need, turn)).at(-1)
  const above = known.find((turn) => !isOver(need, turn))
  return [
    ...(below
      ? [{ text: `At ${moneyText(below.sum)} or less: ${below.below}`, cite: below.cite }]
      : []),
    ...(above ? [{ text: `Above ${moneyText(above.sum)}: ${above.above}`, cite: above.cite }] : []),
  ]
}

function soonestOf(pack: Pack, method: Method, { value, agency, at }: Need): string {
  const { open } = blankFile('', { ...agency, live: false })
  const requisition = { ...open.requisition, value, legal: at }
  return soonestBidsUntil({ ...open, requisition, pack: pinOf(pack), method: method.id }, at).date
}

/** Title of a method by its id, whichever pack has it. */
export function methodTitle(id: string): string {
  return packs.flatMap((pack) => findMethod(pack, id) ?? []).at(-1)?.title ?? id
}
