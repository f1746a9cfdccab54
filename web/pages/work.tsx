import { Instant } from '../components/instant/instant.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { actPages } from '../acts/index.ts'
import { counted, longDay, number, shortDay, tame, zoneName } from '../format.ts'
import { fill, paths } from '../paths.ts'
import type { Task, Turn, WhereRow, WorkView } from '../views/work.ts'
import type { PageContext } from './procurements.tsx'

/** A person's morning: what to do, by due date; then where every open purchase stands. A requester asks that first. */
export const WorkPage = ({ view, context }: { view: WorkView; context: PageContext }) => (
  <Layout title="Your work" section="work" {...context}>
    {view.isRequester ? (
      <>
        <Where view={view} Heading="h1" />
        <Tasks view={view} Heading="h2" />
      </>
    ) : (
      <>
        <Tasks view={view} Heading="h1" />
        <Where view={view} Heading="h2" />
      </>
    )}
  </Layout>
)

interface PartProps {
  view: WorkView
  Heading: 'h1' | 'h2'
}

/** The page on which a task is done; where there is none yet, the purchase itself. */
export function taskHref({ t, ocid, query }: Pick<Task, 't' | 'ocid' | 'query'>): string {
  if (ocid === undefined) return fill(paths.page.act, { t }, query)
  return Object.hasOwn(actPages, t)
    ? fill(paths.page.fileAct, { ocid, t }, query)
    : fill(paths.page.procurement, { ocid })
}

const Today = ({ view: { now, zone } }: { view: WorkView }) => (
  <p class="tb-second">{`${longDay(now, zone)}. Times are ${zoneName(zone)}.`}</p>
)

function Tasks({ view, Heading }: PartProps) {
  return (
    <section>
      <Heading>What you need to do</Heading>
      {Heading === 'h1' && <Today view={view} />}
      {view.tasks.length === 0 ? (
        <p class="tb-lede">Nothing needs you today.</p>
      ) : (
        <ol class="tb-todo">
          {view.tasks.map((task) => (
            <TaskLine key={`${task.ocid ?? ''}${task.key}`} task={task} />
          ))}
        </ol>
      )}
    </section>
  )
}

const TaskLine = ({ task }: { task: Task }) => (
  <li class={`tb-todo__task${task.due.isSoon ? ' tb-todo__task--soon' : ''}`}>
    <div class="tb-todo__when">
      {task.due.isOver ? (
        <span class="usa-tag tb-tag--over">{task.due.text}</span>
      ) : (
        <strong>{task.due.text}</strong>
      )}{' '}
      {task.by !== undefined && (
        <span class="tb-second tb-small">
          <Instant at={task.by} zone={task.zone} form="short" />
        </span>
      )}
    </div>
    <div>
      <a class="tb-todo__link" href={taskHref(task)}>
        {tame(task.label)}
        <span class="usa-sr-only">{`: ${tame(task.title)}`}</span>
      </a>
      <p>{tame(task.title)}</p>
      <p class="tb-second tb-small">{whyOf(task)}</p>
    </div>
  </li>
)

/** Since when it waits, what waiting costs, and by which rule. */
function whyOf({ since, by, otherwise, cite, zone }: Task): string {
  const parts = [
    ...(since === undefined ? [] : [`Waiting since ${shortDay(since, zone)}.`]),
    tame(otherwise),
    ...(by === undefined && cite !== undefined ? ['No legal limit.'] : []),
    ...(cite === undefined ? [] : [cite]),
  ]
  return parts.join(' ')
}

const turns: readonly { turn: Turn; label: string }[] = [
  { turn: 'all', label: 'All' },
  { turn: 'yours', label: 'Your turn' },
  { turn: 'others', label: 'Others’ turn' },
]

function Where({ view, Heading }: PartProps) {
  return (
    <section>
      <Heading>Where is it?</Heading>
      {Heading === 'h1' && <Today view={view} />}
      {view.isRequester && (
        <p class="tb-actions">
          <a class="usa-button" href={fill(paths.page.act, { t: 'requisition.submit' })}>
            New purchase
          </a>
        </p>
      )}
      {view.counts.all === 0 ? (
        <p>No open purchases.</p>
      ) : (
        <>
          <Turns view={view} />
          <Table files={view.files} />
          {view.more > 0 && (
            <p class="tb-second">
              {`${number(view.more)} more run, with later limits. `}
              <a href={paths.page.procurements}>Search all</a>
            </p>
          )}
        </>
      )}
    </section>
  )
}

const Turns = ({ view }: { view: WorkView }) => (
  <nav class="tb-turns" aria-label="Whose turn">
    <ul>
      {turns.map(({ turn, label }) => (
        <li key={turn}>
          <a
            href={fill(paths.page.work, {}, turn === 'all' ? {} : { turn })}
            aria-current={turn === view.turn ? 'true' : undefined}
          >
            {`${label} ${number(view.counts[turn])}`}
          </a>
        </li>
      ))}
    </ul>
    <p class="tb-second tb-small">Nearest legal limit first.</p>
  </nav>
)

const Table = ({ files }: { files: WhereRow[] }) => (
  <table class="usa-table usa-table--borderless tb-table tb-where">
    <caption class="usa-sr-only">Open purchases, nearest limit first</caption>
    <thead>
      <tr>
        <th scope="col">Purchase</th>
        <th scope="col">Stage</th>
        <th scope="col">Whose turn</th>
        <th scope="col" class="tb-number">
          Waiting
        </th>
        <th scope="col">Legal limit</th>
        <th scope="col">What comes next</th>
      </tr>
    </thead>
    <tbody>
      {files.map((row) => (
        <Row key={row.ocid} row={row} />
      ))}
    </tbody>
  </table>
)

const Row = ({ row }: { row: WhereRow }) => (
  <tr>
    <th scope="row">
      <a href={fill(paths.page.procurement, { ocid: row.ocid })}>{tame(row.title)}</a>{' '}
      <span class="tb-second tb-small tb-where__number">{row.ocid}</span>
    </th>
    <td class="tb-where__stage">{row.stage}</td>
    <td>
      {row.isYours ? <span class="usa-tag tb-tag--you">You</span> : tame(row.turn)}
      {row.part !== undefined && !row.isYours && (
        <span class="tb-second tb-small"> {row.part}</span>
      )}
    </td>
    <td class="tb-number">{row.waited === undefined ? '–' : counted(row.waited, 'day')}</td>
    <td data-label="Legal limit">
      <Limit row={row} />
    </td>
    <td data-label="Then">{tame(row.next)}</td>
  </tr>
)

function Limit({ row: { by, due, cite, zone } }: { row: WhereRow }) {
  if (by === undefined) return <>None</>
  return (
    <>
      {due?.isOver === true && <span class="usa-tag tb-tag--over">{due.text}</span>}{' '}
      <Instant at={by} zone={zone} form="due" />
      {cite !== undefined && <span class="tb-second tb-small tb-where__cite">{cite}</span>}
    </>
  )
}
