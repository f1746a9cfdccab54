/**
 * Methods and rule packs as data: which rows of the process run, who must be apart, what the law
 * says and where.
 *
 * A pack is a list of rules and methods with citations, authority and dates in force; a procurement
 * pins pack id, version and SHA-256 of its canonical bytes when it is approved (row P1), and every
 * later refusal cites the pinned pack. Of the rules with one name those in force on the day for the
 * agency are taken; a deviation stands before a regulation and never before a statute; a proposed
 * rule is shown and never applied.
 *
 * Refuses to guess: a rule that is missing or matches twice is a fault (PackFault), never a
 * default.
 */
import { encodeCanonical, sha256, toBase64Url, type Json } from '../ledger/index.ts'
import type { Role } from './act.ts'
import { dateIn } from './calendar.ts'
import { compareMoney, money } from './money.ts'
import { plain } from './policies/plain.ts'
import { usFar } from './policies/us-far.ts'
import {
  ownRule,
  ownRules,
  refuse,
  type OwnRule,
  type Refusal,
  type RuleReference,
} from './refusals.ts'
import type { Money, OpenState, Reason } from './state.ts'

export type Authority = 'statute' | 'regulation' | 'deviation' | 'proposed' | 'policy'

/** One rule of a pack. Values are texts: money in minor units, counts and days as integers. */
export interface Rule {
  /** `us.warrant`: the pack's prefix and the rule's name. */
  id: string
  /** What it says, for people. */
  text: string
  value?: string
  /** Unit of `value`: a currency, `d`, `wd`, `m`, `y`, `count`, `percent`. */
  unit?: string
  cite: string
  /** First and last day in force; absent: open. */
  from?: string
  to?: string
  /** Org ids, or all. */
  agencies: 'all' | readonly string[]
  authority: Authority
  /** False: nobody has checked the value against its source yet; pages say so. */
  verified: boolean
}

/** What becomes visible when, and to whom. */
export interface Disclosure {
  /** Named by `solicitation.publish`, so that vendors sign knowing it. */
  id: string
  /** Which opened bids anyone may see: at the opening, or at the award. */
  opening: 'all' | 'none'
  award: 'all' | 'winner'
  text: string
}

/** Key holders: `k` of `n` in one group, at most `k` − 1 of one organisation. */
export interface Holders {
  group: string
  k: number
  n: number
  unattended: number
}

export interface Method {
  id: string
  title: string
  /**
   * Values for which it is allowed: more than `over`, at most `upTo`; names of rules with the
   * thresholds.
   */
  over?: string
  upTo?: string
  rows: readonly string[]
  decider: Role
  committee: boolean
  /**
   * Pairs that one person never holds in one file, besides the fixed ones; `*` stands for every
   * other role.
   */
  separate: readonly (readonly [Role, Role | '*'])[]
  holders: Holders
  /** How late bids may be treated: `solicitation.publish` names one. */
  late: readonly ('refuse' | 'mayConsider' | 'exception')[]
  disclose: Disclosure
  contract: 'award' | 'order' | 'both'
  /** Fewest opened bids for an award. */
  bidsMin: number
  /** Tolerance of the three-way match, percent. */
  matchTolerance: string
}

/** Lists of reason codes; each `{code, text}` of a payload takes its code from one. */
export type ReasonList =
  | 'competition'
  | 'set-aside'
  | 'amend'
  | 'fail'
  | 'assess'
  | 'not-chosen'
  | 'price-basis'
  | 'acceptance'
  | 'invoice-defect'
  | 'resolve'
  | 'assign'
  | 'end'
  | 'revoke'
  | 'role-end'

export interface Pack {
  id: string
  version: string
  /** First part of its rule ids. */
  prefix: string
  title: string
  /** That it is no legal advice. */
  notice: string
  rules: readonly Rule[]
  methods: readonly Method[]
  reasons: Readonly<Record<ReasonList, readonly string[]>>
}

/**
 * Our data is broken: the pack that a file has pinned is not here byte for byte, a rule is missing,
 * two claim one day.
 */
export class PackFault extends Error {
  readonly code: 'pack-missing' | 'rule-missing' | 'rule-ambiguous' | 'method-missing'
  constructor(code: PackFault['code'], message: string) {
    super(message)
    this.name = 'PackFault'
    this.code = code
  }
}

/** Every pack of this build, newest version last. */
export const packs: readonly Pack[] = [plain, usFar]

/** base64url SHA-256 of the pack's canonical bytes. */
export function packHash(pack: Pack): string {
  let hash = hashes.get(pack)
  if (hash === undefined) {
    // A pack is plain data by its type: texts, numbers, booleans, lists.
    hash = toBase64Url(sha256(encodeCanonical(pack as unknown as Json)))
    hashes.set(pack, hash)
  }
  return hash
}

const hashes = new WeakMap<Pack, string>()

/** How a file pins a pack. */
export interface PinnedPack {
  id: string
  version: string
  sha256: string
}

export function pinOf(pack: Pack): PinnedPack {
  return { id: pack.id, version: pack.version, sha256: packHash(pack) }
}

/** The pack that a pin names; undefined where this build does not hold exactly it. */
export function findPack(pin: PinnedPack): Pack | undefined {
  const pack = packs.find(({ id, version }) => id === pin.id && version === pin.version)
  return pack !== undefined && packHash(pack) === pin.sha256 ? pack : undefined
}

export function findMethod(pack: Pack, id: string): Method | undefined {
  return pack.methods.find((method) => method.id === id)
}

/** The pack and the newest method by a method's id, for those who draft an approval. */
export function packOfMethod(id: string): Pack | undefined {
  return packs.findLast((pack) => pack.methods.some((method) => method.id === id))
}

type Pinned = Pick<OpenState, 'pack' | 'method' | 'org'>

/**
 * The pack that a file has pinned. Undefined before its approval. Throws PackFault where this build
 * lacks it.
 */
export function packOf(file: Pinned): Pack | undefined {
  if (file.pack === undefined) return undefined
  const pack = findPack(file.pack)
  if (pack === undefined)
    throw new PackFault(
      'pack-missing',
      `this build does not hold the rule pack ${file.pack.id} ${file.pack.version} with the hash ${file.pack.sha256}`,
    )
  return pack
}

/** The method that a file has pinned. Undefined before its approval. */
export function methodOf(file: Pinned): Method | undefined {
  const pack = packOf(file)
  if (pack === undefined || file.method === undefined) return undefined
  const method = findMethod(pack, file.method)
  if (method === undefined)
    throw new PackFault('method-missing', `${pack.id} has no method ${file.method}`)
  return method
}

/** The method of a file that has been approved. Throws PackFault before. */
export function approvedMethod(file: Pinned): Method {
  const method = methodOf(file)
  if (method === undefined) throw new PackFault('method-missing', 'the file pins no method yet')
  return method
}

export interface When {
  /** Plain date or legal instant. */
  date: string
  org: string
  /** Of the agency: a rule is in force by its day there. */
  zone: string
}

/** The day of an act at its agency, for the rules in force on it. */
export function whenIn({ org, zone }: Pick<OpenState, 'org' | 'zone'>, date: string): When {
  return { date, org, zone }
}

function dayOf({ date, zone }: When): string {
  return date.length === 10 ? date : dateIn(zone, date)
}

/**
 * The one rule of this name in force. Undefined: the pack says nothing. Throws PackFault where two
 * match.
 */
export function ruleIn(pack: Pack, name: string, when: When): Rule | undefined {
  const day = dayOf(when)
  const inForce = pack.rules.filter(
    (rule) =>
      rule.id === `${pack.prefix}.${name}` &&
      rule.authority !== 'proposed' &&
      (rule.from === undefined || rule.from <= day) &&
      (rule.to === undefined || day <= rule.to) &&
      (rule.agencies === 'all' || rule.agencies.includes(when.org)),
  )
  const statutes = inForce.filter((rule) => rule.authority === 'statute')
  const deviations = inForce.filter((rule) => rule.authority === 'deviation')
  const chosen = statutes.length > 0 ? statutes : deviations.length > 0 ? deviations : inForce
  if (chosen.length > 1)
    throw new PackFault('rule-ambiguous', `${pack.id} has ${chosen.length} rules ${name} on ${day}`)
  return chosen[0]
}

/**
 * What a refusal of this file cites for a rule by its name (`warrant`, `pay.due`): the pinned
 * pack's law if it has one on that day, else Tenderbook's own rule. Throws PackFault for a name
 * that neither knows.
 * @param date plain date or legal instant; the day of approval where absent
 */
export function ruleOf(file: OpenState, name: string, date?: string): RuleReference {
  const rule = findRule(file, name, date)
  return rule ? { id: rule.id, cite: rule.cite } : ownRuleNamed(name)
}

/** The rule of the file's pack on a day; undefined where the pack says nothing. */
export function findRule(file: OpenState, name: string, date?: string): Rule | undefined {
  const pack = packOf(file)
  const day = date ?? file.approval?.legal ?? file.requisition.legal
  return pack && ruleIn(pack, name, whenIn(file, day))
}

/** As `ruleOf` for a pack that is not pinned yet. */
export function referenceIn(pack: Pack, name: string, when: When): RuleReference {
  const rule = ruleIn(pack, name, when)
  return rule ? { id: rule.id, cite: rule.cite } : ownRuleNamed(name)
}

/** The value of a rule of the file's pack on a day. Throws PackFault where it has none. */
export function ruleValue(file: OpenState, name: string, date?: string): string {
  const value = findRule(file, name, date)?.value
  if (value === undefined)
    throw new PackFault(
      'rule-missing',
      `no value for ${name}${date ? ` on ${dayOf(whenIn(file, date))}` : ''}`,
    )
  return value
}

function ownRuleNamed(name: string): RuleReference {
  if (Object.hasOwn(ownRules, name)) return ownRule(name as OwnRule) // just looked up
  throw new PackFault('rule-missing', `no pack and no rule of Tenderbook is named ${name}`)
}

/** Whether a method is open to this value on that day; else why not, with the threshold's rule. */
export function methodAllows(
  pack: Pack,
  method: Method,
  value: Money,
  when: When,
): { allowed: true } | { allowed: false; rule: RuleReference; why: string } {
  for (const [bound, isOver] of [[method.over, true] as const, [method.upTo, false] as const]) {
    if (bound === undefined) continue
    const rule = ruleIn(pack, bound, when)
    const reference = referenceIn(pack, rule ? bound : 'method', when)
    const no = (why: string): { allowed: false; rule: RuleReference; why: string } => ({
      allowed: false,
      rule: reference,
      why,
    })
    if (rule?.value === undefined || rule.unit === undefined)
      return no(`${method.id} has no threshold in force on ${dayOf(when)}`)
    if (rule.unit !== value.currency) return no(`${method.id} is reckoned in ${rule.unit}`)
    const over = compareMoney(value, money(BigInt(rule.value), rule.unit)) > 0
    if (over !== isOver)
      return no(`${method.id} is for values ${isOver ? 'over' : 'up to'} its threshold`)
  }
  return { allowed: true }
}

/** Methods of a pack that a value may use on a day, in the pack's order. */
export function methodsFor(pack: Pack, value: Money, when: When): Method[] {
  return pack.methods.filter((method) => methodAllows(pack, method, value, when).allowed)
}

/** Refuses a reason whose code is not of the pack's closed list; undefined accepts. */
export function checkReason(
  file: OpenState,
  list: ReasonList,
  reason: Reason,
  at: string,
): Refusal | undefined {
  const codes = (packOf(file) ?? plain).reasons[list]
  if (codes.includes(reason.code)) return undefined
  return refuse(
    'reason-code',
    ownRule('reasons'),
    `${reason.code} is not a reason for this.`,
    `Choose one of: ${codes.join(', ')}.`,
    at,
  )
}
