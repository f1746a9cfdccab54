/**
 * A published procurement, read from an OCDS 1.1 release package as it really comes: what was published is taken as it is,
 * what the process needs and the publication lacks is filled in, and each filling is said in a line. Pure: text in, facts
 * out. Names of natural persons are masked; amounts become exact minor units or the process is refused.
 */
import { z } from 'zod'
import { sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { currencyExponent, isCurrency, type Money } from '../procurement/index.ts'
import { CliError } from './exit.ts'
import { parseJson } from './json.ts'

export interface PublishedVendor {
  /** As in the publication: scheme and id in one. */
  id: string
  name: string
  identifier: { scheme: string; id: string }
}

export interface PublishedBid {
  vendor: string
  lot: string
  amount: Money
}

export interface PublishedAward {
  vendor: string
  lot: string
  price: Money
  /** What the published award is above the bid. */
  tax?: Money
}

export interface PublishedItem {
  id: string
  lot: string
  description: string
  quantity: string
  unit: { name: string; code: string }
  classification?: { scheme: string; id: string }
  estimate?: Money
}

export interface Published {
  source: { ocid: string; uri: string; sha256: string }
  buyer: string
  title: string
  need: string
  category: 'goods' | 'services' | 'works'
  items: PublishedItem[]
  lots: { id: string; title: string; items: string[]; value?: Money }[]
  value: Money
  budget: { line: string; plan?: string }
  method: { kind: 'open' | 'invited'; text: string }
  vendors: PublishedVendor[]
  bids: PublishedBid[]
  awards: PublishedAward[]
  deliver: { place: string; by: string }
  /** Instants. */
  dates: { published: string; bidsUntil: string; awarded: string; signed?: string }
  /** One line for each thing that was not published and had to be filled in or left out. */
  filledIn: string[]
}

const DAY_MS = 86_400_000
/** Least time for bids under the method `plain`, with a day to spare. */
const BIDDING_DAYS_MIN = 8

/** The process `ocid` of a package. Throws CliError where it is not there or cannot be played. */
export function readPublished(text: string, ocid: string): Published {
  const release = findRelease(text, ocid)
  const filledIn: string[] = []
  const fill = <T>(value: T, line: string): T => {
    filledIn.push(line)
    return value
  }
  const { tender } = release
  const value = valueOf(release, fill)
  const lots = lotsOf(release, value.currency)
  const vendors = vendorsOf(release, fill)
  const bids = bidsOf(release, lots, fill)
  const awards = awardsOf(release, lots, bids, fill)
  const dates = datesOf(release, fill)
  const [planning] = release.planning
  const line = idOf(planning?.budget?.id ?? fill('not-published', 'budget line'))
  const plan = planning?.planID
  fill(undefined, 'requisition, certificate of funds and approval, by the people of this agency')
  fill(undefined, 'opening keys, lines and files of the bids: only amounts were published')
  return {
    source: { ocid, uri: uriOf(text), sha256: toBase64Url(sha256(utf8(text))) },
    buyer: release.buyer?.name ?? 'not published',
    title: titleOf(tender.title ?? fill(`Process ${ocid}`, 'title')),
    need: textOf(tender.description) ?? fill('As published.', 'reason for the purchase'),
    category: tender.mainProcurementCategory ?? fill('goods' as const, 'category: goods'),
    items: itemsOf(release, lots, value.currency, fill),
    lots: lots.length > 1 ? lots : [],
    value,
    budget: { line, ...(plan === undefined ? {} : { plan: titleOf(plan) }) },
    method: {
      kind: tender.procurementMethod === 'open' ? 'open' : 'invited',
      text: textOf(tender.procurementMethodDetails) ?? 'As published.',
    },
    vendors,
    bids,
    awards,
    deliver: {
      place: fill('As in the contract', 'place of delivery'),
      by:
        dateOf(release.contracts[0]?.period?.endDate) ??
        fill(dateAfter(dates.awarded, 30), 'date of delivery: 30 days after the award'),
    },
    dates,
    filledIn,
  }
}

/** "A person (name masked)" for whoever does not bear the form of a legal person in the name. */
export function maskName(name: string, fallback: string): string {
  const legalForm =
    /(^|[\s,."'«»„(-])(LLC|L\.L\.C|Ltd|Limited|Inc|Corp|GmbH|AG|SA|S\.A\.?|SAS|S\.A\.S\.?|SRL|S\.R\.L\.?|LTDA|Cia|SPY|LLP|PLC|CJSC|OJSC|JSC|SNCO|ՍՊԸ|ԲԲԸ|ՓԲԸ|ՊՈԱԿ|ООО|ЗАО|ОАО|ПАО|АО|ГНКО|Ministry|University|Municipality|Agency|Department|Universidad|Ministerio|Municipalidad|Alcaldía)($|[\s,."'«»“)-])/iu
  return legalForm.test(name) ? titleOf(name) : fallback
}

/* The form of a release, as far as it is read */

const amountSchema = z
  .looseObject({ amount: z.number().nullish(), currency: z.string().nullish() })
  .nullish()
const textSchema = z.string().nullish()
const periodSchema = z.looseObject({ startDate: textSchema, endDate: textSchema }).nullish()
const organisationSchema = z.looseObject({ id: z.coerce.string(), name: z.string() })

const releaseSchema = z.looseObject({
  ocid: z.string(),
  buyer: organisationSchema.nullish(),
  parties: z
    .array(
      z.looseObject({
        id: z.coerce.string(),
        identifier: z.object({ scheme: z.string(), id: z.coerce.string() }).nullish(),
      }),
    )
    .default([]),
  planning: z
    .union([z.looseObject({}), z.array(z.looseObject({}))])
    .nullish()
    .transform((planning) => [planning ?? []].flat().map((one) => planningSchema.parse(one))),
  tender: z.looseObject({
    title: textSchema.transform((title) => title ?? undefined),
    description: textSchema,
    mainProcurementCategory: z
      .enum(['goods', 'services', 'works'])
      .nullish()
      .transform((category) => category ?? undefined),
    procurementMethod: textSchema,
    procurementMethodDetails: textSchema,
    value: amountSchema,
    datePublished: textSchema,
    tenderPeriod: periodSchema,
    items: z
      .array(
        z.looseObject({
          id: z.coerce.string(),
          description: textSchema,
          quantity: z.number().nullish(),
          relatedLot: textSchema,
          unit: z.looseObject({ name: textSchema, value: amountSchema }).nullish(),
          classification: z
            .looseObject({ scheme: textSchema, id: z.coerce.string().nullish() })
            .nullish(),
        }),
      )
      .default([]),
    lots: z
      .array(z.looseObject({ id: z.coerce.string(), title: textSchema, value: amountSchema }))
      .default([]),
  }),
  bids: z
    .looseObject({
      details: z
        .array(
          z.looseObject({
            tenderers: z.array(organisationSchema).default([]),
            value: amountSchema,
            relatedLot: textSchema,
            relatedLots: z.array(z.string()).nullish(),
          }),
        )
        .default([]),
    })
    .nullish(),
  awards: z
    .array(
      z.looseObject({
        date: textSchema,
        status: textSchema,
        suppliers: z.array(organisationSchema).default([]),
        value: amountSchema,
        relatedLots: z.array(z.union([z.string(), z.looseObject({ lotId: z.string() })])).nullish(),
      }),
    )
    .default([]),
  contracts: z.array(z.looseObject({ dateSigned: textSchema, period: periodSchema })).default([]),
})
type Release = z.output<typeof releaseSchema>

const planningSchema = z.looseObject({
  planID: textSchema.transform((plan) => plan ?? undefined),
  budget: z.looseObject({ id: z.coerce.string().optional() }).nullish(),
})

const packageSchema = z.looseObject({
  uri: z.string().optional(),
  releases: z.array(z.looseObject({ ocid: z.string() })),
})

type Fill = <T>(value: T, line: string) => T

function findRelease(text: string, ocid: string): Release {
  const parsed = packageSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new CliError('The file is no OCDS release package.', 2)
  const found = parsed.data.releases.filter((release) => release.ocid === ocid)
  const release = found.find((each) => 'bids' in each) ?? found[0]
  if (release === undefined) {
    const some = [...new Set(parsed.data.releases.map((each) => each.ocid))].slice(0, 3).join(', ')
    throw new CliError(`The package has no process ${ocid}. It has, among others: ${some}.`, 2)
  }
  const read = releaseSchema.safeParse(release)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new CliError(
    `${ocid} cannot be read: ${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`,
    2,
  )
}

function uriOf(text: string): string {
  const uri = packageSchema.parse(parseJson(text)).uri
  return uri === undefined || uri === '' ? 'not published' : uri.slice(0, 500)
}

/* Money */

/** Exact minor units; undefined where the amount is absent or finer than the currency. */
export function minorOf(
  value: z.output<typeof amountSchema>,
  currency?: string,
): Money | undefined {
  const code = value?.currency ?? currency
  const amount = value?.amount
  if (amount === null || amount === undefined || code === undefined || !isCurrency(code))
    return undefined
  const places = currencyExponent(code)
  const [whole = '', part = ''] = amount.toFixed(6).split('.')
  if (/[1-9]/.test(part.slice(places)) || amount < 0) return undefined
  const minor = BigInt(`${whole}${part.slice(0, places)}`)
  return { amount: String(minor), currency: code }
}

function valueOf({ tender, bids }: Release, fill: Fill): Money {
  const value = minorOf(tender.value)
  if (value !== undefined && value.amount !== '0') return value
  const greatest = (bids?.details ?? [])
    .flatMap((bid) => minorOf(bid.value) ?? [])
    .sort((a, b) => (BigInt(a.amount) < BigInt(b.amount) ? 1 : -1))[0]
  if (greatest === undefined)
    throw new CliError('Neither an estimate nor a bid with an amount was published.', 2)
  return fill(greatest, 'estimate: the greatest bid')
}

/* What is bought */

function lotsOf({ tender }: Release, currency: string): Published['lots'] {
  return tender.lots.map((lot, i) => {
    const value = minorOf(lot.value, currency)
    const items = tender.items.flatMap((item, k) => (item.relatedLot === lot.id ? [itemId(k)] : []))
    const isUsable = value !== undefined && value.amount !== '0' && value.currency === currency
    return {
      id: tender.lots.length > 1 ? `lot-${i + 1}` : 'main',
      title: titleOf(lot.title ?? `Lot ${i + 1}`),
      items,
      ...(isUsable ? { value } : {}),
    }
  })
}

function itemId(position: number): string {
  return String(position + 1).padStart(4, '0')
}

function itemsOf(
  { tender }: Release,
  lots: Published['lots'],
  currency: string,
  fill: Fill,
): PublishedItem[] {
  if (tender.items.length === 0)
    return [
      fill(
        {
          id: '0001',
          lot: 'main',
          description: titleOf(tender.title ?? 'As published'),
          quantity: '1',
          unit: each,
        },
        'items: one, with the title as its description',
      ),
    ]
  fill(undefined, 'unit code (UN/ECE Rec 20): C62, "one"')
  return tender.items.map((item, i): PublishedItem => {
    const lot = lots[tender.lots.findIndex(({ id }) => id === item.relatedLot)]?.id ?? 'main'
    const estimate = minorOf(item.unit?.value, currency)
    const { scheme, id } = item.classification ?? {}
    return {
      id: itemId(i),
      lot,
      description:
        textOf(item.description) ?? fill('As published.', `description of item ${i + 1}`),
      quantity: quantityOf(item.quantity) ?? fill('1', `quantity of item ${i + 1}: 1`),
      unit: { name: titleOf(item.unit?.name ?? 'one').slice(0, 64), code: 'C62' },
      ...(typeof scheme === 'string' && typeof id === 'string'
        ? { classification: { scheme: scheme.slice(0, 64), id: id.slice(0, 128) } }
        : {}),
      ...(estimate !== undefined && estimate.currency === currency ? { estimate } : {}),
    }
  })
}

const each = { name: 'one', code: 'C62' }

function quantityOf(quantity: number | null | undefined): string | undefined {
  if (quantity === null || quantity === undefined || !(quantity > 0)) return undefined
  return quantity.toFixed(6).replace(/\.?0+$/, '')
}

/* Who */

function vendorsOf({ bids, awards, parties }: Release, fill: Fill): PublishedVendor[] {
  const named = [
    ...(bids?.details ?? []).flatMap((bid) => bid.tenderers),
    ...awards.flatMap((award) => award.suppliers),
  ]
  const ids = [...new Set(named.map(({ id }) => id))]
  fill(undefined, 'bank accounts and contacts of the vendors')
  return ids.map((id, i) => {
    const published = named.find((one) => one.id === id)?.name ?? id
    const name = maskName(published, `Vendor ${i + 1}, a person (name masked)`)
    const identifier = parties.find((party) => party.id === id)?.identifier
    return { id, name, identifier: identifier ?? { scheme: 'XX-PUBLISHED', id } }
  })
}

function bidsOf({ bids, tender }: Release, lots: Published['lots'], fill: Fill): PublishedBid[] {
  return (bids?.details ?? []).flatMap((bid, i) => {
    const amount = minorOf(bid.value)
    const vendor = bid.tenderers[0]?.id
    if (amount === undefined || vendor === undefined)
      return fill([], `bid ${i + 1} is left out: its amount or bidder was not published`)
    const related = bid.relatedLot ?? bid.relatedLots?.[0]
    const lot = lots[tender.lots.findIndex(({ id }) => id === related)]?.id ?? 'main'
    return [{ vendor, lot, amount }]
  })
}

/** Active awards, each the bid's price with what is above it as tax. */
function awardsOf(
  { awards, tender }: Release,
  lots: Published['lots'],
  bids: PublishedBid[],
  fill: Fill,
): PublishedAward[] {
  return awards
    .filter(({ status }) => status === 'active' || status === null || status === undefined)
    .flatMap((award) => {
      const related = award.relatedLots?.map((one) =>
        typeof one === 'string' ? one : one.lotId,
      )[0]
      const lot = lots[tender.lots.findIndex(({ id }) => id === related)]?.id ?? 'main'
      const vendor = award.suppliers[0]?.id
      const bid = bids.find((one) => one.vendor === vendor && one.lot === lot)
      const value = minorOf(award.value)
      if (bid === undefined || value === undefined)
        return fill([], `an award for ${lot} is left out: no published bid belongs to it`)
      const above = BigInt(value.amount) - BigInt(bid.amount.amount)
      if (above < 0n)
        throw new CliError(
          'An award is below its bid: the price was negotiated, which `plain` does not play.',
          2,
        )
      const { currency } = bid.amount
      const tax = above === 0n ? {} : { tax: { amount: String(above), currency } }
      if (above > 0n)
        fill(
          undefined,
          `that the award for ${lot} is above the bid by its tax: only both amounts were published`,
        )
      return [{ vendor: bid.vendor, lot, price: bid.amount, ...tax }]
    })
}

/* When */

function datesOf({ tender, awards, contracts }: Release, fill: Fill): Published['dates'] {
  const until = instantIn(tender.tenderPeriod?.endDate)
  const begun = instantIn(tender.tenderPeriod?.startDate) ?? instantIn(tender.datePublished)
  const awarded = instantIn(awards[0]?.date)
  const bidsUntil =
    until ?? fill(shift(awarded ?? '2016-01-15T12:00:00.000000Z', -7), 'deadline for bids')
  const soonest = shift(bidsUntil, -BIDDING_DAYS_MIN)
  const published =
    begun !== undefined && begun <= soonest
      ? begun
      : fill(
          soonest,
          `publication: ${BIDDING_DAYS_MIN} days before the deadline (published: ${begun ?? 'nothing'})`,
        )
  const signed = instantIn(contracts[0]?.dateSigned)
  const isAfter = awarded !== undefined && awarded > bidsUntil
  return {
    published,
    bidsUntil,
    awarded: isAfter
      ? awarded
      : fill(shift(bidsUntil, 7), 'date of the award: 7 days after the deadline'),
    ...(signed === undefined ? {} : { signed }),
  }
}

function instantIn(text: string | null | undefined): string | undefined {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : instant(ms)
}

function shift(at: string, days: number): string {
  return instant(Date.parse(at) + days * DAY_MS)
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

function dateOf(text: string | null | undefined): string | undefined {
  // The day as published, in the publisher's own zone.
  return instantIn(text) === undefined ? undefined : text?.slice(0, 10)
}

function dateAfter(at: string, days: number): string {
  return shift(at, days).slice(0, 10)
}

/* Texts, in the form that signed bytes have */

/** One line of at most 250 characters, in NFC. */
function titleOf(text: string): string {
  return clean(text).replaceAll(/\s+/g, ' ').slice(0, 250).trim() || 'not published'
}

function textOf(text: string | null | undefined): string | undefined {
  const cleaned = clean(text ?? '')
    .slice(0, 4000)
    .trim()
  return cleaned === '' ? undefined : cleaned
}

function clean(text: string): string {
  return (
    text
      .normalize('NFC')
      .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ' ')
      // Marks that reorder text; the rules refuse them.
      .replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '')
      .trim()
  )
}

function idOf(text: string): string {
  return (
    clean(text)
      .replaceAll(/[^A-Za-z0-9._:-]/g, '-')
      .slice(0, 64)
      .replace(/^[^A-Za-z0-9]+/, '') || 'not-published'
  )
}
