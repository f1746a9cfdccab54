/**
 * Signing in: a challenge, signed with an enrolled key, gives a session. Answers have one shape, whether or not the key
 * is known, and a challenge works once.
 */
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import type { Sessions } from '../db/sessions.ts'
import { fromBase64Url, gateKey, LedgerError, utf8, verifySignature } from '../ledger/index.ts'
import type { KeyRow } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import { json, type Answer } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { hashForm, nameForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'
import { cookieOf, type Credential } from './session.ts'

export interface SessionsDeps {
  sessions: Sessions
  readers: Readers
  config: { origin: string; publicUrl: string }
}

const signIn = z.strictObject({
  kid: hashForm,
  challenge: nameForm(256),
  signature: z
    .string()
    .regex(/^[A-Za-z0-9_-]{86}$/, 'Must be 64 bytes in base64url without padding.'),
})

const meForm = z
  .object({
    person: z.string(),
    kid: z.string(),
    vendor: z.string().optional(),
    roles: z.array(z.object({ role: z.string(), org: z.string() })),
  })
  .meta({ id: 'Me' })

/** What a key signs to sign in. */
export const challengeText = (origin: string, challenge: string): Uint8Array =>
  utf8(`tenderbook/session/v1\0${origin}\0${challenge}`)

export function sessionEndpoints({ sessions, readers, config }: SessionsDeps): Endpoint[] {
  const cookie = cookieOf(config.publicUrl)
  return [
    endpoint({
      method: 'post',
      path: paths.api.challenges,
      summary: 'Get a challenge to sign',
      json: { schema: z.strictObject({ kid: hashForm }), sizeMax: 1024 },
      answers: {
        201: { description: 'The challenge', schema: z.object({ challenge: z.string() }) },
        400: problemForm,
      },
      handle: async ({ body }) => json({ challenge: await sessions.challenge(body.kid) }, 201),
    }),
    endpoint({
      method: 'post',
      path: paths.api.sessions,
      summary: 'Sign in with a signed challenge',
      json: { schema: signIn, sizeMax: 2048 },
      answers: {
        201: {
          description: 'A session: a cookie for browsers, a token for programs',
          schema: z.object({ token: z.string(), person: z.string(), expires: z.string() }),
        },
        400: problemForm,
        401: problemForm,
      },
      handle: async ({ body }) => open(body),
    }),
    endpoint({
      method: 'delete',
      path: paths.api.sessions,
      summary: 'Sign out',
      answers: { 204: { description: 'The session has ended' } },
      async handle({ request }) {
        // Left by the session middleware; Express does not type it.
        const credential = request.res?.locals.credential as Credential | undefined
        if (credential) await sessions.end(credential.id)
        request.res?.clearCookie(cookie.name, cookie.options)
        return { kind: 'empty', status: 204 }
      },
    }),
    endpoint({
      method: 'get',
      path: paths.api.me,
      summary: 'Who this session belongs to',
      signedIn: true,
      answers: {
        200: { description: 'The person and its roles now', schema: meForm },
        401: problemForm,
      },
      handle: ({ viewer }) => json(viewer, 200, { 'Cache-Control': 'no-store' }),
    }),
  ]

  async function open({ kid, challenge, signature }: z.infer<typeof signIn>): Promise<Answer> {
    const isGood = await sessions.redeem(kid, challenge)
    const key = (await readers.register([`key/${kid}`]))(`key/${kid}`) as KeyRow | undefined
    const message = challengeText(config.origin, challenge)
    if (!key || !isGood || !isSignedBy(key, message, signature)) {
      return problem(
        'sign-in-failed',
        'The challenge is not signed by an enrolled key, or is used up.',
      )
    }
    const { id, session } = await sessions.open(key.person, kid)
    const { name, options } = cookie
    const header = `${name}=${id}; Path=${options.path}; HttpOnly; SameSite=Strict${options.secure ? '; Secure' : ''}`
    return json({ token: id, person: session.person, expires: session.expires }, 201, {
      'Set-Cookie': header,
      'Cache-Control': 'no-store',
    })
  }
}

/** Only keys of people sign in, and only while they are not revoked. */
function isSignedBy(key: KeyRow, message: Uint8Array, signature: string): boolean {
  if (key.status !== 'active' || key.purpose !== 'identity-sign') return false
  try {
    return verifySignature(gateKey(fromBase64Url(key.pub)), message, fromBase64Url(signature))
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}
