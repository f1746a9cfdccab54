/** "What you need to do" and "Where is it?": duties as a person reads them, from the same duties that the clock sees. */
import { dateIn, daysBetween, type Duty, type OpenState } from '../../procurement/index.ts'
import { counted, timeOfDay } from '../format.ts'
import { roleName, taskFor } from '../sentences.ts'
import { capital, termsOf } from '../terms.ts'
import { stageLabels } from './procurements.ts'

export interface Task {
  key: string
  t: string
  /** Verb first: "Certify the funds". */
  label: string
  /** Absent: an act of the register. */
  ocid?: string
  /** What it is about: the purchase, the person, the firm. */
  title: string
  /** Legal instant; absent: the law sets no limit. */
  by?: string
  due: Due
  /** Since when it waits. */
  since?: string
  /** What happens if nobody does it. */
  otherwise: string
  cite?: string
  zone: string
  /** Words of the address of its page. */
  query?: Record<string, string>
}

/** How near a limit is, by days at the agency. */
export interface Due {
  /** "Tomorrow, 5:00 PM MST", "In 2 days", "2 days over". */
  text: string
  isOver: boolean
  /** Today or tomorrow. */
  isSoon: boolean
}

export interface WhereRow {
  ocid: string
  title: string
  stage: string
  /** Whose turn it is, in words, and in which part. */
  turn: string
  part?: string
  isYours: boolean
  /** Whole days that it has waited for them. */
  waited?: number
  by?: string
  due?: Due
  cite?: string
  /** What follows when that is done. */
  next: string
  zone: string
}

export type Turn = 'all' | 'yours' | 'others'

export interface WorkView {
  format: 'tenderbook-work/1'
  name: string
  /** Real now, at the agency. */
  now: string
  zone: string
  tasks: Task[]
  /** Those of the chosen turn. */
  files: WhereRow[]
  turn: Turn
  counts: Record<Turn, number>
  /** How many run that are not shown: the nearest limits are. */
  more: number
  /** A requester asks "Where is it?" first, and begins a purchase. */
  isRequester: boolean
}

const noLimit: Due = { text: 'No due date', isOver: false, isSoon: false }

/** A limit against the day at the agency. */
export function dueOf(by: string, now: string, zone: string): Due {
  const days = daysBetween(dateIn(zone, now), dateIn(zone, by))
  const isOver = by < now
  if (isOver && days < 0) return { text: `${counted(-days, 'day')} over`, isOver, isSoon: false }
  if (isOver) return { text: `Over since ${timeOfDay(by, zone)}`, isOver, isSoon: false }
  if (days === 0) return { text: `Today, ${timeOfDay(by, zone)}`, isOver, isSoon: true }
  if (days === 1) return { text: `Tomorrow, ${timeOfDay(by, zone)}`, isOver, isSoon: true }
  return { text: `In ${counted(days, 'day')}`, isOver, isSoon: false }
}

export function taskOf(open: OpenState, duty: Duty, legalNow: string): Task {
  const { by, subject } = duty
  return {
    key: duty.key,
    t: duty.type,
    label: taskFor(duty.type, termsOf(open.method)),
    ocid: open.ocid,
    title: titleOf(open),
    ...(by === undefined ? {} : { by }),
    due: by === undefined ? noLimit : dueOf(by, legalNow, open.zone),
    since: duty.from,
    otherwise: duty.otherwise,
    cite: duty.rule.cite,
    zone: open.zone,
    query: { duty: duty.key, ...(subject === undefined ? {} : { of: subject }) },
  }
}

/** What the register waits for: no file, no limit of the law. */
export const registerTask = (
  task: Pick<Task, 'key' | 't' | 'title' | 'otherwise' | 'zone'> & {
    label: string
    query: Record<string, string>
  },
): Task => ({ ...task, due: noLimit })

export interface Standing {
  open: OpenState
  /** What comes next, of anybody. */
  next: Duty | undefined
  isYours: boolean
  legalNow: string
}

export function whereRow(
  { open, next, isYours, legalNow }: Standing,
  names: ReadonlyMap<string, string>,
): WhereRow {
  const { zone } = open
  const by = next?.by
  const since = next?.from
  return {
    ocid: open.ocid,
    title: titleOf(open),
    stage: stageLabels[open.stage],
    ...turnOf(next, names),
    isYours,
    ...(since === undefined || since > legalNow
      ? {}
      : { waited: daysBetween(dateIn(zone, since), dateIn(zone, legalNow)) }),
    ...(next === undefined || by === undefined
      ? {}
      : { by, due: dueOf(by, legalNow, zone), cite: next.rule.cite }),
    next: next === undefined ? 'Nothing' : afterwards(next, open),
    zone,
  }
}

function turnOf(
  next: Duty | undefined,
  names: ReadonlyMap<string, string>,
): Pick<WhereRow, 'turn' | 'part'> {
  if (next === undefined) return { turn: 'Nobody' }
  const { role, person, vendor } = next
  const who = person ?? vendor
  const part = capital(roleName(role))
  return who === undefined ? { turn: part } : { turn: names.get(who) ?? who, part }
}

/** What follows an act, in a few words; of others, the act itself. */
const follows: Record<string, string> = {
  'funds.certify': 'Approval',
  'requisition.approve': 'Key holders accept',
  'opening.recipient': 'Key holders accept',
  'opening.member': 'Publication',
  'question.answer': 'Bidding closes by itself',
  'solicitation.amend': 'Bidding goes on',
  'solicitation.amend.cosign': 'The deadline moves',
  'deadline.close': 'Key holders release',
  'opening.release': 'The opening',
  'opening.result': 'Comparison',
  'award.decide': 'Order to the vendor that is chosen',
  'order.sign': 'The vendor accepts',
  'order.accept': 'Delivery',
  'delivery.announce': 'Inspection',
  'delivery.accept': 'Invoice',
  'invoice.submit': 'Comparison with the order',
  'invoice.match': 'Payment is certified',
  'payment.schedule': 'Two people release',
  'payment.release': 'The second release',
  'payment.release.cosign': 'The bank pays',
  'payment.order': 'The bank answers',
  'payment.settle': 'Closeout',
  'contract.complete': 'The file is closed',
  'file.close': 'The file is kept',
}

function afterwards({ type }: Duty, { method }: OpenState): string {
  const { bids } = termsOf(method)
  if (type === 'solicitation.publish') return `Open for ${bids}`
  return follows[type] ?? taskFor(type, termsOf(method))
}

export const titleOf = (open: OpenState): string =>
  open.solicitation?.terms.title ?? open.requisition.title
