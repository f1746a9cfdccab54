/**
 * One procurement as the public may see it: the projection behind its page and its JSON, so that the two cannot differ.
 *
 * It is made from the open part of the state and from open entries only; it never sees the sealed part. Before the
 * opening nothing in it depends on how many bids there are or who sent them.
 */
import type {
  Contract,
  Duty,
  Invoice,
  Item,
  Money,
  OpenState,
  Payment,
  Role,
  SolicitationTerms,
  Stage,
} from '../../procurement/index.ts'
import { addMoney, extend, findRule, methodOf, sumMoney } from '../../procurement/index.ts'
import { plainDay } from '../format.ts'
import { readText } from '../reading.ts'
import { roleName, taskFor } from '../sentences.ts'
import { termsOf, capital, type Terms } from '../terms.ts'
import { nameIn, type EntryView, type Names } from './entry.ts'

export interface StageView {
  id: string
  label: string
  state: 'done' | 'current' | 'coming'
  /** Legal instants: when it happened, or from when to when. */
  from?: string
  to?: string
  note?: string
  /** Who acts, where it has not come yet. */
  who?: string
}

/** The box beside the title: the deadline, or what became of it. Times are legal. */
export type BoxView =
  | { kind: 'preparing' }
  | { kind: 'deadline'; at: string; real: string }
  | { kind: 'closed'; at: string }
  | { kind: 'ordered'; amount: Money; at: string; vendor: string }
  | { kind: 'paid'; amount: Money; on: string; due: string; interest?: Money; closedAt?: string }
  | { kind: 'ended'; at: string; reason: string; failed: boolean }

export interface SumRow {
  label: string
  /** A plain date, or a legal instant. */
  at?: string
  note?: string
  amount: Money
  total?: true
}

export interface StepView {
  index: number
  pseq: number
  t: string
  legal: string
  label: string
  sentence: string
  who: string
  reasons: string[]
}

export interface NextView {
  type: string
  label: string
  who: string
  by?: string
  /** Whether `by` is a legal or a real instant. */
  clock: 'legal' | 'real'
  cite: string
  otherwise: string
}

export interface HolderView {
  id: string
  name: string
  released?: true
}

/** A bid as far as the method has disclosed it to everyone. */
export interface DisclosedBid {
  commitHash: string
  vendor: string
  name: string
  status: 'opened' | 'void'
  price?: Money
}

export interface ProcurementView {
  format: 'tenderbook-procurement/1'
  ocid: string
  title: string
  lede: string
  need: string
  category: string
  stage: Stage
  org: { id: string; name: string }
  zone: string
  live: boolean
  method?: string
  /** Title of the method, and the rules that chose it, with where they stand. */
  how?: { title: string; rules: { text: string; cite: string }[] }
  pack?: { id: string; version: string; sha256: string }
  training?: { legalStart: string; realStart: string; accelerator: number; legalNow: string }
  source?: { ocid: string; uri: string }
  /** The server's clock when this was made, real. */
  now: string
  box: BoxView
  stages: StageView[]
  next: NextView[]
  items: Item[] | { document: string }
  delivery: { place: string; by: string }
  /** Only after an order: an estimate known before would steer the prices. */
  estimate?: Money
  terms?: Pick<
    SolicitationTerms,
    | 'lots'
    | 'documents'
    | 'factors'
    | 'requested'
    | 'codes'
    | 'questionsUntil'
    | 'bidsUntil'
    | 'validDays'
    | 'payment'
    | 'late'
    | 'disclose'
  >
  amendments: { legal: string; reason: string; material: boolean }[]
  answers: { question: string; text: string; legal: string }[]
  opening?: { k: number; n: number; holders: HolderView[] }
  approval?: { reasons: string[]; legal: string }
  award?: AwardView
  /** What the method has disclosed, and why not more. */
  bids: { disclosed: DisclosedBid[]; count?: number; note: string }
  contracts: ContractView[]
  money: SumRow[]
  steps: StepView[]
  links: { self: string; page: string; entries: string; live: string; export: string }
}

export interface AwardView {
  legal: string
  by: string
  lots: { lot: string; vendor: string; name: string; price: Money; reason: string }[]
  lowestNotChosen?: string
  priceReasonable: { basis: string; text: string }
}

export interface ContractView {
  id: string
  vendor: string
  name: string
  amount: Money
  stage: Contract['stage']
  signedLegal: string
  acceptedLegal?: string
}

/** The method as its pack says it. */
export interface MethodView {
  title: string
  /** What becomes public, and when. */
  disclose: string
  rules: { text: string; cite: string }[]
}

/** Names of the rules that a reader asks for first: why this method, who was asked, what is told. */
const ruleNames = ['sources', 'disclosure']

/** The file's method and the rules behind it; undefined before it is approved. */
export function methodView(file: OpenState): MethodView | undefined {
  const method = methodOf(file)
  if (!method) return undefined
  const names = [method.over, method.upTo, ...ruleNames].filter((name) => name !== undefined)
  const rules = names.flatMap((name) => findRule(file, name) ?? [])
  return {
    title: method.title,
    disclose: method.disclose.text,
    rules: rules.map(({ text, cite }) => ({ text, cite })),
  }
}

export interface ProcurementSources {
  file: OpenState
  /** Open entries of this procurement in order, with the legal time of each. */
  entries: { view: EntryView; legal: string }[]
  names: Names
  /** The method's title and what it discloses, where the file has one. */
  method?: MethodView
  /** Bids as far as anyone may see them, and how many were opened once that is public. */
  disclosed: { bids: Omit<DisclosedBid, 'name'>[]; count?: number }
  due: Duty[]
  now: string
  legalNow: string
  /** A legal instant on the real clock. */
  realOf: (legal: string) => string
  links: ProcurementView['links']
}

export function procurementView(from: ProcurementSources): ProcurementView {
  const { file, names, now, legalNow } = from
  const name = nameIn(names)
  const { requisition, solicitation, opening } = file
  const { openingKey: key } = solicitation?.terms ?? {}
  const contracts = Object.values(file.contracts)
  return {
    format: 'tenderbook-procurement/1',
    ocid: file.ocid,
    title: solicitation?.terms.title ?? requisition.title,
    lede: solicitation?.terms.description ?? requisition.need,
    need: requisition.need,
    category: requisition.category,
    stage: file.stage,
    org: { id: file.org, name: name(file.org) },
    zone: file.zone,
    live: file.live,
    ...(file.method === undefined ? {} : { method: file.method }),
    ...(from.method ? { how: { title: from.method.title, rules: from.method.rules } } : {}),
    ...(file.pack === undefined ? {} : { pack: file.pack }),
    ...(file.training === undefined ? {} : { training: { ...file.training, legalNow } }),
    ...(requisition.source === undefined
      ? {}
      : { source: { ocid: requisition.source.ocid, uri: requisition.source.uri } }),
    now,
    box: boxOf(from),
    stages: stagesOf(file),
    next: nextOf(from.due, termsOf(file.method)),
    items: Array.isArray(requisition.items)
      ? requisition.items.map((item) => withoutEstimate(item, contracts.length > 0))
      : { document: requisition.items.name },
    delivery: solicitation?.terms.delivery ?? requisition.delivery,
    ...(contracts.length > 0 ? { estimate: requisition.value } : {}),
    ...(solicitation ? { terms: publicTerms(solicitation.terms) } : {}),
    amendments: (solicitation?.amendments ?? []).map(({ legal, reason, material }) => ({
      legal,
      material,
      reason: reason.text,
    })),
    answers: file.answers.map(({ question, text, legal }) => ({ question, text, legal })),
    ...(key ? { opening: holdersOf(key.groups, opening, name) } : {}),
    ...(file.approval ? { approval: approvalOf(file.approval) } : {}),
    ...(file.award ? { award: awardOf(file, name) } : {}),
    bids: bidsOf(from, name),
    contracts: contracts.map((contract) => contractOf(contract, name)),
    money: contracts.flatMap(sumsOf),
    steps: from.entries.flatMap((entry) => stepOf(entry, contracts.length > 0)),
    links: from.links,
  }
}

function withoutEstimate(item: Item, isOrdered: boolean): Item {
  if (isOrdered || item.estimate === undefined) return item
  const { id, lot, description, classification, quantity, unit } = item
  return {
    id,
    lot,
    description,
    quantity,
    unit,
    ...(classification === undefined ? {} : { classification }),
  }
}

function publicTerms(terms: SolicitationTerms): NonNullable<ProcurementView['terms']> {
  const { lots, documents, factors, requested, codes, payment, late, disclose, bidsUntil } = terms
  return {
    lots: lots.map(({ id, title, items }) => ({ id, title, items })),
    documents,
    factors,
    requested,
    codes,
    bidsUntil,
    payment,
    late,
    disclose,
    ...(terms.questionsUntil === undefined ? {} : { questionsUntil: terms.questionsUntil }),
    ...(terms.validDays === undefined ? {} : { validDays: terms.validDays }),
  }
}

function holdersOf(
  groups: SolicitationTerms['openingKey']['groups'],
  opening: OpenState['opening'],
  name: (id: string) => string,
): NonNullable<ProcurementView['opening']> {
  const released = new Set(opening.releases.map((release) => release.id))
  const holders = groups.flatMap((group) =>
    group.members.map(({ id }): HolderView => {
      const person = opening.members.find((member) => member.id === id)?.person ?? id
      return { id, name: name(person), ...(released.has(id) ? { released: true as const } : {}) }
    }),
  )
  return { k: groups[0]?.k ?? 0, n: holders.length, holders }
}

/** Why open or invited, why set aside or not, as the approver wrote it. */
function approvalOf(approval: NonNullable<OpenState['approval']>) {
  const reasons = [
    readText(approval.competition, 'reason.text'),
    readText(approval.setAside, 'reason.text'),
  ]
  return { legal: approval.legal, reasons: reasons.filter((reason) => reason !== undefined) }
}

function awardOf(file: OpenState, name: (id: string) => string): AwardView {
  // Only called with an award.
  const award = file.award as NonNullable<OpenState['award']>
  return {
    legal: award.legal,
    by: name(award.by),
    lots: award.lots.map(({ lot, vendor, price, reason }) => ({
      lot,
      vendor,
      name: name(vendor),
      price,
      reason: typeof reason === 'string' ? reason : (reason as { text: string }).text,
    })),
    ...(award.lowestNotChosen === undefined ? {} : { lowestNotChosen: award.lowestNotChosen }),
    priceReasonable: award.priceReasonable,
  }
}

function bidsOf({ file, disclosed, method }: ProcurementSources, name: (id: string) => string) {
  const { count } = disclosed
  return {
    disclosed: disclosed.bids.map((bid) => ({ ...bid, name: name(bid.vendor) })),
    ...(count === undefined ? {} : { count }),
    note:
      file.opening.result === undefined
        ? `Before the opening nobody is told who has sent a ${termsOf(file.method).bid}, nor how many have.`
        : (method?.disclose ?? ''),
  }
}

const contractOf = (contract: Contract, name: (id: string) => string): ContractView => ({
  id: contract.id,
  vendor: contract.vendor,
  name: name(contract.vendor),
  amount: contract.amount,
  stage: contract.stage,
  signedLegal: contract.signedLegal,
  ...(contract.acceptedLegal === undefined ? {} : { acceptedLegal: contract.acceptedLegal }),
})

interface ShownEntry {
  view: EntryView
  legal: string
}

function stepOf({ view, legal }: ShownEntry, isOrdered: boolean): StepView[] {
  const { index, pseq, t, label, who, reasons } = view
  if (pseq === undefined || t === undefined || who === undefined) return []
  // The sum that is certified is the estimate, which is told with the order; the entry itself has it.
  const isTooSoon = t === 'funds.certify' && !isOrdered
  const sentence = isTooSoon ? 'The funds are certified.' : view.sentence
  return [{ index, pseq, t, legal, label, sentence, who, reasons }]
}

/** Duties of people, soonest first; what the clock does by itself comes after them. */
function nextOf(due: Duty[], terms: Terms): NextView[] {
  return [...due]
    .filter((duty) => duty.role !== 'CK' || duty.by !== undefined)
    .sort((a, b) => (a.by ?? '9').localeCompare(b.by ?? '9'))
    .map(({ type, role, by, clock, rule, otherwise }) => ({
      type,
      label: taskFor(type, terms),
      who: roleName(role),
      clock,
      cite: rule.cite,
      otherwise,
      ...(by === undefined ? {} : { by }),
    }))
}

// The box

function boxOf({ file, realOf }: ProcurementSources): BoxView {
  const { solicitation, opening, ended, failed } = file
  if (ended) return { kind: 'ended', at: ended.legal, reason: ended.reason.text, failed: false }
  if (failed) return { kind: 'ended', at: failed.legal, reason: failed.reason.text, failed: true }
  const contract = Object.values(file.contracts)[0]
  if (contract) return paidBox(file, contract) ?? orderedBox(contract)
  if (opening.close) return { kind: 'closed', at: opening.close.legal }
  if (!solicitation) return { kind: 'preparing' }
  const at = solicitation.terms.bidsUntil
  return { kind: 'deadline', at, real: realOf(at) }
}

const orderedBox = (contract: Contract): BoxView => ({
  kind: 'ordered',
  amount: contract.amount,
  at: contract.signedLegal,
  vendor: contract.vendor,
})

function paidBox(file: OpenState, contract: Contract): BoxView | undefined {
  const settled = paymentsOf(contract).filter((payment) => payment.settled !== undefined)
  const last = settled.at(-1)
  if (!last?.settled) return undefined
  const { currency } = contract.amount
  const interest = sumMoney(
    settled.flatMap((payment) => payment.interest.map((row) => row.amount)),
    currency,
  )
  return {
    kind: 'paid',
    amount: sumMoney(
      settled.map((payment) => payment.amount),
      currency,
    ),
    on: last.settled.date,
    due: last.due,
    ...(interest.amount === '0' ? {} : { interest }),
    ...(file.closedAt === undefined ? {} : { closedAt: file.closedAt }),
  }
}

const paymentsOf = (contract: Contract): Payment[] => Object.values(contract.payments)

// The stages

interface Passage {
  id: string
  label: string
  done: boolean
  from?: string | undefined
  to?: string | undefined
  note?: string | undefined
  who: Role
}

function stagesOf(file: OpenState): StageView[] {
  const passages = file.ended || file.failed ? endedPassages(file) : passagesOf(file)
  const current = passages.findIndex((passage) => !passage.done)
  return passages.map((passage, position) => {
    const state = passage.done ? 'done' : position === current ? 'current' : 'coming'
    const from = passage.from ?? (state === 'current' ? passages[position - 1]?.from : undefined)
    return {
      id: passage.id,
      label: passage.label,
      state,
      ...(from !== undefined && state !== 'coming' ? { from } : {}),
      ...(passage.to !== undefined ? { to: passage.to } : {}),
      ...(state === 'coming' && passage.note !== undefined ? { note: passage.note } : {}),
      ...(state === 'done' ? {} : { who: roleName(passage.who) }),
    }
  })
}

function passagesOf(file: OpenState): Passage[] {
  const { requisition, approval, solicitation, opening } = file
  const contracts = Object.values(file.contracts)
  const deliveries = contracts.flatMap((contract) => Object.values(contract.deliveries))
  const accepted = deliveries.filter((delivery) => delivery.report !== undefined)
  const isDelivered =
    accepted.length > 0 && contracts.every((contract) => contract.lines.every(isLineAccepted))
  const settled = contracts.flatMap(paymentsOf).flatMap((payment) => payment.settled ?? [])
  const isPaid = settled.length > 0 && contracts.flatMap(paymentsOf).every((p) => p.settled)
  return [
    { id: 'request', label: 'Request', done: true, from: requisition.legal, who: 'RQ' },
    {
      id: 'approval',
      label: 'Approval',
      done: approval !== undefined,
      from: approval?.legal,
      who: 'AP',
    },
    {
      id: 'bidding',
      label: capital(termsOf(file.method).bids),
      done: opening.close !== undefined,
      from: solicitation?.publishedLegal,
      to: opening.close?.legal,
      who: solicitation ? 'VE' : 'CO',
    },
    {
      id: 'opening',
      label: 'Opening',
      done: opening.result !== undefined,
      from: opening.result?.legal,
      who: 'OO',
    },
    {
      id: 'order',
      label: 'Order',
      done: contracts.length > 0,
      from: contracts[0]?.signedLegal,
      who: 'CO',
    },
    {
      id: 'delivery',
      label: 'Delivery',
      done: isDelivered,
      from: accepted.at(-1)?.report?.legal,
      who: deliveries.length > accepted.length ? 'AC' : 'VE',
    },
    {
      id: 'payment',
      label: 'Payment',
      done: isPaid,
      from: settled.at(-1)?.legal,
      note: solicitation && `within ${solicitation.terms.payment.days} days`,
      who: 'PO',
    },
    {
      id: 'closed',
      label: 'Closed',
      done: file.closedAt !== undefined,
      from: file.closedAt,
      who: 'CO',
    },
  ]
}

/** A file that ended early: what had happened, and the end. */
function endedPassages(file: OpenState): Passage[] {
  const end = file.ended ?? file.failed
  const happened = passagesOf(file).filter((passage) => passage.done && passage.id !== 'closed')
  const label = file.ended ? 'Ended' : 'No award'
  return [...happened, { id: 'closed', label, done: true, from: end?.legal, who: 'CO' }]
}

const isLineAccepted = (line: Contract['lines'][number]): boolean =>
  Number(line.accepted) >= Number(line.quantity)

// The money

function sumsOf(contract: Contract): SumRow[] {
  const invoices = Object.values(contract.invoices)
  const payments = paymentsOf(contract)
  return [
    { label: 'Ordered', at: contract.signedLegal, amount: contract.amount },
    ...acceptedSum(contract),
    ...invoices.map((invoice) => invoiceSum(invoice, payments)),
    ...payments.flatMap(interestSums),
    ...paidSum(contract, payments),
  ]
}

function acceptedSum(contract: Contract): SumRow[] {
  const reports = Object.values(contract.deliveries).flatMap((delivery) => delivery.report ?? [])
  const last = reports.at(-1)
  if (!last) return []
  const whole = contract.lines.every(isLineAccepted)
  const value = sumMoney(
    contract.lines.map((line) => extend(line.accepted, line.unitPrice).amount),
    contract.amount.currency,
  )
  const label = whole ? 'Delivered and accepted, every line' : 'Delivered and accepted so far'
  const tax = whole && contract.tax ? contract.tax : undefined
  return [{ label, at: last.acceptedOn, amount: tax ? addMoney(value, tax) : value }]
}

function invoiceSum(invoice: Invoice, payments: Payment[]): SumRow {
  const payment = payments.find((each) => each.invoice === invoice.hash)
  const returned = invoice.stage === 'returned' ? ', returned' : ''
  return {
    label: `Invoiced, invoice ${invoice.number}${returned}`,
    at: invoice.date,
    amount: invoice.amount,
    ...(payment ? { note: `due ${plainDay(payment.due)}` } : {}),
  }
}

const interestSums = (payment: Payment): SumRow[] =>
  payment.interest.map(({ from, to, rate, amount }) => ({
    label: `Interest for late payment, ${rate} % a year`,
    at: from,
    note: `to ${plainDay(to)}`,
    amount,
  }))

function paidSum(contract: Contract, payments: Payment[]): SumRow[] {
  const settled = payments.flatMap((payment) => payment.settled ?? [])
  const last = settled.at(-1)
  if (!last) return []
  const amount = sumMoney(
    settled.map((row) => row.amount),
    contract.amount.currency,
  )
  return [{ label: 'Paid', at: last.date, amount, total: true }]
}
