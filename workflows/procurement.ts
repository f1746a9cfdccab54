/**
 * One procurement, from request to last payment, for months or years: the clock and the hands of the record.
 *
 * It holds no authority and no fact. People act through the API, the record decides; this follows (follow.ts), and
 * does what falls to the clock: closes the bidding, opens when enough key holders have released, reminds and
 * escalates, notes what silence means, orders payments and closes the file. Every stage begins with a read and is
 * left at once when it is past, so a first start, a continue-as-new and a restart from the record alone are the same.
 */
import { follow, until } from './follow.ts'
import type { Followed } from './follow.ts'
import type { Progress, View } from './messages.ts'

/** How a procurement ended. */
export interface Ended {
  ocid: string
  progress: Progress
  /** `pseq` of its last entry. */
  pseq: number
}

/** `seen` is the `pseq` up to which an earlier run has read; -1 for none. */
export async function procurement(ocid: string, seen = -1): Promise<Ended> {
  const file = follow(ocid, seen)
  await approved(file)
  await published(file)
  await bidding(file)
  await opening(file)
  await award(file)
  await order(file)
  await delivery(file)
  await payment(file)
  return closeout(file)
}

/** P1: the need is stated, funds are certified, the request and its method are approved. */
async function approved(file: Followed): Promise<void> {
  await until(file, past('draft'))
}

/** P3: key holders enrol, the signer gives its key for this tender, the officer publishes. */
async function published(file: Followed): Promise<void> {
  await until(file, past('approved'))
}

/** P4, P5, P7: questions and amendments, which may move the deadline; at the deadline the clock closes. */
async function bidding(file: Followed): Promise<void> {
  await until(file, past('open'))
}

/** P9, P10: key holders release; when every bid is decided the clock opens them, all at once. */
async function opening(file: Followed): Promise<void> {
  await until(file, past('closed'))
}

/** B6, A1, P16: the officer compares, asks, and awards with reasons. */
async function award(file: Followed): Promise<void> {
  await until(file, past('opened'))
}

/** K1: what the method discloses is revealed; the order is signed and accepted. */
async function order(file: Followed): Promise<void> {
  await until(file, past('awarded'))
}

/** R1–R3: goods arrive and are inspected; acceptance that comes by silence is noted by the clock. */
async function delivery(file: Followed): Promise<void> {
  await until(file, past('contracted'))
}

/** I1–I3, Y1–Y3: invoices are matched, scheduled and released; the clock orders each payment and hears the bank. */
async function payment(file: Followed): Promise<void> {
  await until(file, past('delivered'))
}

/** K4: contracts are completed and the file is closed. */
async function closeout(file: Followed): Promise<Ended> {
  const { progress, pseq } = await until(file, (view) => view.closed)
  return { ocid: file.ocid, progress, pseq }
}

const course: readonly Progress[] = [
  'draft',
  'approved',
  'open',
  'closed',
  'opened',
  'awarded',
  'contracted',
  'delivered',
  'paid',
]

/** The file has left `progress` behind; one that came to nothing is on no course, and has left every stage behind. */
function past(progress: Progress): (view: View) => boolean {
  const later = course.slice(course.indexOf(progress) + 1)
  return (view) => view.closed || !course.includes(view.progress) || later.includes(view.progress)
}
