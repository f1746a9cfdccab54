import { describe, expect, test } from 'vitest'
import {
  blindHash,
  emptyRoot,
  encodeEntry,
  fromHex,
  genesisHash,
  leafHash,
  parseEntry,
  rootOf,
  signingKey,
  signStatement,
  text,
  toBase64,
  toBase64Url,
  toHex,
} from './index.ts'
import { parseEnvelope } from './statement.ts'

const LOG = 'ledger.example.gov/agency/042'
const actor = signingKey(new Uint8Array(32).fill(3))

/** The worked example of the format: one statement in the open, and the same one sealed. */
function workedExample() {
  const signed = signStatement(
    {
      v: 1,
      t: 'solicitation.publish',
      aud: LOG,
      tender: 'ocds-213czf-042-1',
      phase: 'planning',
      actor: 'p-7f3a',
      role: 'contracting-officer',
      kid: actor.kid,
      nonce: toBase64Url(new Uint8Array(16).fill(4)),
      issuedAt: '2026-01-02T03:04:05.000000Z',
      notAfter: '2026-01-02T03:09:05.000000Z',
      payload: { title: 'Café' },
      seen: { size: 0, root: toBase64Url(emptyRoot) },
    },
    actor,
  )
  const open = encodeEntry({
    v: 1,
    log: LOG,
    index: 0,
    prev: genesisHash(LOG),
    at: '2026-01-02T03:04:05.678901Z',
    chain: { tender: 'ocds-213czf-042-1', pseq: 0 },
    dsse: signed,
  })
  const sealed = encodeEntry({
    v: 1,
    log: LOG,
    index: 1,
    prev: leafHash(open),
    at: '2026-01-02T03:04:06.000000Z',
    blindHash: blindHash(new Uint8Array(32).fill(5), signed.envelope),
  })
  return { signed, open, sealed }
}

describe('the worked example', () => {
  test('is reproduced to the byte', () => {
    const { signed, open, sealed } = workedExample()
    expect(toHex(actor.pub)).toBe(
      'ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1',
    )
    expect(actor.kid).toBe('nRIE2VmKdMjL1JD7tbV7fXVgXxmv0GKnMFWRUJMTf9Q')
    expect(signed.body).toHaveLength(432)
    expect(signed.pae).toHaveLength(502)
    expect(toBase64(signed.signature)).toBe(
      'Jrb376Hhc1eH+CybXaceN6YueCPoXV+n21r0mnVD5wJmdAxxbIXE7LvIo2k6o82MO0Sl5ohNNCasuFWp+T87AA==',
    )
    expect(toHex(signed.hash)).toBe(
      '1d8dc9076a411501912c92d00647ff557edc72aaae58ce4c933f9c3e005fa7ae',
    )
    expect(open).toHaveLength(1030)
    expect(text(sealed)).toBe(
      `{"at":"2026-01-02T03:04:06.000000Z","dsse":{"blindHash":"BnVjgdf03e5XMdihpOmmve7afjCHq/NGIHJfsKW7MC0="},"index":1,"log":"${LOG}","prev":"nfHRC0JkDFkaFNulnBrOIN7bvA5gBtZnuJbVu4SafCs=","v":1}`,
    )
    expect(toHex(leafHash(open))).toBe(
      '9df1d10b42640c591a14dba59c1ace20dedbbc0e6006d667b896d5bb849a7c2b',
    )
    expect(toHex(leafHash(sealed))).toBe(
      'e58ed5ded3511d51edd0e325280ef7aac51e2e79140cecf8a76018644a4fba8f',
    )
    expect(toHex(rootOf([leafHash(open), leafHash(sealed)]))).toBe(
      '504b1354f3a6e6f54168b9910193de66d4ef49ef10f17d33a0a43fc2e7c54008',
    )
  })

  test('is read back as it was written', () => {
    const { signed, open, sealed } = workedExample()
    const entry = parseEntry(open)
    expect(entry.dsse?.statement).toEqual(signed.statement)
    expect(encodeEntry(entry)).toEqual(open)
    expect(encodeEntry(parseEntry(sealed))).toEqual(sealed)
    expect(parseEnvelope(signed.envelope).hash).toEqual(signed.hash)
    expect(fromHex(toHex(open))).toEqual(open)
  })
})
