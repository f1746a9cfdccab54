/**
 * The second half of the example for unit tests of the rules: from the comparison of the three quotations to the closed
 * file. Northfork is chosen at 19,888.00 USD, delivers on Mar 9, is accepted on Mar 11 and bills on Mar 12, 2026; the
 * payment is due on Mon, Apr 13, is released on Apr 16 and arrives on Apr 17.
 */
import { encodeCanonical, sha256, toBase64Url } from '../ledger/index.ts'
import type { JsonObject } from '../ledger/index.ts'
import { CLOCK } from '../procurement/index.ts'
import type { Contract, Decision, FileState, Invoice, Payment } from '../procurement/index.ts'
import { FileBuilder, named, usd } from './file-builder.ts'
import type { BidPlan, FileOptions, Said } from './file-builder.ts'

/** Noon in Denver, in winter and in summer time alike a time of the working day. */
export const noon = (day: string): string => `${day}T18:00:00.000000Z`

export interface PurchaseOptions extends FileOptions {
  /** Leaves out the list of exclusions that the registrar loads. */
  withoutList?: true
  bids?: BidPlan[]
}

/** Chosen line by line: item, quantity, unit price in cents. */
export type Lines = readonly (readonly [item: string, quantity: number, cents: number])[]

export function createPurchase(options: PurchaseOptions = {}): PurchaseBuilder {
  return new PurchaseBuilder(options)
}

export class PurchaseBuilder extends FileBuilder {
  readonly #bids: BidPlan[] | undefined
  /** Index of the list of exclusions. */
  readonly listIndex: number

  constructor(options: PurchaseOptions) {
    super(options)
    this.#bids = options.bids
    this.listIndex = this.entries.length
    if (!options.withoutList) this.excluded([])
  }

  /** Loads a list of exclusions that names these vendors. */
  excluded(vendors: string[], date = '2026-01-05'): string {
    const entries = vendors.map((vendor) => ({
      identifier: { scheme: 'US-UEI', id: vendor.toUpperCase() },
      from: '2026-01-01',
      cause: 'Suspended pending an investigation.',
    }))
    return this.act('exclusion.set', 'p-reg', { source: 'sam', date, entries })
  }

  get contract(): Contract {
    return only(this.state.open.contracts)
  }

  get invoice(): Invoice {
    return last(this.contract.invoices)
  }

  get payment(): Payment {
    return last(this.contract.payments)
  }

  /** Statement hash of the newest contract, else of the award. */
  contractOrAward(): string {
    const { contracts, award } = this.state.open
    return Object.values(contracts)[0]?.hash ?? award?.hash ?? ''
  }

  commitHashOf(vendor: string): string {
    const bid = this.state.sealed?.opened?.find((one) => one.vendor === vendor)
    if (!bid) throw new Error(`${vendor} has no opened bid`)
    return bid.commitHash
  }

  /** Reasons for all but the winner. */
  others(winner: string, code = 'longer-delivery'): JsonObject[] {
    const losers = this.state.sealed?.opened?.filter((bid) => bid.vendor !== winner) ?? []
    return losers.map(({ commitHash, lot }) => ({
      commitHash,
      lot,
      reason: { code, text: 'Delivers after the rangers are trained.' },
    }))
  }

  award(changes: object = {}, winner = 'v-northfork', dollars = 19_888): JsonObject {
    return {
      lots: [
        {
          lot: 'main',
          vendor: winner,
          commitHash: this.commitHashOf(winner),
          price: usd(dollars),
          reason: 'Delivers on March 9 and repairs within three working days.',
        },
      ],
      others: this.doc('reasons.json', this.others(winner)),
      priceReasonable: { basis: 'competition', text: 'Three quotations competed.' },
      responsibility: [{ vendor: winner, finding: 'responsible', basis: 'Past deliveries.' }],
      exclusions: { checkedAgainst: this.listIndex },
      ...(this.#isLowerOpened(usd(dollars).amount)
        ? { lowestNotChosen: 'A lower quotation came with delivery after March 13.' }
        : {}),
      ...changes,
    }
  }

  #isLowerOpened(amount: string): boolean {
    const bids = this.state.sealed?.opened?.filter(({ lot }) => lot === 'main') ?? []
    return bids.some(({ price }) => BigInt(price?.amount ?? amount) < BigInt(amount))
  }

  toCompared(): this {
    this.toOpened(this.#bids)
    return this.waitUntil(noon('2026-01-28'))
  }

  toAwarded(changes: object = {}): this {
    this.toCompared()
    this.act('award.decide', 'p-dana', this.award(changes))
    return this
  }

  order(changes: object = {}, lines: Lines = LINES): JsonObject {
    return {
      contract: `${this.ocid}-C1`,
      award: this.state.open.award?.hash ?? '',
      vendor: 'v-northfork',
      lines: linesOf(lines),
      amount: usd(19_888),
      deliver: { place: 'Bureau of Parks, Granite Lakes', by: '2026-03-13' },
      terms: [],
      ...changes,
    }
  }

  toOrdered(): this {
    this.toAwarded()
    this.act('order.sign', 'p-dana', this.order())
    return this
  }

  toAccepted(): this {
    this.toOrdered()
    this.waitUntil(noon('2026-01-29'))
    this.act('order.accept', 'p-northfork', { of: this.contract.hash })
    return this
  }

  announce(tablets = 12, shipping = 1, day = '2026-03-09'): string {
    const lines = [
      { item: '0001', quantity: String(tablets) },
      { item: '0002', quantity: String(shipping) },
    ].filter(({ quantity }) => quantity !== '0')
    return this.act('delivery.announce', 'p-northfork', {
      contract: this.contract.id,
      lines,
      deliveredOn: day,
    })
  }

  toDelivered(): this {
    this.toAccepted()
    this.waitUntil(noon('2026-03-09'))
    this.announce()
    return this
  }

  /** The receiving report on a delivery: everything accepted but so many rejected tablets. */
  report(of: string, rejectedTablets = 0, day = '2026-03-11', deliveredOn = '2026-03-09'): string {
    const lines = this.contract.deliveries[of]?.lines ?? []
    const reason = { code: 'damaged', text: 'The screens are cracked.' }
    return this.act('delivery.accept', 'p-rosa', {
      of,
      lines: lines.map(({ item, quantity }) => {
        const rejected = item === '0001' ? rejectedTablets : 0
        return {
          item,
          accepted: String(Number(quantity) - rejected),
          rejected: String(rejected),
          ...(rejected === 0 ? {} : { reason }),
        }
      }),
      deliveredOn,
      acceptedOn: day,
      title: 'Chief ranger',
    })
  }

  toInspected(rejectedTablets = 0): this {
    this.toDelivered()
    this.waitUntil(noon('2026-03-11'))
    this.report(only(this.contract.deliveries).hash, rejectedTablets)
    return this
  }

  bill(number: string, lines: Lines = LINES, changes: object = {}): JsonObject {
    const billed = linesOf(lines)
    const total = billed.reduce((sum, line) => sum + BigInt(line.amount.amount), 0n)
    const contact = this.doc('contact.json', { name: 'Accounts', phone: '+1 406 555 0100' })
    return {
      number,
      date: this.legal.slice(0, 10),
      contract: this.contract.id,
      lines: billed,
      amount: { amount: total.toString(), currency: 'USD' },
      payTo: named('account v-northfork'),
      contact: contact['commit'] as string, // just made
      ...changes,
    }
  }

  submitBill(number: string, lines: Lines = LINES, changes: object = {}): string {
    return this.act('invoice.submit', 'p-northfork', this.bill(number, lines, changes))
  }

  toInvoiced(): this {
    this.toInspected()
    this.waitUntil(noon('2026-03-12'))
    this.submitBill('NF-2041')
    return this
  }

  toMatched(): this {
    this.toInvoiced()
    this.clock('invoice.match')
    return this
  }

  schedule(changes: object = {}): object {
    return {
      invoice: this.invoice.hash,
      amount: this.invoice.amount,
      due: '2026-04-13',
      rule: 'us.pay.due',
      ...changes,
    }
  }

  toScheduled(): this {
    this.toMatched()
    this.act('payment.schedule', 'p-sam', this.schedule())
    return this
  }

  /** Releases by two persons; returns nothing where the first half is refused. */
  releasePayment(endToEndId = 'GL-26-014-1'): this {
    const of = this.act('payment.release', 'p-sam', { payment: this.payment.hash, endToEndId })
    this.act('payment.release.cosign', 'p-priya', { of })
    return this
  }

  /** Payload of the clock's order for a released payment. */
  bankFile(amount: { amount: string; currency: string }, executeOn: string): JsonObject {
    const { endToEndId = '', hash } = this.payment
    const file = this.doc('pain.001.xml', { amount: amount.amount }, 'application/xml')
    return {
      payment: hash,
      endToEndId,
      amount,
      executeOn,
      file: file['commit'] as string, // just made
    }
  }

  settlement(date: string): object {
    const { endToEndId = '', hash, order } = this.payment
    if (!order) throw new Error('nothing is ordered')
    return { payment: hash, endToEndId, bankReference: '26106-0088314', date, amount: order.amount }
  }

  /** Released three days late, ordered with interest, arrived on Apr 17. */
  toPaid(): this {
    this.toScheduled()
    this.clock('payment.overdue')
    this.waitUntil(noon('2026-04-16'))
    this.releasePayment()
    this.clock('payment.order', this.bankFile(usd(19_897.12), '2026-04-17'))
    this.clock('interest.accrue')
    this.clock('payment.settle', this.settlement('2026-04-17'))
    return this
  }

  /** A statement of the clock as it stands, for tests that say it wrongly. */
  clockSays(t: string, payload: object, cause: string, said: Said = {}): Decision {
    return this.decide(t, CLOCK, payload, { cause, ...said })
  }
}

/** The order of the example: its lines come to 19,888.00. */
export const LINES: Lines = [
  ['0001', 12, 165_733],
  ['0002', 1, 4],
]

export function linesOf(lines: Lines): {
  item: string
  quantity: string
  unitPrice: { amount: string; currency: string }
  amount: { amount: string; currency: string }
}[] {
  return lines.map(([item, quantity, cents]) => ({
    item,
    quantity: String(quantity),
    unitPrice: { amount: String(cents), currency: 'USD' },
    amount: { amount: String(quantity * cents), currency: 'USD' },
  }))
}

/** Puts another price sheet into an opened bid's capsule, as its vendor would have sealed it. */
export function reprice(
  purchase: PurchaseBuilder,
  vendor: string,
  price: { lines: Lines; statedAmounts?: number[]; stated: number },
): void {
  const capsule = {
    answers: [],
    price: {
      currency: 'USD',
      amount: String(price.stated),
      lines: price.lines.map(([item, quantity, cents], index) => ({
        item,
        quantity: String(quantity),
        unitPrice: String(cents),
        amount: String(price.statedAmounts?.[index] ?? quantity * cents),
      })),
    },
  }
  const bid = purchase.state.sealed?.opened?.find((one) => one.vendor === vendor)
  if (!bid) throw new Error(`${vendor} has no opened bid`)
  const bytes = encodeCanonical(capsule)
  bid.capsuleHash = toBase64Url(sha256(bytes))
  bid.price = { amount: String(price.stated), currency: 'USD' }
  purchase.documents.set(bid.capsuleHash, bytes)
}

/** What a public reader knows of a file. */
export function publicPart({ open }: FileState): FileState {
  return { open }
}

function only<T>(record: Record<string, T>): T {
  const values = Object.values(record)
  if (values.length !== 1 || values[0] === undefined) throw new Error('not exactly one')
  return values[0]
}

function last<T>(record: Record<string, T>): T {
  const value = Object.values(record).at(-1)
  if (value === undefined) throw new Error('there is none')
  return value
}
