/** The example from the opening to the receiving report: comparison, award with reasons, order, delivery. */
import type { JsonObject } from '../ledger/index.ts'
import { ONLY_LOT } from '../procurement/index.ts'
import { vendorNames, type Cast } from './demo-cast.ts'
import * as example from './example.ts'
import { lastStep } from './file.ts'
import { vendors } from './people.ts'
import {
  citeJson,
  isLowerOpened,
  newestExclusions,
  openedBids,
  type OpenedBids,
} from './purchase.ts'

export async function assess({ play, who }: Cast): Promise<void> {
  for (const { commitHash, vendor, status } of await openedBids(play, who.dana)) {
    if (status === 'void') continue
    const isIronwood = vendor === vendors.ironwood.vendor
    const reason = isIronwood
      ? { code: 'unit-price-counts', text: 'The sum of one line is wrong; its unit price counts.' }
      : { code: 'meets-terms', text: 'Offers what was asked for.' }
    const payload = (): JsonObject => ({ commitHash, finding: 'responsive', reason })
    const name = `assessment-${vendor}`
    await play.act({ name, who: who.dana, t: 'bid.assess', role: 'CO', payload })
  }
}

/** Whose quotation is chosen, and what it offers. */
export interface Choice {
  name: example.VendorName
  commitHash: string
  quotation: example.Quotation
}

/** Northfork's, or the next of the officer's preference that was opened. */
export async function choose({ play, who }: Cast): Promise<Choice> {
  const bids = await openedBids(play, who.dana)
  for (const name of example.preference) {
    const bid = bids.find((one) => one.vendor === vendors[name].vendor && one.status === 'opened')
    const quotation = example.sent[name].find(({ price }) => price.amount === bid?.price?.amount)
    if (bid !== undefined && quotation !== undefined)
      return { name, commitHash: bid.commitHash, quotation }
  }
  throw new RangeError('no quotation was opened')
}

export async function decide(cast: Cast): Promise<void> {
  const { play, who } = cast
  const choice = await choose(cast)
  const bids = await openedBids(play, who.dana)
  const isAsPlanned = bids.length === 3 && choice.name === 'northfork'
  const { award } = example
  const reason = isAsPlanned ? award.reason : award.otherReason
  const { vendor } = vendors[choice.name]
  const { commitHash, quotation } = choice
  const won = { lot: ONLY_LOT, vendor, commitHash, price: example.orderAmount(quotation), reason }
  await play.act({
    name: 'award',
    who: who.dana,
    t: 'award.decide',
    role: 'CO',
    payload: async () => ({
      lots: [won],
      // What names a loser stays in a document.
      others: await citeJson(play, who.dana, {
        name: 'Reasons.json',
        value: reasonsFor(bids, choice),
      }),
      priceReasonable: bids.length > 1 ? award.competed : award.alone,
      responsibility: [{ vendor, finding: 'responsible', basis: award.responsibility }],
      exclusions: { checkedAgainst: await newestExclusions(play.client) },
      ...(isLowerOpened(bids, [won]) ? { lowestNotChosen: reason } : {}),
    }),
  })
}

function reasonsFor(bids: OpenedBids, choice: Choice): JsonObject[] {
  return bids.flatMap(({ commitHash, vendor }) => {
    const name = vendorNames.find((each) => vendors[each].vendor === vendor)
    if (name === undefined || name === choice.name) return []
    return [{ commitHash, lot: ONLY_LOT, reason: example.award.others[name] }]
  })
}

export function contractId({ play }: Cast): string {
  return `${play.ocid}-C1`
}

export async function order(cast: Cast): Promise<void> {
  const { play, who } = cast
  const choice = await choose(cast)
  const { hash } = await play.act({
    name: 'order',
    who: who.dana,
    t: 'order.sign',
    role: 'CO',
    payload: (file) => ({
      contract: contractId(cast),
      award: lastStep(file, 'award.decide')?.hash ?? '',
      vendor: vendors[choice.name].vendor,
      lines: example.orderLines(choice.quotation),
      amount: example.orderAmount(choice.quotation),
      deliver: example.delivery,
      terms: [],
    }),
  })
  const payload = (): JsonObject => ({ of: hash })
  const vendor = who[choice.name]
  await play.act({ name: 'acceptance', who: vendor, t: 'order.accept', role: 'VE', payload })
}

export async function deliver(cast: Cast): Promise<void> {
  const { play, who } = cast
  const choice = await choose(cast)
  const lines = example.orderLines(choice.quotation)
  await play.legal(example.days.delivery)
  const deliveredOn = await play.day(example.days.delivery)
  const { hash } = await play.act({
    name: 'delivery',
    who: who[choice.name],
    t: 'delivery.announce',
    role: 'VE',
    payload: () => ({
      contract: contractId(cast),
      lines: lines.map(({ item, quantity }) => ({ item, quantity })),
      deliveredOn,
    }),
  })
  await play.legal(example.days.acceptance)
  await play.act({
    name: 'receiving-report',
    who: who.rosa,
    t: 'delivery.accept',
    role: 'AC',
    payload: async (file) => ({
      of: hash,
      lines: lines.map(({ item, quantity }) => ({ item, accepted: quantity, rejected: '0' })),
      deliveredOn: lastStep(file, 'delivery.announce')?.payload['deliveredOn'] ?? deliveredOn,
      acceptedOn: await play.day(example.days.acceptance),
      title: 'Ranger, property custodian',
    }),
  })
}
