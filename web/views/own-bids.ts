/**
 * What a vendor may know of its own bids for a file. It is made for that vendor alone: nobody else is told that there are
 * any, and what it says does not depend on what others have sent.
 */

export interface OwnBid {
  commitHash: string
  index: number
  lot: string
  envelope: string
  seq: number
  /** `stale`: a change of the terms came after it, and it must be signed again to count. */
  status: 'counts' | 'replaced' | 'withdrawn' | 'stale' | 'late'
  /** When it came in, real. */
  arrived: string
}

/** In the order of their entries. */
export interface OwnBids {
  bids: OwnBid[]
}

/** The bid of a lot that stands: it counts, or waits for a new signature. */
export const standingBid = (bids: readonly OwnBid[], lot: string): OwnBid | undefined =>
  bids.find((bid) => bid.lot === lot && (bid.status === 'counts' || bid.status === 'stale'))

/** What the next bid of a lot must say: one more than the last in time, and what it replaces. */
export function nextBid(
  bids: readonly OwnBid[],
  lot: string,
): { seq: number; replaces?: string | undefined } {
  const inTime = bids.filter((bid) => bid.lot === lot && bid.status !== 'late')
  const seq = Math.max(0, ...inTime.map((bid) => bid.seq)) + 1
  const replaces = standingBid(bids, lot)?.commitHash
  return replaces === undefined ? { seq } : { seq, replaces }
}
