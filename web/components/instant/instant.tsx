import {
  dueInstant,
  longDay,
  longInstant,
  monthDay,
  recordInstant,
  rowInstant,
  shortDay,
  utcInstant,
} from '../../format.ts'

const forms = {
  long: longInstant,
  due: dueInstant,
  record: recordInstant,
  row: rowInstant,
  day: longDay,
  short: shortDay,
  month: monthDay,
}

export interface InstantProps {
  at: string
  zone: string
  /** `long` with hour and zone, `due` the same without the year, `record` with seconds, `row` without the zone, `day`, `short` without the year, `month` without weekday. */
  form?: keyof typeof forms
}

/** A time as the agency reads it; the exact instant in `datetime`, UTC on hover. */
export const Instant = ({ at, zone, form = 'long' }: InstantProps) => (
  <time class="tb-instant" dateTime={at} title={utcInstant(at)}>
    {forms[form](at, zone)}
  </time>
)
