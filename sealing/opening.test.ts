import { describe, expect, test } from 'vitest'
import { parseCanonical, sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { readResult } from '../procurement/index.ts'
import { encodeOpening, type OpeningDocument } from './opening.ts'

const hash = (name: string) => toBase64Url(sha256(utf8(name)))

/** An opening of so many bids, every third void, with prices of all lengths. */
function opening(count: number): OpeningDocument {
  const bids = Array.from({ length: count }, (_, i): OpeningDocument['bids'][number] => {
    const commitHash = hash(`bid ${i}`)
    if (i % 3 === 2) return { commitHash, status: 'void', code: 'V3' }
    const money = { amount: String(10 ** (i % 9)), currency: 'USD' }
    const capsuleHash = hash(`capsule ${i}`)
    return { commitHash, status: 'opened', capsuleHash, public: money, salt: hash(`salt ${i}`) }
  })
  const close = { salt: hash('salt'), count: String(count), root: hash('root') }
  return { close, bids, faults: count > 1 ? [{ id: 'p-sam', commitHash: hash('bid 0') }] : [] }
}

describe('the document of an opening', () => {
  test('is of one size, whether none or twenty have bid', () => {
    const sizes = [0, 1, 3, 20].map((count) => encodeOpening(opening(count)).length)
    expect(sizes).toEqual([16_384, 16_384, 16_384, 16_384])
  })

  test('grows by whole steps, and fills one to the last byte', () => {
    for (let count = 55; count < 80; count++)
      expect(encodeOpening(opening(count)).length % 16_384).toBe(0)
    expect(encodeOpening(opening(200)).length).toBeGreaterThan(16_384)
  })

  test('says what it said, and the rules read it', () => {
    const document = opening(3)
    const bytes = encodeOpening(document)
    expect(parseCanonical(bytes)).toMatchObject(document)
    expect(readResult(bytes)).toMatchObject(document)
  })

  test('has nothing in its padding', () => {
    const bytes = encodeOpening(opening(1))
    const spoiled = utf8(new TextDecoder().decode(bytes).replace('"pad":"0', '"pad":"1'))
    expect(spoiled).not.toEqual(bytes)
    expect(readResult(spoiled)).toBeUndefined()
  })
})
