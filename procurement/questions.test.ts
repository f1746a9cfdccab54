import { describe, expect, test } from 'vitest'
import { createFile, DUE, named } from '../tests/file-builder.ts'

const text = 'Is a spare battery wanted?'
const QUESTIONS_DUE = '2026-01-21T21:00:00.000000Z'

describe('a question', () => {
  test('is sealed: the open part does not change', () => {
    const file = createFile().toOpen()
    const before = structuredClone(file.state.open)
    file.act('question.ask', 'p-pinyon', { text })
    expect(file.state.open).toEqual(before)
    expect(file.state.sealed?.questions).toMatchObject([
      { vendor: 'v-pinyon', person: 'p-pinyon', text },
    ])
  })
  test('is taken until the time for questions is over, to the microsecond', () => {
    const file = createFile().toOpen()
    expect(file.waitUntil(QUESTIONS_DUE).code('question.ask', 'p-pinyon', { text })).toBe(
      'accepted',
    )
    file.waitUntil('2026-01-21T21:00:00.000001Z')
    expect(file.code('question.ask', 'p-pinyon', { text })).toBe('too-late')
  })
  test('is taken while the request is open, from vendors', () => {
    expect(createFile().toKeyed().code('question.ask', 'p-pinyon', { text })).toBe('out-of-turn')
    expect(createFile().toOpen().code('question.ask', 'p-rosa', { text }, { role: 'AC' })).toBe(
      'role-missing',
    )
  })
})

describe('an answer', () => {
  const asked = () => {
    const file = createFile().toOpen()
    return { file, of: file.act('question.ask', 'p-pinyon', { text }) }
  }
  const answer = (of: string) => ({ of, question: text, text: 'No.', amends: false })

  test('goes to all, without the name of who asked', () => {
    const { file, of } = asked()
    file.act('question.answer', 'p-dana', answer(of))
    expect(file.state.open.answers).toMatchObject([{ of, question: text, text: 'No.' }])
    expect(JSON.stringify(file.state.open)).not.toContain('pinyon')
  })
  test('is given once, to a question that was asked', () => {
    const { file, of } = asked()
    expect(file.code('question.answer', 'p-dana', answer(named('other')))).toBe('unknown-reference')
    file.act('question.answer', 'p-dana', answer(of))
    expect(file.code('question.answer', 'p-dana', answer(of))).toBe('already-done')
  })
  test('is given before bids are due, to the microsecond', () => {
    const { file, of } = asked()
    expect(file.waitUntil(DUE).code('question.answer', 'p-dana', answer(of))).toBe('accepted')
    file.waitUntil('2026-01-27T21:00:00.000001Z')
    expect(file.code('question.answer', 'p-dana', answer(of))).toBe('too-late')
  })
  test('is owed by the officer, with no time for a reminder to tell that somebody asked', () => {
    const { file, of } = asked()
    expect(file.owed('question.answer')).toMatchObject([
      { role: 'CO', person: 'p-dana', subject: of },
    ])
    expect(file.owed('question.answer')[0]?.by).toBeUndefined()
    file.act('question.answer', 'p-dana', answer(of))
    expect(file.owed('question.answer')).toEqual([])
  })
})
