/** What the form of a bid asks for, as its page writes it for the scripts that compute, check and seal it. */

export interface BidForm {
  vendor: string
  lot: string
  currency: string
  /** Decimal places of the currency. */
  exponent: number
  /** Each wants a unit price; none: the form asks for one price. */
  lines: { item: string; name: string; quantity: string }[]
  answers: { id: string; title: string; kind: 'answer' | 'declaration'; required: boolean }[]
  documents: {
    id: string
    title: string
    /** Media types that are taken; none: every one. */
    media: string[]
    /** Bytes. */
    sizeMax: number
    required: boolean
  }[]
  seq: number
  /** Statement hash of the bid that this one replaces. */
  replaces?: string
}

/** Names of the form's fields. */
export const bidField = {
  price: 'price',
  unitPrice: (line: number): string => `lines.${line}.unitPrice`,
  answer: (position: number): string => `answers.a${position}`,
  document: (position: number): string => `documents.d${position}`,
}

/** What an item is called where there is little room: the words before its details. */
export const shortName = (name: string): string => {
  const [first = ''] = name.split(':')
  return first.length > 60 ? `${first.slice(0, 60)}…` : first
}

/** "3.2 MB", "184 kB". */
export function sizeText(bytes: number): string {
  const megabytes = bytes / 1_048_576
  if (megabytes < 0.1) return `${Math.ceil(bytes / 1024)} kB`
  return `${megabytes.toFixed(1).replace(/\.0$/, '')} MB`
}

/** What people call a media type: "PDF". */
export function mediaName(media: string): string {
  const known: Partial<Record<string, string>> = {
    'application/pdf': 'PDF',
    'text/csv': 'CSV',
    'text/plain': 'text file',
    'image/png': 'PNG',
    'image/jpeg': 'JPEG',
  }
  return known[media] ?? media
}
