/**
 * Who is asking: the session of a cookie (browsers) or of a bearer token (programs), looked up on every request, so
 * that a revoked key or an ended role counts at once. No session: nobody in particular, never an error.
 *
 * A cookie travels by itself, so a request that changes something with one must show that it comes from a page of this
 * service (reference/security.md section 5.4).
 */
import type { NextFunction, Request, Response } from 'express'
import type { Readers } from '../db/readers.ts'
import type { Session, Sessions } from '../db/sessions.ts'
import type { KeyRow, PersonRow } from '../procurement/index.ts'
import { send } from './answer.ts'
import { anyone, type Viewer } from './disclosure.ts'
import { problem } from './problems.ts'

export interface SessionDeps {
  sessions: Sessions
  readers: Readers
  now: () => Date
  config: { publicUrl: string }
}

/** The cookie's name and rules: `__Host-` needs https, so plain http (development) has another name. */
export function cookieOf(publicUrl: string) {
  const secure = publicUrl.startsWith('https:')
  return {
    name: secure ? '__Host-sid' : 'sid',
    options: { httpOnly: true, sameSite: 'strict', secure, path: '/' } as const,
  }
}

export interface Credential {
  id: string
  from: 'cookie' | 'bearer'
}

/** The session id that a request carries; a bearer token goes before a cookie. */
export function credentialOf(request: Request, cookieName: string): Credential | undefined {
  const bearer = /^Bearer ([A-Za-z0-9._-]{16,128})$/.exec(request.get('authorization') ?? '')
  if (bearer?.[1] !== undefined) return { id: bearer[1], from: 'bearer' }
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === cookieName && value !== undefined && /^[A-Za-z0-9._-]{16,128}$/.test(value)) {
      return { id: value, from: 'cookie' }
    }
  }
  return undefined
}

/** Puts the viewer into `response.locals`, and refuses what another site sent with our cookie. */
export function sessionMiddleware(deps: SessionDeps) {
  const cookie = cookieOf(deps.config.publicUrl)
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const credential = credentialOf(request, cookie.name)
    response.locals.credential = credential
    const viewer = credential ? await viewerBehind(credential.id, deps) : anyone
    response.locals.viewer = viewer
    // A program must learn that its session has ended; a browser's page is then simply everyone's.
    if (credential?.from === 'bearer' && viewer === anyone) {
      send(
        request,
        response,
        problem('not-signed-in', 'This session has ended, or its key is revoked.'),
      )
      return
    }
    if (isCrossSite(request, credential, deps.config.publicUrl)) {
      send(request, response, problem('cross-site', 'It was not sent by a page of this service.'))
      return
    }
    next()
  }
}

async function viewerBehind(id: string, deps: SessionDeps): Promise<Viewer> {
  return await viewerOf(await deps.sessions.find(id), deps)
}

/** Who a session belongs to now, for an answer that goes on: looking does not make the session last. */
export async function viewerStillBehind(id: string, deps: SessionDeps): Promise<Viewer> {
  return await viewerOf(await deps.sessions.peek(id), deps)
}

async function viewerOf(
  session: Session | undefined,
  { readers, now }: SessionDeps,
): Promise<Viewer> {
  if (!session) return anyone
  const { person, kid } = session
  const register = await readers.register([`key/${kid}`, `person/${person}`])
  // The register's rows have these types by their keys.
  const key = register(`key/${kid}`) as KeyRow | undefined
  const row = register(`person/${person}`) as PersonRow | undefined
  if (key?.status !== 'active' || key.person !== person || !row) return anyone
  const today = now().toISOString()
  return {
    person,
    kid,
    ...(row.vendor === undefined ? {} : { vendor: row.vendor }),
    roles: row.roles.filter(
      ({ until }) => until === undefined || until >= today.slice(0, until.length),
    ),
  }
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a changing request must be refused. With our cookie it must say that it is same-origin, in both headers and
 * by a content type that no form can send; without one, a header that says otherwise is enough.
 */
export function isCrossSite(
  request: Request,
  credential: Credential | undefined,
  publicUrl: string,
): boolean {
  if (safe.has(request.method)) return false
  const site = request.get('sec-fetch-site')
  const origin = request.get('origin')
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin !== new URL(publicUrl).origin && !isOwnHost(request, origin))
  if (credential?.from !== 'cookie') return isForeign
  return isForeign || site !== 'same-origin' || origin === undefined || isFormType(request)
}

/** The same host under another name of this machine, as 127.0.0.1 for localhost in development. */
function isOwnHost(request: Request, origin: string): boolean {
  const host = request.get('host')
  return host !== undefined && origin === `${request.protocol}://${host}`
}

const formTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']

const isFormType = (request: Request): boolean =>
  formTypes.some((type) => request.is(type) !== false && request.is(type) !== null)
