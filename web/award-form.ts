/**
 * What the page of an award tells the script about the bids: whom one may choose, at which price, and what is said of each
 * where it is chosen. Also the check that keeps losers out of what everyone reads.
 */
import type { Money } from '../procurement/index.ts'

export interface AwardBid {
  commitHash: string
  vendor: string
  name: string
  lot: string
  competes: boolean
  /** What is compared; absent: no price that counts. */
  price?: Money
  /** How its sums are written on pages: no reason may give those of a loser. */
  priceTexts: string[]
  /** Where it is chosen and is not the lowest: by how much, in words. */
  above?: string
  /** Why the price is fair, measured by the estimate; absent: it is not below it. */
  belowEstimate?: string
  /** What a loser is told where nothing else decides: it is void, or was rejected. */
  settled?: { code: string; text: string }
}

export interface AwardForm {
  /** By lot, in the form's order. */
  lots: { lot: string; bids: AwardBid[] }[]
  /** The stated factors but the price. */
  factors: { id: string; name: string; kind: string }[]
  /** "3 quotations competed". */
  competed: string
  /** Whether everyone may know who else bid, and at what price. */
  discloses: boolean
  /** Words of the request: they name nobody. */
  words: string
}

/** Names of the fields that the completion makes the payload from. */
export const awardField = {
  choice: (lot: number): string => `lots.${lot}.commitHash`,
  reason: (lot: number): string => `lots.${lot}.reason`,
  decided: 'decided',
  fair: 'fair',
  told: (commitHash: string): string => `told.${commitHash}`,
  responsible: 'responsible',
} as const

/** What decided where a bid does not meet the request. */
export const NOT_AS_ASKED = 'not-responsive'

/** The vendors that a public text names or quotes, though nobody may learn that they bid. */
export function namedIn(
  text: string,
  losers: readonly Pick<AwardBid, 'name' | 'priceTexts'>[],
  isCommon: (word: string) => boolean,
): string[] {
  return losers.flatMap(({ name, priceTexts }) => {
    const [first = ''] = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 3)
    const isNamed =
      hasWords(text.toLowerCase(), name.toLowerCase()) ||
      (first !== '' && !isCommon(first) && hasWords(text, first))
    if (isNamed) return [first === '' ? name : first]
    return priceTexts.some((price) => hasWords(text, price)) ? [`a price of ${first || name}`] : []
  })
}

/** Whether these words stand in a text as a whole, not as part of another word or number. */
function hasWords(text: string, words: string): boolean {
  const inner = /[\p{L}\p{N}]/u
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + words.length)]
    if (words !== '' && !inner.test(before) && !inner.test(after)) return true
  }
  return false
}

/** Losers named in what everyone will read, by these bids; empty where the method discloses all of them. */
export function losersNamedIn(
  text: string,
  { lots, discloses, words }: AwardForm,
  chosen: readonly string[],
): string[] {
  if (discloses) return []
  const bids = lots.flatMap((each) => each.bids)
  const winners = bids.filter(({ commitHash }) => chosen.includes(commitHash))
  const isWinner = ({ vendor }: AwardBid): boolean => winners.some((won) => won.vendor === vendor)
  const losers = bids.filter((bid) => !isWinner(bid))
  const common = `${words} ${winners.map(({ name }) => name).join(' ')}`.toLowerCase()
  return [...new Set(namedIn(text, losers, (word) => hasWords(common, word.toLowerCase())))]
}
