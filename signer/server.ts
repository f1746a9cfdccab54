/**
 * The signer's door: HTTP over a unix socket that only its owner may open. `POST /<operation>` with the arguments as JSON;
 * the answer is `{value}`, or `{code, message}` with a status of 400 and up. One request is one operation; what an
 * operation allows is judged behind this file.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { z } from 'zod'
import { LedgerError } from '../ledger/index.ts'
import { SealingError } from '../sealing/index.ts'
import {
  SignerError,
  type Signer,
  type SignerErrorCode,
  type UnsignedStatement,
} from './contract.ts'
import { decodeMessage, encodeMessage } from './wire.ts'

/** 256 envelopes of the greatest size, in base64. */
const BODY_SIZE_MAX = 32 * 1024 * 1024
/** What every system takes. */
const SOCKET_PATH_MAX = 100

const bytes = z.instanceof(Uint8Array)
const hash = bytes.refine(({ length }) => length === 32, 'must be 32 bytes')
const name = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\0]*$/)
const envelopeOf = { tender: name, envelope: name }
const ping = { ...envelopeOf, id: name, pub: z.string().max(128) }

/** Each operation with the form of its arguments. */
const OPERATIONS: { [name in keyof Signer]: (signer: Signer, input: unknown) => Promise<unknown> } =
  {
    identity: (signer) => signer.identity(),
    checkpoint: (signer) => signer.checkpoint(),
    blindHashes: takes(
      z.strictObject({ envelopes: z.array(bytes).max(256) }),
      (signer, { envelopes }) => signer.blindHashes(envelopes),
    ),
    receipts: takes(z.strictObject({ hashes: z.array(hash).max(256) }), (signer, { hashes }) =>
      signer.receipts(hashes),
    ),
    refusal: takes(
      z.strictObject({
        statementHash: hash,
        arrivedAt: z.string(),
        code: z.string().min(1).max(64),
        rule: z.string().min(1).max(500),
      }),
      (signer, refused) => signer.refusal(refused),
    ),
    sign: takes(
      z.strictObject({ statement: z.looseObject({ t: z.string() }) }),
      (signer, { statement }) =>
        // Its form is checked when it is signed.
        signer.sign(statement as unknown as UnsignedStatement),
    ),
    ping: takes(z.strictObject(ping), (signer, request) => signer.ping(request)),
    pong: takes(z.strictObject({ ...ping, secret: bytes }), (signer, answer) =>
      signer.pong(answer),
    ),
    recipient: takes(z.strictObject(envelopeOf), (signer, of) => signer.recipient(of)),
    closing: takes(z.strictObject({ ...envelopeOf, cause: name }), (signer, of) =>
      signer.closing(of),
    ),
    closed: takes(z.strictObject(envelopeOf), (signer, of) => signer.closed(of)),
    open: takes(z.strictObject(envelopeOf), (signer, of) => signer.open(of)),
    reveal: takes(z.strictObject({ index: z.int().min(0) }), (signer, { index }) =>
      signer.reveal(index),
    ),
  }

const STATUS: { [code in SignerErrorCode]: number } = {
  invalid: 400,
  'not-allowed': 403,
  'not-recorded': 404,
  rollback: 409,
  fork: 409,
  'head-moved': 409,
  keys: 500,
  unreachable: 503,
  fault: 500,
}

/** The server, not yet listening. `onFault` hears of what broke. */
export function createSignerServer(signer: Signer, onFault: (error: unknown) => void): Server {
  return createHttpServer((request, response) => {
    answer(signer, request)
      .then(
        (value) => ({ status: 200, body: encodeMessage({ value }) }),
        (error: unknown) => {
          const { code, message } = translate(error)
          if (code === 'fault') onFault(error)
          return { status: STATUS[code], body: encodeMessage({ code, message }) }
        },
      )
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      })
      .catch(onFault)
  })
}

/**
 * Listens on a unix socket, readable by its owner only. A socket that a killed signer left is taken over.
 * Throws SignerError `keys` where a signer answers on it, or the path is too long.
 */
export async function listen(server: Server, socketPath: string): Promise<void> {
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_MAX)
    throw new SignerError(
      'keys',
      `the socket's path is longer than ${SOCKET_PATH_MAX} bytes: ${socketPath}`,
    )
  if (await isAnswering(socketPath))
    throw new SignerError('keys', `another signer listens at ${socketPath}`)
  await rm(socketPath, { force: true })
  const mask = process.umask(0o177)
  try {
    server.listen(socketPath)
  } finally {
    process.umask(mask)
  }
  await once(server, 'listening')
}

function isAnswering(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath)
    const end = (isThere: boolean) => {
      probe.destroy()
      resolve(isThere)
    }
    probe.once('connect', () => end(true))
    // Nobody there, or a file without a listener.
    probe.once('error', () => end(false))
  })
}

async function answer(signer: Signer, request: IncomingMessage): Promise<unknown> {
  const operation = request.url?.slice(1) ?? ''
  if (request.method !== 'POST' || !isOperation(operation))
    throw new SignerError('invalid', 'no such operation')
  return OPERATIONS[operation](signer, readMessage(await readBody(request)))
}

function isOperation(name: string): name is keyof Signer {
  return Object.hasOwn(OPERATIONS, name)
}

function takes<T>(
  schema: z.ZodType<T>,
  run: (signer: Signer, input: T) => Promise<unknown>,
): (signer: Signer, input: unknown) => Promise<unknown> {
  return (signer, input) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw new SignerError('invalid', z.prettifyError(parsed.error))
    return run(signer, parsed.data)
  }
}

function readMessage(body: string): unknown {
  try {
    return decodeMessage(body)
  } catch (cause) {
    throw new SignerError('invalid', 'the request is not JSON', { cause })
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_SIZE_MAX) throw new SignerError('invalid', 'the request is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Malformed bytes are the asker's; what is not known here is ours. */
function translate(error: unknown): { code: SignerErrorCode; message: string } {
  if (error instanceof SignerError) return error
  if (error instanceof LedgerError || error instanceof SealingError)
    return { code: 'invalid', message: error.message }
  return { code: 'fault', message: 'the signer failed; its log says why' }
}
