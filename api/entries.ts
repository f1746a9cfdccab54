/** The record over HTTP: rows and single entries, each with its bytes and its proof. */
import { z } from 'zod'
import { paths } from '../web/paths.ts'
import type { EntriesQuery } from '../web/views/entries.ts'
import { json } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { indexForm, limitForm, ocidForm, problemForm, textForm } from './forms.ts'
import { problem } from './problems.ts'
import type { Views } from './views.ts'

const blank = z.literal('').transform(() => undefined)

/** Filters of the record; an empty field of the form is no filter. */
export const entriesQuery = z.object({
  from: z.union([blank, indexForm]).optional(),
  limit: limitForm.optional(),
  tender: z.union([blank, ocidForm]).optional(),
  type: z.union([blank, textForm(64)]).optional(),
  actor: z.union([blank, textForm(128)]).optional(),
})

/** Without the members that are undefined. */
export function definedFilters(query: z.output<typeof entriesQuery>): EntriesQuery {
  const { from, limit, tender, type, actor } = query
  return {
    ...(from === undefined ? {} : { from }),
    ...(limit === undefined ? {} : { limit }),
    ...(tender === undefined ? {} : { tender }),
    ...(type === undefined ? {} : { type }),
    ...(actor === undefined ? {} : { actor }),
  }
}

export function entryEndpoints({ views }: { views: Views }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.api.entries,
      summary: 'Rows of the record, filtered; sealed rows answer no filter',
      query: entriesQuery,
      answers: {
        200: { description: 'A page; `later` is where the next one begins' },
        400: problemForm,
      },
      handle: async ({ query }) => json(await views.entries(definedFilters(query))),
    }),
    endpoint({
      method: 'get',
      path: paths.api.entry,
      summary: 'One entry: bytes, statement, proof',
      params: z.object({ index: indexForm }),
      answers: { 200: { description: 'The projection behind its page' }, 404: problemForm },
      async handle({ params: { index } }) {
        const view = await views.entry(index)
        return view ? json(view) : problem('not-found', `There is no entry ${index} yet.`)
      },
    }),
  ]
}
