/** What a person has to do, over all procurements that run, and whose turn each of them is. */
import type { Readers } from '../db/readers.ts'
import { due, legalOf, type Duty, type FileState } from '../procurement/index.ts'
import { roleName } from '../web/sentences.ts'
import {
  stageOf,
  taskOf,
  titleOf,
  type Task,
  type WhereRow,
  type WorkView,
} from '../web/views/work.ts'
import type { Disclosure, Viewer } from './disclosure.ts'
import { isMine } from './due.ts'
import type { NameBook } from './names.ts'
import { instantOf } from './outcomes.ts'
import { problem, type Problem } from './problems.ts'

export interface WorkDeps {
  readers: Readers
  disclosure: Disclosure
  names: NameBook
  now: () => Date
}

export type Work = ReturnType<typeof createWork>

const filesMax = 200

export function createWork({ readers, disclosure, names, now }: WorkDeps) {
  return { load }

  async function load(viewer: Viewer): Promise<WorkView | Problem> {
    const { person } = viewer
    if (person === undefined) return problem('not-signed-in', 'Sign in to see your work.')
    const ocids = (await readers.runningProcurements()).slice(0, filesMax)
    const files = (
      await Promise.all(ocids.map((ocid) => disclosure.fileFor(viewer, ocid)))
    ).flatMap((file) => file ?? [])
    const real = instantOf(now())
    const looked = files.map((file) => lookAt(file, viewer, legalOf(file, real)))
    const people = looked.flatMap(({ next }) => next?.person ?? [])
    const book = await names.of([person, ...people])
    return {
      format: 'tenderbook-work/1',
      name: book.get(person) ?? person,
      tasks: looked.flatMap(({ tasks }) => tasks).sort(bySoonest),
      files: looked
        .map(({ file, next, isYours }) => whereRow(file, next, isYours, book))
        .sort(bySoonest),
    }
  }
}

interface Looked {
  file: FileState
  tasks: Task[]
  /** What comes next, of anybody. */
  next: Duty | undefined
  isYours: boolean
}

function lookAt(file: FileState, viewer: Viewer, legalNow: string): Looked {
  const { org } = file.open
  const duties = due(file).filter(({ from, clock }) => clock === 'real' || from <= legalNow)
  const mine = duties.filter((duty) => duty.role !== 'CK' && isMine({ ...duty, org }, viewer))
  const next = mine[0] ?? duties.find(({ role }) => role !== 'CK') ?? duties[0]
  const tasks = mine.map((duty) => taskOf(file.open, duty, legalNow))
  return { file, tasks, next, isYours: mine.length > 0 }
}

function whereRow(
  { open }: FileState,
  next: Duty | undefined,
  isYours: boolean,
  names: ReadonlyMap<string, string>,
): WhereRow {
  const turn =
    next === undefined
      ? 'Nobody'
      : next.person === undefined
        ? roleName(next.role)
        : (names.get(next.person) ?? next.person)
  return {
    ocid: open.ocid,
    title: titleOf(open),
    stage: stageOf(open),
    turn: isYours ? 'You' : turn,
    isYours,
    ...(next === undefined ? {} : { since: next.from }),
    ...(next?.by === undefined ? {} : { by: next.by }),
    next: next === undefined ? '' : taskOf(open, next, next.from).label,
    zone: open.zone,
  }
}

const bySoonest = (a: { by?: string }, b: { by?: string }): number =>
  (a.by ?? '9').localeCompare(b.by ?? '9')
