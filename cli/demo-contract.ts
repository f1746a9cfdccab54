/** The example from the opening to the receiving report: comparison, award with reasons, order, delivery. */
import type { JsonObject } from '../ledger/index.ts'
import { ONLY_LOT } from '../procurement/index.ts'
import { vendorNames, type Cast } from './demo-cast.ts'
import * as example from './example.ts'
import { lastStep } from './file.ts'
import { vendors } from './people.ts'
import { citeJson, newestExclusions, openedBids, type OpenedBids } from './purchase.ts'

export async function assess({ play, who }: Cast): Promise<void> {
  for (const { commitHash, vendor } of await openedBids(play, who.dana)) {
    const isIronwood = vendor === vendors.ironwood.vendor
    const reason = isIronwood
      ? { code: 'unit-price-counts', text: 'The sum of one line is wrong; its unit price counts.' }
      : { code: 'meets-terms', text: 'Offers what was asked for.' }
    const payload = (): JsonObject => ({ commitHash, finding: 'responsive', reason })
    const name = `assessment-${vendor}`
    await play.act({ name, who: who.dana, t: 'bid.assess', role: 'CO', payload })
  }
}

export async function decide(cast: Cast): Promise<void> {
  const { play, who } = cast
  const bids = await openedBids(play, who.dana)
  const chosen = bids.find(({ vendor }) => vendor === vendors[example.winner].vendor)
  if (chosen === undefined) throw new RangeError('the chosen quotation was not opened')
  const { vendor, commitHash } = chosen
  const { price, reason, priceReasonable, responsibility } = example.award
  await play.act({
    name: 'award',
    who: who.dana,
    t: 'award.decide',
    role: 'CO',
    payload: async () => ({
      lots: [{ lot: ONLY_LOT, vendor, commitHash, price, reason }],
      // What names a loser stays in a document.
      others: await citeJson(play, who.dana, { name: 'Reasons.json', value: reasonsFor(bids) }),
      priceReasonable,
      responsibility: [{ vendor, finding: 'responsible', basis: responsibility }],
      exclusions: { checkedAgainst: await newestExclusions(play.client) },
      lowestNotChosen: reason,
    }),
  })
}

function reasonsFor(bids: OpenedBids): JsonObject[] {
  return bids.flatMap(({ commitHash, vendor }) => {
    const name = vendorNames.find((each) => vendors[each].vendor === vendor)
    if (name === undefined || name === example.winner) return []
    return [{ commitHash, lot: ONLY_LOT, reason: example.award.others[name] }]
  })
}

export function contractId({ play }: Cast): string {
  return `${play.ocid}-C1`
}

export async function order(cast: Cast): Promise<void> {
  const { play, who } = cast
  const { hash } = await play.act({
    name: 'order',
    who: who.dana,
    t: 'order.sign',
    role: 'CO',
    payload: (file) => ({
      contract: contractId(cast),
      award: lastStep(file, 'award.decide')?.hash ?? '',
      vendor: vendors[example.winner].vendor,
      lines: example.orderLines(),
      amount: example.award.price,
      deliver: example.delivery,
      terms: [],
    }),
  })
  const payload = (): JsonObject => ({ of: hash })
  const vendor = who[example.winner]
  await play.act({ name: 'acceptance', who: vendor, t: 'order.accept', role: 'VE', payload })
}

export async function deliver(cast: Cast): Promise<void> {
  const { play, who } = cast
  const deliveredOn = example.days.delivery.slice(0, 10)
  const lines = example.orderLines()
  await play.legal(example.days.delivery)
  const { hash } = await play.act({
    name: 'delivery',
    who: who[example.winner],
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
    payload: () => ({
      of: hash,
      lines: lines.map(({ item, quantity }) => ({ item, accepted: quantity, rejected: '0' })),
      deliveredOn,
      acceptedOn: example.days.acceptance.slice(0, 10),
      title: 'Ranger, property custodian',
    }),
  })
}
