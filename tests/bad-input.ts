/**
 * Sends what should not be accepted, and looks at the answer from every side: a problem document that says what to do
 * next, a signed refusal where the service can know what it refuses, and no trace of the act in the database.
 */
import { request as httpRequest } from 'node:http'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Signatory } from '../cli/client.ts'
import type { Sql } from '../db/connection.ts'
import {
  emptyRoot,
  encodeCanonical,
  fromBase64Url,
  gateKey,
  type JsonObject,
  newNonce,
  pae,
  payloadTypeOf,
  sha256,
  type SigningKey,
  type Statement,
  toBase64,
  toBase64Url,
  verifyRefusal,
} from '../ledger/index.ts'
import { paths } from '../web/paths.ts'

export interface Sent {
  body: Uint8Array | string
  path?: string
  headers?: Record<string, string>
  /** Statement hash, where the service can know it: then the refusal is signed. */
  hash?: string
}

export interface Served {
  url: string
  owner: Sql
  receiptKey: string
}

export const problemSchema = z.strictObject({
  type: z.string().startsWith('urn:tenderbook:problem:'),
  title: z.string().min(3),
  status: z.int(),
  detail: z.string().min(3),
  code: z.string().min(3),
  rule: z.string().min(3),
  cite: z.string().min(3),
  next: z.string().min(3),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string().min(3) })).optional(),
  refusal: z.record(z.string(), z.unknown()).optional(),
  traceId: z.uuid(),
})

export interface Answered {
  status: number
  text: string
  media: string
}

export async function send(
  { url }: Pick<Served, 'url'>,
  { body, path, headers }: Sent,
): Promise<Answered> {
  const answer = await fetch(new URL(path ?? paths.api.statements, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
  })
  const media = answer.headers.get('content-type') ?? ''
  return { status: answer.status, text: await answer.text(), media }
}

/** Everything that an act could leave behind: entries, hidden statements, arrivals that would hold up the close. */
export async function traces({ owner }: Served): Promise<unknown> {
  const [counts] = await owner`
    select (select count(*) from entry) as entries, (select size from log_head) as size,
      (select count(*) from sealed) as sealed, (select count(*) from arrival_open) as open`
  return counts
}

/** Sends, and looks at the problem from every side. */
export async function expectProblem(served: Served, sent: Sent, status: number, code: string) {
  const before = await traces(served)
  const answer = await send(served, sent)
  expect(answer, answer.text).toMatchObject({ status })
  expect(answer.media).toMatch(/^application\/problem\+json/)
  const problem = problemSchema.parse(JSON.parse(answer.text))
  expect(problem).toMatchObject({ status, code, type: `urn:tenderbook:problem:${code}` })
  if (sent.hash === undefined) expect(problem.refusal).toBeUndefined()
  else {
    // JSON that the signer has made; its canonical bytes are what the receipt key has signed.
    const envelope = encodeCanonical(problem.refusal as JsonObject)
    const refusal = verifyRefusal(envelope, gateKey(fromBase64Url(served.receiptKey)))
    expect(refusal).toMatchObject({ statementHash: sent.hash, code, rule: problem.rule })
  }
  expect(await traces(served)).toEqual(before)
  return problem
}

/** A kind of bad input: how it is made when its turn comes, and what must come back. */
export type Row = readonly [what: string, make: () => Sent, status: number, code: string]

/** Whatever it was, it is the sender's: never our fault. */
export function expectNoFault(answer: Answered, method = 'POST'): void {
  expect(answer.status, answer.text).toBeLessThan(500)
  if (method !== 'HEAD' && answer.media.startsWith('application/problem+json'))
    problemSchema.parse(JSON.parse(answer.text))
}

export const instant = (ms = 0, now = Date.now()): string =>
  new Date(now + ms).toISOString().replace('Z', '000Z')
export const MINUTE_MS = 60_000

export type Said = Partial<Record<keyof Statement, unknown>>

/** The body of a statement, as this person would say it now; `said` names the log. */
export function say(
  t: string,
  who: Signatory,
  payload: unknown,
  said: Said & { aud: unknown },
): Record<string, unknown> {
  const now = Date.now()
  return {
    v: 1,
    t,
    actor: who.person,
    role: 'RQ',
    kid: who.key.kid,
    nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
    issuedAt: instant(0, now),
    notAfter: instant(5 * MINUTE_MS, now),
    payload,
    seen: { size: 0, root: toBase64Url(emptyRoot) },
    ...said,
  }
}

export const canonical = (value: unknown): string =>
  // The tests' own values are JSON.
  new TextDecoder().decode(encodeCanonical(value as JsonObject))

/** Signs whatever text stands for the body, right or wrong. */
export function seal(body: string | Uint8Array, key: SigningKey, t = 'requisition.submit'): Sent {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const payloadType = payloadTypeOf(t)
  const message = pae(payloadType, bytes)
  const envelope = {
    payload: toBase64(bytes),
    payloadType,
    signatures: [{ keyid: key.kid, sig: toBase64(key.sign(message)) }],
  }
  return { body: JSON.stringify(envelope), hash: toBase64Url(sha256(message)) }
}

/* Bytes as they are, past what fetch would put right */

export interface Raw {
  method: string
  path: string
  headers?: Record<string, string>
  body?: Uint8Array
}

export function raw(url: string, { method, path, headers = {}, body }: Raw): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const type = body ? { 'content-type': 'application/json' } : {}
    // Each on a connection of its own: a service that will not read on closes it.
    const sent = httpRequest({
      ...{ agent: false, hostname, port, method, path },
      headers: { ...type, ...headers },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          media: response.headers['content-type'] ?? '',
        })
      })
    })
    // Without a length the body goes out in chunks.
    if (body) sent.write(body)
    sent.end()
  })
}
