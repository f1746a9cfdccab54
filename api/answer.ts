/**
 * What a handler gives back, and how it is written to the wire. Handlers return values; only this file touches the
 * response, so that every answer gets the same headers and every no is a problem document.
 */
import { pipeline, Readable } from 'node:stream'
import type { Request, Response } from 'express'
import { documentOf, type Problem } from './problems.ts'

export type Answer =
  | { kind: 'json'; status: number; body: unknown; headers?: Record<string, string> }
  | { kind: 'text'; status: number; body: string; media: string; headers?: Record<string, string> }
  | { kind: 'bytes'; status: number; body: Uint8Array; media: string; name?: string }
  | DownloadAnswer
  | { kind: 'empty'; status: 204; headers?: Record<string, string> }
  | StreamAnswer
  | Problem

/** An answer that goes on: `open` gets its open end, once the headers are sent. */
export interface StreamAnswer {
  kind: 'stream'
  status: 200
  media: string
  open: (line: Line) => void
}

/** The open end of an answer that goes on. What is written when it is over is lost. */
export interface Line {
  write: (text: string) => void
  end: () => void
  /** Calls when the answer is over, whoever ended it; at once where it is already. */
  whenOver: (call: () => void) => void
}

/** A file that is written as it is read, as fast as its reader takes it. */
export interface DownloadAnswer {
  kind: 'download'
  status: 200
  media: string
  name: string
  pieces: AsyncIterable<string>
}

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
    case 'download':
      sendDownload(request, response, answer)
      return
    case 'empty':
      response.end()
      return
    case 'stream':
      sendStream(request, response, answer)
  }
}

/** What a reader may leave unread before its connection is dropped. It comes back and goes on where it was. */
const UNREAD_MAX = 256 * 1024

/** Nothing between us and the reader may keep, change or gather it; and a connection serves one stream, not more. */
function sendStream(request: Request, response: Response, { media, open }: StreamAnswer): void {
  response.type(media).set({
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    Connection: 'close',
  })
  response.flushHeaders()
  if (request.method === 'HEAD') response.end()
  open({
    write(text) {
      if (response.writableEnded || response.destroyed) return
      response.write(text)
      if (response.writableLength > UNREAD_MAX) response.destroy()
    },
    end: () => {
      response.end()
    },
    whenOver(call) {
      if (response.closed) call()
      else response.once('close', call)
    },
  })
}

/** Who reads nothing for so long is not waited for. */
const UNREAD_MS = 60_000

function sendDownload(request: Request, response: Response, file: DownloadAnswer): void {
  response.attachment(file.name).type(file.media)
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  response.setTimeout(UNREAD_MS, () => response.destroy())
  // Where it breaks off the connection breaks too: nobody takes a part for the whole.
  pipeline(Readable.from(file.pieces), response, (error) => {
    if (error) request.log.warn({ err: error }, 'a download broke off')
  })
}

function sendProblem(request: Request, response: Response, problem: Problem): void {
  if (problem.retryAfterMs !== undefined) {
    response.set('Retry-After', String(Math.max(1, Math.ceil(problem.retryAfterMs / 1000))))
  }
  response
    .type('application/problem+json')
    .send(JSON.stringify(documentOf(problem, traceOf(request))))
}
