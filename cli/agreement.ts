/**
 * Do a workflow's histories and the record tell the same story? Pure: histories and open entries in, differences out.
 *
 * Both ways: every step that a history has read is the entry of that place, by type and leaf hash, and every open entry
 * has been read; every answer that the clock got names an entry of the record, and every statement of the clock was
 * asked for by a history. A run that began again from the record reads the same steps once more: said, not wrong.
 */
import { z } from 'zod'

/** A run's history as Temporal exports it, and how it is called. */
export interface Run {
  runId: string
  history: unknown
}

/** An open entry of the record, as far as it matters here. */
export interface RecordedStep {
  index: number
  pseq: number
  t: string
  leaf: string
  role: string
}

export interface Agreement {
  /** Steps compared, and those that agree. */
  entries: number
  agreed: number
  /** Runs looked at, and those that began again from the record. */
  runs: number
  restarts: number
  /** In words, by place: what one side has and the other has not. */
  differences: string[]
}

/** Compares the runs of one procurement, oldest first, with its open entries in order. */
export function compareStories(runs: readonly Run[], record: readonly RecordedStep[]): Agreement {
  const read = runs.map(({ history }) => readStory(history))
  const steps = read.flatMap((story) => story.steps)
  const answers = read.flatMap((story) => story.answers)
  const differences = [
    ...compareSteps(steps, record),
    ...compareAnswers(answers, record),
    ...findUnread(steps, record),
  ]
  const wrong = new Set(differences.map(({ pseq }) => pseq))
  return {
    entries: record.length,
    agreed: record.filter(({ pseq }) => !wrong.has(pseq)).length,
    runs: runs.length,
    restarts: read.filter(({ steps: [first] }, i) => i > 0 && first?.pseq === 0).length,
    differences: differences.map(({ text }) => text),
  }
}

interface Difference {
  pseq: number
  text: string
}

type StepRead = z.output<typeof viewSchema>['steps'][number]
type AnswerRead = z.output<typeof answerSchema>

/** Every step that was read is the entry of its place. */
function compareSteps(steps: StepRead[], record: readonly RecordedStep[]): Difference[] {
  return steps.flatMap(({ pseq, type, leaf }) => {
    const entry = record[pseq]
    if (entry === undefined)
      return [{ pseq, text: `step ${pseq}: read as ${type} ${leaf}; the record has no such step` }]
    if (entry.leaf === leaf && entry.t === type) return []
    const text = `step ${pseq}: read as ${type} ${leaf}; the record has ${entry.t} ${entry.leaf}, entry ${entry.index}`
    return [{ pseq, text }]
  })
}

/** Every entry was read by some run. */
function findUnread(steps: StepRead[], record: readonly RecordedStep[]): Difference[] {
  const read = new Set(steps.map(({ pseq }) => pseq))
  return record
    .filter(({ pseq }) => !read.has(pseq))
    .map(({ pseq, t, index }) => ({
      pseq,
      text: `step ${pseq}: ${t}, entry ${index}, was never read`,
    }))
}

/** Every answer of an activity names an entry, and every statement of the clock is one that a history asked for. */
function compareAnswers(answers: AnswerRead[], record: readonly RecordedStep[]): Difference[] {
  const wrong = answers.flatMap(({ index, leaf }) => {
    const entry = record.find((step) => step.index === index)
    if (entry === undefined)
      return [
        { pseq: -1, text: `the clock was told of entry ${index}, which is not in the record` },
      ]
    if (entry.leaf === leaf) return []
    const text = `step ${entry.pseq}: the clock recorded leaf ${leaf}; the record has ${entry.leaf}`
    return [{ pseq: entry.pseq, text }]
  })
  const asked = new Set(answers.map(({ index }) => index))
  const unasked = record
    .filter(({ role, index }) => role === 'CK' && !asked.has(index))
    .map(({ pseq, t, index }) => ({
      pseq,
      text: `step ${pseq}: ${t}, entry ${index}, is the clock's and no history asked for it`,
    }))
  return [...wrong, ...unasked]
}

/* Reading a history */

const stepSchema = z.object({ pseq: z.int(), type: z.string(), leaf: z.string() })
const viewSchema = z.looseObject({ steps: z.array(stepSchema) })
const answerSchema = z.looseObject({ index: z.int(), leaf: z.string() })
const historySchema = z.looseObject({
  events: z.array(
    z.looseObject({
      eventId: z.union([z.string(), z.number()]).transform(String),
      activityTaskScheduledEventAttributes: z
        .looseObject({ activityType: z.looseObject({ name: z.string() }) })
        .optional(),
      activityTaskCompletedEventAttributes: z
        .looseObject({
          scheduledEventId: z.union([z.string(), z.number()]).transform(String),
          result: z
            .looseObject({ payloads: z.array(z.looseObject({ data: z.string() })) })
            .optional(),
        })
        .optional(),
    }),
  ),
})

/** What a history has read and what its activities were answered. Throws ZodError where it is no history. */
function readStory(history: unknown): { steps: StepRead[]; answers: AnswerRead[] } {
  const { events } = historySchema.parse(history)
  const names = new Map<string, string>()
  const steps: StepRead[] = []
  const answers: AnswerRead[] = []
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes
    if (scheduled !== undefined) names.set(event.eventId, scheduled.activityType.name)
    const completed = event.activityTaskCompletedEventAttributes
    const data = completed?.result?.payloads[0]?.data
    if (completed === undefined || data === undefined) continue
    const value = decode(data)
    if (names.get(completed.scheduledEventId) === 'read')
      steps.push(...viewSchema.parse(value).steps)
    // A refusal names no entry: it is an answer, and nothing was recorded.
    else answers.push(...[answerSchema.safeParse(value).data].filter((one) => one !== undefined))
  }
  return { steps, answers }
}

function decode(base64: string): unknown {
  return JSON.parse(new TextDecoder().decode(Buffer.from(base64, 'base64')))
}
