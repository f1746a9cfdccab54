import { daysAndHours, money, tame } from '../../format.ts'
import { fill, paths } from '../../paths.ts'
import { stageLabels, type ProcurementRow } from '../../views/procurements.ts'
import { Instant } from '../instant/instant.tsx'

export interface ResultsProps {
  rows: readonly ProcurementRow[]
  /** The server's clock, real. */
  now: string
}

const SOON_MS = 2 * 86_400_000

/** Procurements, a block each: what it is; beside it the deadline and what is left, or what became of it. */
export const Results = ({ rows, now }: ResultsProps) => (
  <ol class="tb-results">
    {rows.map((row) => (
      <Result key={row.ocid} row={row} now={now} />
    ))}
  </ol>
)

function Result({ row, now }: { row: ProcurementRow; now: string }) {
  const { ocid, org, code, deadline, stage } = row
  const leftMs = deadline ? Date.parse(deadline.real) - Date.parse(now) : -1
  const isOpen = stage === 'open' && leftMs > 0
  return (
    <li class="tb-results__item">
      <div>
        <h3 class="tb-results__title">
          <a href={fill(paths.page.procurement, { ocid })}>{tame(row.title)}</a>
        </h3>
        <p class="tb-results__summary">{tame(row.summary)}</p>
        <p class="tb-results__line">
          {[ocid, tame(org.name), ...(code === undefined ? [] : [tame(code)])].join(' · ')}
        </p>
      </div>
      <div
        class={`tb-results__state${isOpen && leftMs < SOON_MS ? ' tb-results__state--soon' : ''}`}
      >
        {isOpen && deadline ? (
          <p>
            <Due deadline={deadline} zone={row.zone} now={now} />{' '}
            <span class="tb-results__left">{daysAndHours(leftMs)} left</span>
          </p>
        ) : (
          <p>{stage === 'open' ? stageLabels.closed : stageLabels[stage]}</p>
        )}
        {row.value && <p>{money(row.value)}</p>}
        {row.notice !== undefined && <p class="tb-second">{row.notice}</p>}
      </div>
    </li>
  )
}

interface DueProps {
  deadline: NonNullable<ProcurementRow['deadline']>
  zone: string
  now: string
}

/** The deadline as the agency reads it; with the year where it is another, or the days pass by a training clock. */
function Due({ deadline: { legal, real }, zone, now }: DueProps) {
  const isThisYear = legal === real && legal.slice(0, 4) === now.slice(0, 4)
  return (
    <strong>
      <Instant at={legal} zone={zone} form={isThisYear ? 'due' : 'long'} />
      {legal !== real && <span class="tb-second"> (training clock)</span>}
    </strong>
  )
}
