import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SampleLog, officer, ORIGIN, stranger, TENDER, vendor } from './sample-log.ts'
import {
  BODY_SIZE_MAX,
  encodeCanonical,
  gateKey,
  isInstant,
  type Json,
  type JsonObject,
  LedgerError,
  pae,
  parseDocument,
  parseEnvelope,
  payloadTypeOf,
  signDocument,
  type SigningKey,
  signingKey,
  signStatement,
  text,
  toBase64,
  utf8,
  verifyDocument,
  verifyDocumentAsync,
  verifyStatement,
  verifyStatementAsync,
} from './index.ts'

const signed = new SampleLog().sign({ tender: TENDER, payload: { title: 'Café' } })
const key = gateKey(officer.pub)

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}

/** An envelope around any body, signed by a key that will sign anything. */
function envelopeAround(
  body: Uint8Array,
  over: JsonObject = {},
  signer: SigningKey = officer,
): Uint8Array {
  const payloadType = payloadTypeOf('file.note')
  const sig = toBase64(signer.sign(pae(payloadType, body)))
  const signatures = [{ keyid: signer.kid, sig }]
  return encodeCanonical({ payload: toBase64(body), payloadType, signatures, ...over })
}

const withMembers = (over: Record<string, Json | undefined>) => {
  const entries = Object.entries({ ...signed.value, ...over }).filter(
    ([, value]) => value !== undefined,
  )
  return codeOf(() =>
    parseEnvelope(envelopeAround(encodeCanonical(Object.fromEntries(entries) as Json))),
  )
}

describe('DSSE', () => {
  test('encodes as its specification says', () => {
    expect(text(pae('http://example.com/HelloWorld', utf8('hello world')))).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
    const type = 'application/vnd.example.procurement.event.v1+json'
    expect(text(pae(type, utf8('{"seq":0}')))).toBe(`DSSEv1 49 ${type} 9 {"seq":0}`)
    expect(
      toBase64(signingKey(new Uint8Array(32).fill(1)).sign(pae(type, utf8('{"seq":0}')))),
    ).toBe(
      'Hbz0O6im2BhcP+8BiQpvocwsTkzpt08yZ8dT/5WAHy7hcHf0skWRmj12IBJJeYfZa1wIWa40bXQZJelskKo5CA==',
    )
  })

  test('counts bytes, not characters', () => {
    expect(text(pae('é', utf8('ü')))).toBe('DSSEv1 2 é 2 ü')
  })

  test('a document is read back, and verifies with its key alone', async () => {
    const document = signDocument('application/vnd.example.a+json', { b: 1 }, officer)
    const read = parseDocument(document.envelope)
    expect(read.value).toEqual({ b: 1 })
    expect(read.hash).toEqual(document.hash)
    expect(verifyDocument(read, key)).toBe(true)
    expect(await verifyDocumentAsync(read, key)).toBe(true)
    expect(verifyDocument(read, gateKey(vendor.pub))).toBe(false)
    expect(await verifyDocumentAsync(read, gateKey(vendor.pub))).toBe(false)
  })

  test('a payload type that JSON or PAE would confuse is refused', () => {
    for (const type of ['', 'a', 'a/b c', 'a/b"', 'A/b', `a/${'b'.repeat(200)}`])
      expect(codeOf(() => signDocument(type, {}, officer))).toBe('envelope')
  })
})

describe('a statement', () => {
  test('is read back as it was signed, and verifies', async () => {
    const read = parseEnvelope(signed.envelope)
    expect(read.statement).toEqual(signed.statement)
    expect(read.envelope).toEqual(signed.envelope)
    expect(verifyStatement(read, key)).toBe(true)
    expect(await verifyStatementAsync(read, key)).toBe(true)
    expect(verifyStatement(read, gateKey(stranger.pub))).toBe(false)
  })

  test('T5: a signature over another payload type is void, and a type that disagrees with t is refused', () => {
    const { body, keyid, signature } = signed
    const retyped = (payloadType: string) => {
      const signatures = [{ keyid, sig: toBase64(signature) }]
      return encodeCanonical({ payload: toBase64(body), payloadType, signatures })
    }
    expect(codeOf(() => parseEnvelope(retyped(payloadTypeOf('file.note'))))).toBe('accepted')
    expect(codeOf(() => parseEnvelope(retyped(payloadTypeOf('file.end'))))).toBe('statement')
    expect(codeOf(() => parseEnvelope(retyped(payloadTypeOf('file.note', 2))))).toBe('statement')
    const document = parseDocument(retyped('application/vnd.tenderbook.receipt.v1+json'))
    expect(verifyDocument(document, key)).toBe(false)
  })

  test('T7: its identity does not hang on its signature', () => {
    const other = envelopeAround(signed.body, {
      signatures: [{ keyid: officer.kid, sig: toBase64(new Uint8Array(64).fill(7)) }],
    })
    const forged = parseEnvelope(other)
    expect(forged.hash).toEqual(signed.hash)
    expect(verifyStatement(forged, key)).toBe(false)
  })

  test('of another key than it names is refused', () => {
    expect(codeOf(() => signStatement(signed.statement, vendor))).toBe('argument')
    expect(codeOf(() => parseEnvelope(envelopeAround(signed.body, {}, vendor)))).toBe('statement')
  })

  test.each<[string, Json | undefined, string]>([
    ['v', 2, 'shape'],
    ['v', '1', 'shape'],
    ['v', undefined, 'shape'],
    ['t', 'note', 'shape'],
    ['t', 'File.note', 'shape'],
    ['t', 'file.end', 'statement'],
    ['aud', 'a b', 'shape'],
    ['aud', `${ORIGIN}+`, 'shape'],
    ['tender', '', 'shape'],
    ['tender', 'a"b', 'shape'],
    ['tender', undefined, 'accepted'],
    ['tenderHead', 'x', 'shape'],
    ['phase', 1, 'shape'],
    ['actor', 'a'.repeat(129), 'shape'],
    ['role', '', 'shape'],
    ['kid', vendor.kid, 'statement'],
    ['kid', officer.kid.slice(1), 'shape'],
    ['nonce', 'BAQEBAQEBAQEBAQEBAQEBB', 'shape'],
    ['nonce', 'BAQEBAQEBAQEBAQEBAQE', 'shape'],
    ['issuedAt', '2026-01-02T03:04:05Z', 'shape'],
    ['issuedAt', '2026-02-29T03:04:05.000000Z', 'shape'],
    ['notAfter', '2025-01-02T03:04:05.000000Z', 'statement'],
    ['payload', [], 'shape'],
    ['payload', 'x', 'shape'],
    ['seen', { size: 1 }, 'shape'],
    ['seen', { size: -1, root: officer.kid }, 'shape'],
    ['seen', { size: 1, root: officer.kid, more: 1 }, 'shape'],
    ['cause', 'x', 'shape'],
    ['more', 1, 'shape'],
  ])('with %s = %j is answered: %s', (member, value, code) => {
    expect(withMembers({ [member]: value })).toBe(code)
  })

  test('an envelope with more, fewer or other members is refused', () => {
    const [signature] = [{ keyid: officer.kid, sig: toBase64(signed.signature) }]
    const envelope = (over: JsonObject) =>
      codeOf(() => parseEnvelope(envelopeAround(signed.body, over)))
    expect(envelope({})).toBe('accepted')
    expect(envelope({ more: 1 })).toBe('shape')
    expect(envelope({ signatures: [] })).toBe('envelope')
    expect(envelope({ signatures: [signature, signature] })).toBe('envelope')
    expect(envelope({ signatures: [{ ...signature, more: 1 }] })).toBe('shape')
    expect(envelope({ signatures: [{ keyid: officer.kid, sig: 'AAAA' }] })).toBe('envelope')
    expect(envelope({ payload: 1 })).toBe('shape')
    expect(envelope({ payload: toBase64(signed.body).replace(/=*$/, '') + '====' })).toBe('base64')
    expect(envelope({ payload: toBase64(utf8('{ }')) })).toBe('canonical')
    expect(envelope({ payload: toBase64(utf8('[]')) })).toBe('shape')
    expect(codeOf(() => parseEnvelope(utf8(`${text(signed.envelope)} `)))).toBe('canonical')
  })

  test('a body of 32 KiB is the greatest', () => {
    const padded = (length: number) => () =>
      signDocument('a/b', { a: 'x'.repeat(length - '{"a":""}'.length) }, officer)
    expect(parseDocument(padded(BODY_SIZE_MAX)().envelope).body).toHaveLength(32_768)
    expect(codeOf(padded(BODY_SIZE_MAX + 1))).toBe('size')
    const large = encodeCanonical({ a: 'x'.repeat(BODY_SIZE_MAX) })
    expect(codeOf(() => parseEnvelope(envelopeAround(large)))).toBe('size')
    expect(codeOf(() => parseEnvelope(new Uint8Array(1_000_000)))).toBe('size')
  })

  test('any changed byte of an envelope is refused, or is another signature', () => {
    const { envelope } = signed
    fc.assert(
      fc.property(fc.nat(envelope.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = envelope.slice()
        // The index is below the length.
        changed[at] = (changed[at] as number) ^ change
        let read
        try {
          read = parseEnvelope(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerError)
          return
        }
        expect(verifyStatement(read, key)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})

describe('instants', () => {
  test.each([
    '2026-01-02T03:04:05.000000Z',
    '2024-02-29T23:59:59.999999Z',
    '2000-02-29T00:00:00.000000Z',
    '0001-12-31T00:00:00.000000Z',
  ])('%s is one', (instant) => {
    expect(isInstant(instant)).toBe(true)
  })

  test.each([
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.000Z',
    '2026-01-02T03:04:05.0000000Z',
    '2026-01-02T03:04:05.000000+00:00',
    '2026-01-02 03:04:05.000000Z',
    '2026-1-02T03:04:05.000000Z',
    '2025-02-29T00:00:00.000000Z',
    '1900-02-29T00:00:00.000000Z',
    '2026-04-31T00:00:00.000000Z',
    '2026-13-01T00:00:00.000000Z',
    '2026-00-01T00:00:00.000000Z',
    '2026-01-00T00:00:00.000000Z',
    '2026-01-02T24:00:00.000000Z',
    '2026-01-02T03:60:05.000000Z',
    '2026-01-02T03:04:60.000000Z',
    '2026-01-02T03:04:05.000000Z\n',
    '２026-01-02T03:04:05.000000Z',
  ])('%j is none', (instant) => {
    expect(isInstant(instant)).toBe(false)
  })
})
