/**
 * A client of the HTTP interface, for one log and one person: signs statements from its own state, sends them until the
 * outcome is known, and believes nothing but what the pinned keys have signed.
 *
 * Every statement cites the last checkpoint that this client verified (`seen`), so that a log that was rolled back or
 * split is met by its own users. The same bytes are sent again after a lost connection: they cannot be recorded twice.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import {
  emptyRoot,
  encodeCanonical,
  fromBase64,
  fromBase64Url,
  gateKey,
  hashFromText,
  newNonce,
  openCheckpoint,
  sha256,
  signStatement,
  toBase64,
  toBase64Url,
  utf8,
  verifyConsistency,
  verifyReceipt,
  type Json,
  type JsonObject,
  type Receipt,
  type SigningKey,
  type Statement,
} from '../ledger/index.ts'
import { racesDeadline } from '../procurement/index.ts'
import { CliError } from './exit.ts'
import type { Head, Pins } from './home.ts'
import { parseJson } from './json.ts'

/** Who signs: a key, and the person and role it signs for. */
export interface Signatory {
  person: string
  key: SigningKey
}

/** What a statement of a procurement cites; read it from the file just before signing. */
export interface Place {
  tender: string
  phase: string
  tenderHead?: string
}

export interface Act {
  t: string
  role: string
  payload: JsonObject
  place?: Place
  /** Last time of acceptance; absent: five minutes after now. Bids: the deadline. */
  notAfter?: string
}

/** A recorded act. */
export interface Recorded {
  hash: string
  index: number
  receipt: Receipt
  /** The signed receipt, as the person keeps it. */
  receiptEnvelope: Json
}

export interface ClientOptions {
  url: string
  pins: Pins
  /** How long a lost or busy service is asked again; two minutes where absent. */
  patienceMs?: number
  /** Nothing is asked after it is aborted. */
  signal?: AbortSignal
}

export type Client = ReturnType<typeof createClient>

/** A problem document, or what else the service answered instead of what was asked for; said to a person as it is. */
export class ClientError extends CliError {
  readonly status: number
  /** Code of the problem document. */
  readonly code: string
  readonly problem: unknown

  constructor(status: number, code: string, message: string, problem: unknown) {
    super(message, status === 404 ? 2 : 1)
    this.name = 'ClientError'
    this.status = status
    this.code = code
    this.problem = problem
  }
}

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  next: z.string().default(''),
  cite: z.string().default(''),
  errors: z.array(z.looseObject({ pointer: z.string(), detail: z.string() })).default([]),
})
const recordedSchema = z.looseObject({
  receipt: z.record(z.string(), z.unknown()),
  index: z.int(),
  hash: z.string(),
})
const consistencySchema = z.looseObject({ path: z.array(z.string()) })

const VALIDITY_MS = 5 * 60_000
const PATIENCE_MS = 120_000

export function createClient({ url, pins, patienceMs = PATIENCE_MS, signal }: ClientOptions) {
  const receiptKey = gateKey(fromBase64Url(pins.receiptKey))
  const sessions = new Map<string, string>()
  let head: Head = { size: 0, root: toBase64Url(emptyRoot) }

  return {
    get,
    find,
    getText,
    post,
    sign,
    submit,
    act: async (who: Signatory, act: Act) => submit(await sign(who, act)),
    session,
    uploadBlob,
    uploadDocument,
    verifiedHead,
  }

  /** JSON of an address, as the schema reads it. `as`: with the session of that person. */
  async function get<T>(path: string, schema: z.ZodType<T>, as?: Signatory): Promise<T> {
    const answer = await askAs(as, path, {})
    return schema.parse(await answer.json())
  }

  /** As `get`; undefined where the service has no such thing. */
  async function find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    return await orAbsent(get(path, schema))
  }

  async function getText(path: string): Promise<string> {
    return await (await ask(path, {})).text()
  }

  async function post<T>(
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    as?: Signatory,
  ): Promise<T> {
    const headers = { 'content-type': 'application/json' }
    const answer = await askAs(as, path, { method: 'POST', headers, body: JSON.stringify(body) })
    return schema.parse(await answer.json())
  }

  /** The signed bytes of an act; nothing is sent. */
  async function sign({ person, key }: Signatory, act: Act): Promise<Uint8Array> {
    const now = Date.now()
    const { place } = act
    const statement: Statement = {
      v: 1,
      t: act.t,
      aud: pins.origin,
      ...(place ?? {}),
      actor: person,
      role: act.role,
      kid: key.kid,
      nonce: newNonce(randomBytes(16)),
      issuedAt: instantOf(now),
      notAfter: act.notAfter ?? instantOf(now + VALIDITY_MS),
      payload: act.payload,
      seen: await verifiedHead(),
    }
    return signStatement(statement, key).envelope
  }

  /** Sends signed bytes until the outcome is known, and verifies the receipt. Throws ClientError where they are refused. */
  async function submit(envelope: Uint8Array): Promise<Recorded> {
    const path = racesDeadline(typeOf(envelope)) ? '/api/arrivals' : '/api/statements'
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(path, { method: 'POST', headers, body: Buffer.from(envelope) })
    const recorded = recordedSchema.parse(await answer.json())
    // The service's JSON; its canonical bytes are what the receipt key has signed.
    const receiptEnvelope = recorded.receipt as JsonObject
    const receipt = verifyReceipt(encodeCanonical(receiptEnvelope), receiptKey)
    if (receipt.log !== pins.origin || receipt.statementHash !== recorded.hash)
      throw new ClientError(200, 'receipt', 'the receipt is for something else', recorded)
    return { hash: recorded.hash, index: receipt.index, receipt, receiptEnvelope }
  }

  /** The newest checkpoint, verified with the pinned key and as a continuation of the last one. */
  async function verifiedHead(): Promise<Head> {
    const note = await orAbsent(getText('/api/checkpoint'))
    // Nothing has been signed yet: the log is empty to us.
    if (note === undefined) return head
    const opened = openCheckpoint(note, pins.vkey)
    if (opened.size <= head.size) return head
    if (head.size > 0) await assertContinues(opened.size, opened.root)
    head = { size: opened.size, root: toBase64Url(opened.root) }
    return head
  }

  async function assertContinues(size: number, root: Uint8Array): Promise<void> {
    const address = `/api/consistency?from=${head.size}&to=${size}`
    const { path } = await get(address, consistencySchema)
    const before = hashFromText(head.root)
    if (!verifyConsistency(head.size, size, before, root, path.map(fromBase64)))
      throw new ClientError(200, 'fork', 'the log does not continue what was seen before', head)
  }

  /** Signs in with a challenge, once, and again when the session has ended. */
  async function session({ person, key }: Signatory, renew = false): Promise<string> {
    const known = sessions.get(person)
    if (known !== undefined && !renew) return known
    const asked = { kid: key.kid }
    const { challenge } = await post('/api/challenges', asked, z.object({ challenge: z.string() }))
    const message = utf8(`tenderbook/session/v1\0${pins.origin}\0${challenge}`)
    const answered = { ...asked, challenge, signature: toBase64Url(key.sign(message)) }
    const { token } = await post('/api/sessions', answered, z.looseObject({ token: z.string() }))
    sessions.set(person, token)
    return token
  }

  /** Asks with a person's session, or without one; a session that has ended is begun again, once. */
  async function askAs(
    who: Signatory | undefined,
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
  ): Promise<Response> {
    if (who === undefined) return await ask(path, init)
    const asked = async (token: string): Promise<Response> =>
      await ask(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })
    try {
      return await asked(await session(who))
    } catch (error) {
      if (!(error instanceof ClientError) || error.status !== 401) throw error
      return await asked(await session(who, true))
    }
  }

  /** Uploads a ciphertext under its hash, which is returned. */
  async function uploadBlob(
    who: Signatory,
    bytes: Uint8Array,
    of: { tender: string; envelope: string },
  ): Promise<string> {
    const hash = toBase64Url(sha256(bytes))
    const headers = { 'content-type': 'application/octet-stream' }
    const query = new URLSearchParams(of).toString()
    const body = Buffer.from(bytes)
    await askAs(who, `/api/blobs/${hash}?${query}`, { method: 'PUT', headers, body })
    return hash
  }

  /** Stores a document beside the record; returns its commitment. */
  async function uploadDocument(
    who: Signatory,
    document: { bytes: Uint8Array; media: string; tender?: string; reader?: 'public' | 'file' },
  ): Promise<string> {
    const { bytes } = document
    const body = { ...document, salt: toBase64Url(randomBytes(32)), bytes: toBase64(bytes) }
    return (await post('/api/payloads', body, z.object({ commit: z.string() }), who)).commit
  }

  /** Asks until there is an answer that is not "try again". Throws ClientError on a no, AbortError by the signal. */
  async function ask(path: string, init: RequestInit): Promise<Response> {
    const end = performance.now() + patienceMs
    for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, 2_000)) {
      signal?.throwIfAborted()
      const answer = await fetch(new URL(path, url), {
        ...init,
        signal: AbortSignal.timeout(30_000),
      }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
      if (!(answer instanceof Error)) {
        if (answer.ok) return answer
        if (!isTransient(answer.status)) throw await refusalOf(answer, path)
      }
      if (performance.now() > end) {
        if (!(answer instanceof Error)) throw await refusalOf(answer, path)
        throw new ClientError(
          0,
          'unreachable',
          `${url} does not answer: ${causeOf(answer)}. See \`npx tenderbook doctor\`.`,
          {},
        )
      }
      await delay(waitMs, undefined, { ...(signal === undefined ? {} : { signal }) })
    }
  }
}

async function orAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ClientError && error.status === 404) return undefined
    throw error
  }
}

/** Real time in milliseconds as the record writes it. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}

function isTransient(status: number): boolean {
  return status === 429 || status >= 500
}

async function refusalOf(answer: Response, path: string): Promise<ClientError> {
  const text = await answer.text()
  const parsed = problemSchema.safeParse(parseJson(text))
  if (!parsed.success) {
    const message = `${path} answered ${answer.status}: ${text.slice(0, 300)}`
    return new ClientError(answer.status, 'unexpected', message, text)
  }
  const { code, detail, next, cite, errors } = parsed.data
  const fields = errors
    .map((error) => `(at ${error.pointer}${error.detail === detail ? '' : `: ${error.detail}`})`)
    .join(' ')
  const message = [detail, fields, next, cite === '' ? '' : `(${cite})`].filter(Boolean).join(' ')
  return new ClientError(answer.status, code, `${path}: ${code}: ${message}`, parsed.data)
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}

const envelopeSchema = z.looseObject({ payloadType: z.string() })

/** The statement type that an envelope names. */
function typeOf(envelope: Uint8Array): string {
  const { payloadType } = envelopeSchema.parse(parseJson(new TextDecoder().decode(envelope)))
  return payloadType.replace(/^application\/vnd\.tenderbook\.|\.v\d+\+json$/g, '')
}
