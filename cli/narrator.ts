/**
 * Tells a procurement line by line as it happens: the legal day, the position in the record, what was decided, who signed
 * it in which role, and the rule that lets it. A sealed act is told by whoever did it: the record shows only a hash.
 */
import { findPack, referenceIn, type Pack } from '../procurement/index.ts'
import { lastStep, legalAt, type ProcurementFile, type Step } from './file.ts'
import { style } from './report.ts'

export interface SealedTelling {
  what: string
  index: number
  /** Legal instant. */
  legal: string
}

export interface Narrator {
  /** Tells the steps that it has not told yet. */
  tell: (file: ProcurementFile) => void
  /** Tells a sealed act, for whoever did it. */
  tellSealed: (file: ProcurementFile, act: SealedTelling) => void
  /** A line beside the steps. */
  note: (text: string) => void
}

/** The rule that each type of act is decided by: its name in the packs. */
const ruleNames: Record<string, string> = {
  'requisition.submit': 'requisition',
  'funds.certify': 'funds',
  'requisition.approve': 'method',
  'opening.recipient': 'opening-key',
  'opening.member': 'opening-key',
  'opener.ping': 'opening-key',
  'solicitation.publish': 'publication',
  'solicitation.amend': 'amendment',
  'solicitation.fail': 'fail',
  'question.answer': 'questions',
  'deadline.close': 'close',
  'opening.release': 'release',
  'opening.delayed': 'opening',
  'opening.result': 'opening',
  'opening.reveal': 'disclosure',
  'bid.assess': 'assessment',
  'award.decide': 'award',
  'order.sign': 'order',
  'order.accept': 'order',
  'delivery.announce': 'delivery',
  'delivery.accept': 'acceptance',
  'delivery.deem': 'constructive',
  'invoice.submit': 'invoice',
  'invoice.match': 'match',
  'payment.schedule': 'pay.due',
  'payment.release': 'payment',
  'payment.release.cosign': 'two-persons',
  'payment.order': 'payment',
  'payment.settle': 'settlement',
  'payment.fail': 'settlement',
  'payment.overdue': 'interest',
  'interest.accrue': 'interest',
  'duty.remind': 'duty',
  'duty.escalate': 'duty',
  'contract.complete': 'completion',
  'file.close': 'completion',
  'file.end': 'end',
}

export function createNarrator(line: (text: string) => void): Narrator {
  let told = 0
  return {
    tell(file) {
      for (const step of file.steps.slice(told)) line(lineOf(file, step))
      told = Math.max(told, file.steps.length)
    },
    tellSealed({ zone }, { what, index, legal }) {
      line(row(dayOf(legal, zone), index, what, 'sealed: the record shows a hash'))
    },
    note: line,
  }
}

function lineOf(file: ProcurementFile, step: Step): string {
  const legal = legalAt(file, step.at)
  const cite = citeOf(file, step, legal)
  const who = step.role === 'CK' ? 'the clock' : step.who
  return row(dayOf(legal, file.zone), step.index, step.sentence, [who, cite].join('; '))
}

function row(day: string, index: number, what: string, why: string): string {
  return `${day.padEnd(13)}${style.dim(String(index).padStart(5))}  ${what}  ${style.dim(`[${why}]`)}`
}

/** Where the rule stands, in the pack that the file has pinned; before approval, our own rules. */
function citeOf(file: ProcurementFile, { t }: Step, legal: string): string {
  const name = ruleNames[t]
  const pack = packOf(file) ?? emptyPack
  const when = { date: legal, org: '', zone: file.zone }
  return name === undefined ? t : referenceIn(pack, name, when).cite
}

function packOf(file: ProcurementFile): Pack | undefined {
  // The rules' own schema has read the payload.
  const pin = lastStep(file, 'requisition.approve')?.payload['pack'] as unknown
  return pin === undefined ? undefined : findPack(pin as Parameters<typeof findPack>[0])
}

const emptyPack: Pack = {
  ...{ id: 'none', version: '0', prefix: 'none', title: '', notice: '' },
  ...{ rules: [], methods: [], reasons: {} as Pack['reasons'] },
}

/** "Tue, Jan 27" in the agency's zone. */
function dayOf(instant: string, zone: string): string {
  const options = { weekday: 'short', month: 'short', day: 'numeric', timeZone: zone } as const
  return new Intl.DateTimeFormat('en-US', options).format(new Date(instant))
}
