/** A vendor's registration over HTTP, interrupted where it hurts. The world checks the whole log when it ends. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { fromBase64Url, parseEntry } from '../ledger/index.ts'
import { openWorld, type World } from '../tests/world.ts'
import type { Client } from './client.ts'
import { registrar, vendors, type Vendor } from './people.ts'
import { registerVendor } from './vendor.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.end()
})

/** Registers with a client that may be cut off. */
async function register(vendor: Vendor, client: Client = world.client): Promise<void> {
  const who = await world.person(vendor.person)
  const rg = await world.person(registrar.person)
  await registerVendor(client, world.pins, { vendor, who, registrar: rg, home: world.home })
}

/** A client whose process is killed when it uploads its n-th document. */
function killedAt(upload: number): Client {
  let uploads = 0
  return {
    ...world.client,
    async post(path, body, schema, as) {
      if (path === '/api/payloads' && (uploads += 1) === upload) throw new Error('killed')
      return await world.client.post(path, body, schema, as)
    },
  }
}

const rowSchema = z.looseObject({ value: z.looseObject({ confirmed: z.boolean() }) })

/** Whether the register has it confirmed, what its registration cites, and how much of that the service holds. */
async function registered({ vendor }: Vendor) {
  const { value } = await world.client.get(`/api/register/vendor/${vendor}`, rowSchema)
  const entries = await world.owner<{ bytes: Uint8Array }[]>`SELECT bytes FROM entry`
  const registrations = entries
    .map(({ bytes }) => parseEntry(bytes).dsse?.statement)
    .filter((statement) => statement?.t === 'vendor.register')
    .filter((statement) => statement?.payload['vendor'] === vendor)
  const cited = registrations
    .flatMap((statement) => [statement?.payload['profile'], statement?.payload['payTo']])
    .filter((one) => typeof one === 'string')
  const held = await world.owner`
    SELECT FROM payload WHERE bytes IS NOT NULL AND commit IN ${world.owner(cited.map(fromBase64Url))}`
  return { confirmed: value.confirmed, cited, uploaded: held.length }
}

const keptOf = ({ vendor }: Vendor): string => join(world.home, 'vendors', `${vendor}.json`)

test.each([
  ['between its registration and its uploads', vendors.ironwood, 1],
  ['between its uploads', vendors.northfork, 2],
] as const)(
  'a vendor killed %s uploads on the next run what it has cited',
  async (_when, vendor, upload) => {
    await expect(register(vendor, killedAt(upload))).rejects.toThrow('killed')
    const before = await registered(vendor)
    expect(before).toMatchObject({ confirmed: false, uploaded: upload - 1 })

    await register(vendor)
    expect(await registered(vendor)).toEqual({ ...before, confirmed: true, uploaded: 2 })
    expect(existsSync(keptOf(vendor))).toBe(false)
  },
)

test('a vendor that was killed before its registration was sent cites what it had kept', async () => {
  const vendor = vendors.pinyon
  const act = (): never => {
    throw new Error('killed')
  }
  await expect(register(vendor, { ...world.client, act })).rejects.toThrow('killed')
  expect(existsSync(keptOf(vendor))).toBe(true)

  await register(vendor)
  expect(await registered(vendor)).toMatchObject({ confirmed: true, uploaded: 2 })
})

test('a vendor that is registered and confirmed signs nothing more', async () => {
  const size = async () =>
    (await world.client.get('/api/log', z.looseObject({ size: z.int() }))).size
  await register(vendors.pinyon)
  const before = await size()
  await register(vendors.pinyon)
  expect(await size()).toBe(before)
})
