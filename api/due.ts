/**
 * What is owed: by whom, until when, by which rule. Everyone may ask; officers of a file see its private duties too.
 *
 * Over all files it is reckoned group by group, and for those who did not sign in once at a time, however many ask.
 */
import type { Request } from 'express'
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import { due, realTimes, type Duty, type FileState, type Role } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import { json } from './answer.ts'
import { anyone, type Disclosure, type Viewer } from './disclosure.ts'
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

/** Files whose states are in memory at a time. */
const FILES = 50
/** Duties in an answer, the soonest. */
const DUTIES_MAX = 500

type Asked = z.infer<typeof query>
interface Owed {
  duties: DutyRow[]
  /** There are others: ask for one procurement. */
  more?: true
}

export function dueEndpoints({ readers, disclosure }: DueDeps): Endpoint[] {
  /** What is being reckoned for anyone, by what was asked. */
  const running = new Map<string, Promise<Owed>>()

  async function owedTo(viewer: Viewer, asked: Asked, request: Request): Promise<Owed> {
    const ocids = asked.ocid === undefined ? await readers.runningProcurements() : [asked.ocid]
    let duties: DutyRow[] = []
    let count = 0
    for (let first = 0; first < ocids.length; first += FILES) {
      const group = ocids.slice(first, first + FILES)
      const files = await Promise.all(group.map((ocid) => disclosure.fileFor(viewer, ocid)))
      const found = files
        .flatMap((file) => (file ? dutiesOrNone(file, asked.ocid === undefined, request) : []))
        .filter((duty) => asked.role === undefined || duty.role === asked.role)
        .filter((duty) => asked.mine === undefined || isMine(duty, viewer))
      count += found.length
      duties = [...duties, ...found].sort(bySoonest).slice(0, DUTIES_MAX)
    }
    return { duties, ...(count > duties.length && { more: true }) }
  }

  async function owedToAnyone(asked: Asked, request: Request): Promise<Owed> {
    const name = JSON.stringify([asked.ocid, asked.role, asked.mine])
    const known = running.get(name)
    if (known) return await known
    const owed = owedTo(anyone, asked, request).finally(() => running.delete(name))
    running.set(name, owed)
    return await owed
  }

  return [
    endpoint({
      method: 'get',
      path: paths.api.due,
      summary: 'What is owed, by procurement, role or person',
      query,
      answers: {
        200: {
          description:
            'Duties, soonest first, 500 at most; `fromReal`, `byReal` are on the real clock',
        },
        400: problemForm,
      },
      async handle({ query: asked, viewer, request }) {
        const owed =
          viewer.person === undefined
            ? await owedToAnyone(asked, request)
            : await owedTo(viewer, asked, request)
        return json(owed, 200, { 'Cache-Control': 'no-store' })
      },
    }),
  ]
}

const bySoonest = (a: DutyRow, b: DutyRow): number =>
  (a.byReal ?? '9').localeCompare(b.byReal ?? '9')

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
