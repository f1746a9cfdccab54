/**
 * Ciphertexts, uploaded before the statement that names them: capsules and files of bids, releases of key holders.
 * They go in under their SHA-256 and do not come out over HTTP: only the signer reads them, after the opening's rules.
 */
import { z } from 'zod'
import type { Blobs } from '../db/blobs.ts'
import { fromBase64Url } from '../ledger/index.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { hashForm, ocidForm, problemForm, textForm } from './forms.ts'
import { problem } from './problems.ts'

/** Files of 20 MiB, padded (at most 12 % more), and some room. */
export const blobSizeMax = 24 * 1024 * 1024

export function blobEndpoints({ blobs }: { blobs: Blobs }): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: paths.api.blob,
      summary: 'Upload a ciphertext under its SHA-256',
      params: z.object({ hash: hashForm }),
      query: z.strictObject({
        tender: ocidForm.optional(),
        envelope: textForm(64).optional(),
      }),
      bytes: { media: 'application/octet-stream', sizeMax: blobSizeMax },
      signedIn: true,
      answers: {
        200: { description: 'It is there', schema: z.object({ hash: z.string(), size: z.int() }) },
        401: problemForm,
        413: problemForm,
        415: problemForm,
        422: problemForm,
      },
      async handle({ params, query, body }) {
        const { tender, envelope } = query
        const isSame = await blobs.put(fromBase64Url(params.hash), body, {
          ...(tender === undefined ? {} : { tender }),
          ...(envelope === undefined ? {} : { envelope }),
        })
        return isSame
          ? json({ hash: params.hash, size: body.length })
          : problem('blob-differs', `The ${body.length} bytes received have another SHA-256.`)
      },
    }),
  ]
}
