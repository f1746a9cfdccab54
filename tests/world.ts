/**
 * The in-process world: one database, the signer, the API on a port of its own, and on request the Temporal worker, put
 * together as the main files do. Its people are those of the example; they speak HTTP through `cli/client.ts`, as real
 * ones do. `end` stops everything and checks the whole log again.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client as TemporalClient, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { pino } from 'pino'
import { inject } from 'vitest'
import { createApp } from '../api/app.ts'
import { createClient, type Client, type Signatory } from '../cli/client.ts'
import { found } from '../cli/founding.ts'
import type { Pins } from '../cli/home.ts'
import { signatory } from '../cli/people.ts'
import { createBlobs } from '../db/blobs.ts'
import { createCheckpoints } from '../db/checkpoints.ts'
import { connect, type Sql } from '../db/connection.ts'
import { createDoor } from '../db/door.ts'
import { openLive } from '../db/live.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders } from '../db/readers.ts'
import { createSessions } from '../db/sessions.ts'
import { openKeys, type ServiceKeys } from '../signer/keys.ts'
import { createSigning } from '../signer/operations.ts'
import { recordOf } from '../signer/record.ts'
import type { Signer } from '../signer/client.ts'
import { startWorker } from '../worker/worker.ts'
import { createDatabase } from './database.ts'
import { checkLog } from './log-checker.ts'

export interface WorldOptions {
  /** With the Temporal worker: the clock's duties are done, checkpoints are signed as the log grows. */
  worker?: boolean
}

export interface World {
  url: string
  home: string
  pins: Pins
  /** May do anything in the database. */
  owner: Sql
  signer: Signer
  client: Client
  /** A person of the example, with its key. */
  person: (id: string) => Promise<Signatory>
  /** Signs the head and keeps it, as the sequencer does. */
  sequence: () => Promise<void>
  end: () => Promise<void>
}

const ORIGIN = 'tenderbook.localhost/world/2026'

/** Starts a world whose log is founded and whose people are enrolled. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'tw-'))
  const url = await createDatabase()
  const owner = connect(url, { max: 2 })
  const sql = connect(url, { max: 10, role: 'tenderbook_writer' })
  const reading = connect(url, { max: 4, role: 'tenderbook_reader' })
  const logger = pino({ level: 'silent' })
  const signer = await openSigner(home, reading)
  const door = createDoor({
    sql,
    origin: ORIGIN,
    blind: (envelopes) => signer.blindHashes(envelopes),
  })
  const live = await openLive(sql)
  const server = createServer()
  const address = await listen(server)
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
      config: { origin: ORIGIN, publicUrl: address },
      logger,
      now: () => new Date(),
    }),
  )
  const worker = options.worker === true ? await openWorker({ home, sql, signer }) : undefined
  const { vkey, receipt, checkpoint, worker: clock } = await signer.identity()
  const pins = { origin: ORIGIN, vkey, receiptKey: receipt.pub }
  const client = createClient({ url: address, pins, patienceMs: 20_000 })
  const services = [
    { purpose: 'receipt', ...receipt },
    { purpose: 'checkpoint', ...checkpoint },
    { purpose: 'worker', ...clock },
  ]
  await found({ home, client, pins, services })

  return {
    url: address,
    home,
    pins,
    owner,
    signer,
    client,
    person: (id) => signatory(home, id),
    async sequence() {
      const at = new Date().toISOString().replace('Z', '000Z')
      await createCheckpoints(sql).put({ ...(await signer.checkpoint()), at })
    },
    async end() {
      await worker?.stop()
      await live.end()
      await close(server)
      await door.close()
      await checkLog(owner)
      await Promise.all([sql.end(), reading.end(), owner.end()])
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function openSigner(home: string, reading: Sql): Promise<Signer> {
  const folder = join(home, 'signer')
  const keys = await openKeys(folder, ORIGIN, (length) =>
    crypto.getRandomValues(new Uint8Array(length)),
  )
  const record = recordOf(createReaders(reading))
  const { signer, verify } = await createSigning({ folder, keys, record, now: Date.now })
  await verify()
  return signer
}

/** The keys of the services, as nobody but the signer has them: for tests of what they may not sign. */
export function serviceKeys({ home, pins }: World): Promise<ServiceKeys> {
  return openKeys(join(home, 'signer'), pins.origin, () => {
    throw new Error('the signer has made its keys')
  })
}

/** The worker on a task queue of its own, over the run's Temporal server. */
async function openWorker({
  home,
  sql,
  signer,
}: {
  home: string
  sql: Sql
  signer: Signer
}): Promise<{ stop: () => Promise<void> }> {
  quieten()
  const temporal = inject('temporalAddress')
  const [connection, clientConnection] = await Promise.all([
    NativeConnection.connect({ address: temporal }),
    Connection.connect({ address: temporal }),
  ])
  const worker = await startWorker({
    sql,
    origin: ORIGIN,
    signer,
    client: new TemporalClient({ connection: clientConnection }),
    connection,
    namespace: 'default',
    taskQueue: home,
    historiesDir: join(home, 'histories'),
    bankDir: join(home, 'bank'),
    payer: {
      name: 'Granite Lakes',
      account: { number: '0001' },
      bank: { system: 'USABA', member: '000000000' },
    },
    logger: pino({ level: 'silent' }),
  })
  return {
    async stop() {
      await worker.stop()
      await Promise.all([connection.close(), clientConnection.close()])
    },
  }
}

let isQuiet = false

/** The SDK's runtime is one per process: its chatter is kept out of the tests' output once. */
function quieten(): void {
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR') })
  isQuiet = true
}

/** Starts a server on a free port; its address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      // A server that listens on a port has an address with a port.
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

/** Stops a server and drops its connections. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
