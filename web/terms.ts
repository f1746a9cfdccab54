/**
 * What things are called under a method. Statement types and codes never change; the words on pages follow the law:
 * a vendor sends a quotation under simplified acquisition, a bid elsewhere.
 */
export interface Terms {
  bid: string
  bids: string
  solicitation: string
}

const plainTerms: Terms = { bid: 'bid', bids: 'bids', solicitation: 'solicitation' }

const byMethod: Record<string, Terms> = {
  'us.quote': { bid: 'quotation', bids: 'quotations', solicitation: 'request for quotations' },
}

/** Words for a method by its id; neutral ones where there is none yet. */
export const termsOf = (method: string | undefined): Terms =>
  (method === undefined ? undefined : byMethod[method]) ?? plainTerms

/** "Quotations", at the start of a line. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
