/**
 * `tenderbook audit`: the whole log, from a file or fetched from the service, with every head that this machine has
 * verified before. A good head is remembered, so that the next audit notices a log that was rolled back or written anew.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64, toBase64Url, utf8, type Verdict } from '../ledger/index.ts'
import { CliError, type ExitCode } from './exit.ts'
import { files, headSchema, readPins, readState, writeState, type Head, type Pins } from './home.ts'
import { readInput } from './input.ts'
import { reachServices } from './reach.ts'
import type { Report } from './report.ts'
import { originOf, printVerdict, verifyBytes } from './verify.ts'

export interface AuditCommand {
  home: string
  report: Report
  path?: string
  vkey?: string
}

/** The command: keys as pinned here or given, the log from a file or from the service that runs. */
export async function auditCommand({ home, report, path, vkey }: AuditCommand): Promise<ExitCode> {
  const pins = vkey === undefined ? await readPins(home) : { vkey, origin: originOf(vkey) }
  const url = path === undefined ? (await reachServices(home)).services.url : undefined
  return await audit({
    home,
    report,
    pins,
    ...(path === undefined ? {} : { path }),
    ...(url === undefined ? {} : { url }),
  })
}

export interface AuditOptions {
  home: string
  pins: Omit<Pins, 'receiptKey'>
  report: Report
  /** An export of scope `log`; else it is fetched from `url` and kept under exports/. */
  path?: string
  url?: string
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
}: AuditOptions): Promise<{ name: string; bytes: Uint8Array }> {
  if (path !== undefined) return { name: path, bytes: await readInput(path) }
  if (url === undefined)
    throw new CliError('Nothing runs here. Name a file, or start the services first.', 2)
  const bytes = utf8(await fetchLog(url))
  await mkdir(join(home, 'exports'), { recursive: true })
  const kept = join(home, 'exports', 'log.json')
  await writeFile(kept, bytes)
  return { name: kept, bytes }
}

/** The export is public; what it is worth is for the audit to say. */
async function fetchLog(url: string): Promise<string> {
  const answer = await fetch(new URL('/api/log/export', url))
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
