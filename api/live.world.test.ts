/** Who has a procurement open hears of its steps as they are recorded, over HTTP, and of nothing else. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createCast, registerVendors } from '../cli/demo-cast.ts'
import { approve } from '../cli/demo-market.ts'
import * as example from '../cli/example.ts'
import { instantOf, type Signatory } from '../cli/client.ts'
import { createNarrator } from '../cli/narrator.ts'
import { officials } from '../cli/people.ts'
import { createPlay } from '../cli/play.ts'
import { toBase64Url, toHex } from '../ledger/index.ts'
import { openStream, type EventStream } from '../tests/event-stream.ts'
import { keyOf, OCID, ORIGIN } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder } from '../tests/record-builder.ts'
import { openRecordedWorld } from '../tests/recorded-world.ts'
import { openWorld, type World } from '../tests/world.ts'
import { fill, paths } from '../web/paths.ts'
import { challengeText } from './sessions.ts'

const pathOf = (ocid: string, after?: number): string =>
  fill(paths.api.procurementLive, { ocid }, { after })

const step = (pseq: number, type: string): string =>
  `id: ${pseq}\nevent: step\ndata: {"pseq":${pseq},"type":"${type}"}\n\n`

const RETRY = 'retry: 1000\n\n'
const SUBMITTED = step(0, 'requisition.submit')

describe('two people and one purchase', () => {
  let world: World
  let ocid: string
  let cast: Awaited<ReturnType<typeof createCast>>
  const streams: EventStream[] = []

  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.end())

  /** A purchase that has been asked for; no stream is open. */
  beforeEach(async () => {
    for (const stream of streams.splice(0)) stream.close()
    ocid = `ocds-gr4n1t-live-${toHex(randomBytes(4))}`
    const { home, client, pins } = world
    const narrator = createNarrator(() => undefined)
    const play = createPlay({ client, pins, ocid, folder: join(home, ocid), narrator })
    cast = await createCast(home, play, 1)
    const training = {
      legalStart: example.days.publication,
      realStart: instantOf(Date.now() - 50),
      accelerator: 1,
    }
    const payload = { ...example.requisition, training }
    const { rosa } = cast.who
    await play.first({ name: 'request', who: rosa, t: 'requisition.submit', role: 'RQ', payload })
  })

  async function open(path: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const stream = await openStream(new URL(path, world.url), headers)
    streams.push(stream)
    return stream
  }

  const bearer = async (who: Signatory): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await world.client.session(who)}`,
  })

  test('one acts, the other hears of it', async () => {
    const stream = await open(pathOf(ocid))
    await stream.hears(RETRY)
    await approve(cast)
    await stream.hears(step(2, 'requisition.approve'))
    expect(stream.text()).toBe(
      [RETRY, step(1, 'funds.certify'), step(2, 'requisition.approve')].join(''),
    )
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(stream.headers.get('content-encoding')).toBeNull()
    expect(stream.headers.get('cache-control')).toContain('no-transform')
  })

  test('a reader gets what it missed, by what its page shows and by the last id that it heard', async () => {
    await approve(cast)
    const all = [SUBMITTED, step(1, 'funds.certify'), step(2, 'requisition.approve')]
    const first = await open(pathOf(ocid, -1))
    await first.hears(all[2] ?? '')
    const page = await open(pathOf(ocid, 0))
    await page.hears(all[2] ?? '')
    const resumed = await open(pathOf(ocid, -1), { 'last-event-id': '1' })
    await resumed.hears(all[2] ?? '')
    expect([first, page, resumed].map((stream) => stream.text())).toEqual([
      [RETRY, ...all].join(''),
      [RETRY, ...all.slice(1)].join(''),
      [RETRY, ...all.slice(2)].join(''),
    ])
  })

  test('what is no step, and what is no procurement, has no stream', async () => {
    const statusOf = async (path: string, headers: Record<string, string> = {}) =>
      (await open(path, headers)).status
    expect(await statusOf(`${pathOf(ocid)}?after=x`)).toBe(400)
    expect(await statusOf(pathOf(ocid), { 'last-event-id': '1; drop' })).toBe(400)
    expect(await statusOf(pathOf('ocds-nowhere'))).toBe(404)
    const head = await fetch(new URL(pathOf(ocid), world.url), { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('an address has three streams, a session three of its own, and one that is closed makes room', async () => {
    for (const expected of [200, 200, 200, 429])
      expect((await open(pathOf(ocid))).status).toBe(expected)
    const headers = await bearer(cast.who.rosa)
    for (const expected of [200, 200, 200, 429])
      expect((await open(pathOf(ocid), headers)).status).toBe(expected)
    streams[0]?.close()
    await expect.poll(async () => (await open(pathOf(ocid))).status).toBe(200)
  })

  test('everybody gets the same bytes', async () => {
    await registerVendors(cast)
    const readers = [
      await open(pathOf(ocid, -1)),
      await open(pathOf(ocid, -1), await bearer(cast.who.dana)),
      await open(pathOf(ocid, -1), await bearer(cast.who.ironwood)),
    ]
    await approve(cast)
    for (const reader of readers) await reader.hears(step(2, 'requisition.approve'))
    expect(new Set(readers.map((reader) => reader.text())).size).toBe(1)
  })

  test('a session that is over hears nothing more', async () => {
    const headers = await bearer(await world.person(officials.priya.person))
    const stream = await open(pathOf(ocid), headers)
    await stream.hears(RETRY)
    await fetch(new URL(paths.api.sessions, world.url), { method: 'DELETE', headers })
    await approve(cast)
    await stream.ended
    expect(stream.text()).toBe(RETRY)
  })

  test('a stream does not make a session last', async () => {
    const stream = await open(pathOf(ocid), await bearer(cast.who.sam))
    await stream.hears(RETRY)
    const ends = () => world.owner`select expires from session order by expires`
    const before = await ends()
    await approve(cast)
    await stream.hears(step(2, 'requisition.approve'))
    expect(await ends()).toEqual(before)
  })
})

describe('over a record', () => {
  /** The example with this many sealed bids of one vendor, closed: what a stream of it carried from its first step on. */
  async function streamWith(count: number): Promise<{ text: string; headers: string[][] }> {
    const builder = createRecord().toOpen()
    const world = await openRecordedWorld(builder)
    try {
      await world.catchUp()
      const stream = await openStream(new URL(pathOf(OCID, -1), world.url))
      bid(builder, count)
      builder.clock('deadline.close', builder.closing())
      await world.catchUp()
      await stream.hears('"deadline.close"}\n\n')
      return {
        text: stream.text(),
        headers: [...stream.headers].filter(([name]) => name !== 'date'),
      }
    } finally {
      await world.end()
    }
  }

  function bid(builder: RecordBuilder, count: number): void {
    let replaces: string | undefined
    for (let seq = 1; seq <= count; seq++) {
      const plan = { vendor: 'v-northfork', dollars: 19_000 + seq, seq }
      replaces = builder.commitBid(replaces === undefined ? plan : { ...plan, replaces })
    }
  }

  test('no sealed bid, one and a hundred make no difference of a byte', async () => {
    const none = await streamWith(0)
    expect(none.text).toContain(SUBMITTED)
    expect(none.text).not.toContain('bid.')
    for (const count of [1, 100]) expect(await streamWith(count)).toEqual(none)
  })

  test('a stream ends with its service, in order', async () => {
    const builder = createRecord().toDraft()
    const world = await openRecordedWorld(builder)
    await world.catchUp()
    const stream = await openStream(new URL(pathOf(OCID, -1), world.url))
    await stream.hears(SUBMITTED)
    await world.end()
    await expect(stream.ended).resolves.toBeUndefined()
  })

  test('a key that is revoked ends its streams, though nothing happens in the purchase', async () => {
    const builder = createRecord().toDraft()
    const world = await openRecordedWorld(builder)
    try {
      await world.catchUp()
      const authorization = `Bearer ${await tokenOf('p-priya', world.url)}`
      const stream = await openStream(new URL(pathOf(OCID, -1), world.url), { authorization })
      await stream.hears(SUBMITTED)
      const { kid } = keyOf('p-priya')
      const reason = { code: 'lost', text: 'Lost.' }
      builder.act('key.revoke', 'p-priya', { kid, reason }, { role: 'TR' })
      await world.catchUp()
      await expect(stream.ended).resolves.toBeUndefined()
    } finally {
      await world.end()
    }
  })

  /** Signs in with the person's key of the example. */
  async function tokenOf(person: string, url: string): Promise<string> {
    const key = keyOf(person)
    const { kid } = key
    const post = async (path: string, body: object): Promise<unknown> =>
      await (
        await fetch(new URL(path, url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).json()
    const asked = await post(paths.api.challenges, { kid })
    const { challenge } = z.object({ challenge: z.string() }).parse(asked)
    const signature = toBase64Url(key.sign(challengeText(ORIGIN, challenge)))
    const signedIn = await post(paths.api.sessions, { kid, challenge, signature })
    return z.object({ token: z.string() }).parse(signedIn).token
  }
})
