/**
 * The state of one procurement file, as the rules derive it from its entries: plain JSON, rebuilt
 * byte for byte.
 *
 * Two parts. `open` is what anyone may see and what open acts are judged by; `sealed` holds bids,
 * questions' senders and what an opening brought to light, is never read by a public page, and is
 * absent for those who may not see it. Money is `{amount, currency}` with the amount a decimal
 * string of minor units; times are legal instants unless a name says real; hashes are base64url.
 */
import type { Json } from '../ledger/index.ts'
import type { Role } from './act.ts'
import type { CalendarId } from './calendar.ts'

export type Stage =
  | 'draft'
  | 'approved'
  | 'open'
  | 'closed'
  | 'opened'
  | 'contracted'
  | 'unsuccessful'
  | 'complete'
  | 'ended'

export interface Money {
  amount: string
  currency: string
}

/** A document by salted commitment; its bytes lie beside the record. */
export interface Doc {
  name: string
  media: string
  size: number
  commit: string
}

export interface Item {
  id: string
  lot: string
  description: string
  classification?: { scheme: string; id: string }
  quantity: string
  unit: { name: string; code: string }
  estimate?: Money
}

export interface Reason {
  code: string
  text: string
}

/** legal = legalStart + (real − realStart) × accelerator. */
export interface TrainingClock {
  legalStart: string
  realStart: string
  accelerator: number
}

/** One act of a person in a role, by the statement that shows it. */
export interface Acted {
  role: Role
  t: string
  hash: string
}

/** The first half of an act of two persons, kept until its `<t>.cosign`. */
export interface PendingAct {
  t: string
  actor: string
  role: Role
  statement: Json
  legal: string
}

export interface FileState {
  open: OpenState
  sealed?: SealedState
}

export interface OpenState {
  ocid: string
  org: string
  /** From the org's register row when the file was opened. */
  zone: string
  calendar: CalendarId
  live: boolean
  stage: Stage
  /** Set at approval and pinned. */
  method?: string
  pack?: { id: string; version: string; sha256: string }
  training?: TrainingClock
  /**
   * Who acted in which roles, for the duty matrix: person → roles, each with the act that shows it.
   */
  actedAs: Record<string, Acted[]>
  /** Who a role of this file is assigned to (`file.assign`, else the first who acts in it). */
  assigned: Partial<Record<Role, string>>
  /**
   * Roles that a `file.assign` has handed over: only the person assigned acts in them. The
   * officer's always is so.
   */
  handed: Role[]
  pending: Record<string, PendingAct>
  requisition: Requisition
  funds?: {
    line: string
    amount: Money
    fiscalYear: string
    availableUntil: string
    hash: string
    legal: string
  }
  approval?: { hash: string; legal: string; competition: Json; setAside: Json; clauses: string[] }
  opening: Opening
  solicitation?: Solicitation
  answers: { of: string; question: string; text: string; legal: string; hash: string }[]
  /** By lot id; a file without lots has the one lot `main`. */
  lots: Record<string, LotState>
  assessments: Record<
    string,
    {
      finding: 'responsive' | 'rejected' | 'cure'
      reason: Reason
      legal: string
      hash: string
      /** Codes of the defects that the vendor was asked to cure. */
      asked: string[]
      until?: string
    }
  >
  award?: Award
  contracts: Record<string, Contract>
  /** Reminders sent, by duty key. */
  reminded: Record<string, { level: number; legal: string }>
  failed?: { reason: Reason; legal: string; hash: string }
  /** The whole file is closed (`file.close`). */
  closedAt?: string
  ended?: { reason: Reason; legal: string }
}

export interface Requisition {
  hash: string
  legal: string
  by: string
  title: string
  need: string
  category: 'goods' | 'services' | 'works'
  items: Item[] | Doc
  delivery: { place: string; by: string }
  value: Money
  budget: { line: string; plan?: string }
  source?: { ocid: string; uri: string; sha256: string }
}

/** Everything about key holders and the opening of one envelope, `main` on the light path. */
export interface Opening {
  recipients: { envelope: string; kid: string; pub: string }[]
  members: {
    envelope: string
    group: string
    id: string
    org: string
    pub: string
    person: string
  }[]
  /** Set by deadline.close. */
  close?: { envelope: string; commit: string; hash: string; real: string; legal: string }
  pings: { envelope: string; group: string; id: string; legal: string }[]
  releases: { envelope: string; group: string; id: string; hash: string; real: string }[]
  delayed?: { hash: string; real: string; released: string[] }
  result?: { hash: string; result: Doc; legal: string; real: string }
  /** Public fields of bids that the method has disclosed by opening.reveal: commitHash of each. */
  revealed: { index: number; commitHash: string }[]
}

export interface Solicitation {
  hash: string
  /**
   * Leaf hash of the publication or of the newest material amendment: the `tenderHead` that acts
   * must cite.
   */
  head: string
  /**
   * Statement hash of the publication or amendment that set `bidsUntil`: the cause of the close.
   */
  deadlineBy: string
  publishedLegal: string
  publishedReal: string
  /** The payload of solicitation.publish with all amendments applied. */
  terms: SolicitationTerms
  amendments: { hash: string; legal: string; changes: Json; material: boolean; reason: Reason }[]
}

export interface SolicitationTerms {
  title: string
  description: string
  lots: { id: string; title: string; items: string[]; value?: Money }[]
  documents: Doc[]
  factors: {
    id: string
    name: string
    kind: 'price' | 'technical' | 'delivery' | 'past'
    weight?: string
  }[]
  requested: {
    id: string
    title: string
    kind: 'price' | 'answer' | 'document' | 'declaration'
    media?: string[]
    sizeMax?: number
    required: boolean
  }[]
  codes: { scheme: string; id: string }[]
  questionsUntil?: string
  bidsUntil: string
  validDays?: number
  delivery: { place: string; by: string }
  payment: { days: number; discount?: { percent: string; days: number } }
  openingKey: OpeningKey
  capsuleLen: number
  slots: number
  late: 'refuse' | 'mayConsider' | 'exception'
  disclose: string
  contract: 'award' | 'order' | 'both'
}

/** `opening.key` of security.md 4.2. */
export interface OpeningKey {
  envelope: string
  suite: string
  groups: { name: string; k: number; members: { id: string; pub: string }[] }[]
  recipients: { kid: string; pub: string }[]
  opensAfter: string
  rule: string
}

export interface LotState {
  id: string
  stage: 'open' | 'awarded' | 'unsuccessful' | 'contracted' | 'complete'
  award?: { vendor: string; commitHash: string; price: Money; hash: string }
}

export interface Award {
  hash: string
  legal: string
  by: string
  lots: { lot: string; vendor: string; commitHash: string; price: Money; reason: string }[]
  others: ({ commitHash: string; lot: string; reason: Reason } | Doc)[] | Doc
  tax?: Money
  priceReasonable: { basis: string; text: string }
  lowestNotChosen?: string
}

export interface ContractLine {
  item: string
  quantity: string
  unitPrice: Money
  amount: Money
  /** Quantities so far, decimal strings. */
  announced: string
  accepted: string
  rejected: string
  billed: string
}

export interface Contract {
  id: string
  award: string
  vendor: string
  lots: string[]
  stage: 'offered' | 'active' | 'complete' | 'terminated'
  lines: ContractLine[]
  tax?: Money
  amount: Money
  deliver: { place: string; by: string }
  hash: string
  signedLegal: string
  acceptedLegal?: string
  deliveries: Record<string, Delivery>
  invoices: Record<string, Invoice>
  payments: Record<string, Payment>
  completed?: { legal: string; outcome: string }
}

/** By the statement hash of delivery.announce. */
export interface Delivery {
  hash: string
  lines: { item: string; quantity: string; accepted: string; rejected: string }[]
  deliveredOn: string
  announcedLegal: string
  report?: { hash: string; acceptedOn: string; deliveredOn: string; legal: string }
  deemed?: { hash: string; legal: string; on: string }
}

/** By the statement hash of invoice.submit. */
export interface Invoice {
  hash: string
  number: string
  date: string
  receivedLegal: string
  /** A credit note's unit prices, amounts and tax are negative; its quantities are not. */
  lines: { item: string; quantity: string; unitPrice: Money; amount: Money }[]
  tax?: Money
  amount: Money
  /** Of the invoice that this credit note lowers. */
  credits?: string
  /** Of the returned invoice that this one replaces. */
  corrects?: string
  payTo: string
  stage: 'received' | 'returned' | 'matched' | 'exception' | 'scheduled' | 'paid'
  match?: {
    result: 'matched' | 'exception'
    hash: string
    legal: string
    findings: string[]
    lines: Json
  }
  /** How often it was matched: again after a credit note, or when a return was a mistake. */
  matches: number
  returned?: { hash: string; legal: string; defects: Json }
  resolved?: { decision: 'accept' | 'return'; reason: Reason; hash: string; legal: string }
  /** Not paid by `due`, a plain date. */
  overdue?: { due: string; hash: string; legal: string }
}

/** By the statement hash of payment.schedule. */
export interface Payment {
  hash: string
  invoice: string
  amount: Money
  /** Plain date by which the law wants it paid, on a working day. */
  due: string
  rule: string
  /** Plain date after which interest runs: `due`, or earlier where acceptance came by silence. */
  interestDue: string
  /** Taken off where the money leaves by that day. */
  discount?: { amount: Money; by: string }
  stage: 'scheduled' | 'released' | 'ordered' | 'settled'
  scheduledLegal: string
  endToEndId?: string
  releasedLegal?: string
  /**
   * Statement hash of the release, the bank data that it pays to, the day on which the bank is to
   * pay.
   */
  release?: { hash: string; payTo: string; executeOn: string }
  /** Days on which no interest runs, because the vendor's bank data were wrong: first and last. */
  paused: { from: string; to: string }[]
  interest: {
    from: string
    to: string
    principal: Money
    rate: string
    amount: Money
    hash: string
  }[]
  /** `amount` is what the bank was asked to pay: less a discount, with `interest`. */
  order?: {
    hash: string
    amount: Money
    interest: Money
    executeOn: string
    file: string
    real: string
  }
  settled?: { hash: string; bankReference: string; date: string; amount: Money; legal: string }
  failures: { hash: string; code: string; legal: string; payTo: string; on: string }[]
}

/**
 * Sealed acts never change an element in place: they replace lists, so that a copy of the part is
 * cheap.
 */
export interface SealedState {
  /** As `open.actedAs`, of those who acted in sealed statements. */
  actedAs: Record<string, Acted[]>
  bids: SealedBid[]
  /** Shares that a vendor showed itself, by commitHash of the bid. */
  proofs: Record<string, { hash: string; shares: Json }>
  questions: {
    hash: string
    vendor: string
    person: string
    text: string
    legal: string
    index: number
  }[]
  /** From opening.result's payload: absent until opened. */
  opened?: OpenedBid[]
  /** Answers to `bid.assess` with the finding `cure`. */
  cures?: {
    hash: string
    of: string
    commitHash: string
    text: string
    documents: Doc[]
    legal: string
  }[]
}

export interface SealedBid {
  commitHash: string
  index: number
  vendor: string
  person: string
  envelope: string
  lot: string
  seq: number
  head: string
  keyId: string
  arrivedReal: string
  status: 'counts' | 'replaced' | 'withdrawn' | 'stale' | 'late'
  /** Commitment of the public price fields: what is read out at the opening must match it. */
  publicCommit: string
  ctHash: string
  ctLen: number
  blobHashes: string[]
}

export interface OpenedBid {
  commitHash: string
  vendor: string
  lot: string
  status: 'opened' | 'void'
  code?: string
  /**
   * Of the opened capsule, whose bytes `context.document` has: lines, answers, files
   * (`readCapsule`).
   */
  capsuleHash?: string
  /** The public price fields, checked against the commitment made before the deadline. */
  price?: Money
}

/** The state of a file before its first statement, of the agency that opens it. */
export function blankFile(
  ocid: string,
  org: { org: string; zone: string; calendar: CalendarId; live: boolean },
): FileState {
  return {
    open: {
      ocid,
      org: org.org,
      zone: org.zone,
      calendar: org.calendar,
      live: org.live,
      stage: 'draft',
      actedAs: {},
      assigned: {},
      handed: [],
      pending: {},
      requisition: {
        hash: '',
        legal: '',
        by: '',
        title: '',
        need: '',
        category: 'goods',
        items: [],
        delivery: { place: '', by: '' },
        value: { amount: '0', currency: 'XXX' },
        budget: { line: '' },
      },
      opening: { recipients: [], members: [], pings: [], releases: [], revealed: [] },
      answers: [],
      lots: {},
      assessments: {},
      contracts: {},
      reminded: {},
    },
    sealed: { actedAs: {}, bids: [], proofs: {}, questions: [] },
  }
}
