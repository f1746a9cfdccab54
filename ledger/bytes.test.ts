import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  commit,
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  hmacSha256,
  LedgerError,
  portableBase64,
  sha256,
  text,
  toBase64,
  toBase64Url,
  toHex,
  u32be,
  u64be,
  utf8,
} from './index.ts'

const bytes = fc.uint8Array({ maxLength: 100 })

/** Accepted texts come back the same; all others are refused with a code. */
function isStrict(decode: (text: string) => Uint8Array, encode: (bytes: Uint8Array) => string) {
  return (written: string) => {
    try {
      return encode(decode(written)) === written
    } catch (error) {
      return error instanceof LedgerError
    }
  }
}

describe('texts that stand for bytes', () => {
  test('round, in Node and without it', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(fromHex(toHex(b))).toEqual(b)
        expect(fromBase64(toBase64(b))).toEqual(b)
        expect(fromBase64Url(toBase64Url(b))).toEqual(b)
        expect(portableBase64.encode(b)).toBe(toBase64(b))
        expect(portableBase64.decode(toBase64(b))).toEqual(b)
      }),
    )
  })

  test('have one accepted form', () => {
    const near = fc.string({
      unit: fc.constantFrom('A', 'Q', 'g', 'w', '_', '-', '+', '/', '=', ' ', '\n', 'z', '9'),
      maxLength: 9,
    })
    fc.assert(
      fc.property(near, (written) => {
        expect(isStrict(fromBase64, toBase64)(written)).toBe(true)
        expect(isStrict(fromBase64Url, toBase64Url)(written)).toBe(true)
        expect(isStrict(fromHex, toHex)(written)).toBe(true)
      }),
      { numRuns: 1000 },
    )
    for (const bad of [
      'AA',
      'AA=',
      'AB==',
      'AA==\n',
      ' AA==',
      'A_==',
      'AA==AA==',
      '====',
      '=',
      'é',
    ])
      expect(() => fromBase64(bad)).toThrow(LedgerError)
    for (const bad of ['AA==', 'AB', 'A', 'A+', 'A/'])
      expect(() => fromBase64Url(bad)).toThrow(LedgerError)
    for (const bad of ['0', 'AA', '0x', 'zz']) expect(() => fromHex(bad)).toThrow(LedgerError)
  })

  test('UTF-8 is decoded strictly, and keeps a byte order mark', () => {
    expect(text(utf8('é\u2028😀'))).toBe('é\u2028😀')
    expect(text(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe('\ufeff')
    expect(() => text(Uint8Array.of(0xff))).toThrow(LedgerError)
  })
})

describe('bytes', () => {
  test('are joined, compared and counted', () => {
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(
      Uint8Array.of(1, 2, 3),
    )
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false)
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(Buffer.compare(a, b)))
        expect(equalBytes(a, b)).toBe(compareBytes(a, b) === 0)
      }),
    )
  })

  test('integers are big-endian, and none is cut', () => {
    expect(toHex(u64be(258))).toBe('0000000000000102')
    expect(toHex(u64be(2n ** 64n - 1n))).toBe('ffffffffffffffff')
    expect(toHex(u32be(0x01020304))).toBe('01020304')
    for (const n of [-1, 1.5, 2 ** 53, NaN, -1n, 2n ** 64n])
      expect(() => u64be(n)).toThrow(LedgerError)
    for (const n of [-1, 1.5, 2 ** 32, NaN]) expect(() => u32be(n)).toThrow(LedgerError)
  })
})

describe('hashes', () => {
  test('are those of FIPS 180-4 and RFC 4231, of parts as of the whole', () => {
    expect(toHex(sha256(utf8('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(sha256(utf8('a'), utf8(''), utf8('bc'))).toEqual(sha256(utf8('abc')))
    const large = new Uint8Array(70_000).fill(7)
    expect(sha256(large.subarray(0, 1), large.subarray(1))).toEqual(sha256(large))
    expect(toHex(hmacSha256(new Uint8Array(20).fill(0x0b), utf8('Hi There')))).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    )
  })

  test('a commitment hides its value under a salt of 32 bytes', () => {
    const salt = new Uint8Array(32).fill(6)
    expect(toHex(commit(salt, utf8('{"name":"Ada"}')))).toBe(
      '122c9ef2b62f326ececfa947ca0c2991d79bfd96e4529e23b77598d6840db217',
    )
    expect(commit(new Uint8Array(32).fill(7), utf8('{"name":"Ada"}'))).not.toEqual(
      commit(salt, utf8('{"name":"Ada"}')),
    )
    expect(() => commit(new Uint8Array(31), utf8(''))).toThrow(LedgerError)
  })
})
