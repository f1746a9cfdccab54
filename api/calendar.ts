/**
 * The deadline of a procurement as a calendar file (RFC 5545), on the real clock and in the agency's zone. Its UID stays
 * the same whatever is amended, and its sequence grows, so that a calendar moves the entry that it has.
 */
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import { type OpenState, realOf } from '../procurement/index.ts'
import { longInstant, tame } from '../web/format.ts'
import { fill, paths } from '../web/paths.ts'
import { capital, termsOf } from '../web/terms.ts'
import type { Answer } from './answer.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { ocidForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'

export interface CalendarDeps {
  readers: Readers
  config: { origin: string; publicUrl: string }
}

export function calendarEndpoints({ readers, config }: CalendarDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.file.deadline,
      summary: 'The end of bidding as a calendar file',
      params: z.object({ ocid: ocidForm }),
      answers: {
        200: { description: 'One event, whose UID never changes', media: 'text/calendar' },
        404: problemForm,
      },
      handle: async ({ params: { ocid } }) => {
        const file = await readers.openFile(ocid)
        const calendar = file && deadlineCalendar(file, config)
        return calendar === undefined
          ? problem('not-found', `${ocid} has no deadline.`)
          : calendarFile(ocid, calendar)
      },
    }),
  ]
}

const calendarFile = (ocid: string, body: string): Answer => ({
  kind: 'text',
  status: 200,
  body,
  media: 'text/calendar; charset=utf-8',
  headers: {
    'Cache-Control': 'no-cache',
    // An ocid is letters, digits, dots and hyphens.
    'Content-Disposition': `attachment; filename="${ocid}.ics"`,
  },
})

/** The file's end of bidding as text of a calendar; undefined before it is published. */
export function deadlineCalendar(
  file: OpenState,
  { origin, publicUrl }: CalendarDeps['config'],
): string | undefined {
  const { solicitation, ocid, method } = file
  if (solicitation === undefined) return undefined
  const { terms, amendments, publishedLegal } = solicitation
  const real = (legal: string) => Temporal.Instant.from(realOf({ open: file }, legal))
  const start = real(terms.bidsUntil).toZonedDateTimeISO(file.zone)
  const page = publicUrl + fill(paths.page.procurement, { ocid })
  const calendar = ical({
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: 'Tenderbook', product: 'deadlines', language: 'EN' },
    // The event names the zone, so that its stamp stays in UTC; here stands only what the zone is.
    timezone: { name: null, generator: () => zoneComponent(start) },
  })
  calendar.createEvent({
    id: `deadline/${ocid}@${origin}`,
    sequence: amendments.length,
    stamp: real(amendments.at(-1)?.legal ?? publishedLegal),
    start,
    timezone: file.zone,
    summary: `${capital(termsOf(method).bids)} due: ${tame(terms.title)}`,
    description: `Due ${longInstant(terms.bidsUntil, file.zone)}. The server’s clock decides. ${page}`,
    url: page,
    status: isOff(file) ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
  })
  return calendar.toString()
}

/** Nothing is due any more: it was ended, or found no award. */
const isOff = ({ stage }: OpenState): boolean => stage === 'ended' || stage === 'unsuccessful'

/** The zone as it is at the deadline: the one offset that the event needs, since it came into force. */
function zoneComponent(at: Temporal.ZonedDateTime): string {
  const since = at.getTimeZoneTransition('previous')
  const before = since?.subtract({ seconds: 1 }) ?? at
  const begins = since
    ?.toPlainDateTime()
    .subtract({ nanoseconds: since.offsetNanoseconds - before.offsetNanoseconds })
  const isSummer = at.offsetNanoseconds > Math.min(...offsetsOfYear(at))
  const kind = isSummer ? 'DAYLIGHT' : 'STANDARD'
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${at.timeZoneId}`,
    `BEGIN:${kind}`,
    `DTSTART:${compact(begins ?? Temporal.PlainDateTime.from('1970-01-01T00:00'))}`,
    `TZOFFSETFROM:${before.offset.replace(':', '')}`,
    `TZOFFSETTO:${at.offset.replace(':', '')}`,
    `END:${kind}`,
    'END:VTIMEZONE',
  ].join('\r\n')
}

const offsetsOfYear = (at: Temporal.ZonedDateTime): number[] =>
  [1, 7].map((month) => at.with({ month, day: 1 }).offsetNanoseconds)

/** "20260127T140000" */
const compact = (time: Temporal.PlainDateTime): string =>
  time.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '')
