/**
 * What became of a vendor's own bid: taken or not, at whose price, and the reason that the officer gave for this bid. What
 * the method does not tell it, of others, is not in here.
 */
import type { Json } from '../../ledger/index.ts'
import type { Award, Money, OpenedBid } from '../../procurement/index.ts'
import { readText } from '../reading.ts'

export interface OwnResult {
  commitHash: string
  lot: string
  price?: Money
  outcome: 'chosen' | 'not-chosen' | 'void'
  /** Why not, in the officer's words. */
  reason?: { code: string; text: string }
  /** Whom the lot went to, as everyone may know. */
  winner?: { vendor: string; price: Money; reason: string }
}

/** `reasons`: one for each bid that was not taken, `{commitHash, lot, reason}`. */
export function resultOf(bid: OpenedBid, award: Award, reasons: readonly unknown[]): OwnResult {
  const { commitHash, lot, status, price } = bid
  const won = award.lots.find((each) => each.lot === lot)
  const isChosen = won?.commitHash === commitHash
  // Members are read as what they must be, whatever the document holds.
  const own = (reasons as Json[]).find((each) => readText(each, 'commitHash') === commitHash)
  const [code, text] = [readText(own, 'reason.code'), readText(own, 'reason.text')]
  return {
    commitHash,
    lot,
    ...(price ? { price } : {}),
    outcome: isChosen ? 'chosen' : status === 'void' ? 'void' : 'not-chosen',
    ...(isChosen || code === undefined || text === undefined ? {} : { reason: { code, text } }),
    ...(won ? { winner: { vendor: won.vendor, price: won.price, reason: won.reason } } : {}),
  }
}
