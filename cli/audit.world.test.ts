/** `tenderbook audit` of a real service, as anyone and as a person whose key lies here. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCheckpoints } from '../db/checkpoints.ts'
import { parseExport, utf8, type Verdict } from '../ledger/index.ts'
import { openWorld, type World } from '../tests/world.ts'
import { audit, signedIn } from './audit.ts'
import { registrar } from './people.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
  await setSecretList()
  await createCheckpoints(world.owner).pinKey(world.pins.vkey)
  await world.sequence()
})
afterAll(() => world.end())

/** A list of the excluded that is not public: who does not read it cannot judge the act that sets it. */
async function setSecretList(): Promise<void> {
  const rg = await world.person(registrar.person)
  const bytes = utf8('[]')
  const media = 'application/json'
  const commit = await world.client.uploadDocument(rg, { bytes, media })
  const entries = { name: 'list.json', media, size: bytes.length, commit }
  const payload = { source: 'secret', date: '2026-01-02', entries }
  await world.client.act(rg, { t: 'exclusion.set', role: 'RG', payload })
}

/** Exit code, verdict, and the documents in the file that was kept. */
async function audited(as?: string) {
  const { home, pins, url } = world
  let verdict: unknown
  const report = {
    json: true,
    line: () => undefined,
    answer: (value: unknown) => (verdict = value),
  }
  const reader = as === undefined ? undefined : await signedIn(home, as, world)
  const code = await audit({ home, pins, report, url, ...(reader && { reader }) })
  const path = join(home, 'exports', as === undefined ? 'log.json' : `log.${as}.json`)
  const { payloads } = parseExport(await readFile(path))
  // `audit` answers with its verdict.
  const { verdict: kind, hidden } = verdict as Verdict
  return { code, kind, hidden, path, payloads: payloads.map(({ commit }) => commit) }
}

test('whoever signs in audits with what only it may read, kept for the owner of this home alone', async () => {
  const open = await audited()
  const own = await audited(registrar.person)
  for (const { code, kind } of [open, own])
    expect({ code, kind }).toEqual({ code: 0, kind: 'verified' })
  expect(open).toMatchObject({ payloads: [], hidden: 1 })
  expect(own.payloads).toHaveLength(1)
  expect(own.hidden).toBe(0)
  expect((await stat(own.path)).mode & 0o077).toBe(0)
})

test('nobody signs in without a key, and none is made', async () => {
  const home = world.home
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(signedIn(home, 'p-nobody', world)).rejects.toMatchObject({ exitCode: 2 })
})
