/**
 * What the workflow sees of a file: the new steps, where it stands, what the clock owes next.
 *
 * The rules are run here and not in the workflow, so that what they said then is fixed in its history and they may
 * change freely. Times leave this place as real time, whatever the file's own clock.
 */
import { due, type Duty, type FileState, realTimes } from '../procurement/index.ts'
import { emptyRoot, toBase64Url } from '../ledger/index.ts'
import type { Dependencies } from './dependencies.ts'
import { type ClockDuty, dutiesMax, type Progress, type Step, stepsMax, type View } from './view.ts'

/** `seen` is the `pseq` of the last step that the workflow has read, -1 for none. Reads the primary. */
export async function read(
  { readers }: Pick<Dependencies, 'readers'>,
  ocid: string,
  seen: number,
): Promise<View> {
  // Steps first: a state that is newer than they are is made up for by a signal, an older one would be believed.
  const found = await readers.steps(ocid, seen, stepsMax + 1)
  const file = await readers.file(ocid)
  const head = await readers.latestCheckpoint()
  if ((await readers.lastStep(ocid)) < seen)
    throw new Error(
      `${ocid} was read up to step ${seen}, and the record does not reach it: rolled back?`,
    )
  const steps = found
    .slice(0, stepsMax)
    .map(({ pseq, type, leaf }): Step => ({ pseq, type, leaf: toBase64Url(leaf) }))
  return {
    pseq: steps.at(-1)?.pseq ?? seen,
    steps,
    more: found.length > stepsMax,
    seen: { size: head?.size ?? 0, root: toBase64Url(head?.root ?? emptyRoot) },
    ...(file ? standing(file) : nothing),
  }
}

type Standing = Omit<View, 'pseq' | 'steps' | 'more' | 'seen'>

/** Of a procurement that does not exist: whoever made its workflow was wrong, and it ends at once. */
const nothing: Standing = {
  phase: 'draft',
  progress: 'ended',
  closed: true,
  next: [],
  agency: 'none',
  waitingFor: 'none',
}

/** Where a file stands and what is owed, from its state alone. */
export function standing(file: FileState): Standing {
  const { org, stage, method, solicitation } = file.open
  const owed = due(file)
  const mine = owed.filter(({ role }) => role === 'CK')
  const waiting = waitingOf(file, owed)
  const progress = progressOf(file)
  return {
    ...(solicitation && { tenderHead: solicitation.head }),
    phase: stage,
    progress,
    closed: over.has(progress) && mine.length === 0,
    next: mine
      .map((duty) => clockDuty(file, duty))
      .sort((a, b) => compare(a.at, b.at) || compare(a.key, b.key))
      .slice(0, dutiesMax),
    agency: org,
    ...(method !== undefined && { method }),
    waitingFor: waiting?.role ?? 'CK',
    ...(waiting?.by !== undefined && { dueAt: waiting.by }),
  }
}

const over = new Set<Progress>(['complete', 'ended', 'unsuccessful'])

function clockDuty(file: FileState, duty: Duty): ClockDuty {
  const { from, by } = realTimes(file, duty)
  const { key, type, subject, cause } = duty
  return { key, type, cause, at: by ?? from, ...(subject !== undefined && { subject }) }
}

/** Whose turn it is: the person's duty with the nearest limit, else the clock's next. */
function waitingOf(file: FileState, owed: Duty[]): { role: string; by?: string } | undefined {
  const inOrder = owed
    .map((duty) => ({ role: duty.role, ...realTimes(file, duty) }))
    .sort((a, b) => compare(a.by ?? '9', b.by ?? '9'))
  return inOrder.find(({ role }) => role !== 'CK') ?? inOrder[0]
}

/** Finer than the stage of the record once there is an award. */
function progressOf({ open }: FileState): Progress {
  if (open.stage !== 'contracted') return open.stage
  const contracts = Object.values(open.contracts).filter(({ stage }) => stage !== 'terminated')
  if (contracts.length === 0 || contracts.some(({ stage }) => stage === 'offered')) return 'awarded'
  const lines = contracts.flatMap((contract) => contract.lines)
  if (lines.some(({ quantity, accepted }) => Number(accepted) < Number(quantity)))
    return 'contracted'
  const payments = contracts.flatMap((contract) => Object.values(contract.payments))
  const isPaid = payments.length > 0 && payments.every(({ stage }) => stage === 'settled')
  return isPaid && lines.every(({ quantity, billed }) => Number(billed) >= Number(quantity))
    ? 'paid'
    : 'delivered'
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
