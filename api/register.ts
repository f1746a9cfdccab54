/** Rows of the register that earlier, open entries made: keys, people, agencies, vendors, warrants. All of it is public. */
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import type { PendingRow } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { nameForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'

const params = z.object({
  kind: z.enum(['key', 'person', 'org', 'vendor', 'warrant']),
  id: nameForm(128),
})

const pendingForm = z.object({
  hash: z.string(),
  t: z.string(),
  actor: z.string(),
  payload: z.unknown(),
})

export function registerEndpoints({ readers }: { readers: Readers }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.api.pending,
      summary: 'Acts of the register that wait for a second signature',
      answers: {
        200: { description: 'By statement hash', schema: z.object({ rows: z.array(pendingForm) }) },
      },
      handle: async () => json({ rows: await pendingActs(readers) }),
    }),
    endpoint({
      method: 'get',
      path: paths.api.register,
      summary: 'A row of the register, and the entries that made it',
      params,
      answers: {
        200: {
          description: 'The row as it stands now',
          schema: z.object({ key: z.string(), value: z.unknown(), entries: z.array(z.int()) }),
        },
        404: problemForm,
      },
      async handle({ params: { kind, id } }) {
        const key = `${kind}/${id}`
        const value = (await readers.register([key]))(key)
        if (value === undefined) return problem('not-found', `The register has no ${key}.`)
        return json({ key, value, entries: (await readers.registerChanges([key])).get(key) ?? [] })
      },
    }),
  ]
}

/** What waits for a second signature, as the register has it. */
export async function pendingActs(readers: Readers) {
  const rows = await readers.registerRows('pending/')
  return rows.flatMap(({ key, value }) => {
    // The register's rows have their type by their key.
    const { t, actor, statement, done } = value as unknown as PendingRow
    const hash = key.slice('pending/'.length)
    return done ? [] : [{ hash, t, actor, payload: statement.payload }]
  })
}
