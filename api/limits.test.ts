import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { paths } from '../web/paths.ts'
import { requestLimits } from './limits.ts'

let server: Server
let url: string

beforeEach(async () => {
  const app = express().use(requestLimits({ signIns: 1, arrivals: 2 }))
  app.use((_request: express.Request, response: express.Response) => response.sendStatus(204))
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // It listens at a port.
  const { port } = server.address() as AddressInfo
  url = `http://127.0.0.1:${port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const post = (path: string) => fetch(new URL(path, url), { method: 'POST' })

test('more arrivals than a minute takes are told when to come again, and other addresses go on', async () => {
  for (let sent = 0; sent < 2; sent++) expect((await post(paths.api.arrivals)).status).toBe(204)
  const answer = await post(paths.api.arrivals)
  expect(answer.status).toBe(429)
  expect(await answer.json()).toMatchObject({ code: 'too-many-requests' })
  const seconds = Number(answer.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  expect((await post(paths.api.statements)).status).toBe(204)
  expect((await post(paths.api.sessions)).status).toBe(204)
  expect((await post(paths.api.sessions)).status).toBe(429)
})

test('who comes too often is answered before the body is sent', async () => {
  for (let sent = 0; sent < 2; sent++) await post(paths.api.arrivals)
  const status = await new Promise((resolve, reject) => {
    const headers = { 'content-length': '16000', 'content-type': 'application/json' }
    const asked = request(new URL(paths.api.arrivals, url), { method: 'POST', headers }, (answer) =>
      resolve(answer.statusCode),
    )
    asked.on('error', reject).flushHeaders()
  })
  expect(status).toBe(429)
})
