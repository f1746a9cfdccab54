/**
 * Evaluation (row B6): the officer finds each opened bid responsive or not, says which of two sums
 * counts, and may ask the vendor once for each defect to cure it. A later finding replaces an
 * earlier one until the award; both stay on the record. Under `us.quote` quotations are compared on
 * the stated basis, and no scoring is asked for (FAR 13.106-2(b)).
 *
 * Refuses: findings on bids that were not opened or are void, reasons outside the pack's list, a
 * second cure of one defect, an answer that is late or from another vendor.
 */
import { z } from 'zod'
import { act, refuse } from './act.ts'
import type { Duty, StageRules } from './act.ts'
import { checkReason, ruleOf } from './methods.ts'
import { competes, openedBids } from './opened-bids.ts'
import { hiddenBy } from './refusals.ts'
import { vendorKeys, vendorOf } from './register-rows.ts'
import { docSchema, hashSchema, instantSchema, reasonSchema, textSchema } from './schemas.ts'
import type { FileState, OpenedBid } from './state.ts'

const assessSchema = z
  .strictObject({
    commitHash: hashSchema,
    finding: z.enum(['responsive', 'rejected', 'cure']),
    reason: reasonSchema,
    until: instantSchema.exactOptional(),
  })
  .refine(({ finding, until }) => (finding === 'cure') === (until !== undefined), {
    path: ['until'],
    message: 'belongs to the finding cure, and only to it',
  })

const assess = act<z.infer<typeof assessSchema>>({
  row: 'B6',
  roles: ['CO'],
  stages: ['opened'],
  schema: assessSchema,
  decide: (file, { payload }, { legal }) => {
    const rule = ruleOf(file.open, 'assessment', legal)
    const reason = checkReason(file.open, 'assess', payload.reason, '/payload/reason/code')
    if (reason) return reason
    if (payload.until !== undefined && payload.until <= legal)
      return refuse(
        'too-late',
        rule,
        'The time to cure the defect is over before it begins.',
        'Give the vendor a time that lies ahead.',
        '/payload/until',
      )
    const asked = file.open.assessments[payload.commitHash]?.asked ?? []
    if (payload.finding === 'cure' && asked.includes(payload.reason.code))
      return refuse(
        'already-done',
        rule,
        'The vendor was asked once already to cure this defect.',
        'Find the bid responsive or reject it.',
        '/payload/finding',
      )
    const opened = openedBids(file)
    if (!opened) return hiddenBy(rule)
    const bid = opened.find((one) => one.commitHash === payload.commitHash)
    if (bid?.status === 'opened') return undefined
    return bid
      ? refuse('not-responsive', rule, 'This bid is void.', 'The award gives that as its reason.')
      : refuse(
          'unknown-reference',
          rule,
          'No opened bid has this hash.',
          'Take the hash from the comparison page.',
          '/payload/commitHash',
        )
  },
  evolve: (file, { payload }, { legal, hash }) => {
    const { commitHash, finding, reason, until } = payload
    const before = file.open.assessments[commitHash]?.asked ?? []
    file.open.assessments[commitHash] = {
      finding,
      reason,
      legal,
      hash,
      asked: finding === 'cure' ? [...before, reason.code] : before,
      ...(until === undefined ? {} : { until }),
    }
    return undefined
  },
})

const cureSchema = z.strictObject({
  of: hashSchema,
  text: textSchema,
  documents: z.array(docSchema).max(20),
})

/** Sealed: who bid is not public before the award, and for losers never. */
const cure = act<z.infer<typeof cureSchema>>({
  row: 'B6',
  roles: ['VE'],
  stages: ['opened'],
  schema: cureSchema,
  sealed: true,
  racesDeadline: true,
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  documents: (_file, { payload }) => payload.documents.map((document) => document.commit),
  decide: (file, { statement, payload }, { legal, register }) => {
    const rule = ruleOf(file.open, 'assessment', legal)
    const asked = Object.entries(file.open.assessments).find(
      ([, one]) => one.hash === payload.of && one.finding === 'cure',
    )
    if (!asked)
      return refuse(
        'unknown-reference',
        rule,
        'Nobody asked this, or the officer has decided since.',
        'Answer the newest request.',
        '/payload/of',
      )
    const [commitHash, { until }] = asked
    if (until !== undefined && legal > until)
      return refuse('too-late', rule, 'The time to cure this defect is over.', 'Ask the officer.')
    if (!file.sealed) return hiddenBy(rule)
    const bid = openedBids(file)?.find((one) => one.commitHash === commitHash)
    if (bid?.vendor !== vendorOf(register, statement.actor)?.vendor)
      return refuse('other-person', rule, 'The bid is not yours.', 'Its vendor answers.')
    if (file.sealed.cures?.some((one) => one.of === payload.of))
      return refuse('already-done', rule, 'This was answered already.', 'Wait for the finding.')
    return undefined
  },
  evolve: (file, { payload }, { legal, hash }) => {
    if (!file.sealed) return undefined
    const commitHash = Object.keys(file.open.assessments).find(
      (one) => file.open.assessments[one]?.hash === payload.of,
    )
    if (commitHash === undefined) return undefined
    file.sealed.cures = [...(file.sealed.cures ?? []), { hash, commitHash, legal, ...payload }]
    return undefined
  },
})

export const evaluation: StageRules = {
  acts: { 'bid.assess': assess, 'bid.cure': cure },
  due: (file) => {
    if (file.open.stage !== 'opened') return []
    const waiting = openedBids(file)?.filter((bid) => isCuring(file, bid)) ?? []
    return waiting.map((bid) => findingDuty(file, bid))
  },
}

function isCuring(file: FileState, bid: OpenedBid): boolean {
  return !competes(file, bid) && file.open.assessments[bid.commitHash]?.finding === 'cure'
}

/** Once the vendor has answered or its time is over, the officer decides. */
function findingDuty(file: FileState, bid: OpenedBid): Duty {
  const { hash, legal, until } = file.open.assessments[bid.commitHash] as NonNullable<
    FileState['open']['assessments'][string]
  > // isCuring has seen it
  const answered = file.sealed?.cures?.find((one) => one.of === hash)?.legal
  return {
    key: `bid.assess/${hash}`,
    type: 'bid.assess',
    role: 'CO',
    subject: bid.commitHash,
    from: answered ?? until ?? legal,
    clock: 'legal',
    rule: ruleOf(file.open, 'assessment', legal),
    otherwise: 'The bid is not in the competition.',
    cause: hash,
  }
}
