/** What a vendor's page of its own offer for one file is made from; made for that vendor alone. */
import type { OpenState } from '../../procurement/index.ts'
import { termsOf, type Terms } from '../terms.ts'
import type { OwnBid } from './own-bids.ts'
import type { OwnResult } from './own-result.ts'
import type { ProcurementView } from './procurement.ts'

export interface OwnBidView {
  ocid: string
  title: string
  org: string
  zone: string
  words: Terms
  training?: NonNullable<ProcurementView['training']>
  /** The server's clock, real. */
  now: string
  /** Legal and real; absent: nothing is published. */
  deadline?: { at: string; real: string }
  /** Whether a bid can still be sent, replaced or withdrawn in time. */
  isOpen: boolean
  /** Of the key holders, how many must release. */
  holders: { k: number; n: number }
  /** Newest first. */
  bids: OwnBid[]
  /** What became of them at the award; empty before it. */
  results: (OwnResult & { winnerName?: string })[]
}

export interface OwnBidSources {
  file: OpenState
  bids: readonly OwnBid[]
  results: OwnBidView['results']
  org: string
  now: string
  legalNow: string
  realOf: (legal: string) => string
}

export function ownBidView({
  file,
  bids,
  results,
  org,
  now,
  legalNow,
  realOf,
}: OwnBidSources): OwnBidView {
  const terms = file.solicitation?.terms
  const group = terms?.openingKey.groups[0]
  return {
    ocid: file.ocid,
    title: terms?.title ?? file.requisition.title,
    org,
    zone: file.zone,
    words: termsOf(file.method),
    ...(file.training === undefined ? {} : { training: { ...file.training, legalNow } }),
    now,
    ...(terms ? { deadline: { at: terms.bidsUntil, real: realOf(terms.bidsUntil) } } : {}),
    isOpen: file.stage === 'open' && terms !== undefined && legalNow <= terms.bidsUntil,
    holders: { k: group?.k ?? 0, n: group?.members.length ?? 0 },
    bids: [...bids].reverse(),
    results,
  }
}
