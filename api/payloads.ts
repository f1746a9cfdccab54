/**
 * Documents beside the record, by salted commitment: the statement cites the commitment, the bytes lie here. Who may
 * read one is disclosure's business.
 */
import { z } from 'zod'
import type { Payloads } from '../db/payloads.ts'
import { fromBase64, fromBase64Url, LedgerError, toBase64Url } from '../ledger/index.ts'
import { paths } from '../web/paths.ts'
import { json, type Answer } from './answer.ts'
import type { Disclosure, Viewer } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { hashForm, ocidForm, problemForm } from './forms.ts'
import { invalid, problem } from './problems.ts'
import { overQuota } from './quota.ts'

/** Documents up to 20 MiB; base64 adds a third. */
const payloadSizeMax = 28 * 1024 * 1024

const upload = z.strictObject({
  salt: hashForm,
  /** Standard base64. */
  bytes: z.string(),
  media: z
    .string()
    .regex(/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/, 'Must be a media type.')
    .max(127),
  tender: ocidForm.optional(),
  reader: z.enum(['public', 'file']).default('file'),
})

export interface PayloadDeps {
  payloads: Payloads
  disclosure: Disclosure
}

export function payloadEndpoints({ payloads, disclosure }: PayloadDeps): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: paths.api.payloads,
      summary: 'Store a document and get its commitment',
      json: { schema: upload, sizeMax: payloadSizeMax },
      signedIn: true,
      answers: {
        201: { description: 'Its commitment', schema: z.object({ commit: z.string() }) },
        400: problemForm,
        401: problemForm,
        413: problemForm,
      },
      handle: async ({ body, viewer }) => store(body, viewer),
    }),
    endpoint({
      method: 'get',
      path: paths.api.payload,
      summary: 'Read a document that is disclosed to you',
      params: z.object({ commit: hashForm }),
      query: z.strictObject({ salt: z.enum(['0', '1']).optional() }),
      answers: {
        200: {
          description: 'Its bytes, or with `salt=1` its salt and bytes as JSON',
          media: 'application/octet-stream',
        },
        403: problemForm,
        404: problemForm,
      },
      handle: async ({ params, query, viewer }) =>
        readDocument(
          await disclosure.payload(viewer, fromBase64Url(params.commit)),
          query.salt === '1',
        ),
    }),
  ]

  async function store(document: z.infer<typeof upload>, viewer: Viewer): Promise<Answer> {
    const { salt, bytes, tender, ...kept } = document
    const decoded = decode(bytes)
    if (!decoded) {
      return invalid('malformed-request', [
        { at: '/bytes', message: 'Must be standard base64 with padding.' },
      ])
    }
    const refusal = await overQuota(payloads, viewer, { size: decoded.length, tender })
    if (refusal) return refusal
    const commitment = await payloads.put({
      salt: fromBase64Url(salt),
      bytes: decoded,
      ...kept,
      ...(tender === undefined ? {} : { tender }),
      ...(viewer.person === undefined ? {} : { uploader: viewer.person }),
    })
    return json({ commit: toBase64Url(commitment) }, 201)
  }
}

function decode(base64: string): Uint8Array | undefined {
  try {
    return fromBase64(base64)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

type DocumentReading = Awaited<ReturnType<Disclosure['payload']>>

/** Documents are somebody's upload: they are always a download, never a page of this service. */
function readDocument(reading: DocumentReading, withSalt: boolean): Answer {
  if (reading.kind === 'absent')
    return problem('not-found', 'There is no such document, or it was erased.')
  if (reading.kind === 'withheld') return problem('not-disclosed', reading.why)
  const { commit, salt, bytes, media } = reading.value
  if (withSalt) {
    const text = Buffer.from(bytes).toString('base64')
    return json({ commit: toBase64Url(commit), salt: toBase64Url(salt), bytes: text, media })
  }
  return { kind: 'bytes', status: 200, body: bytes, media, name: toBase64Url(commit) }
}
