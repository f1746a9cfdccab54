import { expect, test } from 'vitest'
import type { Verdict } from '../../ledger/index.ts'
import { summaryOf } from './check-procurement.ts'

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
