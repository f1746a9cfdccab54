import type { Request } from 'express'
import { beforeEach, expect, test } from 'vitest'
import type { Duty } from '../procurement/index.ts'
import { createRecord } from '../tests/record-builder.ts'
import { anyone, type Viewer } from './disclosure.ts'
import { dueEndpoints, type DueDeps } from './due.ts'

const { open } = createRecord().toApproved().state
const officer: Viewer = { person: 'p-dana', roles: [{ role: 'CO', org: open.org }] }

let files: number
/** States that are being read, and the most there were at a time. */
let reading: number
let most: number
let listed: number

const due = dueEndpoints({
  readers: {
    runningProcurements: () => {
      listed += 1
      return Promise.resolve(Array.from({ length: files }, (_, i) => `${open.ocid}-${i}`))
    },
  },
  disclosure: {
    fileFor: async (_viewer: Viewer, ocid: string) => {
      reading += 1
      most = Math.max(most, reading)
      await Promise.resolve()
      reading -= 1
      return { open: { ...open, ocid } }
    },
  },
  // Nothing else is asked.
} as unknown as DueDeps)[0]

beforeEach(() => {
  ;[files, reading, most, listed] = [120, 0, 0, 0]
})

type Owed = { duties: (Duty & { ocid: string; byReal?: string })[]; more?: true }

async function ask(viewer: Viewer, asked: object = {}): Promise<Owed> {
  // Only its log is used, where a file cannot be reckoned.
  const request = {} as unknown as Request
  const answer = await due?.handle({ params: {}, query: asked, body: undefined, viewer, request })
  if (answer?.kind !== 'json') throw new Error('no duties')
  // What the endpoint has put there.
  return answer.body as Owed
}

test('all files are read group by group, and the soonest duties are given', async () => {
  const { duties, more } = await ask(officer)
  expect(most).toBe(50)
  const ends = duties.map(({ byReal }) => byReal ?? '9')
  expect(ends).toEqual([...ends].sort())
  expect(duties.length).toBeLessThanOrEqual(500)
  files = 1
  const each = (await ask(officer)).duties.length
  expect(each).toBeGreaterThan(0)
  expect(duties.length).toBe(Math.min(500, 120 * each))
  expect(more).toBe(120 * each > 500 ? true : undefined)
})

test('no answer is longer than 500 duties, and it says that there are more', async () => {
  files = 501
  const { duties, more } = await ask(officer)
  expect(duties).toHaveLength(500)
  expect(more).toBe(true)
})

test('for those who did not sign in it is reckoned once, however many ask at a time', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(anyone)))
  expect(listed).toBe(1)
  for (const answer of answers) expect(answer).toEqual(answers[0])
  await ask(anyone)
  await Promise.all([ask(officer), ask(officer)])
  expect(listed).toBe(4)
  await Promise.all([ask(anyone), ask(anyone, { role: 'CO' })])
  expect(listed).toBe(6)
})
