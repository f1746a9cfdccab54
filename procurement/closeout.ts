/**
 * The end of a file (row K4): the clock closes it when every lot has ended. A published process
 * that is run again ends where its publication stops.
 *
 * Refuses: closing while a lot is open, ending a process of our own in the middle.
 */
import { z } from 'zod'
import { act } from './act.ts'
import type { Duty, StageRules } from './act.ts'
import { checkReason, ruleOf } from './methods.ts'
import { ownRule, refuse } from './refusals.ts'
import { reasonSchema } from './schemas.ts'
import type { FileState } from './state.ts'

const closeSchema = z.strictObject({})

const close = act<z.infer<typeof closeSchema>>({
  row: 'K4',
  roles: ['CK'],
  stages: ['contracted', 'unsuccessful'],
  schema: closeSchema,
  decide: () => undefined,
  evolve: ({ open }, _act, { legal }) => {
    open.closedAt = legal
    if (open.stage === 'contracted') open.stage = 'complete'
    return undefined
  },
})

const endSchema = z.strictObject({ reason: reasonSchema })

const end = act<z.infer<typeof endSchema>>({
  row: 'end',
  roles: ['CO'],
  stages: ['approved', 'open', 'closed', 'opened', 'contracted'],
  schema: endSchema,
  decide: ({ open }, { payload }) =>
    open.requisition.source === undefined
      ? refuse(
          'out-of-turn',
          ownRule('end'),
          'Only a published process that is run again stops where its publication stops.',
          'Complete the procurement.',
        )
      : checkReason(open, 'end', payload.reason, '/payload/reason/code'),
  evolve: ({ open }, { payload }, { legal }) => {
    open.stage = 'ended'
    open.ended = { reason: payload.reason, legal }
    return undefined
  },
})

export const closeout: StageRules = {
  acts: { 'file.close': close, 'file.end': end },
  due: (file) => {
    const last = file.open.closedAt === undefined ? lastEnd(file) : undefined
    return last ? [closeDuty(file, last)] : []
  },
}

/** What ended the last lot, and when; undefined while a lot is open. */
function lastEnd(file: FileState): { hash: string; legal: string } | undefined {
  const { stage, failed, lots, contracts } = file.open
  if (stage === 'unsuccessful') return failed
  const isOver = Object.values(lots).every(
    (lot) => lot.stage === 'complete' || lot.stage === 'unsuccessful',
  )
  if (stage !== 'contracted' || !isOver) return undefined
  return Object.values(contracts)
    .map(({ hash, completed, signedLegal }) => ({ hash, legal: completed?.legal ?? signedLegal }))
    .sort((a, b) => (a.legal < b.legal ? -1 : 1))
    .at(-1)
}

function closeDuty(file: FileState, { hash, legal }: { hash: string; legal: string }): Duty {
  return {
    key: `file.close/${hash}`,
    type: 'file.close',
    role: 'CK',
    subject: file.open.ocid,
    from: legal,
    clock: 'legal',
    rule:
      file.open.method === undefined
        ? ownRule('completion')
        : ruleOf(file.open, 'completion', legal),
    otherwise: 'The file stays open.',
    cause: hash,
    payload: {},
  }
}
