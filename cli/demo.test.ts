import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { signingKey, toBase64Url } from '../ledger/index.ts'
import { ClientError } from './client.ts'
import { runDemo } from './demo.ts'
import { writeState } from './home.ts'

/** How the service refuses every statement. */
let refusal: { status: number; code: string }
let home: string
let server: Server

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tenderbook-demo-'))
  server = createServer((request, response) => {
    // Vendors are there; nothing else is.
    if (request.url?.startsWith('/api/register/vendor/') === true)
      return void response.end(JSON.stringify({ value: { confirmed: true, payTo: '' } }))
    const { status, code } =
      request.method === 'POST' ? refusal : { status: 404, code: 'no-procurement' }
    response.writeHead(status).end(JSON.stringify({ code, detail: 'No.' }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  server.close()
  await rm(home, { recursive: true, force: true })
})

/** Plays a purchase whose first act is refused; what it said, and the code that it ended with. */
async function play(isResumed: boolean): Promise<{ said: string; code: unknown }> {
  if (isResumed) {
    const current = { ocid: 'ocds-gr4n1t-resumed', isFinished: false, number: 1 }
    await writeState(join(home, 'demos', 'current.json'), current)
  }
  const receiptKey = toBase64Url(signingKey(new Uint8Array(32).fill(1)).pub)
  const pins = { origin: 'test.example/log', vkey: '', receiptKey }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const said: string[] = []
  const line = (text: string): void => void said.push(text)
  const code = await runDemo({ home, url, pins, line }).catch((error: unknown) =>
    error instanceof ClientError ? error.code : error,
  )
  return { said: said.join('\n'), code }
}

const tells = 'it came too late.'

test.each([
  ['too-late', 410],
  ['expired', 410],
  ['out-of-turn', 409],
  ['no-funds', 422],
])(
  'a resumed purchase that is refused as %s came too late, and its record is fetched as it is',
  async (code, status) => {
    refusal = { status, code }
    const played = await play(true)
    expect(played.said).toContain(tells)
    // The export of a procurement that this service does not have.
    expect(played.code).toBe('no-procurement')
  },
)

test.each([
  ['role-missing', 403],
  ['unknown-key', 401],
  ['separation', 403],
  ['invalid-statement', 400],
  ['nonce-used', 409],
])(
  'a resumed purchase that is refused as %s is an error that the person sees',
  async (code, status) => {
    refusal = { status, code }
    const played = await play(true)
    expect(played.code).toBe(code)
    expect(played.said).not.toContain(tells)
  },
)

test('a new purchase that comes too late is an error: nothing has held it up', async () => {
  refusal = { status: 410, code: 'too-late' }
  const played = await play(false)
  expect(played.code).toBe('too-late')
  expect(played.said).not.toContain(tells)
})
