/**
 * The API's process: environment, connections, application. Prints one line when it is ready, ends in order on SIGTERM:
 * no new connections, requests in flight are answered, streams ended, then the database is let go. Exit 78: the
 * configuration is bad.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { createBlobs } from '../db/blobs.ts'
import { assertDurability, connect } from '../db/connection.ts'
import { createDoor } from '../db/door.ts'
import { openLive } from '../db/live.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders } from '../db/readers.ts'
import { createSessions } from '../db/sessions.ts'
import { createSigner } from '../signer/client.ts'
import { createApp } from './app.ts'
import { readConfig, type Config } from './config.ts'

/** How long a reader may take for what is left of its answer when the process stops. */
const PATIENCE_MS = 10_000

const config = readConfig(process.env)
if ('problems' in config) {
  process.stderr.write(
    `The API cannot start:\n${config.problems.map((line) => `  ${line}\n`).join('')}`,
  )
  process.exit(78)
}
await start(config)

async function start({
  databaseUrl,
  origin,
  signerSocket,
  port,
  publicUrl,
  isDevelopment,
  logLevel,
}: Config): Promise<void> {
  // Standard output carries the line that says it is ready, and nothing else.
  const logger = pino({ name: 'api', level: logLevel }, pino.destination(2))
  const sql = connect(databaseUrl, { max: 10, role: 'tenderbook_writer' })
  await assertDurability(sql)
  const signer = createSigner(signerSocket)
  const door = createDoor({ sql, origin, blind: (envelopes) => signer.blindHashes(envelopes) })
  const live = await openLive(sql)
  const server = createServer()
  await listen(server, port)
  const url = publicUrl ?? `http://localhost:${portOf(server)}`
  server.on(
    'request',
    createApp({
      door,
      readers: createReaders(sql),
      live,
      payloads: createPayloads(sql),
      blobs: createBlobs(sql),
      sessions: createSessions(sql),
      signer,
      config: {
        origin,
        publicUrl: url,
        isDevelopment,
        assetsFolder: join(import.meta.dirname, '../dist/assets'),
      },
      logger,
      now: () => new Date(),
    }),
  )
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`)

  const stop = async (): Promise<void> => {
    await Promise.all([closeServer(server), live.end()])
    await door.close()
    signer.close()
    await sql.end()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A server that listens on a port has an address with a port. */
function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** Answers in flight are finished; whoever does not take theirs is left after a while. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), PATIENCE_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
