/**
 * `tenderbook audit`: the whole log, from a file or fetched from the service, with every head that this machine has
 * verified before. A good head is remembered, so that the next audit notices a log that was rolled back or written anew.
 * An auditor whose key lies here audits with what only auditors may read.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64, toBase64Url, utf8, type Verdict } from '../ledger/index.ts'
import { createClient } from './client.ts'
import { CliError, type ExitCode } from './exit.ts'
import { files, headSchema, readPins, readState, writeState, type Head, type Pins } from './home.ts'
import { readInput } from './input.ts'
import { knownSignatory } from './people.ts'
import { reachServices } from './reach.ts'
import type { Report } from './report.ts'
import { originOf, printVerdict, verifyBytes } from './verify.ts'

export interface AuditCommand {
  home: string
  report: Report
  path?: string
  vkey?: string
  /** Person of this home, to sign in as. */
  as?: string
}

/** The command: keys as pinned here or given, the log from a file or from the service that runs. */
export async function auditCommand({ home, report, ...asked }: AuditCommand): Promise<ExitCode> {
  const { path, vkey, as } = asked
  const pins = vkey === undefined ? await readPins(home) : { vkey, origin: originOf(vkey) }
  if (path !== undefined && as !== undefined)
    throw new CliError('--as signs in at the service that runs: name no file.', 2)
  if (path !== undefined) return await audit({ home, report, pins, path })
  const { services, pins: own } = await reachServices(home)
  const reader = as === undefined ? undefined : await signedIn(home, as, { ...services, pins: own })
  return await audit({ home, report, pins, url: services.url, ...(reader && { reader }) })
}

/** Signs a person in whose key lies in this home. Throws CliError where it has none, or may not. */
export async function signedIn(
  home: string,
  person: string,
  { url, pins }: { url: string; pins: Pins },
): Promise<LogReader> {
  const token = await createClient({ url, pins }).session(await knownSignatory(home, person))
  return { person, token }
}

/** Who reads the log, with the session that says so. */
export interface LogReader {
  person: string
  token: string
}

export interface AuditOptions {
  home: string
  pins: Omit<Pins, 'receiptKey'>
  report: Report
  /** An export of scope `log`; else it is fetched from `url` and kept under exports/. */
  path?: string
  url?: string
  /** Absent: anyone. */
  reader?: LogReader
}

const headsSchema = z.record(z.string(), z.array(headSchema))
const HEADS_KEPT = 100

export async function audit(options: AuditOptions): Promise<ExitCode> {
  const { home, pins, report } = options
  const { name, bytes } = await logOf(options)
  const heads = await savedHeads(home, pins.origin)
  const verdict = await verifyBytes(bytes, { vkey: pins.vkey, heads })
  const code = printVerdict(report, name, verdict)
  if (verdict.verdict === 'verified') await remember(home, pins.origin, heads, verdict)
  report.answer(verdict)
  return code
}

async function logOf({
  home,
  path,
  url,
  reader,
}: AuditOptions): Promise<{ name: string; bytes: Uint8Array }> {
  if (path !== undefined) return { name: path, bytes: await readInput(path) }
  if (url === undefined)
    throw new CliError('Nothing runs here. Name a file, or start the services first.', 2)
  const bytes = utf8(await fetchLog(url, reader))
  await mkdir(join(home, 'exports'), { recursive: true })
  const kept = join(home, 'exports', reader ? `log.${reader.person}.json` : 'log.json')
  // What only some may read is for the owner of this home.
  await writeFile(kept, bytes, reader ? { mode: 0o600 } : {})
  return { name: kept, bytes }
}

/** The log as far as its reader may read it; what it is worth is for the audit to say. */
async function fetchLog(url: string, reader?: LogReader): Promise<string> {
  const headers: Record<string, string> = reader ? { authorization: `Bearer ${reader.token}` } : {}
  const answer = await fetch(new URL('/api/log/export', url), { headers })
  if (!answer.ok) throw new CliError(`${url} answered ${answer.status} instead of the log.`, 2)
  return await answer.text()
}

async function savedHeads(home: string, origin: string): Promise<Head[]> {
  return (await readState(join(home, files.heads), headsSchema))?.[origin] ?? []
}

async function remember(
  home: string,
  origin: string,
  heads: Head[],
  { size, root }: Verdict,
): Promise<void> {
  const known = (await readState(join(home, files.heads), headsSchema)) ?? {}
  const head = { size, root: toBase64Url(fromBase64(root)) }
  const others = heads.filter((each) => each.size !== size)
  const kept = [...others, head].sort((a, b) => a.size - b.size).slice(-HEADS_KEPT)
  await writeState(join(home, files.heads), { ...known, [origin]: kept })
}
