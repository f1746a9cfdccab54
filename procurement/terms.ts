/**
 * The terms of a solicitation: their form, what they must hold before vendors may see them (row
 * P3), and their amendment as a signed diff (row P4).
 *
 * Refuses terms whose lots or factors do not fit the requisition, that promise what the method does
 * not do, that leave vendors less time than the law wants, or whose opening key names others than
 * the key holders enrolled for this tender.
 */
import { z } from 'zod'
import { encodeCanonical, equalBytes, sha256, toBase64Url, type Json } from '../ledger/index.ts'
import { refuse, type Refusal } from './act.ts'
import { dateIn, deadline, type Unit } from './calendar.ts'
import { approvedMethod, packOf, ruleIn, ruleOf, whenIn, type Method } from './methods.ts'
import { compareMoney, money } from './money.ts'
import type { RuleReference } from './refusals.ts'
import {
  bytesSchema,
  deliverySchema,
  docSchema,
  hashSchema,
  identifierSchema,
  idSchema,
  instantSchema,
  moneySchema,
  textSchema,
  titleSchema,
} from './schemas.ts'
import type { OpeningKey, OpenState, SolicitationTerms } from './state.ts'

/** HPKE suite of envelopes: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export const SUITE = '0010-0001-0002'
/** The one envelope of the light path. */
export const ENVELOPE = 'main'
export const envelopeSchema = z.literal(ENVELOPE)
/** The lot of a solicitation that names none. */
export const ONLY_LOT = 'main'
/** A P-256 public key, uncompressed. */
export const pointSchema = bytesSchema(65)

const openingKeySchema = z.strictObject({
  envelope: idSchema,
  suite: z.string().max(32),
  groups: z
    .array(
      z.strictObject({
        name: idSchema,
        k: z.int().min(2).max(6),
        members: z
          .array(z.strictObject({ id: idSchema, pub: pointSchema }))
          .min(3)
          .max(7),
      }),
    )
    .min(1)
    .max(2),
  recipients: z
    .array(z.strictObject({ kid: hashSchema, pub: pointSchema }))
    .min(1)
    .max(8),
  opensAfter: z.string().max(64),
  rule: z.string().min(1).max(250),
})

const percentSchema = z.string().regex(/^(0|[1-9]\d?)(\.\d{1,4})?$/, 'must be a percentage')

export const termsSchema: z.ZodType<SolicitationTerms> = z.strictObject({
  title: titleSchema,
  description: textSchema,
  lots: z
    .array(
      z.strictObject({
        id: idSchema,
        title: titleSchema,
        items: z.array(idSchema).max(500),
        value: moneySchema.exactOptional(),
      }),
    )
    .max(100),
  documents: z.array(docSchema).max(100),
  factors: z
    .array(
      z.strictObject({
        id: idSchema,
        name: titleSchema,
        kind: z.enum(['price', 'technical', 'delivery', 'past']),
        weight: percentSchema.exactOptional(),
      }),
    )
    .min(1)
    .max(50),
  requested: z
    .array(
      z.strictObject({
        id: idSchema,
        title: titleSchema,
        kind: z.enum(['price', 'answer', 'document', 'declaration']),
        media: z.array(z.string().min(3).max(127)).max(20).exactOptional(),
        sizeMax: z.int().min(1).max(1_073_741_824).exactOptional(),
        required: z.boolean(),
      }),
    )
    .min(1)
    .max(100),
  codes: z.array(identifierSchema).max(50),
  questionsUntil: instantSchema.exactOptional(),
  bidsUntil: instantSchema,
  validDays: z.int().min(1).max(730).exactOptional(),
  delivery: deliverySchema,
  payment: z.strictObject({
    days: z.int().min(0).max(365),
    discount: z
      .strictObject({ percent: percentSchema, days: z.int().min(1).max(365) })
      .exactOptional(),
  }),
  openingKey: openingKeySchema,
  capsuleLen: z.union([
    z.literal(16_384),
    z.literal(65_536),
    z.literal(262_144),
    z.literal(1_048_576),
  ]),
  slots: z.int().min(0).max(32),
  late: z.enum(['refuse', 'mayConsider', 'exception']),
  disclose: idSchema,
  contract: z.enum(['award', 'order', 'both']),
})

/**
 * Everything that must hold of terms at `legal`; `published`: the day from which vendors have had
 * time.
 */
export function checkTerms(
  open: OpenState,
  terms: SolicitationTerms,
  { legal, published }: { legal: string; published: string },
): Refusal | undefined {
  const method = approvedMethod(open)
  return (
    checkLots(open, terms, legal) ??
    checkRequests(open, terms, legal) ??
    checkMethodTerms(open, terms, method, legal) ??
    checkTime(open, terms, published) ??
    checkOpeningKey(open, terms.openingKey, method, legal)
  )
}

function checkLots(
  open: OpenState,
  { lots }: SolicitationTerms,
  legal: string,
): Refusal | undefined {
  const no = (message: string, next: string): Refusal =>
    refuse('terms', ruleOf(open, 'publication', legal), message, next, '/payload/lots')
  if (new Set(lots.map(({ id }) => id)).size !== lots.length)
    return no('A lot is named twice.', 'Give each lot its id.')
  const currency = open.requisition.value.currency
  if (lots.some(({ value }) => value !== undefined && value.currency !== currency))
    return no(`A lot is valued in another currency than ${currency}.`, 'Value all in one currency.')
  const { items } = open.requisition
  if (lots.length === 0 || !Array.isArray(items)) return undefined
  const inLots = lots.flatMap((lot) => lot.items)
  const wanted = items.map(({ id }) => id)
  if (inLots.length === wanted.length && wanted.every((id) => inLots.includes(id))) return undefined
  return no(
    'The lots do not hold each item of the requisition once.',
    'Put each item into one lot.',
  )
}

function checkRequests(
  open: OpenState,
  { factors, requested, slots }: SolicitationTerms,
  legal: string,
): Refusal | undefined {
  const no = (message: string, next: string, at: string): Refusal =>
    refuse('terms', ruleOf(open, 'publication', legal), message, next, at)
  const areDistinct = (ids: { id: string }[]): boolean =>
    new Set(ids.map(({ id }) => id)).size === ids.length
  if (!areDistinct(factors) || !areDistinct(requested))
    return no('A factor or a request is named twice.', 'Give each its own id.', '/payload')
  if (factors.filter(({ kind }) => kind === 'price').length !== 1)
    return no(
      'Price must be one of the factors, once.',
      'Name the factor price.',
      '/payload/factors',
    )
  if (requested.filter(({ kind, required }) => kind === 'price' && required).length !== 1)
    return no(
      'A price must be asked for, once.',
      'Ask for the price, required.',
      '/payload/requested',
    )
  if (requested.filter(({ kind }) => kind === 'document').length <= slots) return undefined
  return no(
    'There are fewer slots than documents asked for.',
    'Give each document a slot.',
    '/payload/slots',
  )
}

function checkMethodTerms(
  open: OpenState,
  terms: SolicitationTerms,
  method: Method,
  legal: string,
): Refusal | undefined {
  const no = (message: string, next: string, at: string): Refusal =>
    refuse('terms', ruleOf(open, 'publication', legal), message, next, at)
  if (terms.disclose !== method.disclose.id)
    return no(
      `${method.id} discloses ${method.disclose.id}.`,
      `Say ${method.disclose.id}.`,
      '/payload/disclose',
    )
  if (terms.contract !== method.contract)
    return no(
      `${method.id} contracts by ${method.contract}.`,
      `Say ${method.contract}.`,
      '/payload/contract',
    )
  if (method.late.includes(terms.late)) return undefined
  return no(
    `${method.id} does not treat late bids as ${terms.late}.`,
    `Choose one of: ${method.late.join(', ')}.`,
    '/payload/late',
  )
}

/**
 * The soonest day on which bids may be due after a publication at `legal`, and every rule that
 * makes it so.
 */
export function soonestBidsUntil(
  open: OpenState,
  legal: string,
): { date: string; rules: RuleReference[] } {
  const pack = packOf(open)
  const when = whenIn(open, legal)
  const minimums = ['response', ...(isDisplayed(open, legal) ? ['display'] : [])].flatMap(
    (name) => {
      const rule = pack && ruleIn(pack, name, when)
      if (rule?.value === undefined) return []
      const unit = rule.unit as Unit // of the rules named here
      return [{ date: deadline(legal, Number(rule.value), unit, open.calendar, open.zone), rule }]
    },
  )
  const date =
    minimums
      .map((minimum) => minimum.date)
      .sort()
      .at(-1) ?? dateIn(open.zone, legal)
  return { date, rules: minimums.map(({ rule: { id, cite } }) => ({ id, cite })) }
}

/**
 * Over the display threshold and not over that of the synopsis, where the pack has both in the
 * file's currency.
 */
function isDisplayed(open: OpenState, legal: string): boolean {
  const pack = packOf(open)
  const { value } = open.requisition
  const exceeds = (name: string): boolean => {
    const rule = pack && ruleIn(pack, name, whenIn(open, legal))
    if (rule?.value === undefined || rule.unit !== value.currency) return false
    return compareMoney(value, money(BigInt(rule.value), rule.unit)) > 0
  }
  return exceeds('display.over') && !exceeds('synopsis.over')
}

/** Enough time from the publication on; questions end within it. */
function checkTime(
  open: OpenState,
  { bidsUntil, questionsUntil }: SolicitationTerms,
  published: string,
): Refusal | undefined {
  const soonest = soonestBidsUntil(open, published)
  if (bidsUntil <= published || dateIn(open.zone, bidsUntil) < soonest.date)
    return refuse(
      'deadline-too-short',
      allOf(soonest.rules) ?? ruleOf(open, 'response', published),
      `Bids cannot be due before ${soonest.date}.`,
      `Choose ${soonest.date} or a later day.`,
      '/payload/bidsUntil',
    )
  if (questionsUntil === undefined || (published < questionsUntil && questionsUntil <= bidsUntil))
    return undefined
  return refuse(
    'terms',
    ruleOf(open, 'questions', published),
    'Questions must end after publication and not after bids are due.',
    'Choose a time between.',
    '/payload/questionsUntil',
  )
}

/** Of overlapping minimums the longest applies; all are cited. */
function allOf(rules: readonly RuleReference[]): RuleReference | undefined {
  if (rules.length === 0) return undefined
  return {
    id: rules.map(({ id }) => id).join(', '),
    cite: rules.map(({ cite }) => cite).join('; '),
  }
}

/**
 * The key holders that the method wants, all enrolled for this tender, no organisation with k of
 * them.
 */
function checkOpeningKey(
  open: OpenState,
  key: OpeningKey,
  { holders }: Method,
  legal: string,
): Refusal | undefined {
  const no = (message: string, next: string): Refusal =>
    refuse('opening-key', ruleOf(open, 'opening-key', legal), message, next, '/payload/openingKey')
  if (
    key.envelope !== ENVELOPE ||
    key.suite !== SUITE ||
    key.opensAfter !== 'deadline' ||
    key.rule === 'rehearsal'
  )
    return no(
      `The key must be for the envelope ${ENVELOPE}, suite ${SUITE}, after the deadline.`,
      'Make it anew.',
    )
  const group = key.groups.find(({ name }) => name === holders.group)
  if (
    group === undefined ||
    key.groups.length !== 1 ||
    group.k !== holders.k ||
    group.members.length !== holders.n
  )
    return no(
      `${holders.k} of ${holders.n} ${holders.group} hold the key.`,
      'Name so many holders.',
    )
  const enrolled = group.members.map(({ id, pub }) =>
    open.opening.members.find(
      (member) =>
        member.envelope === key.envelope &&
        member.group === group.name &&
        member.id === id &&
        member.pub === pub,
    ),
  )
  const members = enrolled.filter((member) => member !== undefined)
  if (members.length < holders.n || new Set(members.map(({ id }) => id)).size < holders.n)
    return no(
      'A holder is not enrolled for this tender with that key, or named twice.',
      'Name members of opening.member.',
    )
  if (members.some(({ org }) => members.filter((other) => other.org === org).length >= holders.k))
    return no(
      `One organisation holds ${holders.k} shares and could open alone.`,
      'Name holders of other organisations.',
    )
  return areRecipients(open, key)
    ? undefined
    : no(
        'A recipient is not that of an opening.recipient, or is named twice.',
        'Name the recorded recipients.',
      )
}

function areRecipients({ opening }: OpenState, { envelope, recipients }: OpeningKey): boolean {
  const known = recipients.every(({ kid, pub }) =>
    opening.recipients.some(
      (one) => one.envelope === envelope && one.kid === kid && one.pub === pub,
    ),
  )
  return known && new Set(recipients.map(({ kid }) => kid)).size === recipients.length
}

/**
 * Names groups, keys and tender at once: SHA-256 of the canonical opening key with its place,
 * base64url.
 */
export function openingKeyId(
  openingKey: OpeningKey,
  place: { aud: string; tender: string },
): string {
  const known = keyIds.get(openingKey)
  if (known?.aud === place.aud && known.tender === place.tender) return known.keyId
  const body = jsonOf({ ...openingKey, t: 'opening.key', ...place })
  const keyId = toBase64Url(sha256(encodeCanonical(body)))
  keyIds.set(openingKey, { ...place, keyId })
  return keyId
}

/** Every bid asks for the same one; states are never changed in place. */
const keyIds = new WeakMap<OpeningKey, { aud: string; tender: string; keyId: string }>()

/** Ids of the lots of terms. */
export function lotsOf({ lots }: SolicitationTerms): string[] {
  return lots.length === 0 ? [ONLY_LOT] : lots.map(({ id }) => id)
}

/**
 * One line of a signed diff; `path` is a JSON pointer into the terms. Without `from` it adds,
 * without `to` it removes.
 */
export interface Change {
  path: string
  from?: Json
  to?: Json
}

/**
 * What bidders have sealed to: a change of these makes every bid stale, whatever the amendment says
 * of itself.
 */
const MATERIAL = [
  '/openingKey',
  '/capsuleLen',
  '/slots',
  '/requested',
  '/lots',
  '/contract',
  '/late',
  '/disclose',
]

/** Whether a change cannot be called minor. */
export function isMaterialPath(path: string): boolean {
  return MATERIAL.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
}

/** The terms with a signed diff applied, or why it does not fit them. */
export function amendTerms(
  terms: SolicitationTerms,
  changes: readonly Change[],
  bidsUntil: string | undefined,
): SolicitationTerms | { problem: string } {
  let value = jsonOf(terms)
  for (const change of changes) {
    const changed = applyChange(value, change.path.split('/').slice(1).map(unescape), change)
    if (changed === undefined)
      return { problem: `The change of ${change.path} does not fit the terms as they are.` }
    value = changed
  }
  const parsed = termsSchema.safeParse(
    bidsUntil === undefined ? value : { ...(value as object), bidsUntil },
  )
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return {
    problem: `The terms would not be of the form: /${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}.`,
  }
}

function unescape(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The value with one change applied; undefined where it does not fit. */
function applyChange(value: Json, [part, ...rest]: string[], change: Change): Json | undefined {
  if (part === undefined || typeof value !== 'object') return undefined
  const before = memberOf(value, part)
  if (rest.length > 0) {
    const inner = before === undefined ? undefined : applyChange(before, rest, change)
    return inner === undefined ? undefined : withMember(value, part, inner)
  }
  const isAsSaid =
    change.from === undefined
      ? before === undefined
      : before !== undefined && isSame(before, change.from)
  if (!isAsSaid || (change.from === undefined && change.to === undefined)) return undefined
  return withMember(value, part, change.to)
}

function memberOf(value: Json[] | Record<string, Json>, part: string): Json | undefined {
  if (Array.isArray(value)) return /^(0|[1-9]\d{0,5})$/.test(part) ? value[Number(part)] : undefined
  return Object.hasOwn(value, part) ? value[part] : undefined
}

/**
 * A copy with the member set, removed (`to` undefined), or, in a list by `-` or the next index,
 * appended.
 */
function withMember(
  value: Json[] | Record<string, Json>,
  part: string,
  to: Json | undefined,
): Json | undefined {
  if (!Array.isArray(value)) {
    const others = Object.fromEntries(Object.entries(value).filter(([name]) => name !== part))
    return to === undefined ? others : { ...others, [part]: to }
  }
  const index = part === '-' ? value.length : Number(part)
  if (!Number.isSafeInteger(index) || index < 0 || index > value.length) return undefined
  return to === undefined ? value.toSpliced(index, 1) : value.toSpliced(index, 1, to)
}

function isSame(a: Json, b: Json): boolean {
  return equalBytes(encodeCanonical(a), encodeCanonical(b))
}

/** Terms and keys are made of Json members only. */
function jsonOf(value: object): Json {
  return value as Json
}
