/**
 * Questions of vendors and their answers (row P5). A question is sealed: its sender never becomes
 * public; question and answer go to all at once.
 *
 * Refuses questions after the time for them, and answers after the bids are due.
 */
import { z } from 'zod'
import { act, refuse, type Duty, type StageRules } from './act.ts'
import { ruleOf } from './methods.ts'
import { hiddenBy, ownRule } from './refusals.ts'
import { vendorKeys, vendorOf } from './register-rows.ts'
import { hashSchema, textSchema } from './schemas.ts'
import type { FileState } from './state.ts'

const ask = act({
  row: 'P5',
  roles: ['VE'],
  stages: ['open'],
  sealed: true,
  schema: z.strictObject({ text: textSchema }),
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  decide: ({ open, sealed }, { statement }, { legal, register }) => {
    const rule = ruleOf(open, 'questions')
    const terms = open.solicitation?.terms
    const until = terms?.questionsUntil ?? terms?.bidsUntil ?? ''
    if (legal > until)
      return refuse(
        'too-late',
        rule,
        `Questions were taken until ${until}.`,
        'Read the answers that are published.',
      )
    if (vendorOf(register, statement.actor) === undefined)
      return refuse(
        'unknown-vendor',
        rule,
        'Only vendors of the register ask.',
        'Register first.',
        '/actor',
      )
    return sealed === undefined ? hiddenBy(rule) : undefined
  },
  evolve: ({ sealed }, { statement, payload: { text } }, { hash, legal, index, register }) => {
    if (sealed === undefined) return undefined
    const vendor = vendorOf(register, statement.actor)?.vendor ?? ''
    const question = { hash, vendor, person: statement.actor, text, legal, index }
    sealed.questions = [...sealed.questions, question]
    return undefined
  },
})

const answer = act({
  row: 'P5',
  roles: ['CO'],
  stages: ['open'],
  schema: z.strictObject({
    of: hashSchema,
    question: textSchema,
    text: textSchema,
    /** Whether the answer changes the terms; an amendment then follows. */
    amends: z.boolean(),
  }),
  decide: ({ open, sealed }, { payload: { of } }, { legal }) => {
    const rule = ruleOf(open, 'questions')
    if (legal > (open.solicitation?.terms.bidsUntil ?? ''))
      return refuse(
        'too-late',
        rule,
        'Bids were due already.',
        'Nothing is answered after the deadline.',
      )
    if (open.answers.some((answered) => answered.of === of))
      return refuse(
        'already-done',
        rule,
        'This question is answered.',
        'Amend the terms if the answer was wrong.',
        '/payload/of',
      )
    if (sealed === undefined) return hiddenBy(rule)
    if (sealed.questions.some(({ hash }) => hash === of)) return undefined
    return refuse(
      'unknown-reference',
      rule,
      'There is no such question.',
      'Cite the statement hash of a question.',
      '/payload/of',
    )
  },
  evolve: ({ open }, { payload: { of, question, text } }, { hash, legal }) => {
    open.answers.push({ of, question, text, legal, hash })
    return undefined
  },
})

export const questions: StageRules = {
  acts: { 'question.ask': ask, 'question.answer': answer },
  due: owed,
}

/** No time is set, so that no reminder can tell that somebody asked. */
function owed({ open, sealed }: FileState): Duty[] {
  if (open.stage !== 'open') return []
  const waiting = (sealed?.questions ?? []).filter(
    ({ hash }) => !open.answers.some(({ of }) => of === hash),
  )
  return waiting.map(({ hash, legal }) => ({
    key: `question.answer/${hash}`,
    type: 'question.answer',
    role: 'CO',
    ...(open.assigned.CO === undefined ? {} : { person: open.assigned.CO }),
    subject: hash,
    from: legal,
    clock: 'legal',
    rule: ownRule('questions'),
    otherwise: 'The question stays without an answer when bids are due.',
    cause: hash,
  }))
}
