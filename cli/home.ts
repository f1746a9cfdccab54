/**
 * The state folder, `.tenderbook/` of the project or TENDERBOOK_HOME: where things lie in it, and the small JSON files by
 * which one command knows what another did. Deleting it is a clean start. Files with secrets are readable by their
 * owner only; every file is written aside and renamed.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { CliError } from './exit.ts'
import { parseJson } from './json.ts'

/** The folder of the program itself. */
export const projectFolder = fileURLToPath(new URL('..', import.meta.url))

export function homeFolder(): string {
  const named = process.env['TENDERBOOK_HOME']
  return named === undefined || named === '' ? join(projectFolder, '.tenderbook') : named
}

/** What is pinned about the log: whoever verifies compares with this, never with what a file says of itself. */
export const pinsSchema = z.object({
  origin: z.string(),
  /** The log's verifier key, C2SP form. */
  vkey: z.string(),
  /** Public receipt key, base64url. */
  receiptKey: z.string(),
})
export type Pins = z.infer<typeof pinsSchema>

/** What runs: written by `up`, read by every command that talks to it. */
export const servicesSchema = z.object({
  /** Process id of the supervisor. */
  pid: z.int(),
  url: z.string(),
  databaseUrl: z.string(),
  temporalAddress: z.string(),
  temporalUi: z.string().optional(),
  signerSocket: z.string(),
  bankFolder: z.string(),
})
export type Services = z.infer<typeof servicesSchema>

/** A head of the log that this machine has verified; `root` in base64url. */
export const headSchema = z.object({ size: z.int(), root: z.string() })
export type Head = z.infer<typeof headSchema>

export const files = {
  pins: 'pins.json',
  services: 'run/services.json',
  heads: 'heads.json',
} as const

/** The parsed file, or undefined where there is none. Throws CliError where it is not of its form. */
export async function readState<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new CliError(`${path} is not of its form; delete it and start again.`, 2)
}

/** Writes a file readable by its owner only, whole or not at all. */
export async function writeState(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const aside = `${path}.${randomUUID()}`
  await writeFile(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(aside, path)
}

/** The pinned log. Throws CliError where nothing was pinned yet. */
export async function readPins(home = homeFolder()): Promise<Pins> {
  const pins = await readState(join(home, files.pins), pinsSchema)
  if (pins !== undefined) return pins
  throw new CliError(
    `No log is pinned in ${home}. Start the services there once (\`npm start\`), or give --vkey.`,
    2,
  )
}
