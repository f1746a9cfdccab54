/**
 * Ciphertexts, uploaded before the statement that names them: capsules and files of bids, releases of key holders.
 * They go in under their SHA-256 and do not come out over HTTP: only the signer reads them, after the opening's rules.
 */
import { z } from 'zod'
import type { Blobs } from '../db/blobs.ts'
import type { Payloads } from '../db/payloads.ts'
import { fromBase64Url } from '../ledger/index.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { hashForm, ocidForm, problemForm, textForm } from './forms.ts'
import { problem } from './problems.ts'
import { overQuota } from './quota.ts'

/** Files of 20 MiB, padded (at most 12 % more), and some room. */
export const blobSizeMax = 24 * 1024 * 1024

export interface BlobDeps {
  blobs: Blobs
  payloads: Payloads
}

export function blobEndpoints({ blobs, payloads }: BlobDeps): Endpoint[] {
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
      async handle({ params, query, body, viewer }) {
        const { tender, envelope } = query
        const refusal = await overQuota(payloads, viewer, { size: body.length, tender })
        if (refusal) return refusal
        const isSame = await blobs.put(fromBase64Url(params.hash), body, {
          ...(tender === undefined ? {} : { tender }),
          ...(envelope === undefined ? {} : { envelope }),
          ...(viewer.person === undefined ? {} : { uploader: viewer.person }),
        })
        return isSame
          ? json({ hash: params.hash, size: body.length })
          : problem('blob-differs', `The ${body.length} bytes received have another SHA-256.`)
      },
    }),
  ]
}
