/**
 * How each activity is called, with its reason (temporal.md section 4), and which one does which duty.
 *
 * All are tried for ever except `pay` and `settle`: a refusal is a value, so what is retried is a fault of ours or of
 * the network, and the clock has nothing better to do than to try again. The bank gets an hour, then the other
 * duties of the file have their turn before it is tried again.
 */
import { ActivityFailure, proxyActivities } from '@temporalio/workflow'
import type { Activities, Answer, ClockDuty, Sight } from './messages.ts'

/** For ever, at most 30 s apart: reads and statements are small and the database comes back. */
const recording = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { maximumInterval: '30s' },
})

/** Closing drains the arrivals and opening decrypts every bid: minutes, with a sign of life. Tried for ever. */
const opening = proxyActivities<Activities>({
  startToCloseTimeout: '20m',
  heartbeatTimeout: '10s',
  retry: { maximumInterval: '30s' },
})

/** A bank that cannot be reached within the hour becomes a refusal, and other duties are not held up. */
const banking = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1h',
  retry: { maximumInterval: '1m' },
})

export const { read } = recording

type Doer = Exclude<keyof Activities, 'read'>

/** Duties with an effect of their own; every other type is a plain `record`. */
const doers: Record<string, Doer> = {
  'deadline.close': 'close',
  'opening.recipient': 'recipient',
  'opening.result': 'open',
  'opening.reveal': 'reveal',
  'payment.order': 'pay',
  'payment.settle': 'settle',
}

const called: Record<Doer, Activities> = {
  record: recording,
  recipient: recording,
  reveal: recording,
  close: opening,
  open: opening,
  pay: banking,
  settle: banking,
}

/** Does a duty by the activity that its type names. A bank out of reach is answered as a refusal, `bank.unreachable`. */
export async function perform(
  ocid: string,
  duty: ClockDuty,
  occasion: Sight & { issuedAt: string },
): Promise<Answer> {
  const doer = doers[duty.type] ?? 'record'
  try {
    return await called[doer][doer](ocid, duty, occasion)
  } catch (error) {
    if (error instanceof ActivityFailure && called[doer] === banking)
      return { refused: 'bank.unreachable' }
    throw error
  }
}
