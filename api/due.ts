/** What is owed: by whom, until when, by which rule. Everyone may ask; officers of a file see its private duties too. */
import type { Request } from 'express'
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import { due, realTimes, type Duty, type FileState, type Role } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import type { Disclosure, Viewer } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { ocidForm, problemForm, textForm } from './forms.ts'

const query = z.strictObject({
  ocid: ocidForm.optional(),
  role: textForm(8).optional(),
  mine: z.enum(['1', 'true']).optional(),
})

export interface DueDeps {
  readers: Readers
  disclosure: Disclosure
}

export function dueEndpoints({ readers, disclosure }: DueDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.api.due,
      summary: 'What is owed, by procurement, role or person',
      query,
      answers: {
        200: { description: 'Duties, soonest first; `fromReal`, `byReal` are on the real clock' },
        400: problemForm,
      },
      async handle({ query: asked, viewer, request }) {
        const ocids = asked.ocid === undefined ? await readers.runningProcurements() : [asked.ocid]
        const files = await Promise.all(ocids.map((ocid) => disclosure.fileFor(viewer, ocid)))
        const duties = files
          .flatMap((file) => (file ? dutiesOrNone(file, asked.ocid === undefined, request) : []))
          .filter((duty) => asked.role === undefined || duty.role === asked.role)
          .filter((duty) => asked.mine === undefined || isMine(duty, viewer))
          .sort((a, b) => (a.byReal ?? '9').localeCompare(b.byReal ?? '9'))
        return json({ duties }, 200, { 'Cache-Control': 'no-store' })
      },
    }),
  ]
}

type DutyRow = Duty & { ocid: string; org: string; fromReal: string; byReal?: string }

/** Where many files are asked for, one whose duties cannot be reckoned does not take the others along. */
function dutiesOrNone(file: FileState, isOneOfMany: boolean, { log }: Request): DutyRow[] {
  try {
    return dutiesOf(file)
  } catch (error) {
    if (!isOneOfMany) throw error
    log.error({ err: error, ocid: file.open.ocid }, 'its duties cannot be reckoned')
    return []
  }
}

function dutiesOf(file: FileState): DutyRow[] {
  const { ocid, org } = file.open
  return due(file).map((duty) => {
    const { from, by } = realTimes(file, duty)
    return { ...duty, ocid, org, fromReal: from, ...(by === undefined ? {} : { byReal: by }) }
  })
}

/** Named for this person, or for a role that it holds in the agency. */
export function isMine(duty: Duty & { org: string }, viewer: Viewer): boolean {
  if (duty.vendor !== undefined && duty.role === 'VE') return duty.vendor === viewer.vendor
  if (duty.person !== undefined) return duty.person === viewer.person
  return viewer.roles.some(
    ({ role, org }) => role === (duty.role satisfies Role) && (org === duty.org || org === '*'),
  )
}
