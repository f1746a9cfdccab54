/** What a person is told on a bad day: what is wrong and what to do, in words, with no stack, and exit code 2. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signingKey, toBase64Url } from '../ledger/index.ts'
import { createHome, removeHome, tenderbook } from '../tests/processes.ts'
import { openDatabase } from './database.ts'
import { files, writeState } from './home.ts'

let home: string
/** A service that has nothing, and a process that is taken for its supervisor. */
const service = createServer((_request, response) => {
  const problem = { code: 'not-found', detail: 'There is no procurement nosuch.', next: 'Look.' }
  response.writeHead(404).end(JSON.stringify(problem))
})
const supervisor = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)', 'tenderbook'], {
  stdio: 'ignore',
})

beforeAll(async () => {
  home = await createHome()
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const others = { databaseUrl: '', temporalAddress: '', signerSocket: '', bankFolder: '' }
  await writeState(join(home, files.services), { pid: supervisor.pid, url, ...others })
  const receiptKey = toBase64Url(signingKey(new Uint8Array(32).fill(1)).pub)
  await writeState(join(home, files.pins), { origin: 'a.example/log', vkey: '', receiptKey })
  await writeFile(join(home, 'package.json'), JSON.stringify({ releases: [{ ocid: 'xx-1' }] }))
})

afterAll(async () => {
  service.close()
  supervisor.kill('SIGKILL')
  await removeHome(home)
})

test.each([
  ['an ocid that is not there', ['export', 'nosuch'], 'There is no procurement nosuch. Look.'],
  ['an ocid without its package', ['demo', '--ocid', 'x'], 'give the package, too, with --from'],
  [
    'a package that is not there',
    ['demo', '--from', '/no.json', '--ocid', 'x'],
    '/no.json cannot be read: there is no such file or folder.',
  ],
  [
    'a file that is not there',
    ['audit', '/no.json'],
    '/no.json cannot be read: there is no such file or folder.',
  ],
  ['a folder for a file', ['verify', '/'], '/ cannot be read: it is a folder.'],
  [
    'a proof that is none',
    ['verify', 'package.json', '--proof', 'package.json'],
    'package.json is no .tlog-proof: ',
  ],
  [
    'a receipt key that is none',
    ['verify', 'package.json', '--receipt-key', '?'],
    'The receipt key is no Ed25519 key in base64url: ',
  ],
])('%s', async (_name, args, message) => {
  const { code, said } = await tenderbook(home, ...args)
  expect(said).toContain(message)
  expect(said).not.toMatch(/^ {4}at /m)
  expect(code).toBe(2)
})

test('a process that the package does not have: it names some that it has', async () => {
  const path = join(home, 'package.json')
  const { code, said } = await tenderbook(home, 'demo', '--from', path, '--ocid', 'xx-2')
  expect(said).toBe('The package has no process xx-2. It has, among others: xx-1.')
  expect(code).toBe(2)
})

test('another home than that of the services: it names the folder that was looked in', async () => {
  const other = join(home, 'elsewhere')
  const { code, said } = await tenderbook(other, 'replay', 'x')
  expect(said).toBe(`Tenderbook does not run in ${other}. Start it with \`npm start\`.`)
  expect(code).toBe(2)
  expect((await tenderbook(other, 'audit')).said).toContain(`No log is pinned in ${other}.`)
})

test('a database that is down is named by place, never by password', async () => {
  const opened = openDatabase('postgres://someone:secret@127.0.0.1:1/books', {})
  await expect(opened).rejects.toThrow(
    /^The database books at 127\.0\.0\.1:1 cannot be used: (?!.*secret).*DATABASE_URL/,
  )
  await expect(openDatabase('books', {})).rejects.toThrow('is no address of a PostgreSQL database')
})
