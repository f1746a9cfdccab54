/** How other processes reach the signer: all that they may import of this folder. */
import { Agent, request } from 'node:http'
import { z } from 'zod'
import { SignerError, type Signer, type SignerErrorCode } from './contract.ts'
import { decodeMessage, encodeMessage } from './wire.ts'

export {
  SignerError,
  type ClosedBox,
  type EnvelopeOf,
  type Identity,
  type Opening,
  type PingRequest,
  type Pong,
  type PublicIdentity,
  type RefusedStatement,
  type SignedHead,
  type Signer,
  type SignerErrorCode,
  type UnsignedStatement,
  type WaitingReason,
} from './contract.ts'

const TIMEOUT_MS = 30_000
/** Ten thousand bids take about three minutes. */
const OPEN_TIMEOUT_MS = 900_000

const CODES: readonly SignerErrorCode[] = [
  ...(['rollback', 'fork', 'head-moved', 'not-recorded', 'not-allowed'] as const),
  ...(['invalid', 'keys', 'unreachable', 'fault'] as const),
]
const errorSchema = z.object({ code: z.enum(CODES), message: z.string() })
const valueSchema = z.object({ value: z.unknown() })

/**
 * The signer behind a socket. Every operation rejects with a SignerError; after `unreachable` it may be asked again, all
 * operations give the same answer twice. Nothing is connected before the first.
 */
export function createSigner(socketPath: string): Signer & { close(): void } {
  const agent = new Agent({ keepAlive: true })

  // The signer's answers are believed to be what its contract says: it is this project's own process.
  async function call<Name extends keyof Signer>(
    operation: Name,
    input: object = {},
  ): Promise<Awaited<ReturnType<Signer[Name]>>> {
    const timeoutMs = operation === 'open' || operation === 'sign' ? OPEN_TIMEOUT_MS : TIMEOUT_MS
    const { status, body } = await post(
      { agent, socketPath, operation, timeoutMs },
      encodeMessage(input),
    )
    const message = decodeAnswer(body)
    if (status !== 200) throw errorOf(message)
    return valueSchema.parse(message).value as Awaited<ReturnType<Signer[Name]>>
  }

  return {
    identity: () => call('identity'),
    checkpoint: () => call('checkpoint'),
    blindHashes: (envelopes) => call('blindHashes', { envelopes }),
    receipts: (hashes) => call('receipts', { hashes }),
    refusal: (refused) => call('refusal', refused),
    sign: (statement) => call('sign', { statement }),
    ping: (asked) => call('ping', asked),
    pong: (answered) => call('pong', answered),
    recipient: (of) => call('recipient', of),
    closing: (of) => call('closing', of),
    closed: (of) => call('closed', of),
    open: (of) => call('open', of),
    reveal: (index) => call('reveal', { index }),
    close: () => agent.destroy(),
  }
}

interface Call {
  agent: Agent
  socketPath: string
  operation: string
  timeoutMs: number
}

function post(call: Call, body: string): Promise<{ status: number; body: string }> {
  const { agent, socketPath, operation, timeoutMs } = call
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new SignerError('unreachable', `no signer answers at ${socketPath}`, { cause }))
    const sent = request({
      agent,
      socketPath,
      path: `/${operation}`,
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    })
    sent.on('error', (cause) => {
      // The signer had closed a connection that was kept: it was idle, or the signer is another process by now.
      if (sent.reusedSocket && isClosed(cause)) resolve(post(call, body))
      else fail(cause)
    })
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })
      })
    })
    sent.end(body)
  })
}

function isClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function decodeAnswer(body: string): unknown {
  try {
    return decodeMessage(body)
  } catch (cause) {
    throw new SignerError('fault', 'the signer answered no JSON', { cause })
  }
}

function errorOf(message: unknown): SignerError {
  const { code, message: text } = errorSchema
    .catch({ code: 'fault', message: 'unknown' })
    .parse(message)
  return new SignerError(code, text)
}
