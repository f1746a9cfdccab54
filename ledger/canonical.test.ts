import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCanonical, type Json, LedgerError, parseCanonical, text, utf8 } from './index.ts'

/** The code with which the bytes, or the value, are refused. */
function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}
const parsing = (source: string) => codeOf(() => parseCanonical(utf8(source)))
/** Values that the type forbids, as a caller without types may pass them. */
const making = (value: unknown) => codeOf(() => encodeCanonical(value as Json))

const nfc = fc.string({ unit: 'grapheme' }).map((s) => s.normalize('NFC'))
const memberName = nfc.filter((s) => !['__proto__', 'constructor', 'prototype'].includes(s))
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    nfc,
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(memberName, fc.nat(20).map(String)), tie('json'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}))

describe('canonical JSON', () => {
  test('is what the reference library writes, and reads back as the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        const bytes = encodeCanonical(value)
        expect(text(bytes)).toBe(canonicalize(value))
        expect(parseCanonical(bytes)).toEqual(value)
        expect(encodeCanonical(parseCanonical(bytes))).toEqual(bytes)
      }),
    )
  })

  test('whatever the bytes, they are read exactly or refused with a code', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map(utf8),
      fc.tuple(json, fc.nat(), fc.nat(7)).map(([value, at, bit]) => {
        const bytes = encodeCanonical(value).slice()
        // The index is below the length; canonical JSON is never empty.
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ (1 << bit)
        return bytes
      }),
    )
    fc.assert(
      fc.property(hostile, (bytes) => {
        let value: Json
        try {
          value = parseCanonical(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerError)
          return
        }
        expect(encodeCanonical(value)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  test('T42: duplicate members are refused', () => {
    expect(parsing('{"a":1,"a":1}')).toBe('canonical')
    expect(parsing('{"a":1,"a":2}')).toBe('canonical')
  })

  test('T43: __proto__, constructor and prototype are refused as members', () => {
    for (const member of ['__proto__', 'constructor', 'prototype']) {
      expect(parsing(`{"${member}":1}`)).toBe('member')
      expect(parsing(`[{"a":{"${member}":{}}}]`)).toBe('member')
    }
    expect(Object.prototype).not.toHaveProperty('a')
  })

  test.each([
    ['1.0', 'canonical'],
    ['1e0', 'canonical'],
    ['-0', 'number'],
    ['1E400', 'number'],
    ['9007199254740993', 'number'],
    ['1.5', 'number'],
    ['01', 'json'],
    ['+1', 'json'],
    ['NaN', 'json'],
    ['null', 'type'],
  ])('T44: the number %s is refused (%s)', (source, code) => {
    expect(parsing(source)).toBe(code)
    expect(parsing(`{"a":[${source}]}`)).toBe(code)
  })

  test('T45: lone surrogates, text not in NFC and a byte order mark are refused; U+2028 is plain text', () => {
    expect(parsing('"\\ud800"')).toBe('unicode')
    expect(making('\udc00')).toBe('unicode')
    expect(parsing('"Cafe\u0301"')).toBe('unicode')
    expect(parsing('{"Cafe\u0301":1}')).toBe('unicode')
    expect(parsing('\ufeff1')).toBe('json')
    expect(parsing('"\u2028"')).toBe('accepted')
    expect(parsing('"\\u2028"')).toBe('canonical')
    expect(codeOf(() => parseCanonical(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)))).toBe('utf8')
    expect(codeOf(() => parseCanonical(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)))).toBe('utf8')
  })

  test('T46: Dates, undefined, BigInt, Map, functions, holes and toJSON are refused, never converted', () => {
    class Money {
      amount = '1'
    }
    const circle: unknown[] = []
    circle.push(circle)
    for (const value of [
      new Date(0),
      undefined,
      null,
      1n,
      new Map(),
      () => 1,
      Symbol('a'),
      new Money(),
      new Uint8Array(1),
      { a: undefined },
      [undefined],
      // eslint-disable-next-line no-sparse-arrays -- a hole is what is tested
      [, 1],
      { toJSON: () => 'x' },
      Object.assign([1], { toJSON: () => 'x' }),
    ])
      expect(making(value)).toBe('type')
    expect(making(circle)).toBe('depth')
    expect(making(1.5)).toBe('number')
    expect(making(-0)).toBe('number')
    expect(making(2 ** 53)).toBe('number')
  })

  test('T47: what would be written another way is refused', () => {
    for (const source of ['{ "a":1}', '{"a":1} ', '{"b":1,"a":2}', '"\\u0041"', '"\\/"', '[1, 2]'])
      expect(parsing(source)).toBe('canonical')
    expect(parsing('"\\u000B"')).toBe('canonical')
    expect(parsing('"\\u000b"')).toBe('accepted')
  })

  test('T48: members are in the order of UTF-16 units, numbers among them as text', () => {
    expect(text(encodeCanonical({ '\ufb01': 1, '\u{1f602}': 2 }))).toBe(
      '{"\u{1f602}":2,"\ufb01":1}',
    )
    expect(parsing('{"\ufb01":1,"\u{1f602}":2}')).toBe('canonical')
    expect(text(encodeCanonical({ 2: 1, 10: 2, 1: 3 }))).toBe('{"1":3,"10":2,"2":1}')
    expect(parsing('{"1":3,"10":2,"2":1}')).toBe('accepted')
    expect(parsing('{"1":3,"2":1,"10":2}')).toBe('canonical')
  })

  test('T49: depth over 32 and more than the given size are refused', () => {
    expect(parsing('['.repeat(32) + ']'.repeat(32))).toBe('accepted')
    expect(parsing('['.repeat(33) + ']'.repeat(33))).toBe('depth')
    expect(parsing('['.repeat(200_000) + ']'.repeat(200_000))).toBe('depth')
    expect(parsing('{"a":'.repeat(50_000))).toBe('json')
    expect(codeOf(() => parseCanonical(utf8('"123"'), 5))).toBe('accepted')
    expect(codeOf(() => parseCanonical(utf8('"1234"'), 5))).toBe('size')
  })
})
