import { expect, test } from 'vitest'
import { fill, paths } from './paths.ts'

test('parameters are escaped: nothing leaves its segment', () => {
  expect(fill(paths.page.procurement, { ocid: '../x?y#z' })).toBe('/procurements/..%2Fx%3Fy%23z')
})

test('a missing parameter is a fault of ours', () => {
  expect(() => fill(paths.page.entry)).toThrow(RangeError)
})

test('a query holds what is defined, and nothing else', () => {
  expect(fill(paths.page.home, {}, { q: 'a&b', stage: undefined, cursor: '' })).toBe('/?q=a%26b')
})
