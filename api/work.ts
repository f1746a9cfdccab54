/**
 * What a person has to do, over the procurements of its agency and those in which it takes part, and whose turn each of
 * them is. A registrar's tasks are the enrolments and vendors that wait.
 */
import type { Readers } from '../db/readers.ts'
import {
  due,
  EVERY_ORG,
  legalOf,
  type FileState,
  type OpenState,
  type OrgRow,
  type VendorRow,
} from '../procurement/index.ts'
import { readText } from '../web/reading.ts'
import {
  registerTask,
  taskOf,
  whereRow,
  type Standing,
  type Task,
  type Turn,
  type WhereRow,
  type WorkView,
} from '../web/views/work.ts'
import { isOfficerOf, type Disclosure, type Viewer } from './disclosure.ts'
import { isMine } from './due.ts'
import type { NameBook } from './names.ts'
import { instantOf } from './outcomes.ts'
import { problem, type Problem } from './problems.ts'
import { pendingActs } from './register.ts'

export interface WorkDeps {
  readers: Readers
  disclosure: Disclosure
  names: NameBook
  now: () => Date
}

export type Work = ReturnType<typeof createWork>

/** Files that are looked at: those whose clock owes something soonest. */
const filesMax = 200

export function createWork({ readers, disclosure, names, now }: WorkDeps) {
  return { load }

  async function load(viewer: Viewer, turn?: unknown): Promise<WorkView | Problem> {
    const { person } = viewer
    if (person === undefined) return problem('not-signed-in', 'Sign in to see your work.')
    const real = instantOf(now())
    const ocids = await readers.runningProcurements(orgsOf(viewer))
    const files = (await Promise.all(ocids.slice(0, filesMax).map((ocid) => fileOf(viewer, ocid))))
      .flatMap((file) => file ?? [])
      .filter(({ open }) => concerns(open, viewer))
    const looked = files.map((file) => lookAt(file, viewer, real))
    const desk = await registerTasks(viewer)
    const people = looked.flatMap(({ next }) => [next?.person ?? [], next?.vendor ?? []].flat())
    const book = await names.of([person, ...people, ...desk.flatMap(({ title }) => title)])
    const rows = looked.map((each) => whereRow(each, book)).sort(bySoonest)
    const chosen = turn === 'yours' || turn === 'others' ? turn : 'all'
    return {
      format: 'tenderbook-work/1',
      name: book.get(person) ?? person,
      now: real,
      zone: await zoneOf(viewer),
      tasks: [
        ...looked.flatMap(({ tasks }) => tasks),
        ...desk.map((task) => ({ ...task, title: book.get(task.title) ?? task.title })),
      ].sort(bySoonest),
      files: rows.filter((row) => isOfTurn(row, chosen)),
      turn: chosen,
      counts: countsOf(rows),
      more: Math.max(0, ocids.length - filesMax),
      isRequester: viewer.roles.some(({ role }) => role === 'RQ'),
    }
  }

  /** The file as this viewer's duties are reckoned from; an officer's with the questions, which are sealed. */
  async function fileOf(viewer: Viewer, ocid: string): Promise<FileState | undefined> {
    const file = await disclosure.fileFor(viewer, ocid)
    if (file?.open.stage !== 'open' || !isOfficerOf(viewer, file.open)) return file
    const reading = await disclosure.questions(viewer, ocid)
    if (reading.kind !== 'given') return file
    const questions = reading.value.questions.map(({ hash, text, asked }) => ({
      ...{ hash, text, legal: asked },
      // Who asked is nobody's business here, and no duty depends on it.
      ...{ vendor: '', person: '', index: 0 },
    }))
    return { ...file, sealed: { actedAs: {}, bids: [], proofs: {}, questions } }
  }

  async function registerTasks({ roles }: Viewer): Promise<Task[]> {
    if (!roles.some(({ role }) => role === 'RG')) return []
    const [pending, vendors] = await Promise.all([
      pendingActs(readers),
      readers.registerRows('vendor/'),
    ])
    return [
      ...pending.filter(({ t }) => t === 'key.enrol').map(enrolmentTask),
      // The register's rows have their type by their key.
      ...vendors.flatMap(({ value }) => vendorTask(value as unknown as VendorRow)),
    ]
  }

  async function zoneOf({ roles }: Viewer): Promise<string> {
    const org = roles.find((each) => each.org !== EVERY_ORG)?.org ?? (await readers.firstOrg())
    const row = await readers.register([`org/${org ?? ''}`])
    return (row(`org/${org ?? ''}`) as OrgRow | undefined)?.zone ?? 'UTC'
  }
}

/** Agencies whose files are looked at; undefined: of all, for those who work or sell everywhere. */
function orgsOf({ roles, vendor }: Viewer): string[] | undefined {
  const orgs = [...new Set(roles.map(({ org }) => org))]
  return vendor !== undefined || orgs.includes(EVERY_ORG) ? undefined : orgs
}

/** Of the viewer's agency, or one in which it takes part. */
function concerns(open: OpenState, { person, vendor, roles }: Viewer): boolean {
  const isOwn = roles.some(
    ({ role, org }) => role !== 'VE' && (org === open.org || org === EVERY_ORG),
  )
  const isVendor = Object.values(open.contracts).some((contract) => contract.vendor === vendor)
  return isOwn || isVendor || (person !== undefined && person in open.actedAs)
}

type Looked = Standing & { tasks: Task[] }

function lookAt(file: FileState, viewer: Viewer, real: string): Looked {
  const { open } = file
  const { org } = open
  const legalNow = legalOf(file, real)
  const duties = due(file).filter(({ from, clock }) => from <= (clock === 'real' ? real : legalNow))
  const mine = duties.filter((duty) => duty.role !== 'CK' && isMine({ ...duty, org }, viewer))
  const next = mine[0] ?? duties.find(({ role }) => role !== 'CK') ?? duties[0]
  const tasks = mine.map((duty) => taskOf(open, duty, legalNow))
  return { open, tasks, next, isYours: mine.length > 0, legalNow }
}

function enrolmentTask({ hash, payload }: { hash: string; payload: unknown }): Task {
  // The rules' schema has read the payload before it was kept.
  const said = payload as Parameters<typeof readText>[0]
  return registerTask({
    key: `key.enrol.cosign/${hash}`,
    t: 'key.enrol.cosign',
    label: 'Enrol a key',
    title: readText(said, 'person') ?? '',
    otherwise: 'Until then this device cannot sign.',
    zone: 'UTC',
    query: { of: hash },
  })
}

const vendorTask = ({ vendor, confirmed }: VendorRow): Task[] =>
  confirmed
    ? []
    : [
        registerTask({
          key: `vendor.confirm/${vendor}`,
          t: 'vendor.confirm',
          label: 'Confirm a vendor',
          title: vendor,
          otherwise: 'It may send offers already; it can win no order before.',
          zone: 'UTC',
          query: { vendor },
        }),
      ]

const isOfTurn = ({ isYours }: WhereRow, turn: Turn): boolean =>
  turn === 'all' || isYours === (turn === 'yours')

function countsOf(rows: WhereRow[]): Record<Turn, number> {
  const yours = rows.filter(({ isYours }) => isYours).length
  return { all: rows.length, yours, others: rows.length - yours }
}

const bySoonest = (a: { by?: string }, b: { by?: string }): number =>
  (a.by ?? '9').localeCompare(b.by ?? '9')
