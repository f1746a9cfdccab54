import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Point, sign as nobleSign } from '@noble/ed25519'
import {
  fromHex,
  gateKey,
  keyId,
  LedgerError,
  native,
  parseVkey,
  portable,
  signingKey,
  toBase64Url,
  toHex,
  utf8,
  verifySignature,
  verifySignatureAsync,
} from './index.ts'

const L = 2n ** 252n + 27742317777372353535851937790883648493n
const key = signingKey(new Uint8Array(32).fill(3))
const gated = gateKey(key.pub)
const refusal = (work: () => unknown): unknown => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof LedgerError ? error.code : error
  }
}

/** Little-endian, 32 bytes. */
function scalarBytes(n: bigint): Uint8Array {
  return fromHex(n.toString(16).padStart(64, '0')).reverse()
}

describe('Ed25519', () => {
  test('Node and noble make and accept the same signatures', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (message) => {
        const signature = key.sign(message)
        const seed = new Uint8Array(32).fill(3)
        expect(toHex(signature)).toBe(toHex(nobleSign(message, seed)))
        expect(portable.verify(gated, message, signature)).toBe(true)
        expect(native?.verify(gated, message, signature)).toBe(true)
        expect(await verifySignatureAsync(gated, message, signature)).toBe(true)
        expect(verifySignature(gated, utf8('another'), signature)).toBe(false)
      }),
      { numRuns: 10 },
    )
  })

  test('every flipped bit makes a signature void, by both', async () => {
    const message = utf8('message')
    const signature = key.sign(message)
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = signature.slice()
      // The index is below 64.
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(portable.verify(gated, message, flipped)).toBe(false)
      expect(native?.verify(gated, message, flipped)).toBe(false)
      expect(await native?.verifyAsync(gated, message, flipped)).toBe(false)
    }
  })

  test.each([
    ['the identity', '01'.padEnd(64, '0')],
    ['order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['order 4', '00'.repeat(32)],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8, another', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    [
      'the identity, not canonical',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ],
    ['the identity with a sign', `01${'0'.repeat(60)}80`],
    ['a point with torsion', toHex(withTorsion())],
    ['no point', '02'.padEnd(64, '0')],
  ])('T2: a key that is %s is refused', (_, hex) => {
    expect(refusal(() => gateKey(fromHex(hex)))).toBe('key')
  })

  test('T3: S + L in place of S is refused', () => {
    const message = utf8('message')
    const signature = key.sign(message)
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`)
    const malleable = Uint8Array.from([...signature.subarray(0, 32), ...scalarBytes(s + L)])
    expect(verifySignature(gated, message, signature)).toBe(true)
    expect(portable.verify(gated, message, malleable)).toBe(false)
    expect(native?.verify(gated, message, malleable)).toBe(false)
  })

  test('T4: keys of another length or in another writing are refused', () => {
    for (const length of [0, 31, 33, 64])
      expect(refusal(() => gateKey(new Uint8Array(length)))).toBe('key')
    const vkey = (written: string) =>
      refusal(() => parseVkey(`log.example+${'0'.repeat(8)}+${written}`))
    expect(vkey(toHex(key.pub))).toBe('vkey')
    const log = Uint8Array.of(1, ...signingKey(new Uint8Array(32).fill(1)).pub)
    expect(toBase64Url(log)).toContain('_')
    expect(vkey(toBase64Url(log))).toBe('base64')
  })

  test('signatures of another length are void', () => {
    for (const length of [0, 63, 65]) {
      expect(verifySignature(gated, utf8('m'), new Uint8Array(length))).toBe(false)
      expect(portable.verify(gated, utf8('m'), new Uint8Array(length))).toBe(false)
    }
  })

  test('the fixed signature that libraries accept for every message under a weak key is void', () => {
    const fixed = fromHex('01'.padEnd(128, '0'))
    expect(portable.verify(gated, utf8('m'), fixed)).toBe(false)
    expect(native?.verify(gated, utf8('m'), fixed)).toBe(false)
  })

  test('the key id is the thumbprint of RFC 7638', () => {
    // RFC 8037, appendix A.3.
    const pub = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(keyId(pub)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
    expect(gateKey(pub).kid).toBe(keyId(pub))
  })
})

/** A sound key plus a point of order 8. */
function withTorsion(): Uint8Array {
  const order8 = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
  return Point.fromBytes(key.pub).add(Point.fromHex(order8, true)).toBytes()
}
