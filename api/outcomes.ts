/**
 * What the door answers, as HTTP: recorded is a receipt, everything else a problem. A refusal is signed by the
 * service's receipt key, so that the sender can keep it as evidence.
 */
import type { Appended, Outcome } from '../db/outcome.ts'
import { toBase64Url, type Json } from '../ledger/index.ts'
import { SignerError, type RefusedStatement, type Signer } from '../signer/client.ts'
import { json, type Answer } from './answer.ts'
import { invalid, problem, refused, type OwnCode } from './problems.ts'

export interface OutcomeDeps {
  signer: Signer
  /** The service's clock, for refusals that come before the database is asked. */
  now: () => Date
}

export async function answerOutcome(outcome: Outcome, deps: OutcomeDeps): Promise<Answer> {
  switch (outcome.kind) {
    case 'accepted':
    case 'late':
      return recorded(outcome, deps.signer)
    case 'refused':
      return refused(outcome.refusal, await refusalOf(outcome, deps))
    case 'invalid':
      return invalid(codeOfInvalid(outcome.code), outcome.problems)
    case 'conflict':
      return conflict(outcome, deps)
    case 'busy':
      return problem(
        outcome.reason === undefined ? 'busy' : 'read-only',
        outcome.reason ?? 'Too many statements are waiting.',
        {
          retryAfterMs: outcome.retryAfterMs,
        },
      )
    case 'unknown':
      return problem(
        'unknown',
        'The connection to the database or the signer was lost while it was recorded.',
      )
  }
}

/** 201 for a new entry; 200 for one that was there before, and for a late act, which is out of the competition. */
async function recorded(outcome: Appended, signer: Signer): Promise<Answer> {
  const receipt = await receiptOf(outcome.hash, signer)
  if (!receipt) return problem('unknown', 'It is recorded; its receipt could not be signed yet.')
  const status = outcome.again || outcome.kind === 'late' ? 200 : 201
  return json(
    {
      receipt: signedJson(receipt),
      index: outcome.index,
      hash: toBase64Url(outcome.hash),
      again: outcome.again,
    },
    status,
  )
}

/** The receipt of a recorded statement; undefined while the signer is away: the same bytes get it later. */
export async function receiptOf(hash: Uint8Array, signer: Signer): Promise<Uint8Array | undefined> {
  try {
    return (await signer.receipts([hash]))[0]
  } catch (error) {
    if (error instanceof SignerError) return undefined
    throw error
  }
}

type Refused = Extract<Outcome, { kind: 'refused' }>
type Conflict = Extract<Outcome, { kind: 'conflict' }>

const refusalOf = (
  { hash, arrivedAt, refusal: { code, rule } }: Refused,
  deps: OutcomeDeps,
): Promise<Json | undefined> =>
  signRefusal({ statementHash: hash, arrivedAt, code, rule: rule.id }, deps)

async function conflict({ hash }: Conflict, deps: OutcomeDeps): Promise<Answer> {
  const detail = 'This key has signed another statement with the same nonce.'
  const no = problem('nonce-used', detail)
  const { code, rule } = no
  const refusal = await signRefusal({ statementHash: hash, arrivedAt: '', code, rule }, deps)
  return { ...no, ...(refusal !== undefined && { refusal }) }
}

/** A refusal, signed; undefined while the signer is away: the answer is no all the same. */
async function signRefusal(
  said: RefusedStatement,
  { signer, now }: OutcomeDeps,
): Promise<Json | undefined> {
  try {
    const arrivedAt = said.arrivedAt === '' ? instantOf(now()) : said.arrivedAt
    return signedJson(await signer.refusal({ ...said, arrivedAt }))
  } catch (error) {
    if (error instanceof SignerError) return undefined
    throw error
  }
}

/** Six decimals, as the record writes instants. */
export const instantOf = (date: Date): string => date.toISOString().replace('Z', '000Z')

/** Signed documents are JSON by their maker's word; here they are only passed on. */
export const signedJson = (bytes: Uint8Array): Json =>
  JSON.parse(Buffer.from(bytes).toString()) as Json

const codeOfInvalid = (code: string): OwnCode => {
  if (code === 'payload' || code === 'statement') return 'invalid-statement'
  return code === 'size' ? 'too-large' : 'malformed-envelope'
}
