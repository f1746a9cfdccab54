/** An old backup over the database, while everything runs: no process appends to it, and the service says why. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createReaders } from '../db/readers.ts'
import { rebuild } from '../db/rebuild.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ worker: true })
})
afterAll(() => world.end())

const readySchema = z.object({ ok: z.boolean(), parts: z.record(z.string(), z.string()) })

async function readiness() {
  const answer = await fetch(new URL('/readyz', world.url))
  return { status: answer.status, ...readySchema.parse(await answer.json()) }
}

test('a database that was set back behind the signed head takes nothing from anybody', async () => {
  const readers = createReaders(world.owner)
  const { size } = await readers.head()
  await vi.waitUntil(async () => (await readers.latestCheckpoint())?.size === size)
  expect(await readiness()).toMatchObject({ status: 200, ok: true, parts: { log: 'ok' } })

  const registrar = await world.person('p-reg')
  const payload = { source: 'SAM.gov', date: '2026-01-08', entries: [] }
  const act = await world.client.sign(registrar, { t: 'exclusion.set', role: 'RG', payload })

  await world.owner`delete from entry where index >= ${size - 2}`
  await rebuild(world.owner)
  await vi.waitUntil(async () => (await readiness()).parts['log'] === 'down')

  const answer = await fetch(new URL('/api/statements', world.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(act),
  })
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ code: 'read-only' })
  expect((await readers.head()).size).toBe(size - 2)
})
