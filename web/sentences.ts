/**
 * Each statement type in plain words: a short label for lists, one sentence for its page, and the reasons that its
 * actor gave. All pages, and the island that verifies, take their words from this table.
 */
import type { Json } from '../ledger/index.ts'
import { dayOf, longInstant, money, tame } from './format.ts'
import { read, readList, readMoney, readText } from './reading.ts'
import { capital, type Terms } from './terms.ts'

/** What a sentence is made from. `name` gives the name of a person, vendor or agency, or its id. */
export interface Told {
  who: string
  payload: Json
  zone: string
  name: (id: string) => string
  /** Words of the method. */
  terms: Terms
}

export interface Words {
  /** In a list: what happened. */
  label: (terms: Terms) => string
  /** On its page: one whole sentence. */
  sentence: (told: Told) => string
  /** The actor's own words, in their order. */
  reasons?: (told: Told) => string[]
}

const words: Record<string, Words> = {
  // The register
  'log.found': {
    label: () => 'Record founded',
    sentence: ({ who }) =>
      `${who} founded this record and named its keys and its first registrars.`,
  },
  'org.enrol': {
    label: () => 'Agency enrolled',
    sentence: ({ who, payload }) => `${who} enrolled the agency ${say(payload, 'name')}.`,
  },
  'person.enrol': {
    label: () => 'Person enrolled',
    sentence: ({ who, payload, name }) => `${who} enrolled ${named(payload, 'person', name)}.`,
  },
  'key.enrol': {
    label: () => 'Key enrolled',
    sentence: ({ payload, name }) =>
      `${named(payload, 'person', name)} enrolled a key of the device “${say(payload, 'device')}”.`,
  },
  'key.revoke': {
    label: () => 'Key revoked',
    sentence: ({ who, payload }) => `${who} revoked the key ${say(payload, 'kid')}.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  'role.grant': {
    label: () => 'Role granted',
    sentence: ({ who, payload, name }) =>
      `${who} gave ${named(payload, 'person', name)} the role of ${roleName(say(payload, 'role'))}.`,
  },
  'role.end': {
    label: () => 'Role ended',
    sentence: ({ who, payload, name }) =>
      `${who} ended the role of ${roleName(say(payload, 'role'))} of ${named(payload, 'person', name)}.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  'warrant.grant': {
    label: () => 'Warrant granted',
    sentence: ({ who, payload, name }) =>
      `${who} gave ${named(payload, 'person', name)} a warrant up to ${sum(payload, 'limit')}.`,
  },
  'vendor.register': {
    label: () => 'Vendor registered',
    sentence: ({ payload, name }) => `${named(payload, 'vendor', name)} registered as a vendor.`,
  },
  'vendor.confirm': {
    label: () => 'Vendor confirmed',
    sentence: ({ who, payload, name }) =>
      `${who} checked and confirmed the vendor ${named(payload, 'vendor', name)}.`,
  },
  'vendor.bank': {
    label: () => 'New bank account named',
    sentence: ({ payload, name }) =>
      `${named(payload, 'vendor', name)} named another account. Payments wait until it is confirmed.`,
  },
  'vendor.bank.confirm': {
    label: () => 'Bank account confirmed',
    sentence: ({ who }) => `${who} confirmed the new account over the vendor’s old contact.`,
  },
  'exclusion.set': {
    label: () => 'Exclusion list loaded',
    sentence: ({ who, payload }) =>
      `${who} loaded the exclusion list of ${say(payload, 'source')}.`,
  },
  // Before publication
  'requisition.submit': {
    label: () => 'Request signed',
    sentence: ({ who, payload }) => `${who} asked to buy: ${say(payload, 'title')}.`,
    reasons: ({ payload }) => texts(payload, 'need'),
  },
  'funds.certify': {
    label: () => 'Funds certified',
    sentence: ({ who, payload }) =>
      `${who} certified ${sum(payload, 'amount')} on budget line ${say(payload, 'line')}.`,
  },
  'requisition.approve': {
    label: () => 'Purchase approved',
    sentence: ({ who, payload }) =>
      `${who} approved the purchase by the method ${say(payload, 'method')}.`,
    reasons: ({ payload }) => [
      ...texts(payload, 'competition.reason'),
      ...texts(payload, 'setAside.reason'),
    ],
  },
  'file.assign': {
    label: () => 'File handed over',
    sentence: ({ who, payload, name }) =>
      `${who} handed the part of ${roleName(say(payload, 'role'))} to ${named(payload, 'to', name)}.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  'opening.recipient': {
    label: () => 'Opening key of the service named',
    sentence: () => 'The service named the key that will receive what the key holders release.',
  },
  'opening.member': {
    label: () => 'Key holder accepted the duty',
    sentence: ({ who, terms }) =>
      `${who} accepted to hold one of the keys to the sealed ${terms.bids}.`,
  },
  'opener.ping': {
    label: () => 'Key holder answered a test',
    sentence: ({ who }) => `${who} showed that its opening key works.`,
  },
  'solicitation.publish': {
    label: (terms) => `${capital(terms.solicitation)} published`,
    sentence: ({ who, payload, zone, terms }) =>
      `${who} published the ${terms.solicitation} “${say(payload, 'title')}”, due ${instant(payload, 'bidsUntil', zone)}.`,
  },
  'solicitation.amend': {
    label: (terms) => `${capital(terms.solicitation)} amended`,
    sentence: ({ who, terms }) => `${who} changed the ${terms.solicitation}.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  'question.answer': {
    label: () => 'Question answered to everyone',
    sentence: ({ who }) => `${who} answered a question, to everyone at once.`,
    reasons: ({ payload }) => [...texts(payload, 'question'), ...texts(payload, 'text')],
  },
  // Sealed acts, once revealed
  'question.ask': {
    label: () => 'Question asked',
    sentence: ({ who }) => `${who} asked a question.`,
  },
  'bid.commit': {
    label: (terms) => `${capital(terms.bid)} sealed and submitted`,
    sentence: ({ who, terms }) => `${who} submitted a sealed ${terms.bid}.`,
  },
  'bid.withdraw': {
    label: (terms) => `${capital(terms.bid)} withdrawn`,
    sentence: ({ who, terms }) => `${who} withdrew its ${terms.bid} before the deadline.`,
  },
  'bid.prove': {
    label: (terms) => `${capital(terms.bid)} proved`,
    sentence: ({ who }) => `${who} showed its shares.`,
  },
  // The opening
  'deadline.close': {
    label: (terms) => `Bidding closed, number of ${terms.bids} locked`,
    sentence: ({ terms }) => `The clock closed the bidding and locked the number of ${terms.bids}.`,
  },
  'opening.delayed': {
    label: () => 'Opening delayed',
    sentence: () => 'Too few key holders released in time; the opening is late.',
  },
  'opening.release': {
    label: () => 'Key released',
    sentence: ({ who, terms }) => `${who} released its key to the sealed ${terms.bids}.`,
  },
  'opening.result': {
    label: (terms) => `${capital(terms.bids)} opened`,
    sentence: ({ payload, name, terms }) =>
      `The ${terms.bids} were opened together, with the keys of ${list(readList(payload, 'released').map((id) => name(typeof id === 'string' ? id : '…')))}.`,
  },
  'opening.reveal': {
    label: () => 'Sealed entry shown',
    sentence: ({ payload }) => `What entry ${say(payload, 'index')} sealed was shown.`,
  },
  'bid.assess': {
    label: (terms) => `${capital(terms.bid)} assessed`,
    sentence: ({ who, payload, terms }) =>
      `${who} found a ${terms.bid} ${say(payload, 'finding')}.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  'bid.cure': { label: () => 'Defect cured', sentence: ({ who }) => `${who} answered a defect.` },
  'solicitation.fail': {
    label: () => 'No award',
    sentence: ({ who, terms }) => `${who} ended the ${terms.solicitation} without an award.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  // Award and order
  'award.decide': {
    label: () => 'Award decided, with reasons',
    sentence: ({ who, payload, name }) => {
      const lots = readList(payload, 'lots')
      const won = lots.map((lot) => `${named(lot, 'vendor', name)} for ${sum(lot, 'price')}`)
      return `${who} chose ${list(won)}, and gave the reasons.`
    },
    reasons: ({ payload }) => [
      ...readList(payload, 'lots').flatMap((lot) => texts(lot, 'reason')),
      ...texts(payload, 'lowestNotChosen'),
      ...texts(payload, 'priceReasonable'),
    ],
  },
  'order.sign': {
    label: () => 'Order signed',
    sentence: ({ who, payload, name }) =>
      `${who} ordered from ${named(payload, 'vendor', name)} for ${sum(payload, 'amount')}.`,
  },
  'order.accept': {
    label: () => 'Order accepted',
    sentence: ({ who }) => `${who} accepted the order.`,
  },
  // Delivery
  'delivery.announce': {
    label: () => 'Delivered',
    sentence: ({ who, payload, zone }) =>
      `${who} reported the delivery on ${date(payload, 'deliveredOn', zone)}.`,
  },
  'delivery.accept': {
    label: () => 'Inspected and accepted',
    sentence: ({ who, payload, zone }) =>
      `${who} inspected the delivery and signed the receiving report on ${date(payload, 'acceptedOn', zone)}.`,
    reasons: ({ payload }) => readList(payload, 'lines').flatMap((line) => texts(line, 'reason')),
  },
  'delivery.deem': {
    label: () => 'Taken as accepted, for interest only',
    sentence: () => 'Nobody answered the delivery in time; for interest it counts as accepted.',
  },
  // Invoice
  'invoice.submit': {
    label: () => 'Invoice received',
    sentence: ({ who, payload }) =>
      `${who} sent invoice ${say(payload, 'number')} for ${sum(payload, 'amount')}.`,
  },
  'invoice.return': {
    label: () => 'Invoice returned',
    sentence: ({ who }) => `${who} returned the invoice and named its defects.`,
    reasons: ({ payload }) => readList(payload, 'defects').flatMap((each) => texts(each, 'text')),
  },
  'invoice.match': {
    label: () => 'Invoice compared with order and acceptance',
    sentence: ({ payload }) =>
      readText(payload, 'result') === 'matched'
        ? 'The invoice agrees with the order and with what was accepted.'
        : 'The invoice does not agree with the order and with what was accepted.',
  },
  'invoice.resolve': {
    label: () => 'Difference resolved',
    sentence: ({ who, payload }) => `${who} decided to ${say(payload, 'decision')} the invoice.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
  // Payment
  'payment.schedule': {
    label: () => 'Payment certified',
    sentence: ({ who, payload, zone }) =>
      `${who} certified ${sum(payload, 'amount')} for payment, due ${date(payload, 'due', zone)}.`,
  },
  'payment.release': {
    label: () => 'Payment released',
    sentence: ({ who }) => `${who} released the payment. A second person must release it too.`,
  },
  'payment.order': {
    label: () => 'Payment sent to the bank',
    sentence: ({ payload, zone }) =>
      `The bank was told to pay ${sum(payload, 'amount')} on ${date(payload, 'executeOn', zone)}.`,
  },
  'payment.settle': {
    label: () => 'Money arrived, says the bank',
    sentence: ({ payload, zone }) =>
      `The bank says that ${sum(payload, 'amount')} arrived on ${date(payload, 'date', zone)}.`,
  },
  'payment.fail': {
    label: () => 'The bank refused the payment',
    sentence: ({ payload }) => `The bank refused the payment: ${say(payload, 'code')}.`,
  },
  'payment.overdue': {
    label: () => 'Payment overdue, interest starts',
    sentence: ({ payload, zone }) => `The payment was due ${date(payload, 'due', zone)}.`,
  },
  'interest.accrue': {
    label: () => 'Interest',
    sentence: ({ payload, zone }) =>
      `Interest from ${date(payload, 'from', zone)} to ${date(payload, 'to', zone)} at ${say(payload, 'rate')}: ${sum(payload, 'amount')}.`,
  },
  // Duties and the end
  'duty.remind': {
    label: () => 'Reminder sent',
    sentence: ({ payload }) => `The ${roleName(say(payload, 'role'))} was reminded of what is due.`,
  },
  'duty.escalate': {
    label: () => 'Escalated',
    sentence: ({ payload }) =>
      `What is overdue was brought before the ${roleName(say(payload, 'role'))}.`,
  },
  'contract.complete': {
    label: () => 'Contract completed',
    sentence: ({ who }) => `${who} closed the contract.`,
  },
  'file.close': {
    label: () => 'File closed',
    sentence: () => 'Everything is done; the file is closed.',
  },
  'file.end': {
    label: () => 'File ended',
    sentence: ({ who }) => `${who} ended the file.`,
    reasons: ({ payload }) => texts(payload, 'reason'),
  },
}

/** Words for a type; a type without words of its own is named by its code, never left out. */
export function wordsFor(t: string): Words {
  const own = Object.hasOwn(words, t) ? words[t] : undefined
  if (own) return own
  if (t.endsWith('.cosign')) return secondSignature(wordsFor(t.slice(0, -'.cosign'.length)))
  return { label: () => t, sentence: ({ who }) => `${who} signed ${t}.` }
}

const secondSignature = (first: Words): Words => ({
  label: (terms) => `${first.label(terms)}, second signature`,
  sentence: ({ who, terms }) =>
    `${who} signed as the second person: ${lowerFirst(first.label(terms))}.`,
})

/** What somebody still has to do, as an order: for duties, where the label would tell it as done. */
const tasks: Record<string, (terms: Terms) => string> = {
  'funds.certify': () => 'Certify the funds',
  'requisition.approve': () => 'Approve the purchase',
  'opening.recipient': () => 'Name the service’s opening key',
  'opening.member': () => 'Accept to hold a key',
  'opener.ping': () => 'Answer the key test',
  'solicitation.publish': (terms) => `Publish the ${terms.solicitation}`,
  'solicitation.amend': (terms) => `Change the ${terms.solicitation}`,
  'solicitation.amend.cosign': () => 'Sign the change as second person',
  'question.answer': () => 'Answer the questions',
  'deadline.close': () => 'Close the bidding',
  'opening.delayed': () => 'Record that the opening is late',
  'opening.release': () => 'Release the key',
  'opening.result': (terms) => `Open the ${terms.bids} together`,
  'opening.reveal': () => 'Show what the method discloses',
  'bid.assess': (terms) => `Assess a ${terms.bid}`,
  'bid.cure': () => 'Answer a defect',
  'solicitation.fail': () => 'End without an award',
  'award.decide': () => 'Compare and choose',
  'order.sign': () => 'Sign the order',
  'order.accept': () => 'Accept the order',
  'delivery.announce': () => 'Deliver',
  'delivery.accept': () => 'Inspect and accept the delivery',
  'delivery.deem': () => 'Take the delivery as accepted, for interest only',
  'invoice.submit': () => 'Send the invoice',
  'invoice.return': () => 'Return the defective invoice',
  'invoice.match': () => 'Compare invoice, order and acceptance',
  'invoice.resolve': () => 'Resolve the difference',
  'payment.schedule': () => 'Certify the payment',
  'payment.release': () => 'Release the payment',
  'payment.release.cosign': () => 'Release the payment as second person',
  'payment.order': () => 'Send the payment to the bank',
  'payment.settle': () => 'Read the bank’s answer',
  'payment.overdue': () => 'Record that the payment is late',
  'interest.accrue': () => 'Reckon the interest',
  'interest.rate': () => 'Load the rate of interest',
  'duty.remind': () => 'Send a reminder',
  'duty.escalate': () => 'Escalate',
  'contract.complete': () => 'Close the contract',
  'file.close': () => 'Close the file',
}

/** A duty of this type in a list of what comes next. */
export const taskFor = (t: string, terms: Terms): string =>
  tasks[t]?.(terms) ?? wordsFor(t).label(terms)

/** Types that have words of their own. */
export const worded = (): string[] => Object.keys(words)

const roles: Record<string, string> = {
  RQ: 'requester',
  BU: 'budget officer',
  CO: 'contracting officer',
  AP: 'approver',
  OO: 'key holder',
  AC: 'acceptor',
  PO: 'pay officer',
  TR: 'treasury',
  AU: 'auditor',
  RG: 'registrar',
  VE: 'vendor',
  CK: 'the clock',
  root: 'founder',
}

/** "contracting officer" for `CO`. */
export const roleName = (role: string): string => roles[role] ?? tame(role)

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const say = (payload: Json, path: string): string => tame(readText(payload, path) ?? '…')

/** A reason is text, or `{code, text}`. */
function texts(payload: Json, path: string): string[] {
  const found = read(payload, path)
  const text = typeof found === 'string' ? found : readText(found, 'text')
  return text === undefined || text === '' ? [] : [tame(text)]
}

function sum(payload: Json, path: string): string {
  const found = readMoney(payload, path)
  return found ? money(found) : '…'
}

function named(payload: Json, path: string, name: (id: string) => string): string {
  const id = readText(payload, path)
  return id === undefined ? '…' : tame(name(id))
}

function date(payload: Json, path: string, zone: string): string {
  const value = readText(payload, path)
  return isDate(value) ? dayOf(value, zone) : '…'
}

function instant(payload: Json, path: string, zone: string): string {
  const value = readText(payload, path)
  return isDate(value) ? longInstant(value, zone) : '…'
}

const isDate = (value: string | undefined): value is string =>
  value !== undefined && !Number.isNaN(Date.parse(value))

/** "a", "a and b", "a, b and c". */
export function list(parts: string[]): string {
  if (parts.length < 2) return parts[0] ?? 'nobody'
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}
