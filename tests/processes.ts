/**
 * Tenderbook as a person runs it: `tenderbook up` and the other commands as processes, in a state folder of their own and
 * on any free ports. Kills by process id, as a power failure does; waits for the line, the file or the death itself.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readPins, servicesSchema, type Pins, type Services } from '../cli/home.ts'
import { connect } from '../db/connection.ts'
import { isAlive, waitUntil } from '../scripts/processes.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'cli', 'tenderbook.mjs')

/** `../shared/data` beside the clone: real contracting data, not part of the project. */
export const sharedData = join(root, '..', 'shared', 'data')

/** How a command ended. */
export interface Outcome {
  code: number
  /** The last line of standard output, parsed: what `--json` answers. */
  answer: unknown
  /** What it said on standard error: with `--json`, everything that people read. */
  said: string
}

/** Everything that one `tenderbook up` runs. */
export interface Running {
  home: string
  url: string
  pins: Pins
  services: Services
  /** Everything that was said since the start. */
  said: () => string
  /** Resolves when a line of what is said matches; at once if one has. Rejects if the process ends without it. */
  hears: (pattern: RegExp) => Promise<void>
  /** Process id of one part, the supervisor's as `supervisor`. */
  pidOf: (name: PartName) => Promise<number>
  /** Resolves with the exit code, however it ended: -1 after a signal. */
  ended: Promise<number>
  /** Ctrl+C, and the wait until all of it has ended. */
  stop: () => Promise<void>
}

/** The parts that run as processes. */
export const partNames = [
  'postgres',
  'temporal',
  'signer',
  'worker',
  'api',
  'bank',
  'holder-h-inspector',
  'holder-h-cascade',
  'supervisor',
] as const
export type PartName = (typeof partNames)[number]

/** A new state folder; PostgreSQL's unprivileged user must be able to walk into it. */
export async function createHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'tenderbook-run-'))
  await chmod(home, 0o755)
  return home
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

/** Starts `tenderbook up` and waits for its ready line. */
export async function startTenderbook(home: string, ...args: string[]): Promise<Running> {
  const begun = beginTenderbook(home, ...args)
  await begun.hears(/^\{"ready":true/)
  const path = join(home, 'run', 'services.json')
  const services = servicesSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  return {
    home,
    url: services.url,
    pins: await readPins(home),
    services,
    pidOf: (name) => pidOf(home, services, name),
    ...begun,
  }
}

/** Starts `tenderbook up` and waits for nothing. */
export function beginTenderbook(
  home: string,
  ...args: string[]
): Pick<Running, 'said' | 'hears' | 'ended' | 'stop'> {
  const child = launch(home, ['up', '--any-port', '--json', ...args])
  const ended = endOf(child)
  const heard = listen(child)
  return {
    said: heard.said,
    hears: heard.line,
    ended,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Runs one command to its end. */
export async function tenderbook(home: string, ...args: string[]): Promise<Outcome> {
  const child = launch(home, args)
  const heard = listen(child)
  const code = await endOf(child)
  const last = heard.answers.at(-1) ?? ''
  return { code, answer: parseJson(last), said: heard.said() }
}

/** The exit code, when what it wrote has been read, too. */
async function endOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? -1
}

/** `kill -9`, and the wait until it is gone. What is gone already is dead enough. */
export async function killAtOnce(...pids: number[]): Promise<void> {
  for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
  const isGone = await waitUntil(() => !pids.some(isAlive), 10_000)
  if (!isGone) throw new Error(`processes ${pids.join(', ')} survived SIGKILL`)
}

function launch(home: string, args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...withoutServices(process.env), TENDERBOOK_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** The services are our own, whatever the person who runs the tests has set. */
function withoutServices(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^(TENDERBOOK_|DATABASE_URL$|TEMPORAL_)/
  const kept = /^TENDERBOOK_CHROMIUM_PATH$|^TEMPORAL_CLI_PATH$/
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !ours.test(name) || kept.test(name)),
  )
}

/** Keeps what a process says, and tells who waits for a line of it. */
function listen(child: ChildProcess) {
  const answers: string[] = []
  const said: string[] = []
  const watchers = new Set<(line: string) => void>()
  const follow = (stream: NodeJS.ReadableStream | null, kept: string[]): void => {
    if (stream === null) throw new TypeError('the output of the process is not piped')
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line)
      for (const look of watchers) look(line)
    })
  }
  follow(child.stdout, answers)
  follow(child.stderr, said)

  const line = async (pattern: RegExp): Promise<void> => {
    if ([...answers, ...said].some((each) => pattern.test(each))) return
    await new Promise<void>((resolve, reject) => {
      const end = (): void =>
        reject(new Error(`ended without saying ${pattern.source}:\n${said.slice(-20).join('\n')}`))
      const look = (each: string): void => {
        if (!pattern.test(each)) return
        watchers.delete(look)
        child.off('close', end)
        resolve()
      }
      watchers.add(look)
      child.once('close', end)
    })
  }
  return { answers, line, said: () => said.join('\n') }
}

/** Our own processes and Temporal leave their id in a file; PostgreSQL says it itself, wherever its data lies. */
async function pidOf(home: string, { databaseUrl }: Services, name: PartName): Promise<number> {
  if (name === 'postgres') return await postmasterOf(databaseUrl)
  const path = { temporal: 'temporal/server.json', supervisor: 'run/services.json' }
  const file = name in path ? path[name as keyof typeof path] : `run/${name}.pid`
  return pidSchema.parse(JSON.parse(await readFile(join(home, file), 'utf8'))).pid
}

async function postmasterOf(databaseUrl: string): Promise<number> {
  const sql = connect(databaseUrl, { max: 1 })
  try {
    const [row] = await sql<{ text: string }[]>`SELECT pg_read_file('postmaster.pid') AS text`
    return Number(row?.text.split('\n')[0])
  } finally {
    await sql.end()
  }
}

const pidSchema = z.looseObject({ pid: z.int() })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A command that failed answers nothing; its exit code says so.
    return undefined
  }
}
