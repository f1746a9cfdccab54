import { mkdtemp, stat } from 'node:fs/promises'
import { request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256, utf8 } from '../ledger/index.ts'
import { createSigner } from './client.ts'
import type { Signer } from './contract.ts'
import { identityOf } from './keys.ts'
import {
  clockStatement,
  rehearseSigner,
  statementOf,
  TENDER,
  without,
  type RehearsedSigner,
} from './rehearsal.ts'
import { createSignerServer, listen } from './server.ts'
import { decodeMessage, encodeMessage } from './wire.ts'

let rehearsed: RehearsedSigner
let server: Server
let socketPath: string
let remote: Signer & { close(): void }
let faults: unknown[]

beforeEach(async () => {
  rehearsed = await rehearseSigner()
  faults = []
  server = createSignerServer(rehearsed.signer, (error) => faults.push(error))
  socketPath = join(await mkdtemp(join(tmpdir(), 's-')), 'signer.sock')
  await listen(server, socketPath)
  remote = createSigner(socketPath)
})

afterEach(async () => {
  remote.close()
  await new Promise((resolve) => server.close(resolve))
})

function send(
  path: string,
  body: string,
  method = 'POST',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('over the socket', () => {
  test('every operation answers as it does in the process', async () => {
    const { signer, log } = rehearsed
    const statement = statementOf('invoice.submit', {}, { tender: TENDER })
    log.append(statement)
    const of = { tender: TENDER, envelope: 'main' }
    log.openings.set(`${TENDER} main`, { bids: [] })
    const clock = clockStatement('invoice.match', { of: 'x' }, statement)
    const other = statementOf('invoice.submit', {}, { tender: TENDER })
    const { issuedAt: arrivedAt } = other.statement
    const refused = { statementHash: other.hash, arrivedAt, code: 'quantity', rule: 'I2' }
    const asked = { ...of, id: 'h-inspector', pub: (await signer.recipient(of)).pub }
    expect(await remote.identity()).toEqual(identityOf(rehearsed.keys))
    expect(await remote.checkpoint()).toEqual(await signer.checkpoint())
    expect(await remote.blindHashes([statement.envelope])).toEqual(
      await signer.blindHashes([statement.envelope]),
    )
    expect(await remote.receipts([statement.hash])).toEqual(await signer.receipts([statement.hash]))
    expect(await remote.refusal(refused)).toEqual(await signer.refusal(refused))
    expect(await remote.sign(clock)).toEqual(await signer.sign(clock))
    expect(await remote.ping(asked)).toEqual(await signer.ping(asked))
    expect(await remote.recipient(of)).toEqual(await signer.recipient(of))
    expect(await remote.closing({ ...of, cause: 'x' })).toEqual(
      await signer.closing({ ...of, cause: 'x' }),
    )
    expect(await remote.open(of)).toEqual({ waiting: 'not-closed' })
    await expect(remote.closed(of)).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(remote.reveal(0)).rejects.toMatchObject({
      name: 'SignerError',
      code: 'not-allowed',
    })
    const pong = remote.pong({ ...asked, secret: utf8('guess') })
    await expect(pong).rejects.toMatchObject({ name: 'SignerError', code: 'not-allowed' })
    expect(faults).toEqual([])
  })

  test('a refusal of the signer comes with its code', async () => {
    const receipts = remote.receipts([sha256(utf8('unknown'))])
    await expect(receipts).rejects.toMatchObject({ name: 'SignerError', code: 'not-recorded' })
  })

  test('malformed requests are invalid, whatever is wrong with them', async () => {
    const statement = statementOf('invoice.submit', {}, { tender: TENDER })
    rehearsed.log.append(statement)
    const nonceless = without(clockStatement('invoice.match', {}, statement), 'nonce')
    const requests: [string, unknown][] = [
      ['/receipts', {}],
      ['/receipts', { hashes: [utf8('short')] }],
      ['/receipts', { hashes: ['text'] }],
      ['/blindHashes', { envelopes: [utf8('no envelope')] }],
      ['/sign', { statement: nonceless }],
      ['/sign', { statement: { ...nonceless, nonce: 'short' } }],
      ['/reveal', { index: -1 }],
      ['/closing', { tender: TENDER, envelope: 'a\0b', cause: 'x' }],
      ['/ping', { tender: TENDER, envelope: 'main', id: 'h', pub: 'AAAA' }],
      ['/identity/', {}],
      ['/toString', {}],
      ['/', {}],
    ]
    for (const [path, body] of requests)
      expect((await send(path, encodeMessage(body))).status).toBe(400)
    for (const body of ['', '{', '{"$bytes":"?"}', '[]'])
      expect((await send('/reveal', body)).status).toBe(400)
    expect((await send('/identity', '', 'GET')).status).toBe(400)
    expect(faults).toEqual([])
  })

  test('a fault is told to the log, and nothing of it to the asker', async () => {
    rehearsed.log.append(statementOf('org.enrol', {}))
    const reader = rehearsed.signer
    reader.checkpoint = () => Promise.reject(new Error('password=secret'))
    await expect(remote.checkpoint()).rejects.toMatchObject({
      code: 'fault',
      message: 'the signer failed; its log says why',
    })
    expect(faults).toHaveLength(1)
  })

  test('where no signer listens it is unreachable', async () => {
    const nobody = createSigner(`${socketPath}.none`)
    await expect(nobody.identity()).rejects.toMatchObject({
      name: 'SignerError',
      code: 'unreachable',
    })
  })

  test('a signer that was restarted between two requests answers the second', async () => {
    const first = await remote.identity()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    server = createSignerServer(rehearsed.signer, (error) => faults.push(error))
    await listen(server, socketPath)
    expect(await remote.identity()).toEqual(first)
  })
})

describe('the socket', () => {
  test('is for its owner only', async () => {
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600)
  })

  test('is not taken from a signer that runs', async () => {
    const second = createSignerServer(rehearsed.signer, () => undefined)
    await expect(listen(second, socketPath)).rejects.toMatchObject({ code: 'keys' })
    expect(await remote.identity()).toEqual(identityOf(rehearsed.keys))
  })

  test('that a killed signer left is taken over', async () => {
    const { rename } = await import('node:fs/promises')
    const left = `${socketPath}.left`
    const killed = createSignerServer(rehearsed.signer, () => undefined)
    await listen(killed, `${left}.1`)
    // Closing removes the name it was bound under; the renamed one stays, without a listener.
    await rename(`${left}.1`, left)
    await new Promise((resolve) => killed.close(resolve))
    const next = createSignerServer(rehearsed.signer, () => undefined)
    await listen(next, left)
    const client = createSigner(left)
    expect(await client.identity()).toEqual(identityOf(rehearsed.keys))
    client.close()
    await new Promise((resolve) => next.close(resolve))
  })

  test('with a path that the system would cut short is refused', async () => {
    const second = createSignerServer(rehearsed.signer, () => undefined)
    await expect(listen(second, `/tmp/${'x'.repeat(120)}`)).rejects.toMatchObject({ code: 'keys' })
  })
})

describe('messages', () => {
  test('carry bytes anywhere, also those of Node', () => {
    const message = {
      list: [Uint8Array.of(1, 2)],
      of: { node: Buffer.from('ab'), text: 'x', none: [] },
    }
    const expected = { list: [Uint8Array.of(1, 2)], of: { node: utf8('ab'), text: 'x', none: [] } }
    expect(decodeMessage(encodeMessage(message))).toEqual(expected)
  })
})
