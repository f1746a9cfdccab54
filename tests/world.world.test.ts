import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ worker: true })
})
afterAll(() => world.end())

test('a founded world has enrolled people, and a head that its client verifies', async () => {
  const { value } = await world.client.get(
    '/api/register/person/p-dana',
    z.looseObject({
      value: z.looseObject({ roles: z.array(z.looseObject({ role: z.string() })) }),
    }),
  )
  expect(value.roles.map(({ role }) => role)).toEqual(['CO'])
  await world.sequence()
  const { size } = await world.client.verifiedHead()
  expect(size).toBeGreaterThan(20)
})
