/**
 * Problem documents (RFC 9457): the one place that turns a refusal, an invalid input or a fault into an HTTP answer.
 *
 * Every problem names a code, the rule that was broken, where that rule stands and what to do next. A refusal that the
 * signer has signed travels inside, so that it can be kept as evidence. No input of a caller becomes a 5xx.
 */
import type { Json } from '../ledger/index.ts'
import type { Refusal } from '../db/outcome.ts'
import type { Problem as FieldProblem } from '../procurement/index.ts'

/** What a handler returns when the answer is no. `answer.ts` writes it out, with the request's trace id. */
export interface Problem {
  kind: 'problem'
  status: number
  code: string
  title: string
  detail: string
  rule: string
  cite: string
  next: string
  errors?: { pointer: string; detail: string }[]
  refusal?: Json
  retryAfterMs?: number
}

/** The document as it travels (`application/problem+json`). */
export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  code: string
  rule: string
  cite: string
  next: string
  errors?: { pointer: string; detail: string }[]
  refusal?: Json
  traceId: string
}

/** What the service itself refuses, apart from the rules of procurement. */
const own = {
  'malformed-request': {
    status: 400,
    title: 'The request is not of the form',
    rule: 'api.form',
    cite: 'OpenAPI document, /api/openapi.json',
    next: 'Correct the members named under errors and send it again.',
  },
  'malformed-envelope': {
    status: 400,
    title: 'This is not a signed statement',
    rule: 'ledger.envelope',
    cite: 'Ledger format, section 2',
    next: 'Build the statement as canonical JSON, sign it as a DSSE envelope, and send those bytes.',
  },
  'invalid-statement': {
    status: 400,
    title: 'The statement is not of its form',
    rule: 'ledger.statement',
    cite: 'Statement catalogue',
    next: 'Correct the members named under errors, sign anew and send it again.',
  },
  'nonce-used': {
    status: 409,
    title: 'This nonce was used for another statement',
    rule: 'ledger.nonce',
    cite: 'Ledger format, section 2',
    next: 'Take 16 fresh random bytes as nonce and sign again. If you did not sign the other statement, revoke this key.',
  },
  'too-large': {
    status: 413,
    title: 'Too large',
    rule: 'api.size',
    cite: 'Ledger format, section 3',
    next: 'Put long texts and lists into documents and cite them by their commitment.',
  },
  quota: {
    status: 413,
    title: 'You keep too much here',
    rule: 'api.quota',
    cite: 'Security, section 4.5',
    next: 'Send the acts that cite what you have uploaded, or ask the operator.',
  },
  'media-type': {
    status: 415,
    title: 'Not the expected media type',
    rule: 'api.media',
    cite: 'RFC 9110, section 15.5.16',
    next: 'Send the body uncompressed, with the Content-Type that the OpenAPI document names.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    rule: 'api.address',
    cite: 'RFC 9110, section 15.5.5',
    next: 'Look for it on the list of procurements or in the record.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take that method',
    rule: 'api.method',
    cite: 'RFC 9110, section 15.5.6',
    next: 'The OpenAPI document at /api/openapi.json lists what it takes.',
  },
  'not-signed-in': {
    status: 401,
    title: 'This needs a session',
    rule: 'api.session',
    cite: 'Security, section 5.4',
    next: 'Get a challenge from /api/challenges, sign it with your key and post it to /api/sessions.',
  },
  'sign-in-failed': {
    status: 401,
    title: 'The challenge was not answered',
    rule: 'api.session',
    cite: 'Security, section 5.4',
    next: 'Get a new challenge and sign it with an enrolled key that is not revoked.',
  },
  'not-in-turn': {
    status: 409,
    title: 'This step is not in turn',
    rule: 'api.turn',
    cite: 'The method of the procurement',
    next: 'Look at the procurement: it says what comes next, and who does it.',
  },
  'not-disclosed': {
    status: 403,
    title: 'This is not disclosed to you',
    rule: 'api.disclosure',
    cite: 'Security, section 4.6; the method of the procurement',
    next: 'Wait until the method discloses it, or ask the contracting officer.',
  },
  'cross-site': {
    status: 403,
    title: 'This request came from another site',
    rule: 'api.same-origin',
    cite: 'Security, section 5.4',
    next: 'Send it from a page of this service, as JSON.',
  },
  'blob-differs': {
    status: 422,
    title: 'These are not the bytes of that hash',
    rule: 'api.blob',
    cite: 'Security, section 4.6 (V1)',
    next: 'Send the bytes again, unchanged, under the SHA-256 of them.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    rule: 'api.rate',
    cite: 'RFC 6585, section 4',
    next: 'Wait as long as Retry-After says and send the same bytes again.',
  },
  busy: {
    status: 503,
    title: 'The record is busy',
    rule: 'ledger.queue',
    cite: 'Ledger format, section 11',
    next: 'Wait as long as Retry-After says and send the same bytes again: they cannot be recorded twice.',
  },
  unknown: {
    status: 503,
    title: 'We do not know yet whether it was recorded',
    rule: 'ledger.unknown',
    cite: 'Ledger format, section 11',
    next: 'Send the same bytes again: they cannot be recorded twice.',
  },
  'read-only': {
    status: 503,
    title: 'The record takes nothing in at the moment',
    rule: 'ledger.guard',
    cite: 'Ledger format, section 11',
    next: 'Keep the signed bytes and send them again later.',
  },
  'not-ready': {
    status: 503,
    title: 'A part of the service is away',
    rule: 'api.ready',
    cite: 'RFC 9110, section 15.6.4',
    next: 'Wait as long as Retry-After says and send the same bytes again.',
  },
  'not-possessed': {
    status: 422,
    title: 'The test was not answered',
    rule: 'api.ping',
    cite: 'Security, section 4.3',
    next: 'Ask for a new ping with the key you want to enrol, and answer with what it opens to.',
  },
  'pack-missing': {
    status: 503,
    title: 'The rules of this procurement are not here',
    rule: 'api.rules',
    cite: 'The rule pack that the approval has pinned',
    next: 'Its record is safe, and is verified by a release that holds the pack. Tell the operator to run one, or to restore the pack as it was.',
  },
  fault: {
    status: 500,
    title: 'Something on our side failed',
    rule: 'api.fault',
    cite: 'RFC 9110, section 15.6.1',
    next: 'Try again. If it stays so, tell the operator the trace id.',
  },
} as const

export type OwnCode = keyof typeof own

/** Statuses of refusals that are not plain 422: who it is, whether it is their turn, whether it is still time. */
const statusOf: Partial<Record<string, number>> = {
  'bad-signature': 401,
  'unknown-key': 401,
  'key-purpose': 403,
  'other-person': 403,
  'role-missing': 403,
  separation: 403,
  'not-assigned': 403,
  'second-person': 403,
  'not-a-key-holder': 403,
  'over-warrant': 403,
  'unknown-tender': 404,
  'tender-exists': 409,
  ended: 409,
  'already-done': 409,
  'already-enrolled': 409,
  'out-of-turn': 409,
  'stale-head': 409,
  'stale-phase': 409,
  'too-early': 409,
  'unknown-head': 409,
  'arrival-open': 409,
  'nothing-pending': 409,
  'invoice-number-used': 409,
  expired: 410,
  'too-late': 410,
  late: 410,
  'other-log': 421,
}

/** A problem of the service itself. `detail` says what is wrong this time. */
export function problem(
  code: OwnCode,
  detail: string,
  more: Pick<Problem, 'errors' | 'retryAfterMs'> = {},
): Problem {
  return { kind: 'problem', code, detail, ...own[code], ...more }
}

/** Input that is not of the form: every member at once. */
export function invalid(code: OwnCode, problems: FieldProblem[]): Problem {
  const errors = problems.map((each) => ({ pointer: each.at, detail: each.message }))
  return problem(code, errors[0]?.detail ?? own[code].title, { errors })
}

/** The rules' no. `signed` is the signed refusal document, where the statement hash is known. */
export function refused(refusal: Refusal, signed?: Json): Problem {
  return {
    kind: 'problem',
    status: statusOf[refusal.code] ?? 422,
    code: refusal.code,
    title: 'Refused by the rules',
    detail: refusal.message,
    rule: refusal.rule.id,
    cite: refusal.rule.cite,
    next: refusal.next,
    ...(refusal.at === undefined
      ? {}
      : { errors: [{ pointer: refusal.at, detail: refusal.message }] }),
    ...(signed === undefined ? {} : { refusal: signed }),
  }
}

/** The document as it is sent. */
export function documentOf(from: Problem, traceId: string): ProblemDocument {
  const { code, title, status, detail, rule, cite, next, errors, refusal } = from
  return {
    type: `urn:tenderbook:problem:${code}`,
    title,
    status,
    detail,
    code,
    rule,
    cite,
    next,
    ...(errors === undefined ? {} : { errors }),
    ...(refusal === undefined ? {} : { refusal }),
    traceId,
  }
}
