import { describe, expect, it } from 'vitest'
import { compareStories, type RecordedStep } from './agreement.ts'

const leaf = (n: number): string => `leaf-${n}`

/** A record of three steps, the last one the clock's. */
const record: RecordedStep[] = [
  { index: 10, pseq: 0, t: 'requisition.submit', leaf: leaf(0), role: 'RQ' },
  { index: 12, pseq: 1, t: 'requisition.approve', leaf: leaf(1), role: 'AP' },
  { index: 15, pseq: 2, t: 'opening.recipient', leaf: leaf(2), role: 'CK' },
]

const steps = record.map(({ pseq, t, leaf }) => ({ pseq, type: t, leaf }))
const answer = { index: 15, leaf: leaf(2), pseq: 2 }

/** A history in which activities of these types were answered so. */
function history(...calls: [type: string, result: unknown][]): unknown {
  const events = calls.flatMap(([type, result], i) => [
    {
      eventId: String(2 * i + 1),
      activityTaskScheduledEventAttributes: { activityType: { name: type } },
    },
    {
      eventId: String(2 * i + 2),
      activityTaskCompletedEventAttributes: {
        scheduledEventId: String(2 * i + 1),
        result: { payloads: [{ data: Buffer.from(JSON.stringify(result)).toString('base64') }] },
      },
    },
  ])
  return { events }
}

const read = (...some: typeof steps): [string, unknown] => ['read', { steps: some }]
const run = (...calls: [string, unknown][]) => ({ runId: 'run', history: history(...calls) })

describe('a history and the record', () => {
  it('agree when every step was read as it stands and every statement of the clock was asked for', () => {
    const agreement = compareStories([run(read(...steps), ['recipient', answer])], record)
    expect(agreement).toEqual({ entries: 3, agreed: 3, runs: 1, restarts: 0, differences: [] })
  })

  it('agree over several runs, the last of which began again from the record', () => {
    const first = run(read(...steps.slice(0, 2)))
    const again = run(read(...steps), ['recipient', answer])
    expect(compareStories([first, again], record)).toMatchObject({ restarts: 1, differences: [] })
  })

  it('agree when a duty was refused first: a refusal names no entry', () => {
    const refused: [string, unknown] = ['recipient', { refused: 'too-early' }]
    const agreement = compareStories([run(read(...steps), refused, ['recipient', answer])], record)
    expect(agreement.differences).toEqual([])
  })

  it('differ where a step was read with another leaf', () => {
    const other = steps.map((step) => (step.pseq === 1 ? { ...step, leaf: 'other' } : step))
    const { differences, agreed } = compareStories(
      [run(read(...other), ['recipient', answer])],
      record,
    )
    expect(agreed).toBe(2)
    expect(differences).toEqual([
      expect.stringContaining('step 1: read as requisition.approve other'),
    ])
  })

  it('differ where an entry was never read', () => {
    const { differences } = compareStories(
      [run(read(...steps.slice(0, 2)), ['recipient', answer])],
      record,
    )
    expect(differences).toEqual(['step 2: opening.recipient, entry 15, was never read'])
  })

  it('differ where the history has a step that the record lacks', () => {
    const more = { pseq: 3, type: 'file.close', leaf: leaf(3) }
    const { differences } = compareStories(
      [run(read(...steps, more), ['recipient', answer])],
      record,
    )
    expect(differences).toEqual([expect.stringContaining('the record has no such step')])
  })

  it('differ where a statement of the clock was not asked for by any history', () => {
    const { differences } = compareStories([run(read(...steps))], record)
    expect(differences).toEqual([expect.stringContaining('no history asked for it')])
  })

  it('differ where the clock was told of an entry that is not there', () => {
    const lost: [string, unknown] = ['record', { index: 99, leaf: leaf(9) }]
    const { differences } = compareStories(
      [run(read(...steps), ['recipient', answer], lost)],
      record,
    )
    expect(differences).toEqual([expect.stringContaining('entry 99, which is not in the record')])
  })
})
