/**
 * The services under one supervisor: PostgreSQL and Temporal by their own binaries or by address, then signer, worker,
 * API, bank and the two unattended key holders as processes of ours.
 *
 * What an earlier run left is adopted (database, Temporal) or ended (our own processes). Stopping goes the other way
 * round, the database last. Whatever dies is started again, but for a process that must not run (supervisor.ts): then
 * nothing else should, and whoever started the services stops them.
 */
import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, DatabaseError } from '../db/connection.ts'
import { migrate } from '../db/migrate.ts'
import { commandOf, freePort, isAlive, isFree } from '../scripts/processes.mjs'
import { startPostgres } from '../scripts/postgres.mjs'
import { startTemporal } from '../scripts/temporal-server.mjs'
import { obtainTemporal } from '../scripts/temporal.mjs'
import { createSigner } from '../signer/client.ts'
import { createClient } from './client.ts'
import { openDatabase } from './database.ts'
import { CliError } from './exit.ts'
import { found } from './founding.ts'
import { files, readState, servicesSchema, writeState, type Pins, type Services } from './home.ts'
import { holders } from './people.ts'
import { clearLeftovers, supervise, trimLogs, type Supervised } from './supervisor.ts'

export interface StartOptions {
  home: string
  /** Told of what is started, restarted and stopped. */
  say: (text: string) => void
  /** Port of the web, of the Temporal frontend and of its UI; others are taken where these are in use. */
  ports?: { web: number; temporal: number; ui: number }
  /** Ports are taken at random: for tests, beside other runs. */
  anyPort?: boolean
}

export interface RunningServices extends Services {
  pins: Pins
  /** Resolves when a part has ended that must stay ended, with why and what a person does; else never. */
  ended: Promise<CliError>
  stop: () => Promise<void>
}

const DEFAULT_ORIGIN = 'tenderbook.localhost/granite-lakes/2026'
const DATABASE = 'tenderbook'
const WATCH_MS = 1_000
/** Length that the path of a unix socket may have, with some room. */
const SOCKET_PATH_MAX = 100

/** Starts everything that is not running and founds the log if it is new. */
export async function startServices(options: StartOptions): Promise<RunningServices> {
  const home = resolve(options.home)
  const run = join(home, 'run')
  await mkdir(run, { recursive: true })
  await assertAlone(home)
  const cleared = await clearLeftovers(run)
  if (cleared.length > 0) options.say(`ended what an earlier run had left: ${cleared.join(', ')}`)
  await trimLogs(run)

  const stack: Stack = []
  const stop = async (): Promise<void> => {
    for (const service of stack.reverse()) await service.stop()
    await rm(join(home, files.services), { force: true })
  }
  try {
    const { services, pins, ended } = await startAll({ ...options, home }, stack)
    await writeState(join(home, files.services), { pid: process.pid, ...services })
    return { pid: process.pid, ...services, pins, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What runs in this home, if its supervisor is alive. */
export async function runningServices(home: string): Promise<Services | undefined> {
  const services = await readState(join(home, files.services), servicesSchema)
  return services !== undefined && isSupervisor(services.pid) ? services : undefined
}

async function assertAlone(home: string): Promise<void> {
  const other = await runningServices(home)
  if (other === undefined || other.pid === process.pid) return
  throw new CliError(
    `Tenderbook runs already, as process ${other.pid}: ${other.url}. Stop it with Ctrl+C there first.`,
    2,
  )
}

function isSupervisor(pid: number): boolean {
  return isAlive(pid) && commandOf(pid).includes('tenderbook')
}

type Stack = { stop: () => Promise<void> }[]

async function startAll(
  options: StartOptions & { home: string },
  stack: Stack,
): Promise<{ services: Omit<Services, 'pid'>; pins: Pins; ended: Promise<CliError> }> {
  const { home, say } = options
  const servers = [startDatabase(options, stack), startTemporalServer(options, stack)] as const
  // Where one fails, the other must be on the stack before everything is stopped.
  await Promise.allSettled(servers)
  const [database, temporal] = await Promise.all(servers)
  const port = await choosePort(options.anyPort === true ? undefined : webPort(options), say)
  const url = process.env['TENDERBOOK_PUBLIC_URL'] ?? `http://localhost:${port}`
  const services = {
    url,
    databaseUrl: database,
    temporalAddress: temporal.address,
    ...(temporal.ui === undefined ? {} : { temporalUi: temporal.ui }),
    signerSocket: await socketPath(home),
    bankFolder: process.env['TENDERBOOK_BANK_DIR'] ?? join(home, 'bank'),
  }
  const origin = process.env['TENDERBOOK_ORIGIN'] ?? DEFAULT_ORIGIN
  const env = {
    DATABASE_URL: database,
    TEMPORAL_ADDRESS: temporal.address,
    TENDERBOOK_ORIGIN: origin,
    TENDERBOOK_HOME: home,
    TENDERBOOK_SIGNER_SOCKET: services.signerSocket,
    TENDERBOOK_PORT: String(port),
    TENDERBOOK_PUBLIC_URL: url,
    TENDERBOOK_BANK_DIR: services.bankFolder,
    TENDERBOOK_DEVELOPMENT: process.env['TENDERBOOK_DEVELOPMENT'] ?? '1',
  }
  let whenEnded: (why: CliError) => void = () => undefined
  const ended = new Promise<CliError>((resolve) => (whenEnded = resolve))
  const child = (name: string, ...args: string[]): Supervised => {
    const supervised = supervise({ name, args, env }, { folder: join(home, 'run'), say })
    stack.push(supervised)
    void supervised.ended.then(whenEnded)
    return supervised
  }
  const program = (name: string): Supervised => child(name, '--import', 'tsx', `${name}/main.ts`)
  const command = (name: string, ...args: string[]): Supervised =>
    child(name, 'cli/tenderbook.mjs', ...args)

  await program('signer').ready
  const identity = await identityOf(services.signerSocket)
  const pins = { origin, vkey: identity.vkey, receiptKey: identity.receipt.pub }
  await pin(home, pins)
  const bank = command('bank', 'bank')
  await Promise.all([program('worker').ready, program('api').ready, bank.ready])
  const client = createClient({ url, pins })
  const founding = found({
    home,
    client,
    pins,
    services: [
      { purpose: 'receipt', ...identity.receipt },
      { purpose: 'checkpoint', ...identity.checkpoint },
      { purpose: 'worker', ...identity.worker },
    ],
  })
  await unlessEnded(ended, founding)
  // They come up while people look around; nothing waits for them before a purchase is approved.
  const lookAfter = (supervised: Supervised): void => {
    supervised.ready.catch((error: unknown) =>
      say(error instanceof Error ? error.message : String(error)),
    )
  }
  if (env.TENDERBOOK_DEVELOPMENT === '1') lookAfter(command('registrar', 'registrar', '--url', url))
  for (const { person } of Object.values(holders)) {
    lookAfter(command(`holder-${person}`, 'holder', '--person', person, '--url', url))
  }
  return { services, pins, ended }
}

/** Waits for work that needs the services. Throws what `ended` says where a part must stay ended first. */
export async function unlessEnded<T>(ended: Promise<CliError>, work: Promise<T>): Promise<T> {
  const stopped = ended.then((why) => {
    throw why
  })
  return await Promise.race([work, stopped])
}

/** Compares with what was pinned before: a new key for a known log is not a new start, it is an alarm. */
async function pin(home: string, pins: Pins): Promise<void> {
  const path = join(home, files.pins)
  const { pinsSchema } = await import('./home.ts')
  const known = await readState(path, pinsSchema)
  if (known !== undefined && (known.vkey !== pins.vkey || known.receiptKey !== pins.receiptKey))
    throw new CliError(
      `The signer has other keys than those pinned in ${path}. Bring back ${join(home, 'signer')} from its backup. If you mean to begin anew, delete ${home}.`,
      78,
    )
  await writeState(path, pins)
}

async function identityOf(socket: string) {
  const signer = createSigner(socket)
  try {
    return await signer.identity()
  } finally {
    signer.close()
  }
}

/** PostgreSQL by DATABASE_URL, or our own; migrated. Returns the URL. */
async function startDatabase({ home, say }: StartOptions, stack: Stack): Promise<string> {
  const given = process.env['DATABASE_URL']
  const url = given ?? (await startOwnDatabase(join(home, 'postgres'), say, stack))
  const sql = await openDatabase(url, { max: 1 })
  await migrate(sql)
    .catch(inWords)
    .finally(() => sql.end())
  return url
}

/** A database of another build says so itself. */
function inWords(error: unknown): never {
  if (error instanceof DatabaseError && error.code === 'schema')
    throw new CliError(error.message, 2)
  throw error
}

async function startOwnDatabase(
  folder: string,
  say: StartOptions['say'],
  stack: Stack,
): Promise<string> {
  const server = await startPostgres(folder)
  stack.push(watched('PostgreSQL', server, () => startPostgres(folder), say))
  const maintenance = connect(server.url('postgres'), { max: 1 })
  try {
    const found = await maintenance`SELECT 1 FROM pg_database WHERE datname = ${DATABASE}`
    if (found.length === 0) await maintenance`CREATE DATABASE ${maintenance(DATABASE)}`
  } finally {
    await maintenance.end()
  }
  return server.url(DATABASE)
}

/** Temporal by TEMPORAL_ADDRESS, or our own development server. */
async function startTemporalServer(
  { home, say, ports, anyPort }: StartOptions,
  stack: Stack,
): Promise<{ address: string; ui?: string | undefined }> {
  const given = process.env['TEMPORAL_ADDRESS']
  if (given !== undefined && given !== '') return { address: await answering(given) }
  const program = await obtainTemporal()
  const start = (port: number, uiPort: number) =>
    startTemporal(join(home, 'temporal'), { program, port, uiPort })
  const server = await (anyPort === true
    ? start(await freePort(), await freePort())
    : start(ports?.temporal ?? 7233, ports?.ui ?? 8233))
  const again = () => start(portOf(server.address), portOf(server.ui ?? ''))
  stack.push(watched('Temporal', server, again, say))
  return { address: server.address, ui: server.ui }
}

/** A Temporal server that answers. Throws CliError: its worker would only be started again and again. */
async function answering(address: string): Promise<string> {
  const { Connection } = await import('@temporalio/client')
  try {
    const connection = await Connection.connect({ address, connectTimeout: '10s' })
    await connection.close()
    return address
  } catch (error) {
    throw new CliError(
      `No Temporal server answers at ${address}. Start it, or correct TEMPORAL_ADDRESS; without it \`npm start\` runs its own.`,
      2,
      { cause: error },
    )
  }
}

interface Server {
  pid: number
  stop: () => Promise<void>
}

/** Looks each second whether a server that is not our child still runs, and starts it again if not. */
function watched(
  name: string,
  server: Server,
  start: () => Promise<Server>,
  say: StartOptions['say'],
): { stop: () => Promise<void> } {
  const ending = new AbortController()
  const isEnding = (): boolean => ending.signal.aborted
  let current = server
  const watching = (async () => {
    while (!isEnding()) {
      await delay(WATCH_MS, undefined, { signal: ending.signal }).catch(() => undefined)
      if (isEnding() || isAlive(current.pid)) continue
      say(`${name} ended; starting it again`)
      current = await start().catch((error: unknown) => {
        say(error instanceof Error ? error.message : String(error))
        return current
      })
    }
  })()
  return {
    async stop() {
      ending.abort()
      await watching
      await current.stop()
    },
  }
}

function portOf(address: string): number {
  return Number(/:(\d+)\/?$/.exec(address)?.[1] ?? 0)
}

function webPort({ ports }: StartOptions): number {
  const port = Number(process.env['TENDERBOOK_PORT'] ?? ports?.web ?? 3000)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new CliError('TENDERBOOK_PORT must be a number from 1 to 65535.', 2)
}

/** The wanted port; where it is in use, another one, unless a person asked for just this one. */
async function choosePort(wanted: number | undefined, say: StartOptions['say']): Promise<number> {
  if (wanted === undefined) return await freePort()
  if (await isFree(wanted)) return wanted
  if (process.env['TENDERBOOK_PORT'] !== undefined)
    throw new CliError(
      `Port ${wanted} is in use. End what listens there, or set TENDERBOOK_PORT to another port.`,
      2,
    )
  say(`Port ${wanted} is in use; the next free one is taken.`)
  for (let port = wanted + 1; port < wanted + 20; port += 1) if (await isFree(port)) return port
  return await freePort()
}

/** In the state folder, or in a folder of its own where that path is too long for a socket. */
async function socketPath(home: string): Promise<string> {
  const path = process.env['TENDERBOOK_SIGNER_SOCKET'] ?? join(home, 'signer', 'signer.sock')
  if (path.length < SOCKET_PATH_MAX) return path
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12)
  const folder = join(tmpdir(), `tenderbook-${name}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return join(folder, 'signer.sock')
}
