/**
 * The worker's process: environment, connections, worker; `{"ready":true}` when it polls; SIGTERM ends it in order.
 * Exit 78: the configuration is bad.
 */
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker'
import { pino } from 'pino'
import { assertDurability, connect } from '../db/connection.ts'
import { createSigner } from '../signer/client.ts'
import { readConfig } from './config.ts'
import { startWorker } from './worker.ts'

const config = readConfig(process.env)
if ('problems' in config) {
  const lines = config.problems.map((line) => `  ${line}\n`).join('')
  process.stderr.write(`The worker cannot start:\n${lines}`)
  process.exit(78)
}
const logger = pino({ name: 'worker', level: config.logLevel }, pino.destination(2))

Runtime.install({
  // Signals are ours: the loops end before the worker does.
  shutdownSignals: [],
  logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
    logger[level === 'ERROR' ? 'error' : 'warn']({ ...meta, err: meta?.['error'] }, message),
  ),
  telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
})

const { address, namespace, taskQueue } = config.temporal
const sql = connect(config.databaseUrl, { max: 8, role: 'tenderbook_writer' })
await assertDurability(sql)
const [connection, clientConnection] = await Promise.all([
  NativeConnection.connect({ address }),
  Connection.connect({ address }),
])
const signer = createSigner(config.signerSocket)
const worker = await startWorker({
  sql,
  origin: config.origin,
  signer,
  client: new Client({ connection: clientConnection, namespace }),
  connection,
  namespace,
  taskQueue,
  historiesDir: join(config.home, 'histories'),
  bankDir: config.bankDir,
  payer: config.payer,
  logger,
})

process.once('SIGTERM', stop)
process.once('SIGINT', stop)
process.stdout.write(`${JSON.stringify({ ready: true, taskQueue })}\n`)

try {
  await worker.ended
} finally {
  signer.close()
  await connection.close()
  await clientConnection.close()
  await sql.end()
}

function stop(): void {
  worker.stop().catch((error: unknown) => {
    logger.fatal({ err: error }, 'the worker did not end in order')
    process.exitCode = 1
  })
}
