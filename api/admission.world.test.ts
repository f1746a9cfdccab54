/** What comes in without being asked for leaves nothing behind: arrivals that are none, and uploads beyond measure. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { sha256, signStatement, text, toBase64Url, utf8 } from '../ledger/index.ts'
import { keyOf, OCID, ORIGIN } from '../tests/file-builder.ts'
import { createRecord, type RecordBuilder } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'
import { challengeText } from './sessions.ts'

let builder: RecordBuilder
let world: RecordedWorld
let token: string

beforeAll(async () => {
  builder = createRecord()
  builder.toOpen()
  world = await openRecordedWorld(builder)
  await world.catchUp()
  token = await signIn('p-ironwood')
})
afterAll(() => world.end())

const send = (path: string, init: RequestInit) =>
  fetch(new URL(path, world.url), { method: 'POST', ...init })
const json = { 'content-type': 'application/json' }
const codeForm = z.object({ code: z.string() })

async function signIn(person: string): Promise<string> {
  const { kid } = keyOf(person)
  const ask = async (path: string, body: object, form: z.ZodType<Record<string, string>>) =>
    form.parse(
      await (await send(path, { headers: json, body: JSON.stringify({ kid, ...body }) })).json(),
    )
  const { challenge = '' } = await ask('/api/challenges', {}, z.record(z.string(), z.string()))
  const signature = toBase64Url(keyOf(person).sign(challengeText(ORIGIN, challenge)))
  const opened = await ask(
    '/api/sessions',
    { challenge, signature },
    z.looseObject({ token: z.string() }).transform(({ token: given }) => ({ token: given })),
  )
  return opened['token'] ?? ''
}

async function arrivals(): Promise<number> {
  const [row] = await world.owner<{ count: number }[]>`select count(*)::int as count from arrival`
  return row?.count ?? -1
}

async function arrive(body: string | Uint8Array): Promise<{ status: number; code: string }> {
  const answer = await send('/api/arrivals', { headers: json, body: Buffer.from(body) })
  return { status: answer.status, code: codeForm.parse(await answer.json()).code }
}

test('what no key of the register has signed is refused, and its bytes are gone with the answer', async () => {
  builder.commitBid({ vendor: 'v-ironwood', dollars: 19_622 })
  const bid = builder.log.entries.at(-1)
  if (!bid) throw new Error('no bid')
  const { kid } = keyOf('a stranger')
  const stranger = signStatement({ ...bid.signed.statement, kid }, keyOf('a stranger'))
  const forged = text(bid.signed.envelope).replace(/"sig":"....../, '"sig":"AAAAAA')
  expect(await arrive('junk')).toMatchObject({ status: 400 })
  expect(await arrive(stranger.envelope)).toEqual({ status: 401, code: 'unknown-key' })
  expect(await arrive(forged)).toEqual({ status: 401, code: 'bad-signature' })
  expect(await arrivals()).toBe(0)
  await world.catchUp()
  expect(await arrivals()).toBe(1)
})

test('one that is larger than any bid is refused by its headers', async () => {
  expect(await arrive(' '.repeat(16 * 1024 + 1))).toMatchObject({ status: 413 })
  expect(await arrivals()).toBe(1)
})

test('arrivals are counted by address', async () => {
  const answer = await send('/api/arrivals', { headers: json, body: 'junk' })
  expect(answer.headers.get('ratelimit-policy')).toContain('q=600; w=60')
})

test('nobody keeps more than the quota; of a procurement there is room of its own', async () => {
  await world.owner`
    insert into blob (hash, bytes, uploader)
    select sha256(i::text::bytea), convert_to(repeat('x', 32 * 1024 * 1024), 'UTF8'), 'p-ironwood'
    from generate_series(1, 8) i`
  const bytes = utf8('one more')
  const put = async (query: string, person: string) =>
    await send(`/api/blobs/${toBase64Url(sha256(bytes))}${query}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${person}`, 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
    })
  const refused = await put('', token)
  expect(refused.status).toBe(413)
  expect(codeForm.parse(await refused.json()).code).toBe('quota')
  const document = await send('/api/payloads', {
    headers: { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify({ salt: toBase64Url(sha256(bytes)), bytes: '', media: 'text/plain' }),
  })
  expect(codeForm.parse(await document.json()).code).toBe('quota')
  expect((await put(`?tender=${OCID}`, token)).status).toBe(200)
  expect((await put('', await signIn('p-pinyon'))).status).toBe(200)
})
