import { describe, expect, test } from 'vitest'
import type { Duty } from './act.ts'
import { ownRule } from './refusals.ts'
import { remindersOf } from './reminders.ts'
import { createFile } from '../tests/file-builder.ts'

const duty: Duty = {
  key: 'invoice.return/x',
  type: 'invoice.return',
  role: 'PO',
  from: '2026-03-12T00:00:00.000000Z',
  by: '2026-03-19T23:00:00.000000Z',
  clock: 'legal',
  rule: ownRule('invoice'),
  otherwise: 'The due date moves.',
  cause: 'cause',
}
const state = () => structuredClone(createFile().toDraft().state)

describe('a duty that nobody does in time', () => {
  test('is reminded of at its time, and escalated three days later, then no more', () => {
    const file = state()
    expect(remindersOf(file, [duty])).toMatchObject([
      {
        type: 'duty.remind',
        from: duty.by,
        cause: 'cause',
        payload: { duty: duty.key, role: 'PO', since: duty.by, level: 1 },
      },
    ])
    file.open.reminded[duty.key] = { level: 1, legal: duty.by ?? '' }
    expect(remindersOf(file, [duty])).toMatchObject([
      {
        type: 'duty.escalate',
        from: '2026-03-22T23:00:00.000000Z',
        payload: { role: 'AP', since: duty.by, level: 2 },
      },
    ])
    file.open.reminded[duty.key] = { level: 2, legal: duty.by ?? '' }
    expect(remindersOf(file, [duty])).toEqual([])
  })
  test('by a plain date is in time until the end of that day at the place', () => {
    const [reminder] = remindersOf(state(), [{ ...duty, by: '2026-03-19' }])
    expect(reminder?.from).toBe('2026-03-20T06:00:00.000000Z')
  })
  test('of an approver is escalated to the officer', () => {
    const file = state()
    file.open.reminded[duty.key] = { level: 1, legal: duty.by ?? '' }
    expect(remindersOf(file, [{ ...duty, role: 'AP' }])[0]?.payload).toMatchObject({ role: 'CO' })
  })
  test('is not reminded of without a time, in real time, or where the clock owes it', () => {
    const without: Duty = { ...duty }
    delete without.by
    const others: Duty[] = [without, { ...duty, clock: 'real' }, { ...duty, role: 'CK' }]
    expect(remindersOf(state(), others)).toEqual([])
  })
  test('is not told of a vendor before the award: it could tell who bids', () => {
    expect(remindersOf(state(), [{ ...duty, role: 'VE' }])).toEqual([])
  })
})
