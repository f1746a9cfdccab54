import { expect, test } from 'vitest'
import { isLowerOpened, type OpenedBids } from './purchase.ts'

const bid = (lot: string, amount?: string): OpenedBids[number] => ({
  commitHash: `${lot}/${amount ?? ''}`,
  vendor: 'v-one',
  lot,
  status: amount === undefined ? 'void' : 'opened',
  ...(amount === undefined ? {} : { price: { amount } }),
})
const won = [{ lot: 'a', price: { amount: '1000' } }]

test('a lower price is told of only where one was opened for the lot', () => {
  expect(isLowerOpened([bid('a', '1000')], won)).toBe(false)
  expect(isLowerOpened([bid('a', '1000'), bid('a'), bid('b', '1')], won)).toBe(false)
  // As numbers, not as texts.
  expect(isLowerOpened([bid('a', '1000'), bid('a', '999')], won)).toBe(true)
})
