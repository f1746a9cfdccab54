/**
 * How often one address may ask what costs: guessing at sign-in gets slow, and arrivals, which are written to disk before
 * they are read, cannot be sent in floods. Everything else has its limits in the door and in the sizes.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { paths } from '../web/paths.ts'
import { send } from './answer.ts'
import { problem } from './problems.ts'

const WINDOW_MS = 60_000

/** Requests a minute from one address. */
export interface Limits {
  signIns: number
  arrivals: number
}

/** Ten bids a second, from one address, are more than the people behind it sign. */
const usual: Limits = { signIns: 300, arrivals: 600 }

export function requestLimits(limits: Limits = usual): RequestHandler {
  const signIns = limited(limits.signIns, 'Too many sign-ins.')
  const arrivals = limited(limits.arrivals, 'Too many acts from your address.')
  const byPath = new Map<string, RequestHandler>([
    [paths.api.challenges, signIns],
    [paths.api.sessions, signIns],
    [paths.api.arrivals, arrivals],
  ])
  return (request: Request, response: Response, next: NextFunction): void => {
    const limit = request.method === 'POST' ? byPath.get(request.path) : undefined
    if (limit) void limit(request, response, next)
    else next()
  }
}

/** Answers with how long it really is until the window ends, before a byte of the body is read. */
function limited(limit: number, detail: string) {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (request, response) => {
      response.set('Connection', 'close')
      // Seconds, put there by `rateLimit`.
      const retryAfterMs = 1_000 * Number(response.get('Retry-After') ?? WINDOW_MS / 1_000)
      send(request, response, problem('too-many-requests', detail, { retryAfterMs }))
    },
  })
}
