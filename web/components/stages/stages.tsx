import type { StageView } from '../../views/procurement.ts'
import { Instant } from '../instant/instant.tsx'

const status = { done: 'completed', current: 'current', coming: 'not completed' }

/** The way of a purchase from request to end, with actual dates, and who acts where it has not come yet. */
export const Stages = ({ stages, zone }: { stages: StageView[]; zone: string }) => (
  <div role="group" aria-label="Stages of this purchase">
    <ol class="tb-stages">
      {stages.map((stage) => (
        <li
          key={stage.id}
          class={`tb-stages__stage tb-stages__stage--${stage.state}`}
          aria-current={stage.state === 'current' ? 'step' : undefined}
        >
          <span class="tb-stages__label">
            {stage.label} <span class="usa-sr-only">{status[stage.state]}</span>
          </span>
          <span class="tb-stages__when">
            <When stage={stage} zone={zone} />
          </span>
        </li>
      ))}
    </ol>
  </div>
)

function When({ stage, zone }: { stage: StageView; zone: string }) {
  const { from, to, note, who } = stage
  return (
    <>
      {from !== undefined && to === undefined && (
        <span>
          {stage.state === 'current' && 'since '}
          <Instant at={from} zone={zone} form="short" />
        </span>
      )}
      {from !== undefined && to !== undefined && (
        <span>
          <Instant at={from} zone={zone} form="month" /> to{' '}
          <Instant at={to} zone={zone} form="month" />
        </span>
      )}
      {note !== undefined && <span>{note}</span>}
      {who !== undefined && <span>{who}</span>}
    </>
  )
}
