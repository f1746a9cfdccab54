import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { OCID } from '../tests/file-builder.ts'
import { createRecord } from '../tests/record-builder.ts'
import { openRecordedWorld, type RecordedWorld } from '../tests/recorded-world.ts'

/** A file whose approval pins a rule pack that this build does not hold: it was changed in place after the approval. */
let world: RecordedWorld
beforeAll(async () => {
  const builder = createRecord().toOpen()
  world = await openRecordedWorld(builder)
  await world.catchUp()
  await world.owner`
    update state set value = jsonb_set(value::jsonb, '{pack,sha256}', ${JSON.stringify('A'.repeat(43))}::text::jsonb)
    where tender = ${OCID} and part = 'open'`
})
afterAll(() => world.end())

const problemForm = z.looseObject({ code: z.string(), detail: z.string(), next: z.string() })

test('the API of such a file says which rules are not here, and whom to tell', async () => {
  const answer = await fetch(new URL(`/api/procurements/${OCID}`, world.url))
  expect(answer.status).toBe(503)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  const problem = problemForm.parse(await answer.json())
  expect(problem.code).toBe('pack-missing')
  expect(problem.detail).toContain('does not hold the rule pack us-far')
  expect(problem.next).toContain('operator')
})

test('its page says so in words', async () => {
  const headers = { accept: 'text/html' }
  const page = await fetch(new URL(`/procurements/${OCID}`, world.url), { headers })
  expect(page.status).toBe(503)
  expect(await page.text()).toContain('The rules of this procurement are not here')
})

test('the list of procurements goes on, and its record is read on', async () => {
  for (const path of ['/', `/entries?tender=${OCID}`, `/api/procurements/${OCID}/entries`])
    expect((await fetch(new URL(path, world.url))).status).toBe(200)
})
