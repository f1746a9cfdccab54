import { describe, expect, test } from 'vitest'
import { createFile, DUE, type FileBuilder, named } from '../tests/file-builder.ts'
import { CLOCK, due, legalOf } from './index.ts'
import { addMicroseconds, HOUR } from './training.ts'

const HOLDERS = ['p-sam', 'h-inspector', 'h-cascade']
const before = (hours: number, until = DUE) => addMicroseconds(until, -BigInt(hours) * HOUR)

const answer = (file: FileBuilder, id: string) =>
  file.act(
    'opener.ping',
    id,
    {
      envelope: 'main',
      group: 'officers',
      id,
      challenge: named('challenge'),
      opened: named('opened'),
    },
    { role: 'OO' },
  )
/** Makes the clock's call that is next. */
const call = (file: FileBuilder) => file.clock('duty.remind')
const askedOf = (file: FileBuilder) => file.owed('opener.ping').map(({ person }) => person)
/** Moves the deadline, with both signatures. */
const extend = (file: FileBuilder, bidsUntil: string) => {
  const reason = { code: 'correction', text: 'More time for the key holders.' }
  const payload = { changes: [], material: false, bidsUntil, reason }
  const of = file.act('solicitation.amend', 'p-dana', payload)
  file.act('solicitation.amend.cosign', 'p-sam', { of })
}

describe('the key test before the deadline', () => {
  test('is called for by the clock three days and one day before bids are due, and not sooner', () => {
    const file = createFile().toOpen()
    expect(file.owed('duty.remind')).toMatchObject(
      [before(72), before(24)].map((at) => ({
        role: 'CK',
        from: at,
        by: at,
        clock: 'legal',
        payload: { role: 'OO', since: at, level: 1 },
      })),
    )
    const [first] = file.owed('duty.remind')
    file.at = addMicroseconds(before(72), -1n)
    const said = { cause: first?.cause ?? '' }
    expect(file.code('duty.remind', CLOCK, first?.payload ?? {}, said)).toBe('too-early')
    call(file)
    expect(file.owed('duty.remind')).toMatchObject([{ from: before(24) }])
    call(file)
    expect(file.owed('duty.remind')).toEqual([])
  })
  test('is owed by every holder who is named, from the call on, within twelve hours', () => {
    const file = createFile().toOpen()
    expect(askedOf(file)).toEqual([])
    const at = addMicroseconds(before(72), 1n)
    call(file)
    expect(file.owed('opener.ping')).toMatchObject(
      HOLDERS.map((person) => ({
        role: 'OO',
        person,
        clock: 'real',
        from: at,
        by: addMicroseconds(at, 12n * HOUR),
      })),
    )
  })
  test('is over for a holder who has answered, until the next call', () => {
    const file = createFile().toOpen()
    call(file)
    answer(file, 'h-cascade')
    expect(askedOf(file)).toEqual(['p-sam', 'h-inspector'])
    call(file)
    expect(askedOf(file)).toEqual(HOLDERS)
    for (const id of HOLDERS) answer(file, id)
    expect(askedOf(file)).toEqual([])
  })
  test('is not answered by a ping of before the call', () => {
    const file = createFile().toOpen()
    answer(file, 'h-cascade')
    call(file)
    expect(askedOf(file)).toEqual(HOLDERS)
  })
  test('is over with the bidding', () => {
    const file = createFile().toOpen()
    call(file)
    call(file)
    file.clock('deadline.close', file.closing())
    expect([...askedOf(file), ...file.owed('duty.remind')]).toEqual([])
  })
  test('is not called for where its time was before the publication', () => {
    const file = createFile({ value: 18_000 }).toKeyed()
    file.at = before(48)
    file.act('solicitation.publish', 'p-dana', { ...file.terms(), questionsUntil: before(30) })
    expect(file.owed('duty.remind')).toMatchObject([{ from: before(24) }])
  })
})

describe('fewer than k + 1 answers', () => {
  test.each([0, 1, 2])(
    'as %i of three, raise an alarm to the officer after twelve hours',
    (count) => {
      const file = createFile().toOpen()
      call(file)
      for (const id of HOLDERS.slice(0, count)) answer(file, id)
      const at = addMicroseconds(before(72), 12n * HOUR + 1n)
      const owed = file.owed('duty.escalate')
      expect(owed).toMatchObject([
        {
          role: 'CK',
          from: at,
          clock: 'real',
          payload: { role: 'CO', since: before(72), level: 2 },
        },
      ])
      file.at = addMicroseconds(at, -1n)
      const said = { cause: owed[0]?.cause ?? '' }
      expect(file.code('duty.escalate', CLOCK, owed[0]?.payload ?? {}, said)).toBe('too-early')
      file.clock('duty.escalate')
      expect(file.owed('duty.escalate')).toEqual([])
      expect(file.at < DUE).toBe(true)
    },
  )
  test('are no longer too few when the third answers', () => {
    const file = createFile().toOpen()
    call(file)
    for (const id of HOLDERS) answer(file, id)
    expect(file.owed('duty.escalate')).toEqual([])
  })
  test('leave the officer to move the deadline, until enough have answered', () => {
    const file = createFile().toOpen()
    call(file)
    expect(file.owed('solicitation.amend')).toEqual([])
    file.clock('duty.escalate')
    expect(file.owed('solicitation.amend')).toMatchObject([
      { role: 'CO', person: 'p-dana', by: DUE },
    ])
    expect(askedOf(file)).toEqual(HOLDERS)
    for (const id of HOLDERS) answer(file, id)
    expect(file.owed('solicitation.amend')).toEqual([])
  })
  test('count anew under another deadline', () => {
    const file = createFile().toOpen()
    call(file)
    file.clock('duty.escalate')
    const until = '2026-02-10T21:00:00.000000Z'
    extend(file, until)
    expect([...file.owed('solicitation.amend'), ...askedOf(file)]).toEqual([])
    expect(file.owed('duty.remind')).toMatchObject([
      { from: before(72, until) },
      { from: before(24, until) },
    ])
    call(file)
    expect(askedOf(file)).toEqual(HOLDERS)
  })
  test('raise no alarm that would come after the deadline, as on a fast training clock', () => {
    const clock = { legalStart: '2026-01-08T16:00:00.000000Z', accelerator: 86_400 }
    const training = { ...clock, realStart: '2026-01-08T16:00:00.000000Z' }
    const file = createFile({ training }).toOpen()
    call(file)
    expect(legalOf(file.state, file.at) < DUE).toBe(true)
    expect(file.owed('opener.ping')).toHaveLength(3)
    expect(due(file.state).filter(({ type }) => type === 'duty.escalate')).toEqual([])
  })
})
