/** Procurements over HTTP: the public projection to all, private parts through disclosure. */
import { z } from 'zod'
import { paths } from '../web/paths.ts'
import { json, type Answer } from './answer.ts'
import type { Disclosure, Reading } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { ocidForm, problemForm } from './forms.ts'
import { problem, type Problem } from './problems.ts'
import { searchForm, type Search } from './search.ts'
import type { Views } from './views.ts'

const params = z.object({ ocid: ocidForm })
const privateAnswers = { 401: problemForm, 403: problemForm, 404: problemForm }
const fresh = { 'Cache-Control': 'no-cache' }
const noStore = { 'Cache-Control': 'no-store' }

export interface ProcurementDeps {
  views: Views
  disclosure: Disclosure
  search: Search
}

export function procurementEndpoints({ views, disclosure, search }: ProcurementDeps): Endpoint[] {
  const list = [paths.api.procurements, paths.file.procurementsJson, paths.file.homeJson]
  return [
    ...list.map((path) =>
      endpoint({
        method: 'get',
        path,
        summary: 'Search procurements: words and filters as on the page',
        query: searchForm,
        answers: {
          200: { description: 'A page of the list; `next` is the cursor of the one after' },
          400: problemForm,
        },
        handle: async ({ query }) => json(await search.list(query), 200, fresh),
      }),
    ),
    endpoint({
      method: 'get',
      path: paths.file.procurementsCsv,
      summary: 'The same search, everything that it finds, for spreadsheets',
      query: searchForm,
      answers: {
        200: { description: 'A line a procurement, with a header', media: 'text/csv' },
        400: problemForm,
      },
      handle: ({ query }) => ({
        kind: 'download',
        status: 200,
        media: 'text/csv; charset=utf-8',
        name: 'procurements.csv',
        pieces: search.csv(query),
      }),
    }),
    endpoint({
      method: 'get',
      path: paths.api.procurement,
      summary: 'One procurement, as anyone may see it',
      params,
      answers: { 200: { description: 'The projection behind its page' }, 404: problemForm },
      handle: async ({ params: { ocid } }) => found(await views.procurement(ocid), ocid),
    }),
    endpoint({
      method: 'get',
      path: paths.api.procurementEntries,
      summary: 'Its open entries, in order, with their bytes',
      params,
      answers: {
        200: { description: 'Open entries only: sealed ones name no procurement' },
        404: problemForm,
      },
      handle: async ({ params: { ocid } }) => found(await views.steps(ocid), ocid),
    }),
    endpoint({
      method: 'get',
      path: paths.api.opened,
      summary: 'Opened bids: to the officer and auditors all, to a vendor its own',
      params,
      signedIn: true,
      answers: { 200: { description: 'What the opening brought to light' }, ...privateAnswers },
      handle: async ({ params: { ocid }, viewer }) =>
        read(await disclosure.opened(viewer, ocid), ocid),
    }),
    endpoint({
      method: 'get',
      path: paths.api.questions,
      summary: 'Questions, without their askers: to the officer',
      params,
      signedIn: true,
      answers: { 200: { description: 'What waits for an answer' }, ...privateAnswers },
      handle: async ({ params: { ocid }, viewer }) =>
        read(await disclosure.questions(viewer, ocid), ocid),
    }),
    endpoint({
      method: 'get',
      path: paths.api.openingWork,
      summary: 'What a key holder opens, once bidding has closed: its own shares',
      params,
      signedIn: true,
      answers: {
        200: { description: 'The close, and the commitments that count' },
        ...privateAnswers,
      },
      handle: async ({ params: { ocid }, viewer }) =>
        read(await disclosure.openingWork(viewer, ocid), ocid),
    }),
  ]
}

const missing = (ocid: string): Problem => problem('not-found', `There is no procurement ${ocid}.`)

const found = (value: unknown, ocid: string): Answer =>
  value === undefined ? missing(ocid) : json(value, 200, fresh)

function read(reading: Reading<unknown>, ocid: string): Answer {
  if (reading.kind === 'absent') return missing(ocid)
  if (reading.kind === 'withheld') return problem('not-disclosed', reading.why)
  return json(reading.value, 200, noStore)
}
