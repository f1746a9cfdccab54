/**
 * The door over HTTP: a signed statement comes in as the bytes of its envelope, a receipt or a problem goes out.
 *
 * Nobody signs in for this: a statement authenticates itself. The same bytes again get the same receipt. Acts that race
 * a deadline are received at `arrivals.ts` and refused here.
 */
import { z } from 'zod'
import type { Door } from '../db/door.ts'
import type { Readers } from '../db/readers.ts'
import { fromBase64Url } from '../ledger/index.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import type { Disclosure } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { hashForm, problemForm, receiptForm } from './forms.ts'
import { answerOutcome, receiptOf, signedJson, type OutcomeDeps } from './outcomes.ts'
import { problem, type Problem } from './problems.ts'

/** A body is at most 32 KiB (ledger format, section 2); base64 and the envelope's members add to it. */
export const envelopeSizeMax = 48 * 1024

export interface StatementDeps extends OutcomeDeps {
  door: Door
  readers: Readers
  disclosure: Disclosure
}

export function statementEndpoints(deps: StatementDeps): Endpoint[] {
  const { door, readers, signer, disclosure } = deps
  return [
    endpoint({
      method: 'post',
      path: paths.api.statements,
      summary: 'Send a signed statement',
      bytes: { media: 'application/json', sizeMax: envelopeSizeMax },
      answers: outcomeAnswers,
      handle: async ({ body }) => answerOutcome(await door.append(body), deps),
    }),
    endpoint({
      method: 'get',
      path: paths.api.statement,
      summary: 'Where a statement is recorded',
      params: z.object({ hash: hashForm }),
      answers: {
        200: {
          description: 'Its entry',
          schema: z.object({ hash: z.string(), index: z.int() }),
        },
        404: problemForm,
      },
      async handle({ params, viewer }) {
        const index = await recordedIndex(params.hash, viewer)
        return index === undefined
          ? notRecorded(params.hash)
          : json({ hash: params.hash, index, entry: `/api/entries/${index}` })
      },
    }),
    endpoint({
      method: 'get',
      path: paths.api.receipt,
      summary: 'The receipt of a recorded statement',
      params: z.object({ hash: hashForm }),
      answers: {
        200: { description: 'The receipt, signed', schema: receiptForm },
        404: problemForm,
      },
      async handle({ params, viewer }) {
        const index = await recordedIndex(params.hash, viewer)
        if (index === undefined) return notRecorded(params.hash)
        const receipt = await receiptOf(fromBase64Url(params.hash), signer)
        return receipt ? json(signedJson(receipt)) : notRecorded(params.hash)
      },
    }),
  ]

  /** Position of a recorded statement, unless it is sealed and not this viewer's. */
  async function recordedIndex(hash: string, viewer: Parameters<Disclosure['ownsSealed']>[0]) {
    const index = await readers.statementIndex(fromBase64Url(hash))
    if (index === undefined) return undefined
    const entry = await readers.entry(index)
    if (entry?.entry.dsse) return index
    return (await disclosure.ownsSealed(viewer, index)) ? index : undefined
  }
}

const notRecorded = (hash: string): Problem =>
  problem('not-found', `No statement ${hash} is recorded that you may see.`)

export const outcomeAnswers = {
  201: { description: 'Recorded: its receipt', schema: receiptForm },
  200: { description: 'Recorded before, or late: its receipt', schema: receiptForm },
  400: problemForm,
  401: problemForm,
  403: problemForm,
  409: problemForm,
  410: problemForm,
  413: problemForm,
  415: problemForm,
  421: problemForm,
  422: problemForm,
  429: problemForm,
  503: problemForm,
}
