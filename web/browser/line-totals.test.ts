import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extend, isQuantity, money } from '../../procurement/index.ts'
import { readField } from '../fields.ts'
import { lineTotal, priceText, typedPrice } from './line-totals.ts'

test('a line total as one types is the one that the rules reckon', () => {
  const quantity = fc
    .tuple(fc.nat(999_999), fc.nat(999_999))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`)
  fc.assert(
    fc.property(quantity, fc.bigInt(0n, 10n ** 12n), (text, price) => {
      expect(isQuantity(text)).toBe(true)
      expect(lineTotal(text, price)).toBe(BigInt(extend(text, money(price, 'USD')).amount.amount))
    }),
  )
})

test('a price as one types is the one that is signed', () => {
  for (const text of ['1,318.00', '289', '84.5', '$0.01', '12.345', '1,31', 'x', ''])
    expect(typedPrice(text, 2)).toBe(readOrNothing(text))
})

function readOrNothing(text: string): bigint | undefined {
  const read = readField(text, { kind: 'money', currency: 'USD' })
  if (read === undefined || 'problem' in read) return undefined
  return BigInt((read.value as { amount: string }).amount) // money, by its kind
}

test('sums are written with thousands and every decimal place', () => {
  expect(priceText(1_988_800n, 2)).toBe('19,888.00')
  expect(priceText(5n, 2)).toBe('0.05')
  expect(priceText(1_250n, 0)).toBe('1,250')
})
