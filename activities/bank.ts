/**
 * The exchange of files with the bank: what we send lies in `out/`, what it answers in `in/`.
 *
 * A message is written once under its EndToEndId and never again: aside, flushed, then linked to its name, which
 * fails if the name is taken. The same bytes again are fine; other bytes under the same id are a fault, since one of
 * the two may have been paid. A settled payment counts whatever else the bank said about it: money has moved.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isEndToEndId, MessageError, readAnswers } from './iso20022.ts'
import type { BankAnswer } from './iso20022.ts'

/** The folder of the exchange, as activities use it. */
export interface Bank {
  /** Puts the message out, if it is not out already. @throws on other bytes under the same id */
  send: (endToEndId: string, xml: Uint8Array) => Promise<void>
  /** What the bank has said about a payment; undefined while it has said nothing final. */
  answer: (endToEndId: string) => Promise<BankAnswer | undefined>
}

const answerSizeMax = 4 << 20
const isAnswer = (name: string): boolean => /\.(pain002|camt054)\.xml$/.test(name)

/** `warn` is told of files in `in/` that cannot be read; they are tried again when they change. */
export function createBank(dir: string, warn: (message: string) => void): Bank {
  const outDir = join(dir, 'out')
  const inDir = join(dir, 'in')
  // Read once: by file name, size and time, so that a file that is still being written is read again.
  const known = new Map<string, { version: string; answers: BankAnswer[] }>()

  async function readInbox(): Promise<BankAnswer[]> {
    await mkdir(inDir, { recursive: true })
    for (const name of (await readdir(inDir)).filter(isAnswer)) {
      const { size, mtimeMs } = await stat(join(inDir, name))
      const version = `${size} ${mtimeMs}`
      if (known.get(name)?.version === version) continue
      known.set(name, { version, answers: await readFileAnswers(join(inDir, name), size, warn) })
    }
    return [...known.values()].flatMap(({ answers }) => answers)
  }

  return {
    send: async (endToEndId, xml) => {
      if (!isEndToEndId(endToEndId)) throw new MessageError('field', `EndToEndId ${endToEndId}`)
      await mkdir(outDir, { recursive: true })
      await putOnce(outDir, `${endToEndId}.pain001.xml`, xml)
    },
    answer: async (endToEndId) => {
      const mine = (await readInbox()).filter((answer) => answer.endToEndId === endToEndId)
      return mine.find(({ kind }) => kind === 'settled') ?? mine[0]
    },
  }
}

async function readFileAnswers(
  path: string,
  size: number,
  warn: (message: string) => void,
): Promise<BankAnswer[]> {
  try {
    if (size > answerSizeMax) throw new MessageError('form', `${size} bytes`)
    return readAnswers(await readFile(path, 'utf8'))
  } catch (error) {
    warn(`${path}: ${String(error)}`)
    return []
  }
}

/** Writes `name` in `dir`, durable and whole, unless it is there already with the same bytes. */
async function putOnce(dir: string, name: string, bytes: Uint8Array): Promise<void> {
  const aside = join(dir, `.${randomUUID()}`)
  const file = await open(aside, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
    await link(aside, join(dir, name))
  } catch (error) {
    if (!isTaken(error)) throw error
    const there = await readFile(join(dir, name))
    if (!there.equals(bytes)) throw new MessageError('field', `${name} is out with other bytes`)
  } finally {
    await file.close()
    await rm(aside, { force: true })
  }
  await syncDirectory(dir)
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
