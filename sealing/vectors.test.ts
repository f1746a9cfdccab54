import { describe, expect, test } from 'vitest'
import { blindHash, emptyRoot, fromHex, toHex, utf8 } from '../ledger/index.ts'
import { headerHash, publicCommit } from './bid.ts'
import { bidsRoot, closeCommit } from './opening.ts'
import { hkdf } from './symmetric.ts'

const filled = (byte: number) => new Uint8Array(32).fill(byte)

describe('fixed values of sealed bids', () => {
  test('the commitment to the price fields', () => {
    const commit = publicCommit(filled(1), { amount: '1250000', currency: 'EUR' })
    expect(toHex(commit)).toBe('5be026e25d1ad538e57bb20f3325a88b2893ba43e773fbe2cffe642578951524')
  })

  test('the hash of a header', () => {
    const hash = headerHash({ t: 'bid-header/1' })
    expect(toHex(hash)).toBe('38d671efdcab51312148da26cbf3af4890a1bcd8d3d947c6c0bd2d46ee11dac9')
  })

  test('the commitment of a close without bids', () => {
    expect(bidsRoot([])).toEqual(emptyRoot)
    const commit = closeCommit(filled(3), 0, bidsRoot([]))
    expect(toHex(commit)).toBe('72c2dc189b2033ede239ff26b3ea009c803e56c86fd6de7f18500a4d7128c63e')
  })

  test('the blinded hash of an envelope', () => {
    const envelope = utf8('{"payload":"e30=","payloadType":"x","signatures":[]}')
    const hash = blindHash(filled(2), envelope)
    expect(toHex(hash)).toBe('f4132540d14c6d3a3af02a975e98819566ae955537a43f7d3325f4adf880032c')
  })
})

describe('HKDF with SHA-256, first 32 bytes of the cases of RFC 5869', () => {
  test('case 1, with salt and info', () => {
    const okm = hkdf(
      new Uint8Array(22).fill(0x0b),
      fromHex('f0f1f2f3f4f5f6f7f8f9'),
      fromHex('000102030405060708090a0b0c'),
    )
    expect(toHex(okm)).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf')
  })

  test('case 3, with neither', () => {
    const okm = hkdf(new Uint8Array(22).fill(0x0b), new Uint8Array(0))
    expect(toHex(okm)).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d')
  })
})
