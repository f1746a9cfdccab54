// @ts-check
/**
 * Knowing and ending processes by their id, never by name: a start after a kill finds what an earlier one left.
 * Works where `/proc` is and where only `ps` is.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** True while a process of that id runs (a zombie does not). @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return commandOf(pid) !== ''
}

/** The command line of a process, '' where there is none. @param {number} pid */
export function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return process.platform === 'linux' ? '' : commandByPs(pid)
  }
}

/** @param {number} pid */
function commandByPs(pid) {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

/**
 * Asks a process to end, and makes it end after `patienceMs`.
 *
 * @param {number} pid
 * @param {number} [patienceMs]
 */
export async function endProcess(pid, patienceMs = 10_000) {
  signal(pid, 'SIGTERM')
  if (await waitUntil(() => !isAlive(pid), patienceMs)) return
  signal(pid, 'SIGKILL')
  await waitUntil(() => !isAlive(pid), 5_000)
}

/** @param {number} pid @param {NodeJS.Signals} name */
function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already, which is what was wanted.
  }
}

/**
 * Looks again until the claim holds. Returns false when `limitMs` is over.
 *
 * @param {() => boolean | Promise<boolean>} holds
 * @param {number} limitMs
 * @param {number} [everyMs]
 */
export async function waitUntil(holds, limitMs, everyMs = 50) {
  const end = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() > end) return false
    await delay(everyMs)
  }
  return true
}

/** A TCP port of the loopback address that nobody listens on. @returns {Promise<number>} */
export async function freePort() {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })
}

/** True if that loopback port can be listened on. @param {number} port @returns {Promise<boolean>} */
export async function isFree(port) {
  return await new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
