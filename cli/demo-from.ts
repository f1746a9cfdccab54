/**
 * `tenderbook demo --from <package> --ocid <ocid>`: a published process, run again by the method `plain` through the same
 * code: its title, items, amounts, bids, award with its tax, and contract. It runs in its own year on a training clock,
 * under an ocid of its own that cites the source, and stops where the publication stops.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { toHex, type JsonObject } from '../ledger/index.ts'
import { packOfMethod, pinOf, type Money } from '../procurement/index.ts'
import { instantOf, type Signatory } from './client.ts'
import { exportAndVerify, type Verified } from './exported.ts'
import { lastStep } from './file.ts'
import { ocidPrefix } from './founding.ts'
import { officials, registrar, signatory, type Vendor } from './people.ts'
import { openPlay, PlayEnded, type Play, type PlayPlace } from './play.ts'
import type { Published, PublishedAward, PublishedBid } from './published.ts'
import {
  awaitOpening,
  awaitReveals,
  citeJson,
  holdKey,
  methodIn,
  newestExclusions,
  isLowerOpened,
  openedBids,
  openingKeyOf,
  sendSealed,
  type OpenedBids,
} from './purchase.ts'
import { registerVendor, sealOffer } from './vendor.ts'

export interface PublishedOptions extends PlayPlace {
  /** The process, as it was published. */
  facts: Published
}

export interface PublishedResult extends Verified {
  ocid: string
  filledIn: string[]
}

/** Everybody in the play, and the facts. */
interface Run {
  play: Play
  home: string
  facts: Published
  who: Record<'rosa' | 'sam' | 'dana' | 'registrar', Signatory>
  /** By the vendor's published id. */
  vendors: Map<string, { vendor: Vendor; who: Signatory }>
}

export async function runPublished(options: PublishedOptions): Promise<PublishedResult> {
  const { home, pins, line, facts } = options
  const ocid = `${ocidPrefix}-published-${toHex(randomBytes(5))}`
  const play = openPlay(options, ocid)
  tellFacts(facts, ocid, line)
  const run = await assemble(home, play, facts)
  await wholeProcess(run).catch(async (error: unknown) => {
    if (!(error instanceof PlayEnded)) throw error
    line(error.message)
    await play.until((file) => lastStep(file, 'file.close'), { pastEnd: true })
  })
  const verified = await exportAndVerify({ client: play.client, pins, home, ocid, line })
  return { ocid, filledIn: facts.filledIn, ...verified }
}

/** The process, top to bottom. */
async function wholeProcess(run: Run): Promise<void> {
  await registerVendors(run)
  await grantWarrant(run)
  await request(run)
  await approve(run)
  await publish(run)
  await bid(run)
  await awaitOpening(run.play)
  // The method shows every bid at the opening, before anything is decided.
  await awaitReveals(run.play, (await openedBids(run.play, run.who.dana)).length)
  if (run.facts.awards.length > 0) {
    await award(run)
    await contract(run)
  }
  await end(run)
}

function tellFacts(facts: Published, ocid: string, line: (text: string) => void): void {
  line(`A published process, run again: ${facts.title}`)
  line(`  source ${facts.source.ocid} (${facts.buyer}); here ${ocid}`)
  for (const filled of facts.filledIn) line(`  not published, filled in: ${filled}`)
  line('')
}

async function assemble(home: string, play: Play, facts: Published): Promise<Run> {
  const vendors: Run['vendors'] = new Map()
  for (const { id, name, identifier } of facts.vendors) {
    const own = id.replaceAll(/[^A-Za-z0-9._:-]/g, '-').slice(0, 60)
    const vendor = {
      ...{ vendor: `v-${own}`, person: `p-${own}`, name, identifier },
      ...{ contact: 'not published', place: 'not published' },
      ...{ account: { number: '0000000000' }, member: '000000000' },
    }
    vendors.set(id, { vendor, who: await signatory(home, vendor.person) })
  }
  const key = (person: string): Promise<Signatory> => signatory(home, person)
  const who = {
    rosa: await key(officials.rosa.person),
    sam: await key(officials.sam.person),
    dana: await key(officials.dana.person),
    registrar: await key(registrar.person),
  }
  return { play, home, facts, who, vendors }
}

async function registerVendors({ play, home, vendors, who }: Run): Promise<void> {
  for (const each of vendors.values())
    await registerVendor(play.client, play.pins, { ...each, registrar: who.registrar, home })
}

const warrantsSchema = z.looseObject({
  value: z.array(z.looseObject({ limit: z.looseObject({ currency: z.string() }) })),
})

/** The officer's warrant in the currency of the process, unless there is one. */
async function grantWarrant({ play, facts, who }: Run): Promise<void> {
  const person = who.dana.person
  const { currency } = facts.value
  const { value } = await play.client.get(`/api/register/warrant/${person}`, warrantsSchema)
  if (value.some(({ limit }) => limit.currency === currency)) return
  const limit = { amount: '999999999999', currency }
  const term = { from: '2000-01-01', to: '2030-12-31' }
  const payload = { person, limit, ...term, authority: 'Published processes, run again' }
  await play.client.act(who.registrar, { t: 'warrant.grant', role: 'RG', payload })
}

/** Facts are made of texts, lists and such objects only. */
function json(fact: object): JsonObject {
  return { ...fact }
}

/* Before bidding */

const ACCELERATOR_MAX = 864_000
/** Real seconds that the steps before publication take, with room. */
const PREPARATION_S = 8

/** So fast that bidding takes as long as sending the bids does, with room; at most ten days a second. */
function acceleratorFor({ dates, bids }: Published): number {
  const bidding = (Date.parse(dates.bidsUntil) - Date.parse(dates.published)) / 1000
  const room = 10 + 3 * bids.length
  return Math.max(1, Math.min(ACCELERATOR_MAX, Math.floor(bidding / room)))
}

async function request({ play, facts, who }: Run): Promise<void> {
  const accelerator = acceleratorFor(facts)
  const begin = Date.parse(facts.dates.published) - PREPARATION_S * 1000 * accelerator
  const training = {
    legalStart: instantOf(begin),
    realStart: instantOf(Date.now() - 50),
    accelerator,
  }
  const { title, need, category, items, value, budget, deliver, source } = facts
  const payload = {
    ...{ title, need, category, budget, training, source },
    value: json(value),
    items: items.map(json),
    delivery: deliver,
  }
  await play.first({ name: 'request', who: who.rosa, t: 'requisition.submit', role: 'RQ', payload })
}

/** Funds for the greatest of estimate and award, tax included; the approval pins the method `plain`. */
async function approve({ play, facts, who }: Run): Promise<void> {
  const { value, budget, dates, method, vendors } = facts
  const year = dates.published.slice(0, 4)
  const sums = [value, totalOf(facts.awards, value.currency)]
  const amount = sums.sort((a, b) => (BigInt(a.amount) < BigInt(b.amount) ? 1 : -1))[0] ?? value
  const availableUntil = `${Number(year) + 1}-12-31`
  const funds = { line: budget.line, amount: { ...amount }, fiscalYear: year, availableUntil }
  await play.act({
    ...{ name: 'funds', who: who.sam, t: 'funds.certify', role: 'BU' },
    payload: () => funds,
  })
  const pack = packOfMethod('plain')
  if (pack === undefined) throw new RangeError('no pack has the method plain')
  const reason = { code: 'as-published', text: method.text }
  const identifiers = vendors.map(({ identifier }) => ({ ...identifier }))
  await play.act({
    name: 'approval',
    who: who.sam,
    t: 'requisition.approve',
    role: 'AP',
    payload: async () => ({
      method: 'plain',
      pack: { ...pinOf(pack) },
      competition: {
        kind: method.kind,
        reason,
        ...(method.kind === 'open'
          ? {}
          : {
              sources: await citeJson(play, who.sam, { name: 'Sources.json', value: identifiers }),
            }),
      },
      setAside: { kind: 'none', reason: { code: 'not-applicable', text: 'Not published.' } },
      clauses: [],
    }),
  })
}

function totalOf(awards: readonly PublishedAward[], currency: string): Money {
  const sum = awards.reduce(
    (total, { price, tax }) => total + BigInt(price.amount) + BigInt(tax?.amount ?? 0),
    0n,
  )
  return { amount: String(sum), currency }
}

async function publish({ play, home, facts, who }: Run): Promise<void> {
  await holdKey(play, home, who.sam)
  const openingKey = await play.until(openingKeyOf)
  const { title, need, lots, dates, deliver } = facts
  await play.legal(dates.published)
  await play.act({
    name: 'publication',
    who: who.dana,
    t: 'solicitation.publish',
    role: 'CO',
    payload: (file) => ({
      title,
      description: need,
      lots: lots.map(json),
      documents: [],
      factors: [{ id: 'price', name: 'Price', kind: 'price' }],
      requested: [{ id: 'price', title: 'Price', kind: 'price', required: true }],
      codes: [],
      bidsUntil: dates.bidsUntil,
      delivery: deliver,
      payment: { days: 30 },
      openingKey,
      capsuleLen: 16_384,
      slots: 0,
      late: 'refuse',
      disclose: methodIn(file).disclose.id,
      contract: 'order',
    }),
  })
}

/* Bids and award */

async function bid({ play, facts, vendors }: Run): Promise<void> {
  const sent = new Map<string, number>()
  for (const [i, each] of facts.bids.entries()) {
    const bidder = vendors.get(each.vendor)
    if (bidder === undefined) continue
    const chain = `${each.vendor} ${each.lot}`
    const seq = (sent.get(chain) ?? 0) + 1
    // A second bid of one vendor for one lot would replace the first: only the last published one is sent.
    if (seq > 1) continue
    sent.set(chain, seq)
    const offer = { price: priceOf(facts, each), answers: [], files: [], seq, lot: each.lot }
    await sendSealed(play, {
      name: `bid-${i + 1}`,
      who: bidder.who,
      t: 'bid.commit',
      payload: (file) => sealOffer(play.client, file, { ...bidder, offer, aud: play.pins.origin }),
      told: `${bidder.vendor.name} sent its bid.`,
      isBid: true,
    })
  }
}

/** One line where the lot has one item whose quantity divides the amount; else one price for all. */
function priceOf({ items, lots }: Published, { lot, amount }: PublishedBid) {
  const own = items.filter((item) => lots.length === 0 || item.lot === lot)
  const [only] = own
  const { amount: sum, currency } = amount
  if (own.length !== 1 || only === undefined || !/^\d+$/.test(only.quantity))
    return { currency, lines: [], amount: sum }
  const quantity = BigInt(only.quantity)
  if (BigInt(sum) % quantity !== 0n) return { currency, lines: [], amount: sum }
  const unitPrice = String(BigInt(sum) / quantity)
  const line = { item: only.id, quantity: only.quantity, unitPrice, amount: sum }
  return { currency, lines: [line], amount: sum }
}

async function award(run: Run): Promise<void> {
  const { play, facts, who } = run
  await play.legal(facts.dates.awarded)
  const opened = await openedBids(play, who.dana)
  const winners = facts.awards.map((each) => winnerOf(run, each, opened))
  const won = new Set(winners.map(({ commitHash }) => commitHash))
  const tax = facts.awards.reduce((sum, each) => sum + BigInt(each.tax?.amount ?? 0), 0n)
  const isAlone = opened.filter(({ status }) => status === 'opened').length < 2
  await play.act({
    name: 'award',
    who: who.dana,
    t: 'award.decide',
    role: 'CO',
    payload: async () => ({
      lots: winners,
      others: opened
        .filter(({ commitHash }) => !won.has(commitHash))
        .map(({ commitHash, lot }) => ({
          commitHash,
          lot,
          reason: { code: 'as-published', text: 'Not awarded, as published.' },
        })),
      ...(tax === 0n ? {} : { tax: { amount: String(tax), currency: facts.value.currency } }),
      priceReasonable: {
        basis: isAlone ? 'estimate' : 'as-published',
        text: isAlone ? 'One bid came; it is compared with the estimate.' : 'As published.',
      },
      responsibility: [...new Set(winners.map(({ vendor }) => vendor))].map((vendor) => ({
        vendor,
        finding: 'responsible',
        basis: 'As published: qualified.',
      })),
      exclusions: { checkedAgainst: await newestExclusions(play.client) },
      ...(isLowerOpened(opened, winners) ? { lowestNotChosen: 'As published.' } : {}),
    }),
  })
}

/** What an award says of a lot. */
interface Winner {
  lot: string
  vendor: string
  commitHash: string
  price: { amount: string; currency: string }
}

function winnerOf(
  { vendors }: Run,
  { vendor: id, lot, price }: PublishedAward,
  opened: OpenedBids,
): JsonObject & Winner {
  const vendor = vendors.get(id)?.vendor.vendor ?? id
  const found = opened.find((each) => each.vendor === vendor && each.lot === lot)
  if (found === undefined) throw new RangeError(`the bid of ${vendor} for ${lot} was not opened`)
  const { commitHash } = found
  return { lot, vendor, commitHash, price: { ...price }, reason: 'As published.' }
}

/** One order for each vendor that won, accepted as published. */
async function contract({ play, facts, who, vendors }: Run): Promise<void> {
  const winners = [...new Set(facts.awards.map(({ vendor }) => vendor))]
  if (facts.dates.signed !== undefined) await play.legal(facts.dates.signed)
  for (const [i, id] of winners.entries()) {
    const winner = vendors.get(id)
    if (winner === undefined) continue
    const awards = facts.awards.filter(({ vendor }) => vendor === id)
    const { hash } = await play.act({
      name: `order-${i + 1}`,
      who: who.dana,
      t: 'order.sign',
      role: 'CO',
      payload: (file) => ({
        contract: `${play.ocid}-C${i + 1}`,
        award: lastStep(file, 'award.decide')?.hash ?? '',
        vendor: winner.vendor.vendor,
        ...orderOf(facts, awards),
        deliver: facts.deliver,
        terms: [],
      }),
    })
    const accept = { name: `acceptance-${i + 1}`, who: winner.who, role: 'VE' }
    await play.act({ ...accept, t: 'order.accept', payload: () => ({ of: hash }) })
  }
}

/** Lines, tax and amount of one vendor's order: the lines of its bids, or a line for each lot. */
function orderOf(facts: Published, awards: readonly PublishedAward[]): JsonObject {
  const { currency } = facts.value
  const money = (amount: string): JsonObject => ({ amount, currency })
  const lines = awards.flatMap(({ vendor, lot, price }) => {
    const bid = priceOf(facts, { vendor, lot, amount: price })
    const item =
      facts.items.find((each) => facts.lots.length === 0 || each.lot === lot)?.id ?? '0001'
    const whole = { item, quantity: '1', unitPrice: price.amount, amount: price.amount }
    return (bid.lines.length === 0 ? [whole] : bid.lines).map((one) => ({
      item: one.item,
      quantity: one.quantity,
      unitPrice: money(one.unitPrice),
      amount: money(one.amount),
    }))
  })
  const tax = awards.reduce((sum, each) => sum + BigInt(each.tax?.amount ?? 0), 0n)
  const total = totalOf(awards, currency)
  return { lines, amount: { ...total }, ...(tax === 0n ? {} : { tax: money(String(tax)) }) }
}

/** Where the publication stops, the process stops. */
async function end({ play, who }: Run): Promise<void> {
  const reason = {
    code: 'publication-ends',
    text: 'Nothing was published after this: deliveries and payments are not known.',
  }
  await play.act({
    ...{ name: 'end', who: who.dana, t: 'file.end', role: 'CO' },
    payload: () => ({ reason }),
  })
}
