/** The search over HTTP: as a page, as JSON, as CSV and as a calendar file, with hostile text and hostile addresses. */
import { createServer, type Server } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBlobs } from '../db/blobs.ts'
import { type Live, openLive } from '../db/live.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders } from '../db/readers.ts'
import { createSessions } from '../db/sessions.ts'
import type { Signer } from '../signer/client.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { OCID, ORIGIN } from '../tests/file-builder.ts'
import { RecordBuilder, RecordedLog } from '../tests/record-builder.ts'
import { close, listen } from '../tests/world.ts'
import type { ProcurementsView } from '../web/views/procurements.ts'
import { createApp } from './app.ts'

const HOSTILE = `=cmd|' /C calc'!A0 "x", <img src=x onerror=alert(1)>`

class HostilePurchase extends RecordBuilder {
  override terms(): ReturnType<RecordBuilder['terms']> {
    return { ...super.terms(), title: HOSTILE, description: `${HOSTILE}\nEND:VEVENT` }
  }
}

let world: DoorWorld
let live: Live
let server: Server
let url: string

beforeAll(async () => {
  world = await openDoorWorld()
  live = await openLive(world.sql)
  const log = new RecordedLog()
  const purchase = new HostilePurchase({})
  purchase.join(log)
  await world.upload(purchase.toOpen())
  await world.play(log.entries)
  server = createServer()
  url = await listen(server)
  const { door, sql } = world
  server.on(
    'request',
    createApp({
      ...{ door, live },
      readers: createReaders(sql),
      payloads: createPayloads(sql),
      blobs: createBlobs(sql),
      sessions: createSessions(sql),
      // None of these pages asks the signer.
      signer: {} as Signer,
      config: { origin: ORIGIN, publicUrl: url },
      logger: pino({ level: 'silent' }),
      now: () => new Date('2026-01-21T16:12:00Z'),
    }),
  )
})

afterAll(async () => {
  await close(server)
  await live.end()
  await world.end()
})

const get = async (path: string, accept = 'text/html'): Promise<Response> =>
  await fetch(url + path, { headers: { accept } })

test('page, JSON and API give the same', async () => {
  const query = '?status=open&kind=goods&set-aside=none&code=33&due=14&agency=granite-lakes&q=CALC'
  const page = await get(`/procurements${query}`)
  expect(page.status).toBe(200)
  const text = await page.text()
  expect(text).toContain('<strong>1 opportunity</strong>')
  expect(text).toContain('6 days 4 hours left')
  expect(text).not.toContain('<img')
  const views = await Promise.all(
    ['/procurements.json', '/index.json', '/api/procurements'].map(
      async (path) => (await (await get(path + query)).json()) as ProcurementsView,
    ),
  )
  expect(views[0]).toMatchObject({ total: 1, rows: [{ ocid: OCID, title: HOSTILE }] })
  expect(views).toEqual([views[0], views[0], views[0]])
})

test('CSV is a file in which nothing runs', async () => {
  const answer = await get('/procurements.csv?q=calc')
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toContain('procurements.csv')
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer())
  const [header, row, ...rest] = text.split('\r\n')
  expect(header).toMatch(/^\ufeffnumber,title,/)
  expect(row).toContain(`,"'=cmd|`)
  expect(row).toContain('2026-01-27T21:00:00.000000Z,America/Denver,2026-01-27T21:00:00.000000Z')
  expect(rest).toEqual([''])
})

test('the deadline is a calendar file of one event', async () => {
  const answer = await get(`/procurements/${OCID}/deadline.ics`)
  expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8')
  const text = (await answer.text()).replaceAll('\r\n ', '')
  expect(text).toContain('\r\nDTSTART;TZID=America/Denver:20260127T140000\r\n')
  expect(text.match(/^END:VEVENT/gm)).toHaveLength(1)
  for (const other of ['ocds-213czf-none', '%00', '..%2f..', 'a'.repeat(500)])
    expect((await get(`/procurements/${other}/deadline.ics`)).status).toBeLessThan(500)
})

test.each([
  ['code=33411x', 'code', '33411x is not a NAICS code. Use 2 to 6 digits.'],
  ['status=ajar', 'status', 'ajar is not a status. Choose one of the list.'],
  ['due=-3', 'due', '-3 is not a number of days. Use 1 to 365.'],
  ['kind=goods&kind=ideas', 'kind', 'This is not a kind of purchase. Choose from the list.'],
])('%s is told at its field, to programs as a problem', async (query, field, message) => {
  const page = await get(`/procurements?${query}`)
  expect(page.status).toBe(400)
  const text = await page.text()
  expect(text).toContain('There is a problem')
  expect(text).toContain(`href="#${field}">${message}`)
  for (const ending of ['.json', '.csv']) {
    const problem: unknown = await (await get(`/procurements${ending}?${query}`)).json()
    expect(problem).toMatchObject({ status: 400 })
    expect(JSON.stringify(problem)).toContain(message)
  }
})

test.each([
  'q=%00',
  'q=%FF',
  'q=a&q=b',
  `q=${'x'.repeat(9_000)}`,
  "q='%20%26%20!:*%20<->%20(",
  'q[a]=b',
  'kind[]=goods',
  'code=%00',
  'agency=%27',
  "agency=a'b",
  'page=0',
  'page=999999',
  'page=1e9',
  'limit=0',
  'limit=501',
  'cursor=%00',
  'cursor=a~b~c',
  'cursor=~',
  'stage=open&status=closed',
  'due=1e3',
  '__proto__=x',
  'status=toString',
])('%s never breaks the service', async (query) => {
  for (const path of [
    '/',
    '/procurements',
    '/procurements.json',
    '/procurements.csv',
    '/api/procurements',
  ])
    expect((await get(`${path}?${query}`)).status, path).toBeLessThan(500)
})
