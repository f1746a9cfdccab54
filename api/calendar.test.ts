import { expect, test } from 'vitest'
import type { OpenState } from '../procurement/index.ts'
import { createFile, type FileBuilder, OCID, ORIGIN } from '../tests/file-builder.ts'
import { deadlineCalendar } from './calendar.ts'

const config = { origin: ORIGIN, publicUrl: 'https://tenders.example' }

/** The lines of the calendar, unfolded. */
function linesOf(file: OpenState): string[] {
  const text = deadlineCalendar(file, config) ?? ''
  for (const line of text.split('\r\n'))
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
  return text.replaceAll('\r\n ', '').split('\r\n')
}

const published = (): FileBuilder => createFile().toOpen()

test('the deadline stands in the agency’s zone, with the zone as it is then', () => {
  const lines = linesOf(published().state.open)
  expect(lines).toEqual(
    expect.arrayContaining([
      'DTSTART;TZID=America/Denver:20260127T140000',
      'BEGIN:VTIMEZONE',
      'TZID:America/Denver',
      'BEGIN:STANDARD',
      'DTSTART:20251102T020000',
      'TZOFFSETFROM:-0600',
      'TZOFFSETTO:-0700',
      'STATUS:CONFIRMED',
      'SUMMARY:Quotations due: 12 rugged tablets for park rangers',
    ]),
  )
})

test('a zone that never changes its clocks has one offset', () => {
  const { open } = published().state
  const lines = linesOf({ ...open, zone: 'UTC' })
  expect(lines.filter((line) => line.startsWith('DTSTART'))).toContain('DTSTART:20260127T210000Z')
  const tokyo = linesOf({ ...open, zone: 'Asia/Tokyo' })
  expect(tokyo).toContain('DTSTART;TZID=Asia/Tokyo:20260128T060000')
  expect(tokyo).toContain('TZOFFSETTO:+0900')
})

test('after an amendment it is the same entry of the calendar, moved', () => {
  const { open } = published().state
  const { solicitation } = open
  if (!solicitation) throw new Error('not published')
  const amended: OpenState = {
    ...open,
    solicitation: {
      ...solicitation,
      terms: { ...solicitation.terms, bidsUntil: '2026-07-01T20:00:00.000000Z' },
      amendments: [
        {
          hash: '',
          legal: '2026-01-20T16:00:00.000000Z',
          changes: [],
          material: false,
          reason: { code: 'deadline', text: 'More time.' },
        },
      ],
    },
  }
  const uid = `UID:deadline/${OCID}@${ORIGIN}`
  expect(linesOf(open)).toEqual(expect.arrayContaining([uid, 'SEQUENCE:0']))
  expect(linesOf(amended)).toEqual(
    expect.arrayContaining([
      uid,
      'SEQUENCE:1',
      'DTSTAMP:20260120T160000Z',
      'BEGIN:DAYLIGHT',
      'DTSTART;TZID=America/Denver:20260701T140000',
    ]),
  )
})

test('under a training clock the calendar has the real hour', () => {
  const training = {
    legalStart: '2026-01-08T16:00:00.000000Z',
    realStart: '2026-11-25T16:00:00.000000Z',
    accelerator: 86_400,
  }
  const { open } = published().state
  const lines = linesOf({ ...open, training })
  // 19 days and 5 hours of the legal clock are 19.2 seconds.
  expect(lines).toContain('DTSTART;TZID=America/Denver:20261125T090019')
})

test('what was ended is taken out, and what is not published has no deadline', () => {
  expect(linesOf({ ...published().state.open, stage: 'ended' })).toContain('STATUS:CANCELLED')
  expect(deadlineCalendar(createFile().toDraft().state.open, config)).toBeUndefined()
})

test('a hostile title adds no line', () => {
  const { open } = published().state
  const { solicitation } = open
  if (!solicitation) throw new Error('not published')
  const title = `x\r\nATTACH:http://evil.example/\nEND:VEVENT; \\n , \u202e${'long'.repeat(60)}😀`
  const hostile = { ...solicitation, terms: { ...solicitation.terms, title } }
  const lines = linesOf({ ...open, solicitation: hostile })
  expect(lines.filter((line) => line.startsWith('ATTACH') || line === 'END:VEVENT')).toHaveLength(1)
  expect(lines.join('')).not.toContain('\u202e')
})
