// @ts-check
/**
 * The Temporal development server as a process that stays: started detached with a pid file, adopted by the next start,
 * ended on request. One database file belongs to one CLI release, so another release starts a new file; the reconciler
 * restarts the workflows from the ledger. Loopback only: the server skips security checks that production needs.
 */
import { spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { commandOf, endProcess, freePort, isAlive, isFree, waitUntil } from './processes.mjs'
import { SetupError } from './say.mjs'

/**
 * @typedef {object} TemporalServer
 * @property {string} address host and port of the frontend
 * @property {string | undefined} ui address of the web UI
 * @property {number} pid
 * @property {boolean} adopted true if it ran already
 * @property {() => Promise<void>} stop
 *
 * @typedef {{ pid: number, port: number, uiPort?: number, release: string }} Known what `server.json` holds
 */

/** Search attributes of a procurement's run; they can only be given when the namespace is first made. */
const attributes = {
  Ocid: 'Keyword',
  Agency: 'Keyword',
  Stage: 'Keyword',
  Method: 'Keyword',
  WaitingFor: 'Keyword',
  DueAt: 'Datetime',
}

const settings = {
  'matching.enableFairness': 'true',
  'frontend.enableServerVersionCheck': 'false',
  // Without it timers of a second or two fire up to 0.7 s late.
  'history.timerProcessorMaxTimeShift': '"50ms"',
}

/**
 * @param {string} home folder for database, log and pid file
 * @param {{ program: string, port?: number, uiPort?: number }} options `program` is the CLI; ports are taken if they are
 *   free, else others; without `uiPort` there is no UI
 * @returns {Promise<TemporalServer>}
 */
export async function startTemporal(home, options) {
  const folder = resolve(home)
  await mkdir(folder, { recursive: true })
  const known = await remembered(folder)
  if (known !== undefined && isOurs(known.pid, folder) && (await answers(known.port))) {
    return running(folder, known, true)
  }
  await rm(join(folder, 'server.json'), { force: true })
  const server = await launch(folder, options)
  await writeFile(join(folder, 'server.json.new'), JSON.stringify(server))
  await rename(join(folder, 'server.json.new'), join(folder, 'server.json'))
  return running(folder, server, false)
}

/** @param {string} folder @param {Known} known @param {boolean} adopted @returns {TemporalServer} */
function running(folder, known, adopted) {
  return {
    address: `127.0.0.1:${known.port}`,
    ui: known.uiPort === undefined ? undefined : `http://localhost:${known.uiPort}`,
    pid: known.pid,
    adopted,
    stop: async () => {
      await endProcess(known.pid)
      await rm(join(folder, 'server.json'), { force: true })
    },
  }
}

/** @param {string} folder @returns {Promise<Known | undefined>} */
async function remembered(folder) {
  const path = join(folder, 'server.json')
  if (!existsSync(path)) return undefined
  /** @type {Known} written by startTemporal */
  const known = JSON.parse(await readFile(path, 'utf8'))
  return known
}

/**
 * @param {string} folder
 * @param {{ program: string, port?: number, uiPort?: number }} options
 * @returns {Promise<Known>}
 */
async function launch(folder, options) {
  const port = await choosePort(options.port)
  const uiPort = options.uiPort === undefined ? undefined : await choosePort(options.uiPort)
  const release = basename(dirname(options.program))
  const log = join(folder, 'server.log')
  const output = openSync(log, 'a')
  const args = argumentsFor(join(folder, `${release}.db`), port, uiPort)
  const child = spawn(options.program, args, { detached: true, stdio: ['ignore', output, output] })
  child.unref()
  const pid = child.pid
  if (pid === undefined) throw new SetupError(`${options.program} cannot be run.`)
  const up = await waitUntil(async () => !isAlive(pid) || (await answers(port)), 60_000, 100)
  if (!up || !isAlive(pid)) {
    await endProcess(pid)
    const end = (await readFile(log, 'utf8')).trim().split('\n').slice(-8).join('\n')
    throw new SetupError(`The Temporal server does not start. The end of ${log}:\n${end}`)
  }
  return uiPort === undefined ? { pid, port, release } : { pid, port, uiPort, release }
}

/** @param {string} database @param {number} port @param {number | undefined} uiPort */
function argumentsFor(database, port, uiPort) {
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--namespace',
      'default',
    ],
    ...['--db-filename', database, '--log-level', 'warn'],
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.entries(attributes).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${type}`,
    ]),
    ...Object.entries(settings).flatMap(([name, value]) => [
      '--dynamic-config-value',
      `${name}=${value}`,
    ]),
    ...(uiPort === undefined
      ? ['--headless']
      : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
  ]
}

/** @param {number | undefined} wanted */
async function choosePort(wanted) {
  return wanted !== undefined && (await isFree(wanted)) ? wanted : await freePort()
}

/** @param {number} pid @param {string} folder */
function isOurs(pid, folder) {
  return isAlive(pid) && commandOf(pid).includes(folder)
}

/**
 * The frontend speaks HTTP/2 only; that it accepts a request line at all shows that it listens and serves.
 *
 * @param {number} port @returns {Promise<boolean>}
 */
async function answers(port) {
  const { connect } = await import('node:http2')
  return await new Promise((answer) => {
    const session = connect(`http://127.0.0.1:${port}`)
    const give = (/** @type {boolean} */ value) => {
      session.destroy()
      answer(value)
    }
    session.once('error', () => give(false))
    session.once('remoteSettings', () => give(true))
    session.setTimeout(2_000, () => give(false))
  })
}
