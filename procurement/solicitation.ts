/**
 * Publication and what may happen to it: the recipient and the terms (P3), amendments (P4), the end
 * without an award (P10), and the hand-over of a file.
 *
 * Refuses an amendment after the bids were due, one that shortens the time, and one that calls
 * minor what bidders have sealed to; a deadline moves with two signatures.
 */
import { z } from 'zod'
import type { Json } from '../ledger/index.ts'
import { act, refuse, type Duty, type Refusal, type StageRules } from './act.ts'
import { dateIn, deadline } from './calendar.ts'
import { approvedMethod, checkReason, methodOf, ruleOf, ruleValue } from './methods.ts'
import { hiddenBy, ownRule } from './refusals.ts'
import { holdsRole, personRow, rowKey } from './register-rows.ts'
import { idSchema, instantSchema, reasonSchema } from './schemas.ts'
import { checkSeparation } from './separation.ts'
import type { FileState, OpenState, Reason, SolicitationTerms } from './state.ts'
import { amendTerms, checkTerms, isMaterialPath, lotsOf, termsSchema } from './terms.ts'
import { addMicroseconds, DAY } from './training.ts'

const publish = act({
  row: 'P3',
  roles: ['CO'],
  stages: ['approved'],
  schema: termsSchema,
  documents: (_file, { payload }) => payload.documents.map(({ commit }) => commit),
  decide: ({ open }, { payload }, { legal }) =>
    checkTerms(open, payload, { legal, published: legal }),
  evolve: ({ open }, { payload }, { hash, leaf, legal, at }) => {
    open.stage = 'open'
    open.solicitation = {
      hash,
      head: leaf,
      deadlineBy: hash,
      publishedLegal: legal,
      publishedReal: at,
      terms: payload,
      amendments: [],
    }
    open.lots = lotStates(payload)
    return undefined
  },
})

function lotStates(terms: SolicitationTerms): OpenState['lots'] {
  return Object.fromEntries(lotsOf(terms).map((id) => [id, { id, stage: 'open' as const }]))
}

const jsonSchema = z.custom<Json>((value) => value !== undefined)

const amendSchema = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        path: z.string().regex(/^(\/[^/]{1,128}){1,8}$/, 'must be a JSON pointer'),
        from: jsonSchema.exactOptional(),
        to: jsonSchema.exactOptional(),
      }),
    )
    .max(100),
  material: z.boolean(),
  bidsUntil: instantSchema.exactOptional(),
  reason: reasonSchema,
})
type Amendment = z.infer<typeof amendSchema>

const amend = act({
  row: 'P4',
  roles: ['CO'],
  stages: ['open'],
  schema: amendSchema,
  // A deadline moves with the approver.
  cosign: { roles: ['AP'], when: (_file, { bidsUntil }) => bidsUntil !== undefined },
  documents: (file, { payload }) => {
    const terms = file && amended(file.open, payload)
    return terms === undefined || 'problem' in terms
      ? []
      : terms.documents.map(({ commit }) => commit)
  },
  decide: ({ open }, { payload }, { legal }) => {
    const rule = ruleOf(open, 'amendment', legal)
    const terms = amended(open, payload)
    const published = open.solicitation?.publishedLegal ?? legal
    return (
      checkAmendment(open, payload, legal) ??
      checkReason(open, 'amend', payload.reason, '/payload/reason/code') ??
      ('problem' in terms
        ? refuse(
            'amendment',
            rule,
            terms.problem,
            'Draw the diff up from the terms as they are.',
            '/payload/changes',
          )
        : (checkTimeLeft(open, payload, terms, legal) ??
          checkTerms(open, terms, { legal, published })))
    )
  },
  evolve: (file, { payload }, { hash, leaf, legal }) => {
    const { open } = file
    const terms = amended(open, payload)
    if (open.solicitation === undefined || 'problem' in terms)
      throw new TypeError('the amendment was not accepted')
    const { changes, material, reason } = payload
    open.solicitation.terms = terms
    open.solicitation.amendments.push({ hash, legal, changes, material, reason })
    if (payload.bidsUntil !== undefined) open.solicitation.deadlineBy = hash
    if (!material) return undefined
    open.solicitation.head = leaf
    open.lots = lotStates(terms)
    makeStale(file)
    return undefined
  },
})

function amended(
  open: OpenState,
  { changes, bidsUntil }: Amendment,
): SolicitationTerms | { problem: string } {
  const terms = open.solicitation?.terms
  return terms === undefined
    ? { problem: 'Nothing is published.' }
    : amendTerms(terms, changes, bidsUntil)
}

function checkAmendment(
  open: OpenState,
  { changes, material, bidsUntil }: Amendment,
  legal: string,
): Refusal | undefined {
  const rule = ruleOf(open, 'amendment', legal)
  const until = open.solicitation?.terms.bidsUntil ?? ''
  if (legal > until)
    return refuse(
      'too-late',
      rule,
      `Bids were due at ${until}.`,
      'Nothing can be amended after the deadline.',
    )
  if (changes.length === 0 && bidsUntil === undefined)
    return refuse('amendment', rule, 'Nothing is changed.', 'Say what changes.', '/payload/changes')
  if (changes.some(({ path }) => path === '/bidsUntil'))
    return refuse(
      'amendment',
      rule,
      'The deadline moves by its own member.',
      'Say bidsUntil.',
      '/payload/changes',
    )
  if (bidsUntil !== undefined && bidsUntil <= until)
    return refuse(
      'amendment',
      rule,
      'A deadline only moves later.',
      `Choose a time after ${until}, or leave it.`,
      '/payload/bidsUntil',
    )
  if (material || !changes.some(({ path }) => isMaterialPath(path))) return undefined
  return refuse(
    'amendment',
    rule,
    'This changes what bidders have sealed to; it cannot be called minor.',
    'Say material: true. Every bid must then be signed anew.',
    '/payload/material',
  )
}

/**
 * Whoever must bid anew has time for it: nobody is shut out by a change just before the deadline.
 */
function checkTimeLeft(
  open: OpenState,
  { material }: Amendment,
  { bidsUntil }: SolicitationTerms,
  legal: string,
): Refusal | undefined {
  if (!material) return undefined
  const days = Number(ruleValue(open, 'amendment', legal))
  const soonest = deadline(legal, days, 'd', open.calendar, open.zone)
  if (dateIn(open.zone, bidsUntil) >= soonest) return undefined
  return refuse(
    'deadline-too-short',
    ruleOf(open, 'amendment', legal),
    `After this change bids cannot be due before ${soonest}.`,
    `Move the deadline to ${soonest} or later in the same amendment.`,
    '/payload/bidsUntil',
  )
}

/** Bids against superseded terms wait for a new signature. */
function makeStale({ sealed }: FileState): void {
  if (sealed === undefined) return
  sealed.bids = sealed.bids.map((bid) =>
    bid.status === 'counts' ? { ...bid, status: 'stale' } : bid,
  )
}

const fail = act({
  row: 'P10',
  roles: ['CK', 'CO'],
  stages: ['closed', 'opened', 'contracted'],
  schema: z.strictObject({ reason: reasonSchema }),
  decide: (file, { statement, payload: { reason } }) => {
    if (statement.role === 'CK') return undefined
    const { open } = file
    if (open.stage === 'closed')
      return refuse(
        'out-of-turn',
        ruleOf(open, 'fail'),
        'The bids are not opened yet.',
        'Wait for the opening.',
      )
    if (!Object.values(open.lots).some(({ stage }) => stage === 'open'))
      return refuse('already-done', ruleOf(open, 'fail'), 'Every lot is decided.', 'Nothing.')
    return checkReason(open, 'fail', reason, '/payload/reason/code') ?? checkFailure(file, reason)
  },
  evolve: ({ open }, { payload: { reason } }, { hash, legal }) => {
    const undecided = Object.values(open.lots).filter(({ stage }) => stage === 'open')
    for (const lot of undecided) lot.stage = 'unsuccessful'
    open.failed = { reason, legal, hash }
    if (Object.values(open.lots).every(({ stage }) => stage === 'unsuccessful'))
      open.stage = 'unsuccessful'
    return undefined
  },
})

/**
 * The officer ends an attempt for what the file shows: too few bids, or every one rejected with its
 * reason. Prices that are known are no reason. (To end a need with bids standing is a cancellation,
 * which is another act.)
 */
function checkFailure({ open, sealed }: FileState, { code }: Reason): Refusal | undefined {
  const rule = ruleOf(open, 'fail')
  const no = (kind: 'reason-code' | 'reasons-missing', message: string, next: string): Refusal =>
    refuse(kind, rule, message, next, '/payload/reason')
  if (code === 'not-opened')
    return no('reason-code', 'The bids are opened.', 'The clock says this when it is so.')
  if (code === 'as-published')
    return open.requisition.source === undefined
      ? no('reason-code', 'This procurement was published nowhere else.', 'Say why it ends.')
      : undefined
  if (sealed?.opened === undefined) return hiddenBy(rule)
  const opened = sealed.opened.filter(({ status }) => status === 'opened')
  if (code === 'no-bids' || code === 'too-few-bids') {
    const most = code === 'no-bids' ? 0 : approvedMethod(open).bidsMin - 1
    if (opened.length <= most) return undefined
    return no('reason-code', `${opened.length} bids were opened.`, 'Give a reason that is so.')
  }
  if (opened.length === 0 && code !== 'need-ended')
    return no('reason-code', 'No bid was opened.', 'Say no-bids.')
  const standing = opened.filter(
    ({ commitHash }) => open.assessments[commitHash]?.finding !== 'rejected',
  )
  if (standing.length === 0) return undefined
  return no(
    'reasons-missing',
    `${standing.length} opened bids are not rejected.`,
    'Assess every bid first, with reasons.',
  )
}

const assign = act({
  row: '',
  roles: ['CO', 'AP'],
  schema: z.strictObject({
    role: z.enum(['RQ', 'BU', 'CO', 'AP', 'AC', 'PO', 'TR']),
    from: idSchema,
    to: idSchema,
    reason: reasonSchema,
  }),
  needs: (_file, { payload }) => [rowKey.person(payload.to)],
  decide: (file, { statement, payload: { role, from, to, reason } }, { register, legal }) => {
    const { open } = file
    const rule = ownRule('assignment')
    if (from === to || (open.assigned[role] ?? from) !== from)
      return refuse(
        'not-assigned',
        rule,
        `${role} is not in the hands of ${from}.`,
        `Hand over from ${open.assigned[role] ?? 'the one who holds it'}.`,
        '/payload/from',
      )
    const person = personRow(register, to)
    if (person === undefined || !holdsRole(person, role, open, legal))
      return refuse(
        'role-missing',
        rule,
        `${to} does not hold ${role}.`,
        'Ask a registrar for the role.',
        '/payload/to',
      )
    const successor = { person: to, role, t: statement.t }
    return (
      checkReason(open, 'assign', reason, '/payload/reason/code') ??
      checkSeparation(file, successor, methodOf(open), ruleOf(open, 'separation'))
    )
  },
  evolve: ({ open }, { statement: { t }, payload: { role, to } }, { hash }) => {
    open.assigned[role] = to
    if (!open.handed.includes(role)) open.handed.push(role)
    // Whoever takes a role over counts as having acted in it.
    open.actedAs[to] = [...(open.actedAs[to] ?? []), { role, t, hash }]
    return undefined
  },
})

export const solicitation: StageRules = {
  acts: {
    'solicitation.publish': publish,
    'solicitation.amend': amend,
    'solicitation.fail': fail,
    'file.assign': assign,
  },
  due: (file) => [...publicationOwed(file.open), ...failureOwed(file)],
}

function publicationOwed(open: OpenState): Duty[] {
  if (open.stage !== 'approved' || open.approval === undefined) return []
  const { hash, legal } = open.approval
  return [
    {
      key: `solicitation.publish/${hash}`,
      type: 'solicitation.publish',
      role: 'CO',
      ...(open.assigned.CO === undefined ? {} : { person: open.assigned.CO }),
      subject: open.ocid,
      from: legal,
      clock: 'legal',
      rule: ruleOf(open, 'publication'),
      otherwise: 'The purchase waits.',
      cause: hash,
    },
  ]
}

/**
 * An opening that fewer than k holders made possible within a day, and an opening with too few
 * bids.
 */
function failureOwed({ open, sealed }: FileState): Duty[] {
  const { close, result } = open.opening
  if (close === undefined || open.failed !== undefined) return []
  const duty = {
    type: 'solicitation.fail',
    role: 'CK' as const,
    subject: open.ocid,
    rule: ruleOf(open, 'fail'),
    otherwise: 'The procurement would stay open without an outcome.',
  }
  if (open.stage === 'closed' && !isReleased(open)) {
    const at = addMicroseconds(close.real, DAY)
    const reason = {
      code: 'not-opened',
      text: 'Too few key holders released within 24 hours. No bid was opened.',
    }
    return [
      {
        ...duty,
        key: `solicitation.fail/${close.hash}`,
        from: at,
        by: at,
        clock: 'real',
        cause: close.hash,
        payload: { reason },
      },
    ]
  }
  if (open.stage !== 'opened' || result === undefined || sealed?.opened === undefined) return []
  const opened = sealed.opened.filter(({ status }) => status === 'opened').length
  if (opened >= approvedMethod(open).bidsMin) return []
  const reason = {
    code: opened === 0 ? 'no-bids' : 'too-few-bids',
    text: 'Too few bids came that could be opened.',
  }
  return [
    {
      ...duty,
      key: `solicitation.fail/${result.hash}`,
      from: result.legal,
      by: result.legal,
      clock: 'legal',
      cause: result.hash,
      payload: { reason },
    },
  ]
}

/** Whether k holders of every group have released. */
export function isReleased({ opening, solicitation: published }: OpenState): boolean {
  const key = published?.terms.openingKey
  return (
    key !== undefined &&
    key.groups.every(
      ({ name, k }) =>
        opening.releases.filter(
          ({ envelope, group }) => envelope === key.envelope && group === name,
        ).length >= k,
    )
  )
}
