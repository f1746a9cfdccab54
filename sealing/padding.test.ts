import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frame, frameSize, padme, unframe } from './padding.ts'
import { flip } from './rehearsal.ts'

describe('Padmé', () => {
  test('gives the published examples', () => {
    const examples = [9, 100, 1025, 65_537, 1_000_000].map(padme)
    expect(examples).toEqual([10, 104, 1088, 67_584, 1_015_808])
  })

  test('holds every length, adds at most 12 %, and pads nothing twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2 ** 45 }), (length) => {
        const padded = padme(length)
        expect(padded).toBeGreaterThanOrEqual(length)
        expect(padded / length).toBeLessThanOrEqual(1.12)
        expect(padme(padded)).toBe(padded)
      }),
      { numRuns: 2_000 },
    )
  })

  test('never gives a longer file a smaller size', () => {
    for (let length = 0; length < 5_000; length++)
      expect(padme(length + 1)).toBeGreaterThanOrEqual(padme(length))
  })

  test('refuses what is no length', () => {
    for (const length of [-1, 1.5, Number.NaN, Infinity])
      expect(() => padme(length)).toThrow('length')
  })
})

describe('a frame', () => {
  test('gives back what was framed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(50), (bytes, room) => {
        expect(unframe(frame(bytes, bytes.length + 4 + room))).toEqual(bytes)
      }),
    )
  })

  test('does not hold more than its size', () => {
    expect(() => frame(new Uint8Array(13), 16)).toThrow('do not fit')
  })

  test('with a byte in its padding, or a length beyond its end, is refused', () => {
    const framed = frame(new Uint8Array(8), 16)
    for (const i of [12, 13, 14, 15]) expect(() => unframe(flip(framed, i))).toThrow('padding')
    for (const i of [0, 1, 2]) expect(() => unframe(flip(framed, i))).toThrow('exceeds')
    expect(() => unframe(framed.slice(0, 3))).toThrow('no length')
  })

  test('grows in steps', () => {
    expect([0, 12, 13, 28, 29].map((length) => frameSize(length, 16))).toEqual([16, 16, 32, 32, 48])
  })
})
