/**
 * The signer's process: environment, keys, head file, database, socket. It compares the whole database with its head
 * before it listens, prints one line when it is ready, and ends in order on SIGTERM.
 *
 * Exit 78: the configuration or the keys are bad. Exit 75: the database is behind the signed head or disagrees with it;
 * nothing may be signed until a person has looked, and a new start will say the same.
 */
import { once } from 'node:events'
import { pino, type Logger } from 'pino'
import { connect } from '../db/connection.ts'
import { createReaders } from '../db/readers.ts'
import { readConfig, type Config } from './config.ts'
import { SignerError } from './contract.ts'
import { openKeys } from './keys.ts'
import { createSigning } from './operations.ts'
import { recordOf } from './record.ts'
import { createSignerServer, listen } from './server.ts'

const EXIT_CONFIGURATION = 78
const EXIT_CONTRADICTION = 75

const config = readConfig(process.env)
if ('problems' in config) {
  const lines = config.problems.map((line) => `  ${line}\n`).join('')
  process.stderr.write(`The signer cannot start:\n${lines}`)
  process.exit(EXIT_CONFIGURATION)
}
// Standard output carries the line that says it is ready, and nothing else.
const logger = pino({ name: 'signer', level: config.logLevel }, pino.destination(2))
try {
  await start(config, logger)
} catch (error) {
  logger.fatal({ err: error }, 'the signer cannot start')
  process.exit(exitCodeOf(error))
}

async function start(
  { databaseUrl, origin, folder, socketPath }: Config,
  log: Logger,
): Promise<void> {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  const keys = await openKeys(folder, origin, random)
  const sql = connect(databaseUrl, { max: 4, role: 'tenderbook_reader' })
  const record = recordOf(createReaders(sql))
  const { signer, verify } = await createSigning({ folder, keys, record, now: Date.now })
  await verify()

  const server = createSignerServer(signer, (error) => log.error({ err: error }, 'fault'))
  await listen(server, socketPath)
  const { size } = await record.head()
  process.stdout.write(`${JSON.stringify({ ready: true, socket: socketPath, origin, size })}\n`)

  const stop = async (): Promise<void> => {
    server.close()
    server.closeIdleConnections()
    await once(server, 'close')
    await sql.end()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof SignerError)) return 1
  if (error.code === 'keys') return EXIT_CONFIGURATION
  return error.code === 'fault' ? 1 : EXIT_CONTRADICTION
}
