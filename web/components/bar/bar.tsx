import { duration } from '../../format.ts'
import { Instant } from '../instant/instant.tsx'

export interface BarProps {
  /** What is not done yet. */
  title: string
  note?: string | undefined
  /** What the deadline does, as "quotations close". */
  label: string
  /** Legal and real. */
  deadline: { at: string; real: string }
  zone: string
  /** The server's clock, real. */
  now: string
}

/** The black bar above the header: it stands until the act is recorded. The island `deadline` counts down in it. */
export function Bar({ title, note, label, deadline: { at, real }, zone, now }: BarProps) {
  const leftMs = Date.parse(real) - Date.parse(now)
  return (
    <aside class="tb-bar" aria-label={title}>
      <p class="tb-bar__title">
        <strong>{title}</strong>
        {note !== undefined && ` ${note}`}
      </p>
      <p data-island="deadline" data-due={real} data-legal={at} data-now={now}>
        {`${label.charAt(0).toUpperCase()}${label.slice(1)} `}
        <Instant at={at} zone={zone} />.{' '}
        <span class="tb-bar__left" role="timer" aria-live="off">
          {leftMs > 0 ? `${duration(leftMs)} left` : 'The deadline has passed'}
        </span>{' '}
        by the server’s clock
      </p>
    </aside>
  )
}
