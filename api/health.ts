/** Alive: this process answers. Ready: the database and the signer answer too, and the log is open for writing. */
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import type { Signer } from '../signer/client.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'

export interface HealthDeps {
  readers: Readers
  signer: Signer
}

export function healthEndpoints({ readers, signer }: HealthDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.health.live,
      summary: 'Is the process alive',
      answers: { 200: { description: 'Yes', schema: z.object({ ok: z.literal(true) }) } },
      handle: () => json({ ok: true }, 200, { 'Cache-Control': 'no-store' }),
    }),
    endpoint({
      method: 'get',
      path: paths.health.ready,
      summary: 'Are the parts it needs there',
      answers: {
        200: {
          description: 'Yes',
          schema: z.object({ ok: z.boolean(), parts: z.record(z.string(), z.string()) }),
        },
        503: { description: 'No: `parts` says which' },
      },
      async handle() {
        const parts = {
          database: await state(() => readers.head()),
          log: await state(() => assertOpen(readers)),
          signer: await state(() => signer.identity()),
        }
        const ok = Object.values(parts).every((part) => part === 'ok')
        return json({ ok, parts }, ok ? 200 : 503, { 'Cache-Control': 'no-store' })
      },
    }),
  ]
}

/** Throws where the log is halted. */
async function assertOpen(readers: Readers): Promise<void> {
  const { halted } = await readers.head()
  if (halted !== null) throw new Error(halted)
}

/** Says only whether it answers: what went wrong is in the log, not on the wire. */
const state = (ask: () => Promise<unknown>): Promise<'ok' | 'down'> =>
  ask().then(
    () => 'ok',
    () => 'down',
  )
