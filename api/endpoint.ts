/**
 * An endpoint: method, address, the forms of what comes in, and the function that answers.
 *
 * The same table serves the router and the OpenAPI document, so that neither can say what the other does not do. Input
 * is `unknown` until its schema has read it; a handler sees parsed values only and returns an `Answer`.
 */
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import type { z } from 'zod'
import { send, type Answer } from './answer.ts'
import type { Viewer } from './disclosure.ts'
import { invalid, problem, type Problem } from './problems.ts'

/** What an answer of a given status is, for the OpenAPI document. */
export interface AnswerForm {
  description: string
  media?: string
  schema?: z.ZodType
}

/** A body of bytes: its media type and the most that is read. */
export interface BytesForm {
  media: string
  sizeMax: number
}

export interface Definition<P extends z.ZodType, Q extends z.ZodType, B> {
  method: 'get' | 'post' | 'put' | 'delete'
  path: string
  summary: string
  params?: P
  query?: Q
  /** A JSON body and its form, or a body of bytes taken as they are. */
  json?: { schema: z.ZodType<B>; sizeMax: number }
  bytes?: BytesForm
  /** Only with a session. Who may do what with it is disclosure's or the rules' business. */
  signedIn?: true
  answers: Record<number, AnswerForm>
  handle: (call: Call<z.output<P>, z.output<Q>, B>) => Promise<Answer> | Answer
}

export interface Call<P, Q, B> {
  params: P
  query: Q
  /** The parsed JSON body, or the bytes. */
  body: B
  viewer: Viewer
  request: Request
}

export type Endpoint = Definition<z.ZodType, z.ZodType, unknown>

/** Types an endpoint while storing it in a table of endpoints with different forms. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B = Uint8Array>(
  definition: Definition<P, Q, B>,
): Endpoint {
  // Sound because `serve` only ever passes what the definition's own schemas have parsed.
  return definition as unknown as Endpoint
}

/** Puts endpoints on a router. A known address with another method is answered with 405. */
export function mount(router: Router, endpoints: Endpoint[]): void {
  for (const each of endpoints) {
    const form = each.bytes ?? (each.json && { media: 'application/json', ...each.json })
    const steps = form ? [checkBody(form), readBody(form)] : []
    router[each.method](each.path, ...steps, serve(each))
  }
  for (const path of new Set(endpoints.map((each) => each.path))) {
    const methods = endpoints.filter((each) => each.path === path).map((each) => each.method)
    router.all(path, (request, response) => {
      response.set('Allow', methods.join(', ').toUpperCase())
      send(request, response, problem('method-not-allowed', `${request.method} is not taken here.`))
    })
  }
}

/** Refuses by the headers, before a byte of the body is read. */
function checkBody(form: BytesForm) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const refusal = refuseByHeaders(request, form)
    if (refusal === undefined) {
      next()
      return
    }
    response.set('Connection', 'close')
    send(request, response, refusal)
  }
}

function refuseByHeaders(request: Request, form: BytesForm): Problem | undefined {
  const announced = Number(request.get('content-length') ?? 0)
  if (announced > form.sizeMax) return tooLarge(form.sizeMax)
  const encoding = request.get('content-encoding') ?? 'identity'
  if (encoding !== 'identity') {
    return problem('media-type', `Content-Encoding ${encoding} is not taken.`)
  }
  if (request.is(form.media) === false) {
    return problem('media-type', `The Content-Type must be ${form.media}.`)
  }
  return undefined
}

const tooLarge = (sizeMax: number): Problem =>
  problem('too-large', `At most ${sizeMax} bytes are taken here.`)

const readBody = (form: BytesForm) =>
  express.raw({ type: () => true, limit: form.sizeMax, inflate: false })

/** Parses, calls the handler, writes its answer. What throws is a fault and goes to the error handler. */
function serve(each: Endpoint) {
  return async (request: Request, response: Response): Promise<void> => {
    const viewer = viewerOf(response)
    if (each.signedIn && viewer.person === undefined) {
      send(request, response, problem('not-signed-in', 'You are not signed in.'))
      return
    }
    const parsed = parse(each, request)
    if ('kind' in parsed) {
      send(request, response, parsed)
      return
    }
    send(request, response, await each.handle({ ...parsed, viewer, request }))
  }
}

/** The session middleware has left the viewer here. */
export function viewerOf(response: Response): Viewer {
  // `locals` is untyped by Express; session.ts is the only writer of `viewer`.
  return response.locals.viewer as Viewer
}

type Parsed = Pick<Call<unknown, unknown, unknown>, 'params' | 'query' | 'body'>

function parse(each: Endpoint, request: Request): Parsed | Problem {
  const params = read(each.params, request.params, '/path')
  if ('problem' in params) return params.problem
  const query = read(each.query, request.query, '/query')
  if ('problem' in query) return query.problem
  // An empty body leaves `request.body` undefined.
  const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array()
  if (!each.json) return { params: params.value, query: query.value, body: bytes }
  const value = parseJson(bytes)
  if (value === undefined) return problem('malformed-request', 'The body is not JSON in UTF-8.')
  const body = read(each.json.schema, value, '')
  if ('problem' in body) return body.problem
  return { params: params.value, query: query.value, body: body.value }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown
  } catch {
    // Neither text nor JSON: the caller answers with a problem.
    return undefined
  }
}

function read(
  schema: z.ZodType | undefined,
  value: unknown,
  at: string,
): { value: unknown } | { problem: Problem } {
  if (schema === undefined) return { value: {} }
  const result = schema.safeParse(value)
  if (result.success) return { value: result.data }
  const problems = result.error.issues.map((issue) => ({
    at: [at, ...issue.path.map(pointerPart)].join('/'),
    message: issue.message,
  }))
  return { problem: invalid('malformed-request', problems) }
}

const pointerPart = (part: PropertyKey): string =>
  String(part).replaceAll('~', '~0').replaceAll('/', '~1')
