/** Rows of the register that earlier, open entries made: keys, people, agencies, vendors, warrants. All of it is public. */
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { nameForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'

const params = z.object({
  kind: z.enum(['key', 'person', 'org', 'vendor', 'warrant']),
  id: nameForm(128),
})

export function registerEndpoints({ readers }: { readers: Readers }): Endpoint[] {
  return [
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
