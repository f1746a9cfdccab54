import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { Frontier, parseVkey, sha256 } from '../ledger/index.ts'
import { createHead, loadHead, swapHead } from './head.ts'
import { identityOf, openKeys, pathsIn } from './keys.ts'

const ORIGIN = 'tenderbook.localhost/granite-lakes/2026'
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const open = (folder: string) => openKeys(folder, ORIGIN, random)
const refusedKeys = { name: 'SignerError', code: 'keys' }

let folder: string

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'keys-')), 'signer')
})

describe('service keys', () => {
  test('are made once, and are the same at the next start', async () => {
    const made = await open(folder)
    const again = await open(folder)
    expect(identityOf(again)).toEqual(identityOf(made))
    expect(again.secret).toEqual(made.secret)
    expect(new Set([made.receipt.kid, made.checkpoint.kid, made.worker.kid]).size).toBe(3)
  })

  test('are readable by their owner only', async () => {
    await open(folder)
    const { keys, head } = pathsIn(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(keys)).mode & 0o777).toBe(0o600)
    expect((await stat(head)).mode & 0o777).toBe(0o600)
  })

  test('that others may read are refused', async () => {
    await open(folder)
    await chmod(pathsIn(folder).keys, 0o640)
    await expect(open(folder)).rejects.toMatchObject(refusedKeys)
  })

  test('of another log are refused', async () => {
    await open(folder)
    const other = openKeys(folder, 'tenderbook.localhost/granite-lakes/2027', random)
    await expect(other).rejects.toMatchObject(refusedKeys)
  })

  test('that are damaged are refused without showing them', async () => {
    await open(folder)
    const { keys } = pathsIn(folder)
    const text = await readFile(keys, 'utf8')
    await writeFile(keys, text.replace('"secret"', '"sekret"'))
    const error: unknown = await open(folder).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(refusedKeys)
    expect((error as Error).cause).toBeUndefined() // an Error by the line before
  })

  test('name the log in the vkey that verifiers pin', async () => {
    const keys = await open(folder)
    const key = parseVkey(identityOf(keys).vkey)
    expect(key.name).toBe(ORIGIN)
    expect(key.key.bytes).toEqual(keys.checkpoint.pub)
  })
})

describe('keys and head file belong together', () => {
  test('a start that was killed between the two is taken up', async () => {
    await open(folder)
    await rm(pathsIn(folder).keys)
    await expect(open(folder)).resolves.toMatchObject({ origin: ORIGIN })
  })

  test('a head that knows entries is not taken up by new keys', async () => {
    await open(folder)
    const { keys, head } = pathsIn(folder)
    const from = await loadHead(head, ORIGIN)
    const frontier = new Frontier()
    frontier.append(sha256())
    await swapHead(head, from, { origin: ORIGIN, frontier })
    await rm(keys)
    await expect(open(folder)).rejects.toMatchObject(refusedKeys)
  })

  test('keys without their head are no fresh start', async () => {
    await open(folder)
    const { head } = pathsIn(folder)
    await rm(head)
    await expect(loadHead(head, ORIGIN)).rejects.toMatchObject(refusedKeys)
    await createHead(head, 'tenderbook.localhost/other/2026')
    await expect(loadHead(head, ORIGIN)).rejects.toMatchObject(refusedKeys)
  })
})
