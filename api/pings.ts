/**
 * Proof that a key holder can open: the service seals a secret to the new key (ping), the holder answers with what it
 * opened (pong), and gets a signed proof to put into `opening.member` (reference/security.md section 4.3).
 */
import { z } from 'zod'
import { fromBase64Url } from '../ledger/index.ts'
import { SignerError, type Signer } from '../signer/client.ts'
import { paths } from '../web/paths.ts'
import { json, type Answer } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { hashForm, nameForm, ocidForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'

const ping = z.strictObject({
  tender: ocidForm,
  envelope: nameForm(64),
  id: nameForm(64),
  pub: z.string().regex(/^[A-Za-z0-9_-]{87}$/, 'Must be a P-256 point, 65 bytes in base64url.'),
})
const pong = ping.extend({ secret: hashForm })

export function pingEndpoints({ signer }: { signer: Signer }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: paths.api.pings,
      summary: 'Get a secret sealed to an opening key',
      json: { schema: ping, sizeMax: 4096 },
      signedIn: true,
      answers: {
        201: {
          description: 'The ciphertext',
          schema: z.object({ enc: z.string(), ct: z.string() }),
        },
        400: problemForm,
        401: problemForm,
      },
      handle: ({ body }) => answered(() => signer.ping(body)),
    }),
    endpoint({
      method: 'post',
      path: paths.api.pongs,
      summary: 'Show the opened secret and get the signed proof',
      json: { schema: pong, sizeMax: 4096 },
      signedIn: true,
      answers: {
        201: {
          description: 'The proof of possession, `pop` of opening.member',
          schema: z.object({ challenge: z.string(), opened: z.string(), sig: z.string() }),
        },
        400: problemForm,
        401: problemForm,
        422: problemForm,
      },
      handle: ({ body }) =>
        answered(() => signer.pong({ ...body, secret: fromBase64Url(body.secret) })),
    }),
  ]
}

/** The signer says no to a key that is none, and to a secret that is not the one it sealed. */
async function answered(ask: () => Promise<object>): Promise<Answer> {
  try {
    return json(await ask(), 201)
  } catch (error) {
    if (!(error instanceof SignerError)) throw error
    if (error.code === 'invalid') return problem('malformed-request', error.message)
    if (error.code === 'not-allowed') return problem('not-possessed', error.message)
    throw error
  }
}
