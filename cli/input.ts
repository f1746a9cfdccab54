/** What a person names on the command line: a file, or an address that is believed as little as a file. */
import { readFile } from 'node:fs/promises'
import { CliError } from './exit.ts'

/** The bytes of a file or of what an address serves. Throws CliError with the reason where there are none. */
export async function readInput(source: string): Promise<Uint8Array> {
  try {
    if (!/^https?:/.test(source)) return await readFile(source)
    const answer = await fetch(source, { signal: AbortSignal.timeout(60_000) })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    return new Uint8Array(await answer.arrayBuffer())
  } catch (error) {
    throw new CliError(`${source} cannot be read: ${reasonOf(error)}.`, 2, { cause: error })
  }
}

/** In words where the system has only a code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  const cause = error.cause instanceof Error ? error.cause.message : ''
  return words[code] ?? (cause === '' ? error.message : cause)
}

const words: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EACCES: 'you may not',
}
