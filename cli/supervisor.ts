/**
 * Keeps one child process running: starts it in a session of its own (so that Ctrl+C reaches only us, and we stop
 * everything in order), waits for its line `{"ready":true,…}`, starts it again with a growing wait when it dies, and
 * leaves its id in a file, so that the start after a `kill -9` can end what was left over. A child that ends with a code
 * that a new start would only repeat (exit.ts) is not started again: a person must look first.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { commandOf, endProcess, isAlive } from '../scripts/processes.mjs'
import { CliError, isLasting, lasting, type LastingCode } from './exit.ts'
import { projectFolder, readState, writeState } from './home.ts'
import { parseJson } from './json.ts'

export interface ChildDefinition {
  name: string
  /** Arguments of node: the program's file and its own arguments. */
  args: string[]
  env: Record<string, string>
}

export interface SupervisorOptions {
  /** Folder for process ids and logs. */
  folder: string
  /** Called for what an operator should hear: a death, a new start. */
  say: (text: string) => void
}

export interface Supervised {
  name: string
  /**
   * Resolves with the child's ready line, the first time; rejects if it does not become ready within a minute, or at
   * once with what `ended` says.
   */
  ready: Promise<Record<string, unknown>>
  /** Resolves when the child has ended and must stay ended, with why and what a person does; else never. */
  ended: Promise<CliError>
  stop: () => Promise<void>
}

const READY_LIMIT_MS = 60_000
const WAIT_MS_MAX = 10_000
/** A child that lived longer than this died of something new: the wait begins small again. */
const HEALTHY_MS = 30_000

const readyLine = z.looseObject({ ready: z.literal(true) })
const left = z.object({ pid: z.int(), mark: z.string() })

export function supervise(child: ChildDefinition, options: SupervisorOptions): Supervised {
  let stopped = false
  const isStopping = (): boolean => stopped
  let current: ChildProcess | undefined
  let whenReady: (line: Record<string, unknown>) => void = () => undefined
  const ready = new Promise<Record<string, unknown>>((resolve) => (whenReady = resolve))
  let whenEnded: (why: CliError) => void = () => undefined
  const ended = new Promise<CliError>((resolve) => (whenEnded = resolve))

  const live = (async () => {
    let waitMs = 200
    while (!isStopping()) {
      const begun = performance.now()
      const launched = await launch(child, options, whenReady)
      current = launched.process
      // Stopped while it started: nobody has ended this one yet.
      if (isStopping() && current.pid !== undefined) await endProcess(current.pid)
      const how = await death(current)
      if (isStopping()) break
      if (isLasting(current.exitCode)) {
        await launched.logged
        options.say(`${child.name} ended (${how}) and is not started again`)
        whenEnded(await lastingError(child.name, current.exitCode, options))
        break
      }
      if (performance.now() - begun > HEALTHY_MS) waitMs = 200
      options.say(`${child.name} ended (${how}); starting it again`)
      await delay(waitMs)
      waitMs = Math.min(2 * waitMs, WAIT_MS_MAX)
    }
  })()

  return {
    name: child.name,
    ready: withinLimit(Promise.race([ready, ended]), child, options),
    ended,
    async stop() {
      stopped = true
      if (current?.pid !== undefined) await endProcess(current.pid)
      await live
      await rm(pidFile(child.name, options.folder), { force: true })
    },
  }
}

/** Ends what an earlier run left in the folder: by process id, and only if it is still that program. */
export async function clearLeftovers(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const cleared: string[] = []
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.pid'))) {
    const entry = await readState(join(folder, name), left)
    if (entry !== undefined && isAlive(entry.pid) && commandOf(entry.pid).includes(entry.mark)) {
      await endProcess(entry.pid)
      cleared.push(name.replace(/\.pid$/, ''))
    }
    await rm(join(folder, name), { force: true })
  }
  return cleared
}

interface Launched {
  process: ChildProcess
  /** Resolves when it has ended and all that it said is in its log. */
  logged: Promise<void>
}

async function launch(
  child: ChildDefinition,
  { folder }: SupervisorOptions,
  whenReady: (line: Record<string, unknown>) => void,
): Promise<Launched> {
  const process_ = spawn(process.execPath, child.args, {
    cwd: projectFolder,
    detached: true,
    env: { ...process.env, TZ: 'UTC', ...child.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kept = keepId(child, process_.pid, folder)
  const log = createWriteStream(logFile(child.name, folder), { flags: 'a' })
  process_.stderr.pipe(log, { end: false })
  const lines = createInterface({ input: process_.stdout })
  lines.on('line', (line) => {
    log.write(`${line}\n`)
    const parsed = readyLine.safeParse(parseLine(line))
    // Ready is said when a later start could find it: a fault of the file is told by `launch` itself.
    if (parsed.success) void kept.then(() => whenReady(parsed.data)).catch(() => undefined)
  })
  const logged = new Promise<void>((resolve) => {
    process_.once('close', () => log.end(resolve))
  })
  await kept
  return { process: process_, logged }
}

/** Leaves the process id, with what our own command line is known by after a kill: the program's file. */
async function keepId(
  child: ChildDefinition,
  pid: number | undefined,
  folder: string,
): Promise<void> {
  if (pid === undefined) return
  const mark = child.args.find((arg) => !arg.startsWith('-') && arg.includes('/')) ?? child.name
  await writeState(pidFile(child.name, folder), { pid, mark })
}

async function death(child: ChildProcess): Promise<string> {
  if (child.exitCode !== null) return `exit code ${child.exitCode}`
  if (child.signalCode !== null) return child.signalCode
  return await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`))
  })
}

async function withinLimit(
  ready: Promise<Record<string, unknown> | CliError>,
  { name }: ChildDefinition,
  { folder }: SupervisorOptions,
): Promise<Record<string, unknown>> {
  const timer = new AbortController()
  const limit = delay(READY_LIMIT_MS, undefined, { signal: timer.signal, ref: false }).then(
    () => undefined,
    () => undefined,
  )
  const line = await Promise.race([ready, limit])
  timer.abort()
  if (line instanceof CliError) throw line
  if (line !== undefined) return line
  const end = (await tailOf(name, folder)).join('\n')
  throw new CliError(`${name} does not start. The end of ${logFile(name, folder)}:\n${end}`, 1)
}

async function lastingError(
  name: string,
  code: LastingCode,
  { folder }: SupervisorOptions,
): Promise<CliError> {
  const reason = reasonIn(await tailOf(name, folder))
  return new CliError(`${name} must not run: ${reason}\n\n${lasting[code]}`, code)
}

const faultLine = z.looseObject({ err: z.looseObject({ message: z.string() }) })

/** What a log ends with: the message of the last line that holds an error, else the plain lines at the end. */
function reasonIn(lines: readonly string[]): string {
  const last = lines.at(-1) ?? '(it said nothing)'
  const fault = faultLine.safeParse(parseLine(last))
  if (fault.success) return fault.data.err.message
  return lines.slice(lines.findLastIndex((line) => line.startsWith('{')) + 1).join('\n')
}

/** The last lines of a child's log. */
async function tailOf(name: string, folder: string): Promise<string[]> {
  const text = await readFile(logFile(name, folder), 'utf8').catch(() => '(no log)')
  return text.trim().split('\n').slice(-12)
}

/** Keeps logs of earlier runs short. */
export async function trimLogs(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.log')))
    await truncate(join(folder, name))
}

/** A line that only looks like JSON is a line of the log. */
function parseLine(line: string): unknown {
  return line.startsWith('{') ? parseJson(line) : undefined
}

const logFile = (name: string, folder: string): string => join(folder, `${name}.log`)
const pidFile = (name: string, folder: string): string => join(folder, `${name}.pid`)
