import { Instant } from '../components/instant/instant.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { actPages } from '../acts/index.ts'
import { tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import type { Task, WhereRow, WorkView } from '../views/work.ts'
import type { PageContext } from './procurements.tsx'

/** A person's morning: what to do, by due date; then where every open purchase stands. */
export const WorkPage = ({ view, context }: { view: WorkView; context: PageContext }) => (
  <Layout title="Your work" section="work" {...context}>
    <h1>What you need to do</h1>
    {view.tasks.length === 0 ? (
      <p class="tb-lede">Nothing needs you today.</p>
    ) : (
      <ol class="tb-tasks">
        {view.tasks.map((task) => (
          <TaskLine key={task.key} task={task} />
        ))}
      </ol>
    )}
    <h2>Where is it?</h2>
    {view.files.length === 0 ? <p>No open purchases.</p> : <Where files={view.files} />}
  </Layout>
)

/** The page on which a task is done; where there is none yet, the purchase itself. */
export function taskHref({ t, ocid, key }: Pick<Task, 't' | 'ocid' | 'key'>): string {
  return Object.hasOwn(actPages, t)
    ? fill(paths.page.fileAct, { ocid, t }, { duty: key })
    : fill(paths.page.procurement, { ocid })
}

const TaskLine = ({ task }: { task: Task }) => (
  <li class={`tb-task${task.isOver ? ' tb-task--over' : ''}`}>
    <div>
      <a class="tb-task__link" href={taskHref(task)} aria-describedby={`when-${task.key}`}>
        {tame(task.label)}
      </a>
      <p class="tb-task__file">{tame(task.title)}</p>
      <p class="tb-second tb-small">{`${tame(task.otherwise)} (${task.cite})`}</p>
    </div>
    <div id={`when-${task.key}`} class="tb-task__when">
      {task.by === undefined ? 'No due date' : <Instant at={task.by} zone={task.zone} />}
      {task.isOver && <span class="usa-tag tb-tag--over">Over</span>}
    </div>
  </li>
)

const Where = ({ files }: { files: WhereRow[] }) => (
  <div
    class="usa-table-container--scrollable"
    tabIndex={0}
    role="region"
    aria-label="Open purchases"
  >
    <table class="usa-table usa-table--borderless tb-table">
      <caption class="usa-sr-only">Open purchases, nearest limit first</caption>
      <thead>
        <tr>
          <th scope="col">Purchase</th>
          <th scope="col">Stage</th>
          <th scope="col">Whose turn</th>
          <th scope="col">Legal limit</th>
          <th scope="col">What comes next</th>
        </tr>
      </thead>
      <tbody>
        {files.map((row) => (
          <tr key={row.ocid}>
            <th scope="row">
              <a href={fill(paths.page.procurement, { ocid: row.ocid })}>{tame(row.title)}</a>
            </th>
            <td>{row.stage}</td>
            <td>{row.isYours ? <span class="usa-tag tb-tag--you">You</span> : tame(row.turn)}</td>
            <td>{row.by === undefined ? 'None' : <Instant at={row.by} zone={row.zone} />}</td>
            <td>{tame(row.next)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
