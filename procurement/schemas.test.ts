import { describe, expect, test } from 'vitest'
import { identifierSchema, lineSchema, textSchema, titleSchema } from './schemas.ts'

const reads = (schema: { safeParse: (text: string) => { success: boolean } }) => (text: string) =>
  schema.safeParse(text).success

/** A bell, an escape, another line's beginning, and every mark that reorders what stands around it. */
const CONTROLS = ['\0', '\u0007', '\u001b', '\r', '\u007f', '\u0085', '\u009b']
const REORDERING = [
  ...['\u061c', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e'],
  ...['\u2066', '\u2067', '\u2068', '\u2069'],
]

describe('what people read', () => {
  test('holds no character that is unseen and acts', () => {
    for (const mark of [...CONTROLS, ...REORDERING])
      for (const text of [`a${mark}b`, `${mark}ab`, `ab${mark}`])
        for (const schema of [titleSchema, textSchema, lineSchema(64)])
          expect([mark.codePointAt(0), reads(schema)(text)]).toEqual([mark.codePointAt(0), false])
  })
  test('in one line has no other line or column; a longer text may', () => {
    for (const between of ['\n', '\t', '\u2028', '\u2029']) {
      expect(reads(titleSchema)(`a${between}b`)).toBe(false)
      expect(reads(textSchema)(`a${between}b`)).toBe(true)
    }
  })
  test('is of any language, with what joins its letters and faces', () => {
    const texts = ['Բժշկական սարքեր', 'مناقصة ٢٠٢٦', 'נייר', 'क्‍ष', '👩‍🚒 ❤️', '12 × 4⅛ %', 'é']
    for (const schema of [titleSchema, textSchema]) expect(texts.every(reads(schema))).toBe(true)
  })
  test('in an identifier is what it is compared by', () => {
    expect(identifierSchema.safeParse({ scheme: 'US-UEI', id: 'V-PINYON' }).success).toBe(true)
    expect(identifierSchema.safeParse({ scheme: 'US-UEI', id: 'V-\u200ePINYON' }).success).toBe(
      false,
    )
  })
})
