/**
 * What a handler gives back, and how it is written to the wire. Handlers return values; only this file touches the
 * response, so that every answer gets the same headers and every no is a problem document.
 */
import type { Request, Response } from 'express'
import { documentOf, type Problem } from './problems.ts'

export type Answer =
  | { kind: 'json'; status: number; body: unknown; headers?: Record<string, string> }
  | { kind: 'text'; status: number; body: string; media: string; headers?: Record<string, string> }
  | { kind: 'bytes'; status: number; body: Uint8Array; media: string; name?: string }
  | { kind: 'empty'; status: 204; headers?: Record<string, string> }
  | Problem

type Headers = Record<string, string>

export const json = (body: unknown, status = 200, headers: Headers = {}): Answer => ({
  kind: 'json',
  status,
  body,
  headers,
})

export const plain = (body: string, headers: Headers = {}): Answer => ({
  kind: 'text',
  status: 200,
  body,
  media: 'text/plain; charset=utf-8',
  headers,
})

/** Trace id of a request: the id that its log lines carry. */
export const traceOf = (request: Request): string =>
  typeof request.id === 'object' ? JSON.stringify(request.id) : String(request.id)

export function send(request: Request, response: Response, answer: Answer): void {
  response.status(answer.status)
  if (answer.kind === 'problem') {
    sendProblem(request, response, answer)
    return
  }
  if ('headers' in answer) response.set(answer.headers)
  switch (answer.kind) {
    case 'json':
      response.json(answer.body)
      return
    case 'text':
      response.type(answer.media).send(answer.body)
      return
    case 'bytes':
      if (answer.name !== undefined) response.attachment(answer.name)
      response.type(answer.media).send(Buffer.from(answer.body))
      return
    case 'empty':
      response.end()
  }
}

function sendProblem(request: Request, response: Response, problem: Problem): void {
  if (problem.retryAfterMs !== undefined) {
    response.set('Retry-After', String(Math.max(1, Math.ceil(problem.retryAfterMs / 1000))))
  }
  response
    .type('application/problem+json')
    .send(JSON.stringify(documentOf(problem, traceOf(request))))
}
