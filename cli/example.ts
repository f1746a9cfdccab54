/**
 * The facts of the example GL-26-014: 12 rugged tablets for park rangers, bought by quotation from January to April 2026.
 * Amounts in cents as decimal strings, instants of the legal clock; Mountain time.
 */
import { utf8 } from '../ledger/index.ts'
import type { Answer, BidFile, Price } from '../sealing/index.ts'

export const CURRENCY = 'USD'
const usd = (amount: string) => ({ amount, currency: CURRENCY })

/** What happens on which day of the legal clock; a step that takes longer happens later. */
export const days = {
  request: '2026-01-08T16:00:00.000000Z',
  approval: '2026-01-09T16:00:00.000000Z',
  publication: '2026-01-12T16:00:00.000000Z',
  questions: '2026-01-13T16:00:00.000000Z',
  questionsUntil: '2026-01-22T21:00:00.000000Z',
  bids: '2026-01-20T16:00:00.000000Z',
  replacement: '2026-01-26T16:12:00.000000Z',
  bidsUntil: '2026-01-27T21:00:00.000000Z',
  deliveryBy: '2026-03-13',
  delivery: '2026-03-09T16:00:00.000000Z',
  acceptance: '2026-03-11T16:00:00.000000Z',
  invoice: '2026-03-12T16:02:00.000000Z',
  certification: '2026-03-16T15:00:00.000000Z',
  release: '2026-04-16T20:41:00.000000Z',
  closeout: '2026-04-21T15:00:00.000000Z',
} as const

/**
 * Days in a second: the 103 days of the purchase pass in about 80 seconds. Fast enough to watch, slow enough for each
 * step to be done on its day.
 */
export const ACCELERATOR = 108_000

const place = 'Granite Lakes Ranger Station, 14 Lake Road, Alder Falls, Montana'
export const delivery = { place, by: days.deliveryBy }

const line = (
  id: string,
  description: string,
  quantity: string,
  estimate: string,
  unit = { name: 'piece', code: 'C62' },
) => ({ id, lot: 'main', description, quantity, unit, estimate: usd(estimate) })

export const requisition = {
  title: '12 rugged tablets for park rangers',
  need: 'Tablets that work in sun, rain and cold, with docks, spare batteries and three years of damage cover. They replace paper patrol logs; rangers are trained on March 16.',
  category: 'goods',
  items: [
    line(
      '0001',
      'Rugged tablet, 10 inch: readable in sunlight (800 nits or more), IP65, works from −20 °C, GPS',
      '12',
      '1704000',
    ),
    line('0002', 'Vehicle dock: locks, charges from 12 V', '4', '124000'),
    line('0003', 'Spare battery: can be changed without tools', '12', '114000'),
    line('0004', 'Damage cover, 3 years: drops and water, one per tablet', '12', '216000'),
  ],
  delivery,
  value: usd('2158000'),
  budget: { line: 'PK-2026-5140', plan: 'Parks equipment plan 2026' },
}

export const funds = {
  line: requisition.budget.line,
  amount: requisition.value,
  fiscalYear: '2026',
  availableUntil: '2026-09-30',
}

export const approval = {
  method: 'us.quote',
  competition: {
    kind: 'open',
    reason: { code: 'public-notice', text: 'Shown in public for 15 days; anyone may quote.' },
  },
  setAside: {
    kind: 'small-business',
    reason: {
      code: 'small-business',
      text: 'Market research found at least two small businesses that can deliver.',
    },
  },
  clauses: ['52.212-4', '52.219-6', '52.232-33'],
}

export const documents = [
  {
    name: 'Request for quotations.txt',
    media: 'text/plain',
    text: 'GL-26-014, request for quotations.\nSend one unit price a line, in US dollars, delivered; delivery date; maker and model; working days to repair a broken tablet; the data sheet; the terms of the damage cover.\n',
  },
  {
    name: 'Tablet specification.txt',
    media: 'text/plain',
    text: 'Rugged tablet, 10 inch. Readable in sunlight (800 nits or more), IP65, works from -20 C, GPS. The patrol maps need at least 10 inches.\n',
  },
  {
    name: 'Price sheet.csv',
    media: 'text/csv',
    text: 'item,quantity,unit price,amount\n0001,12,,\n0002,4,,\n0003,12,,\n0004,12,,\n',
  },
]

export const terms = {
  title: requisition.title,
  description: requisition.need,
  lots: [],
  factors: [
    { id: 'price', name: 'Price', kind: 'price' },
    { id: 'delivery', name: 'Delivery date', kind: 'delivery' },
    { id: 'repair', name: 'How fast a broken tablet is repaired', kind: 'technical' },
  ],
  requested: [
    {
      id: 'price',
      title: 'One unit price a line, in US dollars, delivered',
      kind: 'price',
      required: true,
    },
    { id: 'delivery', title: 'Delivery date', kind: 'answer', required: true },
    { id: 'model', title: 'Maker and model', kind: 'answer', required: true },
    {
      id: 'repair',
      title: 'Working days to repair a broken tablet',
      kind: 'answer',
      required: true,
    },
    {
      id: 'sheet',
      title: 'Data sheet of the tablet',
      kind: 'document',
      media: ['application/pdf'],
      sizeMax: 20_971_520,
      required: true,
    },
    {
      id: 'cover',
      title: 'Terms of the damage cover',
      kind: 'document',
      media: ['application/pdf'],
      sizeMax: 20_971_520,
      required: true,
    },
  ],
  codes: [{ scheme: 'NAICS', id: '334111' }],
  questionsUntil: days.questionsUntil,
  bidsUntil: days.bidsUntil,
  validDays: 60,
  delivery,
  payment: { days: 30 },
  capsuleLen: 65_536,
  slots: 2,
  late: 'refuse',
  contract: 'order',
}

export const questions = [
  {
    asker: 'ironwood',
    question: 'May we offer a tablet with an 8-inch screen?',
    answer: 'No. The patrol maps need at least 10 inches.',
  },
  {
    asker: 'pinyon',
    question: 'Is mounting the docks in the vehicles part of the purchase?',
    answer: 'No. Our own shop mounts them.',
  },
] as const

export type VendorName = 'ironwood' | 'northfork' | 'pinyon'

export interface Quotation {
  price: Price
  answers: Answer[]
  files: BidFile[]
}

/** `stated` where a vendor's own sum differs from quantity times unit price. */
function quotation(
  prices: [string, string, string, string],
  [delivered, model, repair]: [string, string, string],
  stated: Record<string, string> = {},
): Quotation {
  const lines = requisition.items.map(({ id, quantity }, i) => {
    const unitPrice = prices[i] ?? '0'
    const amount = stated[id] ?? String(BigInt(quantity) * BigInt(unitPrice))
    return { item: id, quantity, unitPrice, amount }
  })
  const amount = String(lines.reduce((sum, one) => sum + BigInt(one.amount), 0n))
  return {
    price: { currency: CURRENCY, lines, amount },
    answers: [
      { id: 'delivery', value: delivered },
      { id: 'model', value: model },
      { id: 'repair', value: repair },
    ],
    files: [pdf('Data sheet.pdf', `${model}, data sheet`), pdf('Cover.pdf', `${model}, cover`)],
  }
}

/** The smallest honest PDF with a line of text. */
function pdf(name: string, text: string): BidFile {
  const content = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`
  const bytes = utf8(
    `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n` +
      `3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n` +
      `4 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj\n` +
      `5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`,
  )
  return { name, media: 'application/pdf', bytes }
}

export const quotations: Record<VendorName, Quotation> = {
  ironwood: quotation(
    ['128900', '30500', '7950', '16500'],
    ['2026-03-27', 'Ridgeline 1010', '10 working days'],
    // Its price sheet says 894.00 for 12 × 79.50.
    { '0003': '89400' },
  ),
  northfork: quotation(
    ['131800', '28900', '8400', '15900'],
    ['2026-03-09', 'Fieldmark T10', '3 working days'],
  ),
  pinyon: quotation(
    ['140500', '26800', '8800', '14900'],
    ['2026-03-06', 'Toughslate X', '5 working days'],
  ),
}

/** Northfork's first price, before it thought better of it. */
export const firstNorthfork = quotation(
  ['133000', '28900', '8400', '15900'],
  ['2026-03-09', 'Fieldmark T10', '3 working days'],
)

/** Every quotation that a vendor may have sent, the last one first: after an interruption an earlier one may count. */
export const sent: Record<VendorName, readonly Quotation[]> = {
  ironwood: [quotations.ironwood],
  northfork: [quotations.northfork, firstNorthfork],
  pinyon: [quotations.pinyon],
}

/** Whom the officer prefers, by delivery date and repair. */
export const preference: readonly VendorName[] = ['northfork', 'pinyon', 'ironwood']

/** The lines of an order by a quotation; its unit prices count. */
export function orderLines({ price: { lines, currency } }: Quotation) {
  return lines.map(({ item, quantity, unitPrice }) => ({
    item,
    quantity,
    unitPrice: { amount: unitPrice, currency },
    amount: { amount: String(BigInt(quantity) * BigInt(unitPrice)), currency },
  }))
}

/** What an order by a quotation comes to. */
export function orderAmount(quotation: Quotation) {
  const sum = orderLines(quotation).reduce((total, line) => total + BigInt(line.amount.amount), 0n)
  return { amount: String(sum), currency: CURRENCY }
}

/** Northfork's invoices before this one: it is NF-2041. */
export const INVOICES_BEFORE = 2040

export const award = {
  reason:
    'A lower quotation came with delivery after March 13, the date we asked for, and rangers are trained on March 16. This one delivers on March 9, repairs a broken tablet within 3 working days, and costs less than we estimated.',
  /** Where the officer's first choice is not there: quotations were interrupted. */
  otherReason: 'The best of the quotations that came, by the stated factors.',
  competed: {
    basis: 'competition',
    text: 'Three quotations competed, and the price is 7.8 % below the estimate.',
  },
  alone: { basis: 'estimate', text: 'One quotation came; its price is below the estimate.' },
  responsibility: 'Delivered comparable orders on time; not excluded; small business.',
  others: {
    ironwood: { code: 'longer-delivery', text: 'Delivery two weeks after the date asked for.' },
    northfork: { code: 'higher-price', text: 'Higher price.' },
    pinyon: { code: 'higher-price', text: 'Higher price; repair takes longer.' },
  },
}

export const outcome =
  'Delivered on time and complete; paid four days after the due date, with interest.'
