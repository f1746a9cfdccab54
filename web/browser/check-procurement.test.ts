import { expect, test } from 'vitest'
import type { Verdict } from '../../ledger/index.ts'
import { checksOf, summaryOf } from './check-procurement.ts'

const found: Verdict = {
  verdict: 'verified',
  log: 'tenderbook.example/log',
  size: 90,
  root: '',
  entries: 76,
  verified: 76,
  hidden: 0,
  checks: [],
  doesNotProve: [],
}

test('a verdict says how many entries nobody could judge', () => {
  expect(summaryOf(found)).toBe('Verified, 76 of 76 entries.')
  expect(summaryOf({ ...found, hidden: 10 })).toBe(
    'Verified, 76 of 76 entries. 10 of them only as far as they are disclosed.',
  )
})

test('what a good answer leaves open is listed, and never as passed', () => {
  const limit = 'that no entry of the register was left out'
  expect(checksOf({ ...found, doesNotProve: [limit] }, 'known')).toEqual([
    { outcome: 'open', name: 'Not proved', detail: limit },
  ])
})
