import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addMoney,
  addQuantity,
  compareMoney,
  compareQuantity,
  currencyExponent,
  divideHalfUp,
  equalMoney,
  extend,
  isCurrency,
  isQuantity,
  millionths,
  money,
  quantityOf,
  showMoney,
  sumMoney,
} from './money.ts'

const usd = (amount: bigint) => money(amount, 'USD')

describe('currencies', () => {
  test('a minor unit is a hundredth, unless ISO 4217 says another', () => {
    const exponents = ['USD', 'EUR', 'AMD', 'COP', 'PYG', 'JPY', 'KWD', 'CLF'].map(currencyExponent)
    expect(exponents).toEqual([2, 2, 2, 2, 0, 0, 3, 4])
  })
  test('what ISO 4217 does not list is no currency', () => {
    for (const code of ['usd', 'XXX', 'US', '', 'toString']) expect(isCurrency(code)).toBe(false)
    expect(() => currencyExponent('XXX')).toThrow(RangeError)
  })
})

describe('money', () => {
  test('two currencies are never reckoned together', () => {
    expect(() => addMoney(usd(1n), money(1n, 'EUR'))).toThrow(RangeError)
    expect(() => compareMoney(usd(1n), money(1n, 'EUR'))).toThrow(RangeError)
    expect(equalMoney(usd(1n), money(1n, 'EUR'))).toBe(false)
  })
  test('sums are exact beyond what a float can hold', () => {
    const large = usd(9_007_199_254_740_993n)
    expect(sumMoney([large, usd(1n), large], 'USD').amount).toBe('18014398509481987')
  })
  test('the cents decide', () => {
    expect(compareMoney(usd(2_000_001n), usd(2_000_000n))).toBe(1)
    expect(compareMoney(usd(2_000_000n), usd(2_000_000n))).toBe(0)
  })
  test('people read it with separators and the currency', () => {
    const shown = [usd(1_988_800n), usd(5n), usd(-123_456n), money(2_809_999_999n, 'PYG')].map(
      showMoney,
    )
    expect(shown).toEqual(['19,888.00 USD', '0.05 USD', '−1,234.56 USD', '2,809,999,999 PYG'])
  })
})

test('money of no known currency is shown as it stands', () => {
  expect(showMoney({ amount: '5', currency: 'QQQ' })).toBe('5 (minor units) QQQ')
})

describe('quantities', () => {
  test('have at most six places and no sign', () => {
    for (const text of ['0', '12', '12.5', '0.000001', '12.500000'])
      expect(isQuantity(text)).toBe(true)
    for (const text of ['', '-1', '01', '1.', '.5', '1.0000001', '1e3', '1,5', ' 1'])
      expect(isQuantity(text)).toBe(false)
  })
  test('12 and 12.00 are the same quantity', () => {
    expect(compareQuantity('12', '12.00')).toBe(0)
    expect(compareQuantity('11.999999', '12')).toBe(-1)
  })
  test('below zero there is none', () => {
    expect(() => quantityOf(-1n)).toThrow(RangeError)
  })
  test('what is added and taken away again leaves the same', () => {
    const quantity = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(quantityOf)
    fc.assert(
      fc.property(quantity, quantity, (a, b) => {
        expect(quantityOf(millionths(addQuantity(a, b)) - millionths(b))).toBe(a)
        expect(millionths(a) + millionths(b)).toBe(millionths(addQuantity(a, b)))
      }),
    )
  })
})

describe('quantity × price', () => {
  test('is exact where it is a whole number of minor units', () => {
    expect(extend('12', usd(7_950n))).toEqual({ amount: usd(95_400n), exact: true })
    expect(extend('0.5', usd(2n))).toEqual({ amount: usd(1n), exact: true })
  })
  test('is rounded half away from zero, and says so', () => {
    expect(extend('0.5', usd(1n))).toEqual({ amount: usd(1n), exact: false })
    expect(extend('0.5', usd(-1n))).toEqual({ amount: usd(-1n), exact: false })
    expect(extend('0.333333', usd(100n))).toEqual({ amount: usd(33n), exact: false })
  })
  test('is never off by more than half a minor unit', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.bigInt(1n, 10n ** 9n), (n, d) => {
        const off = divideHalfUp(n, d) * d - n
        expect(2n * (off < 0n ? -off : off) <= d).toBe(true)
      }),
    )
  })
})
