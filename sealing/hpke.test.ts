import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_P256_HKDF_SHA256 } from 'hpke'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex, utf8 } from '../ledger/index.ts'
import {
  deriveKeyPair,
  exportMemberKey,
  generateMemberKey,
  importMemberKey,
  open,
  seal,
} from './hpke.ts'
import { flip } from './rehearsal.ts'

const second = new CipherSuite(KEM_DHKEM_P256_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
const context = { info: utf8('info'), aad: utf8('aad') }
const plain = utf8('a share')

/** Published with RFC 9180 for mode 0, kem 16, kdf 1, aead 2, sequence number 0. */
const VECTOR = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  ikmE: 'a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c',
  ikmR: 'a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3',
  pkRm:
    '04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c68513' +
    '6f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c',
  enc:
    '04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f0' +
    '3e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0',
  aad: '436f756e742d30',
  pt: '4265617574792069732074727574682c20747275746820626561757479',
  ct:
    '58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d2917424' +
    '65e902cd216f8908da49f8f96f',
}

describe('the suite of RFC 9180', () => {
  test('the published vector is sealed byte for byte with its ekm', async () => {
    const { info, ikmE, pkRm, aad, pt } = VECTOR
    const message = {
      info: fromHex(info),
      aad: fromHex(aad),
      plain: fromHex(pt),
      ekm: fromHex(ikmE),
    }
    const { enc, ct } = await seal(fromHex(pkRm), message)
    expect(toHex(enc)).toBe(VECTOR.enc)
    expect(toHex(ct)).toBe(VECTOR.ct)
  })

  test('the published vector opens with the derived key pair', async () => {
    const key = await deriveKeyPair(fromHex(VECTOR.ikmR))
    expect(toHex(key.publicKey)).toBe(VECTOR.pkRm)
    const { info, aad, enc, ct } = VECTOR
    const message = { info: fromHex(info), aad: fromHex(aad), enc: fromHex(enc), ct: fromHex(ct) }
    expect(toHex(await open(key, message))).toBe(VECTOR.pt)
  })

  test('another library opens what this one seals, and the reverse', async () => {
    for (let round = 0; round < 8; round++) {
      const key = await generateMemberKey()
      const ours = await seal(key.publicKey, { ...context, plain })
      expect(await second.Open(key.pair, ours.enc, ours.ct, context)).toEqual(plain)
      const publicKey = await second.DeserializePublicKey(key.publicKey)
      const theirs = await second.Seal(publicKey, plain, context)
      const message = { enc: theirs.encapsulatedSecret, ct: theirs.ciphertext }
      expect(await open(key, { ...context, ...message })).toEqual(plain)
    }
  })

  test('a deterministic encapsulation opens in both libraries', async () => {
    const key = await generateMemberKey()
    const ekm = new Uint8Array(32).fill(9)
    const first = await seal(key.publicKey, { ...context, plain, ekm })
    expect(await seal(key.publicKey, { ...context, plain, ekm })).toEqual(first)
    expect(await second.Open(key.pair, first.enc, first.ct, context)).toEqual(plain)
  })
})

describe('keys', () => {
  test('a key that cannot be exported opens every message', async () => {
    const key = await generateMemberKey()
    expect(key.pair.privateKey.extractable).toBe(false)
    for (let i = 0; i < 20; i++) {
      const sealed = await seal(key.publicKey, { ...context, plain: Uint8Array.of(i) })
      expect(await open(key, { ...context, ...sealed })).toEqual(Uint8Array.of(i))
    }
    await expect(exportMemberKey(key)).rejects.toThrow()
  })

  test('a key comes back from its file, not extractable', async () => {
    const made = await generateMemberKey({ extractable: true })
    const key = await importMemberKey(await exportMemberKey(made))
    expect(key.publicKey).toEqual(made.publicKey)
    expect(key.pair.privateKey.extractable).toBe(false)
    const sealed = await seal(made.publicKey, { ...context, plain })
    expect(await open(key, { ...context, ...sealed })).toEqual(plain)
  })

  test('a file whose halves do not belong together is refused', async () => {
    const one = await exportMemberKey(await generateMemberKey({ extractable: true }))
    const other = await exportMemberKey(await generateMemberKey({ extractable: true }))
    await expect(importMemberKey({ ...one, d: other.d })).rejects.toMatchObject({ code: 'form' })
  })

  test('a public key that is no point of the curve is refused', async () => {
    const { publicKey } = await generateMemberKey()
    const off = flip(publicKey, 64)
    await expect(seal(off, { ...context, plain })).rejects.toMatchObject({ code: 'form' })
    await expect(seal(publicKey.slice(1), { ...context, plain })).rejects.toMatchObject({
      code: 'form',
    })
  })
})

describe('a message with one bit flipped does not open', () => {
  test('in every byte of enc, ct, info and aad', async () => {
    const key = await generateMemberKey()
    const sealed = { ...context, ...(await seal(key.publicKey, { ...context, plain })) }
    expect(await open(key, sealed)).toEqual(plain)
    for (const part of ['enc', 'ct', 'info', 'aad'] as const)
      for (let i = 0; i < sealed[part].length; i++) {
        const opened = open(key, { ...sealed, [part]: flip(sealed[part], i) })
        await expect(opened).rejects.toMatchObject({ code: 'not-openable' })
      }
  })

  test('nor with another key', async () => {
    const sealed = await seal((await generateMemberKey()).publicKey, { ...context, plain })
    const opened = open(await generateMemberKey(), { ...context, ...sealed })
    await expect(opened).rejects.toMatchObject({ code: 'not-openable' })
  })

  test('bytes that are views into a shared buffer are read as what they show', async () => {
    const shared = new Uint8Array(200).fill(7)
    const key = await generateMemberKey()
    const view = shared.subarray(50, 60)
    const sealed = await seal(key.publicKey, {
      info: shared.subarray(1, 3),
      aad: shared.subarray(3, 9),
      plain: view,
    })
    const same = { info: new Uint8Array(2).fill(7), aad: new Uint8Array(6).fill(7) }
    expect(await open(key, { ...same, ...sealed })).toEqual(new Uint8Array(10).fill(7))
  })
})
