import type { ComponentChildren } from 'preact'
import { duration, longDay, money, plainDay, tame, timeOfDay, utcInstant } from '../../format.ts'
import { capital, type Terms } from '../../terms.ts'
import type { BoxView } from '../../views/procurement.ts'
import { Instant } from '../instant/instant.tsx'

export interface StateBoxProps {
  box: BoxView
  zone: string
  /** The server's clock, real. */
  now: string
  terms: Terms
  /** What a deadline is called; absent: when bids are due. */
  label?: string
  /** What can be done until a deadline. */
  action?: ComponentChildren
}

/** What counts now: the deadline (the only gold on the page), or what became of it. */
export function StateBox(props: StateBoxProps) {
  const { box } = props
  switch (box.kind) {
    case 'deadline':
      return <DeadlineBox {...props} at={box.at} real={box.real} />
    case 'preparing':
      return (
        <Box kind="plain" label="In preparation" headline="Not published yet">
          <p>The request is being approved. Vendors can answer once it is published.</p>
        </Box>
      )
    case 'closed':
      return (
        <Box
          kind="plain"
          label="Bidding closed"
          headline={<Headline at={box.at} zone={props.zone} />}
        >
          <p>Nothing is published before the order.</p>
        </Box>
      )
    case 'ordered':
      return (
        <Box kind="done" label="Ordered" headline={money(box.amount)}>
          <p>
            Ordered <Instant at={box.at} zone={props.zone} form="day" />.
          </p>
        </Box>
      )
    case 'paid':
      return <PaidBox box={box} zone={props.zone} />
    case 'ended':
      return (
        <Box
          kind="plain"
          label={box.failed ? 'No award' : 'Ended'}
          headline={<Instant at={box.at} zone={props.zone} form="day" />}
        >
          <p>{tame(box.reason)}</p>
        </Box>
      )
  }
}

interface BoxProps {
  kind: 'deadline' | 'plain' | 'done'
  label: string
  headline: ComponentChildren
  children?: ComponentChildren
}

const Box = ({ kind, label, headline, children }: BoxProps) => (
  <section class={`tb-box tb-box--${kind}`} aria-label={label}>
    <p class="tb-box__label">{label}</p>
    <p class="tb-box__headline">{headline}</p>
    {children}
  </section>
)

/** The island `deadline` counts down by the server's clock and adds the reader's own zone. */
function DeadlineBox({
  at,
  real,
  zone,
  now,
  terms,
  label = `${capital(terms.bids)} due`,
  action,
}: StateBoxProps & { at: string; real: string }) {
  const leftMs = Date.parse(real) - Date.parse(now)
  return (
    <Box kind="deadline" label={label} headline={<Headline at={at} zone={zone} />}>
      <div data-island="deadline" data-due={real} data-legal={at} data-now={now}>
        <p class="tb-box__left" role="timer" aria-live="off">
          {leftMs > 0 ? `${duration(leftMs)} left` : 'The deadline has passed'}
        </p>
        <p>
          <span data-viewer-time="" hidden></span> The server’s clock decides.
        </p>
      </div>
      {action}
    </Box>
  )
}

/** Day and hour, each on a line of its own where there is not room for both. */
const Headline = ({ at, zone }: { at: string; zone: string }) => (
  <time dateTime={at} title={utcInstant(at)}>
    <span>{longDay(at, zone)}</span> <span>{timeOfDay(at, zone)}</span>
  </time>
)

function PaidBox({ box, zone }: { box: BoxView & { kind: 'paid' }; zone: string }) {
  const late = Math.round((Date.parse(box.on) - Date.parse(box.due)) / 86_400_000)
  const label = box.closedAt === undefined ? 'Paid' : 'Paid and closed'
  return (
    <Box kind="done" label={label} headline={money(box.amount)}>
      <p>
        Paid {plainDay(box.on)}
        {late > 0 && `, which was ${late} ${late === 1 ? 'day' : 'days'} late`}.
        {box.interest && ` The vendor got ${money(box.interest)} interest without asking.`}
        {box.closedAt !== undefined && (
          <>
            {' '}
            Closed <Instant at={box.closedAt} zone={zone} form="day" />.
          </>
        )}
      </p>
    </Box>
  )
}
