import { expect, test } from 'vitest'
import { ownRule, refuse } from '../procurement/index.ts'
import { documentOf, invalid, problem, refused } from './problems.ts'

test('a refusal of the rules keeps its code, rule, citation and what to do next', () => {
  const refusal = refuse(
    'over-warrant',
    ownRule('warrant'),
    'Too much.',
    'Hand it over.',
    '/payload/lots',
  )
  const document = documentOf(refused(refusal, { signed: true }), 'trace-1')
  expect(document).toMatchObject({
    status: 403,
    code: 'over-warrant',
    rule: 'tenderbook.warrant',
    detail: 'Too much.',
    next: 'Hand it over.',
    refusal: { signed: true },
    errors: [{ pointer: '/payload/lots', detail: 'Too much.' }],
    traceId: 'trace-1',
  })
  expect(document.type).toBe('urn:tenderbook:problem:over-warrant')
})

test('a refusal without a status of its own is 422', () => {
  const refusal = refuse('clauses', ownRule('clauses'), 'Missing.', 'Add them.')
  expect(refused(refusal).status).toBe(422)
})

test('invalid input names every problem, and its document starts with the first', () => {
  const problems = [
    { at: '/payload/a', message: 'is missing' },
    { at: '/payload/b', message: 'is not a number' },
  ]
  const document = documentOf(invalid('invalid-statement', problems), 't')
  expect(document.status).toBe(400)
  expect(document.detail).toBe('is missing')
  expect(document.errors).toHaveLength(2)
})

test('every problem of the service has a rule, a citation and a way on, and only ours are 5xx', () => {
  const codes = [
    'malformed-request',
    'too-large',
    'not-found',
    'not-disclosed',
    'cross-site',
  ] as const
  for (const code of codes) {
    const made = problem(code, 'why')
    expect(made.status).toBeLessThan(500)
    for (const member of [made.rule, made.cite, made.next, made.title]) expect(member).toMatch(/./)
  }
})
