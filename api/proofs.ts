/** Proofs and heads: everything a stranger needs to check an entry without believing this service. */
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import { formatProof, toBase64 } from '../ledger/index.ts'
import type { Signer } from '../signer/client.ts'
import { paths } from '../web/paths.ts'
import { json, plain } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { indexForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'

/** Inclusion of an entry in the newest checkpoint; undefined while none covers it. */
export async function proofOf(readers: Readers, index: number) {
  const head = await readers.latestCheckpoint()
  if (!head || head.size <= index) return undefined
  const path = await readers.inclusion(index, head.size)
  return { size: head.size, path: path.map(toBase64), checkpoint: head.note }
}

export interface ProofDeps {
  readers: Readers
  signer: Signer
}

export function proofEndpoints({ readers, signer }: ProofDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.api.checkpoint,
      summary: 'The newest checkpoint, a signed note',
      answers: {
        200: { description: 'The note', media: 'text/plain', schema: z.string() },
        404: problemForm,
      },
      async handle() {
        const head = await readers.latestCheckpoint()
        if (!head) return problem('not-found', 'No checkpoint has been signed yet.')
        return plain(head.note, { 'Cache-Control': 'no-cache' })
      },
    }),
    endpoint({
      method: 'get',
      path: paths.api.consistency,
      summary: 'Proof that the log of one size is a prefix of another',
      query: z.strictObject({ from: indexForm, to: indexForm.optional() }),
      answers: {
        200: {
          description: 'Hashes in base64, as RFC 9162 orders them',
          schema: z.object({ from: z.int(), to: z.int(), path: z.array(z.string()) }),
        },
        404: problemForm,
      },
      async handle({ query }) {
        const { size } = await readers.head()
        const to = query.to ?? (await readers.latestCheckpoint())?.size ?? 0
        if (query.from < 1 || query.from > to || to > size) {
          return problem('not-found', `Sizes go from 1 to ${size}, the smaller first.`)
        }
        const path = await readers.consistency(query.from, to)
        return json({ from: query.from, to, path: path.map(toBase64) })
      },
    }),
    endpoint({
      method: 'get',
      path: paths.api.entryProof,
      summary: 'Proof file of one entry (C2SP tlog-proof)',
      params: z.object({ index: indexForm }),
      answers: {
        200: { description: 'The file', media: 'text/plain', schema: z.string() },
        404: problemForm,
      },
      async handle({ params: { index } }) {
        const head = await readers.latestCheckpoint()
        if (!head || head.size <= index) {
          return problem('not-found', `No checkpoint covers entry ${index} yet.`)
        }
        const path = await readers.inclusion(index, head.size)
        const text = formatProof({ index, path, checkpoint: head.note })
        const headers = {
          'Content-Disposition': `attachment; filename="entry-${index}.tlog-proof"`,
        }
        return plain(text, headers)
      },
    }),
    endpoint({
      method: 'get',
      path: paths.api.log,
      summary: 'The log: origin, keys, size, first entry',
      answers: {
        200: {
          description: 'Compare these with what you have pinned',
          schema: z.object({
            origin: z.string(),
            vkey: z.string(),
            receiptKey: z.object({ kid: z.string(), pub: z.string() }),
            size: z.int(),
            founding: z.string().optional(),
          }),
        },
      },
      async handle() {
        const { origin, vkey, receipt } = await signer.identity()
        const { size } = await readers.head()
        const first = await readers.entry(0)
        return json({
          origin,
          vkey,
          receiptKey: receipt,
          size,
          ...(first ? { founding: toBase64(first.bytes) } : {}),
        })
      },
    }),
  ]
}
