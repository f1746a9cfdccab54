/**
 * What the page of an act is made from: the file's public state, the duty that it does, who signs, and what this viewer
 * may read besides. Deny is the default: without the act's role in the agency there is no page.
 */
import { randomBytes } from 'node:crypto'
import type { Readers } from '../db/readers.ts'
import {
  due,
  EVERY_ORG,
  findAct,
  legalOf,
  realOf,
  type Duty,
  type LogRow,
  type OpenState,
  type OrgRow,
} from '../procurement/index.ts'
import { actPages } from '../web/acts/index.ts'
import type { ActPage, ActView } from '../web/acts/page.ts'
import type { Names } from '../web/views/entry.ts'
import { createDesk, type DeskRequest } from './desk.ts'
import type { Disclosure, Viewer } from './disclosure.ts'
import type { NameBook } from './names.ts'
import { instantOf } from './outcomes.ts'
import { problem, type Problem } from './problems.ts'
import { idsIn, peopleOf } from './views.ts'
import { paths, fill } from '../web/paths.ts'

export interface ActsDeps {
  readers: Readers
  disclosure: Disclosure
  names: NameBook
  config: { isDevelopment?: boolean }
  now: () => Date
}

export interface ActRequest {
  t: string
  ocid?: string
  query: Record<string, string>
}

export type Acts = ReturnType<typeof createActs>

export interface LoadedAct {
  page: ActPage
  view: ActView
}

export function createActs({ readers, disclosure, names, config, now }: ActsDeps) {
  const desk = createDesk({ readers })
  return { load }

  async function load(
    viewer: Viewer,
    { t, ocid, query }: ActRequest,
  ): Promise<LoadedAct | Problem> {
    const page = Object.hasOwn(actPages, t) ? actPages[t] : undefined
    if (!page) return problem('not-found', 'There is no page for this step.')
    if (viewer.person === undefined || viewer.kid === undefined)
      return problem('not-signed-in', 'This step is signed, so sign in first.')
    const file = ocid === undefined ? undefined : await readers.openFile(ocid)
    if (ocid !== undefined && !file) return problem('not-found', 'There is no such procurement.')
    const who = { ...viewer, person: viewer.person, kid: viewer.kid }
    const org = file?.org ?? ownOrg(page.role, who) ?? (await readers.firstOrg())
    const no = refuse(page, who, file)
    return no ?? { page, view: await viewOf(page, who, { t, open: file, org, query }) }
  }

  type Who = Viewer & { person: string; kid: string }

  /** Why this person has no such page: another role, or not in turn. */
  function refuse(page: ActPage, who: Who, file: OpenState | undefined): Problem | undefined {
    if (!holdsRole(page.role, who, file))
      return problem('not-disclosed', 'This step is signed in a role that you do not have here.')
    const act = findAct(page.t)
    const stages = act !== undefined && 'stages' in act ? act.stages : undefined
    const isSeen = file !== undefined && page.stages?.includes(file.stage) === true
    const isInTurn = file === undefined || isSeen || (stages?.includes(file.stage) ?? true)
    return isInTurn
      ? undefined
      : problem('not-in-turn', `This step cannot be done now: the purchase is ${file.stage}.`)
  }

  async function viewOf(
    page: ActPage,
    who: Who,
    at: {
      t: string
      open: OpenState | undefined
      org: string | undefined
      query: Record<string, string>
    },
  ): Promise<ActView> {
    const { t, open: file, org, query } = at
    const real = instantOf(now())
    const actViewer = {
      person: who.person,
      kid: who.kid,
      ...(who.vendor === undefined ? {} : { vendor: who.vendor }),
    }
    const row = await readers.register([
      'log',
      ...(org === undefined ? [] : [`org/${org}`]),
      ...(page.rows?.(file, { ...actViewer, name: '' }, query) ?? []),
    ])
    const more = { ...(await readings(page, who, file)), ...(await deskFor(page, { org, query })) }
    const book = await names.of([
      who.person,
      ...(who.vendor === undefined ? [] : [who.vendor]),
      ...(file ? peopleOf(file) : []),
      ...(page.names?.(query) ?? []),
      ...idsIn(more),
    ])
    const duties = file ? await dutiesOf(who, file) : []
    // Rows of the register have their type by their key.
    const agency = row(`org/${org ?? ''}`) as OrgRow | undefined
    const zone = file?.zone ?? agency?.zone ?? 'UTC'
    const { of } = query
    return {
      t,
      viewer: { ...actViewer, name: book.get(who.person) ?? who.person },
      ...(file === undefined ? {} : { file }),
      ...(org === undefined ? {} : { org }),
      zone,
      now: real,
      legalNow: file ? legalOf({ open: file }, real) : real,
      names: book,
      ...dutyFor(duties, t, who, query),
      duties,
      ...(of === undefined ? {} : { of }),
      query,
      row,
      more,
      mayTrain: config.isDevelopment === true && agency?.live === false,
      setting: {
        t,
        // What a person does about itself is signed in any role of its own; a new one has none yet.
        role: page.role === 'own' ? (who.roles[0]?.role ?? 'VE') : page.role,
        actor: who.person,
        kid: who.kid,
        ...placeOf(file, page, row('log') as LogRow | undefined),
        next: nextOf(file),
        zone,
        ...(file?.method === undefined ? {} : { method: file.method }),
        names: namesFor(book),
      },
      realOf: (legal) => (file ? realOf({ open: file }, legal) : legal),
    }
  }

  /** What lies on the agency's desk, where the page asks for it. */
  async function deskFor(page: ActPage, request: DeskRequest): Promise<Record<string, unknown>> {
    const names = page.reads ?? []
    const read = await Promise.all(
      names.map(async (name) => [name, await desk.read(name, request)] as const),
    )
    return Object.fromEntries(read.filter(([, value]) => value !== undefined))
  }

  async function dutiesOf(who: Who, file: OpenState): Promise<Duty[]> {
    const whole = await disclosure.fileFor(who, file.ocid)
    return whole ? due(whole) : []
  }

  /** What a page asks for beyond the public state, as far as disclosure gives it. */
  async function readings(page: ActPage, who: Who, file: OpenState | undefined) {
    const given: Record<string, unknown> = {}
    if (!file) return given
    for (const name of page.reads ?? []) {
      const reading =
        name === 'opened'
          ? await disclosure.opened(who, file.ocid)
          : name === 'questions'
            ? await disclosure.questions(who, file.ocid)
            : name === 'own-bids'
              ? await disclosure.ownBids(who, file.ocid)
              : name === 'opening-work'
                ? await disclosure.openingWork(who, file.ocid)
                : undefined
      if (reading?.kind === 'given') given[name] = reading.value
    }
    return given
  }
}

/** The agency in which a person holds the role of an act that belongs to no file yet. */
function ownOrg(role: ActPage['role'], { roles }: Viewer): string | undefined {
  const held = roles.find((each) => each.role === role && each.org !== EVERY_ORG)
  return held?.org
}

function holdsRole(role: ActPage['role'], who: Viewer, file: OpenState | undefined): boolean {
  if (role === 'own') return true
  if (role === 'VE') return who.vendor !== undefined
  const assigned = file?.handed.includes(role) === true ? file.assigned[role] : undefined
  if (assigned !== undefined && assigned !== who.person) return false
  return who.roles.some(
    (each) =>
      each.role === role && (file === undefined || each.org === file.org || each.org === EVERY_ORG),
  )
}

function dutyFor(
  duties: Duty[],
  t: string,
  who: Viewer,
  { duty: key }: Record<string, string>,
): { duty?: Duty } {
  const mine = duties.filter(
    (each) =>
      each.type === t &&
      (each.person === undefined || each.person === who.person) &&
      (each.vendor === undefined || each.vendor === who.vendor),
  )
  const duty = mine.find((each) => each.key === key) ?? mine[0]
  return duty ? { duty } : {}
}

/** What the statement cites of its file; a file that it opens gets its number here. */
function placeOf(file: OpenState | undefined, page: ActPage, log: LogRow | undefined) {
  if (file) {
    const head = file.solicitation?.head
    return {
      place: { tender: file.ocid, phase: file.stage, ...(head && { tenderHead: head }) },
    }
  }
  const act = findAct(page.t)
  if (act === undefined || !('opens' in act) || !log) return {}
  return { place: { tender: `${log.ocidPrefix}-${randomBytes(6).toString('hex')}` } }
}

const nextOf = (file: OpenState | undefined): string =>
  file ? fill(paths.page.procurement, { ocid: file.ocid }) : paths.page.work

const namesFor = (names: Names): Record<string, string> => Object.fromEntries(names)
