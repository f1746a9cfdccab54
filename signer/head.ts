/**
 * The head file: the last head that was signed, outside of the database that it watches over.
 *
 * It only grows. It is replaced as a whole: written beside, forced to disk, renamed over the old one, the folder forced to
 * disk. A swap names the head that it replaces; where the file holds another one, another signer is at work and the
 * swap is refused. Never edit it: who can change it can make the log show two histories.
 */
import { constants } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { equalBytes, fromBase64, Frontier, toBase64 } from '../ledger/index.ts'
import { SignerError } from './contract.ts'

const FORMAT = 'tenderbook-head/1'
const headSchema = z.strictObject({
  format: z.literal(FORMAT),
  origin: z.string(),
  size: z.int().min(0),
  root: z.string(),
  stack: z.string(),
})

/** A signed head, with what is needed to extend it. */
export interface Head {
  origin: string
  frontier: Frontier
}

/** Begins a log at size 0. Fails where the file is there. */
export async function createHead(path: string, origin: string): Promise<void> {
  await writeForced(path, headText({ origin, frontier: new Frontier() }))
}

/** Throws `keys` where the file is missing, damaged or of another log. */
export async function loadHead(path: string, origin: string): Promise<Head> {
  const head = readHead(await readText(path))
  if (head.origin !== origin)
    throw new SignerError('keys', `the head file is of the log ${head.origin}, not ${origin}`)
  return head
}

/** Replaces `from` by `to`. Throws `head-moved` where the file does not hold `from`, `fork` where `to` is no growth of it. */
export async function swapHead(path: string, from: Head, to: Head): Promise<void> {
  if (to.frontier.size < from.frontier.size)
    throw new SignerError('rollback', 'the head would shrink')
  if (to.frontier.size === from.frontier.size && !isSameHead(from, to))
    throw new SignerError('fork', 'another root for a size that was signed')
  const next = nextPath(path)
  await writeNext(next, headText(to))
  // The file beside is also the lock: nobody else swaps between this look and the rename.
  const current = readHead(await readText(path))
  if (!isSameHead(current, from)) {
    await rm(next)
    throw new SignerError('head-moved', 'another process wrote the head file')
  }
  await rename(next, path)
  await forceFolder(path)
}

async function writeNext(next: string, text: string): Promise<void> {
  try {
    await writeForced(next, text)
  } catch (cause) {
    if (isErrno(cause, 'EEXIST'))
      throw new SignerError('head-moved', 'another process is writing the head file', { cause })
    // A full disk heals: what was half written must not stand in the way then.
    await rm(next, { force: true })
    throw cause
  }
}

/** Clears what a signer that was killed in a swap left; the old head still stands. */
export async function clearSwap(path: string): Promise<void> {
  await rm(nextPath(path), { force: true })
}

export function isSameHead(a: Head, b: Head): boolean {
  const haveSameSize = a.origin === b.origin && a.frontier.size === b.frontier.size
  return haveSameSize && equalBytes(a.frontier.root(), b.frontier.root())
}

/** Writes a new file, readable by the owner only, and forces it and its name to disk. Fails where it exists. */
export async function writeForced(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await forceFolder(path)
}

function headText({ origin, frontier }: Head): string {
  const head = {
    format: FORMAT,
    origin,
    size: frontier.size,
    root: toBase64(frontier.root()),
    stack: toBase64(frontier.toBytes()),
  }
  return `${JSON.stringify(head, null, 2)}\n`
}

function readHead(text: string): Head {
  try {
    const { origin, size, root, stack } = headSchema.parse(JSON.parse(text))
    const frontier = Frontier.fromBytes(size, fromBase64(stack))
    if (!equalBytes(frontier.root(), fromBase64(root))) throw new Error('root and stack disagree')
    return { origin, frontier }
  } catch (cause) {
    throw new SignerError('keys', 'the head file is damaged', { cause })
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SignerError('keys', `the head file ${path} cannot be read`, { cause })
  }
}

async function forceFolder(path: string): Promise<void> {
  const folder = await open(dirname(path))
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Whether an error is the operating system's, with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function nextPath(path: string): string {
  return `${path}.next`
}
