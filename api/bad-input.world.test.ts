/**
 * What bad input gets at the HTTP door: for each kind a problem document with code, rule, citation and what to do next,
 * a refusal that can be kept, and not one entry more. Two worlds: `real` is founded and worked in over HTTP, by the real
 * clock; `played` is the recorded example, whose clock stands on the day that a row needs.
 */
import { request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Signatory } from '../cli/client.ts'
import { actInFile, readProcurement } from '../cli/file.ts'
import { officials, registrar } from '../cli/people.ts'
import * as example from '../cli/example.ts'
import type { Sql } from '../db/connection.ts'
import {
  emptyRoot,
  encodeCanonical,
  fromBase64Url,
  gateKey,
  type JsonObject,
  newNonce,
  pae,
  parseEnvelope,
  payloadTypeOf,
  sha256,
  signDocument,
  type SigningKey,
  signingKey,
  type Statement,
  toBase64,
  toBase64Url,
  utf8,
  verifyReceipt,
  verifyRefusal,
} from '../ledger/index.ts'
import { packOfMethod, pinOf } from '../procurement/index.ts'
import type { ServiceKeys } from '../signer/keys.ts'
import { DUE, named, usd } from '../tests/file-builder.ts'
import { noon } from '../tests/purchase-builder.ts'
import { createRecord, type RecordBuilder, signed } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'
import { openWorld, serviceKeys, type World } from '../tests/world.ts'
import { paths } from '../web/paths.ts'

/* What is sent, and what must come back */

interface Sent {
  body: Uint8Array | string
  path?: string
  headers?: Record<string, string>
  /** Statement hash, where the service can know it: then the refusal is signed. */
  hash?: string
}

interface Served {
  url: string
  owner: Sql
  receiptKey: string
}

const problemSchema = z.strictObject({
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

interface Answered {
  status: number
  text: string
  media: string
}

async function send({ url }: Pick<Served, 'url'>, { body, path, headers }: Sent): Promise<Answered> {
  const answer = await fetch(new URL(path ?? paths.api.statements, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
  })
  const media = answer.headers.get('content-type') ?? ''
  return { status: answer.status, text: await answer.text(), media }
}

/** Everything that an act could leave behind: entries, hidden statements, arrivals that would hold up the close. */
async function traces({ owner }: Served): Promise<unknown> {
  const [counts] = await owner`
    select (select count(*) from entry) as entries, (select size from log_head) as size,
      (select count(*) from sealed) as sealed, (select count(*) from arrival_open) as open`
  return counts
}

/** Sends, and looks at the problem from every side. */
async function expectProblem(served: Served, sent: Sent, status: number, code: string) {
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

/* Statements, right and wrong */

const instant = (ms = 0): string => new Date(Date.now() + ms).toISOString().replace('Z', '000Z')
const MINUTE_MS = 60_000

type Said = Partial<Record<keyof Statement, unknown>>

/** The body of a statement of the `real` world, as this person would say it now. */
function say(t: string, who: Signatory, payload: unknown, said: Said = {}): Record<string, unknown> {
  return {
    v: 1,
    t,
    aud: real.pins.origin,
    actor: who.person,
    role: 'RQ',
    kid: who.key.kid,
    nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
    issuedAt: instant(),
    notAfter: instant(5 * MINUTE_MS),
    payload,
    seen: { size: 0, root: toBase64Url(emptyRoot) },
    ...said,
  }
}

const canonical = (value: unknown): string =>
  // The tests' own values are JSON.
  new TextDecoder().decode(encodeCanonical(value as JsonObject))

/** Signs whatever text stands for the body, right or wrong. */
function seal(body: string | Uint8Array, key: SigningKey, t = 'requisition.submit'): Sent {
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

/** A statement of the right form; the hash of it is known to whoever reads it. */
function statement(t: string, who: Signatory, payload: unknown, said: Said = {}): Sent {
  return seal(canonical(say(t, who, payload, said)), who.key, t)
}

/** The service cannot know the hash of what it cannot read. */
const unread = ({ body, path, headers }: Sent): Sent => ({
  body,
  ...(path === undefined ? {} : { path }),
  ...(headers === undefined ? {} : { headers }),
})

/** Of a body of the right form, some text changed before it is signed. */
function respelt(from: string | RegExp, to: string): Sent {
  const body = canonical(submission(rosa, `${DRAFT}-x`))
  const changed = body.replace(from, () => to)
  if (changed === body) throw new Error('nothing was changed')
  return unread(seal(changed, rosa.key))
}

const submission = (who: Signatory, tender: string, said: Said = {}) =>
  say('requisition.submit', who, example.requisition, { tender, ...said })

/** An envelope of the right form, some text changed after it was signed. */
function tampered(from: string | RegExp, to: string): Sent {
  const { body } = seal(canonical(submission(rosa, `${DRAFT}-x`)), rosa.key)
  const changed = String(body).replace(from, () => to)
  if (changed === body) throw new Error('nothing was changed')
  return { body: changed }
}

/* The two worlds */

const DRAFT = 'ocds-gr4n1t-draft'
const FUNDED = 'ocds-gr4n1t-funded'
const APPROVED = 'ocds-gr4n1t-approved'

let real: World
let services: ServiceKeys
let rosa: Signatory
let sam: Signatory
let dana: Signatory
let rg: Signatory
let stranger: Signatory

let builder: RecordBuilder
let played: RecordedWorld

beforeAll(async () => {
  real = await openWorld()
  services = await serviceKeys(real)
  ;[rosa, sam, dana, rg] = await Promise.all(
    [officials.rosa, officials.sam, officials.dana, registrar].map(({ person }) =>
      real.person(person),
    ),
  )
  stranger = { person: 'p-rosa', key: signingKey(sha256(utf8('a stranger'))) }
  for (const tender of [DRAFT, FUNDED, APPROVED])
    await real.client.act(rosa, {
      t: 'requisition.submit',
      role: 'RQ',
      payload: example.requisition as unknown as JsonObject,
      place: { tender, phase: 'draft' },
    })
  for (const tender of [FUNDED, APPROVED])
    await actInFile(real.client, sam, tender, {
      t: 'funds.certify',
      role: 'BU',
      payload: funds,
    })
  await actInFile(real.client, sam, APPROVED, {
    t: 'requisition.approve',
    role: 'AP',
    payload: approval(),
  })
  const role = { person: 'p-rosa', role: 'AP', org: 'granite-lakes' }
  await real.client.act(rg, { t: 'role.grant', role: 'RG', payload: role })
})
afterAll(() => real.end())

const funds = { ...example.funds, availableUntil: '2099-09-30' } as unknown as JsonObject

function approval(changes: JsonObject = {}): JsonObject {
  const pack = packOfMethod('us.quote')
  if (!pack) throw new Error('no pack has us.quote')
  return { ...example.approval, pack: { ...pinOf(pack) }, ...changes } as unknown as JsonObject
}

const atReal = (): Served => ({
  url: real.url,
  owner: real.owner,
  receiptKey: real.pins.receiptKey,
})
