/**
 * What the door answers, as HTTP: recorded is a receipt, everything else a problem. A refusal is signed by the
 * service's receipt key, so that the sender can keep it as evidence.
 */
import type { Appended, Outcome } from '../db/outcome.ts'
import { toBase64Url, type Json } from '../ledger/index.ts'
import { SignerError, type Signer } from '../signer/client.ts'
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
      return refused(outcome.refusal, await signRefusal(outcome, deps))
    case 'invalid':
      return invalid(codeOfInvalid(outcome.code), outcome.problems)
    case 'conflict':
      return problem('nonce-used', 'This key has signed another statement with the same nonce.')
    case 'busy':
      return problem(
        outcome.reason === undefined ? 'busy' : 'read-only',
        outcome.reason ?? 'Too many statements are waiting.',
        {
          retryAfterMs: outcome.retryAfterMs,
        },
      )
    case 'unknown':
      return problem('unknown', 'The connection to the database was lost while it was recorded.')
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

/** The refusal, signed; undefined while the signer is away: the answer is no all the same. */
async function signRefusal(
  { hash, arrivedAt, refusal }: Refused,
  { signer, now }: OutcomeDeps,
): Promise<Json | undefined> {
  try {
    const document = await signer.refusal({
      statementHash: hash,
      arrivedAt: arrivedAt === '' ? instantOf(now()) : arrivedAt,
      code: refusal.code,
      rule: refusal.rule.id,
    })
    return signedJson(document)
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
