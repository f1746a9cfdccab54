import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { officer, SampleLog } from './sample-log.ts'
import {
  type Entry,
  ENTRY_SIZE_MAX,
  LedgerError,
  parseEnvelope,
  utf8,
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

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}

describe('an entry', () => {
  const { open, sealed } = workedExample()
  const reading = (change: (entry: string) => string, of = open) => {
    const changed = change(text(of))
    expect(changed).not.toBe(text(of))
    return codeOf(() => parseEntry(utf8(changed)))
  }

  test('T42, T44, T47: duplicate members, other numbers, spacing, order or escapes are refused', () => {
    expect(reading((e) => e.replace('"v":1', '"v":1,"v":1'))).toBe('entry')
    expect(reading((e) => e.replace('"index":0', '"index":0,"index":0'))).toBe('entry')
    for (const index of ['00', '-0', '0.0', '0e0', '"0"', '+0', 'null'])
      expect(reading((e) => e.replace('"index":0', `"index":${index}`))).toBe('entry')
    expect(reading((e) => e.replace('"index":0', '"index":9007199254740993'))).toBe('shape')
    expect(reading((e) => e.replace('"v":1', '"v": 1'))).toBe('entry')
    expect(reading((e) => `${e}\n`)).toBe('entry')
    expect(reading((e) => `\ufeff${e}`)).toBe('entry')
    expect(reading((e) => e.replace('ledger', '\\u006cedger'))).toBe('entry')
    expect(reading((e) => e.replace(/"index":0,(.*),"v":1/, '"v":1,$1,"index":0'))).toBe('entry')
    expect(reading((e) => e.replace('"v":1', '"v":2'))).toBe('entry')
    expect(reading((e) => e.replace('"v":1', '"v":1,"w":1'))).toBe('entry')
  })

  test('T43: __proto__ and constructor are refused as members', () => {
    expect(reading((e) => e.replace('"v":1', '"v":1,"__proto__":1'))).toBe('entry')
    expect(reading((e) => e.replace('{"at"', '{"__proto__":{},"at"'))).toBe('entry')
  })

  test('hashes, instants and names of another form are refused', () => {
    expect(reading((e) => e.replace('DlrDM=', 'DlrDN='))).toBe('base64')
    expect(reading((e) => e.replace('"at":"2026-01-02', '"at":"2026-02-30'))).toBe('shape')
    expect(reading((e) => e.replace('"log":"ledger', '"log":"led ger'))).toBe('shape')
    expect(reading((e) => e.replace('Tf9Q","sig', 'Tf9R","sig'))).toBe('shape')
    expect(reading((e) => e.replace('MC0="},', 'MC1="},'), sealed)).toBe('base64')
  })

  test('chain goes with the tender of the statement, and pprev with pseq', () => {
    expect(reading((e) => e.replace(/"chain":\{.*?\},/, ''))).toBe('entry')
    expect(reading((e) => e.replace('"tender":"ocds', '"tender":"Ocds'))).toBe('entry')
    expect(reading((e) => e.replace('"pseq":0', '"pseq":1'))).toBe('entry')
    const pprev = `"pprev":"${toBase64(genesisHash(LOG))}",`
    expect(reading((e) => e.replace('"pseq":0', `${pprev}"pseq":0`))).toBe('entry')
    expect(reading((e) => e.replace('"pseq":0', `${pprev}"pseq":1`))).toBe('accepted')
    const chain = '"chain":{"pseq":0,"tender":"ocds-213czf-042-1"},'
    expect(reading((e) => e.replace('"dsse"', `${chain}"dsse"`), sealed)).toBe('entry')
  })

  test('the one order of members is that of the bytes: arrivedAt comes first', () => {
    const entry: Entry = { ...parseEntry(sealed), arrivedAt: '2026-01-02T03:04:05.999999Z' }
    const bytes = encodeEntry(entry)
    expect(text(bytes)).toMatch(/^\{"arrivedAt":"2026-01-02T03:04:05.999999Z","at":/)
    expect(parseEntry(bytes)).toEqual(entry)
  })

  test('T49: over 65,535 bytes it is refused before it is written, and when it is read', () => {
    const body = (length: number) => ({ title: 'x'.repeat(length) })
    const { signed } = new SampleLog().append({ key: officer, payload: body(31_000) })
    const base = {
      v: 1,
      log: LOG,
      index: 0,
      prev: genesisHash(LOG),
      at: '2026-01-02T03:04:05.000000Z',
    } as const
    expect(encodeEntry({ ...base, dsse: signed }).length).toBeLessThan(ENTRY_SIZE_MAX)
    // No statement within its own limit makes an entry too large; a log name could.
    const name = 'n'.repeat(40_000)
    expect(codeOf(() => encodeEntry({ ...base, log: name, dsse: signed }))).toBe('size')
    expect(codeOf(() => parseEntry(new Uint8Array(ENTRY_SIZE_MAX + 1).fill(0x20)))).toBe('size')
    expect(codeOf(() => parseEntry(new Uint8Array(ENTRY_SIZE_MAX).fill(0x20)))).toBe('entry')
  })

  test('T50: bytes that went through jsonb are another text and are refused', () => {
    // PostgreSQL orders members by length, then by bytes, and spaces them.
    const jsonb = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(jsonb).join(', ')}]`
      if (typeof value !== 'object' || value === null) return JSON.stringify(value)
      const members = Object.entries(value).sort(
        ([a], [b]) => a.length - b.length || (a < b ? -1 : 1),
      )
      return `{${members.map(([name, item]) => `${JSON.stringify(name)}: ${jsonb(item)}`).join(', ')}}`
    }
    expect(reading((e) => jsonb(JSON.parse(e)))).toBe('entry')
    expect(reading((e) => jsonb(JSON.parse(e)), sealed)).toBe('entry')
  })

  test('members that would not be read back are never written', () => {
    const entry = parseEntry(sealed)
    const writing = (over: object) => codeOf(() => encodeEntry({ ...entry, ...over }))
    expect(writing({})).toBe('accepted')
    expect(writing({ at: '' })).toBe('entry')
    expect(writing({ log: 'a"b' })).toBe('entry')
    expect(writing({ index: 1.5 })).toBe('entry')
    expect(writing({ index: -1 })).toBe('entry')
    expect(writing({ prev: new Uint8Array(31) })).toBe('entry')
    expect(writing({ blindHash: new Uint8Array(31) })).toBe('entry')
  })

  test('whatever the bytes, they are read exactly or refused with a code', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(open, sealed),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (of, at, change) => {
          const changed = of.slice()
          // The index is below the length.
          changed[at % of.length] = (changed[at % of.length] as number) ^ change
          let entry
          try {
            entry = parseEntry(changed)
          } catch (error) {
            expect(error).toBeInstanceOf(LedgerError)
            return
          }
          expect(encodeEntry(entry)).toEqual(changed)
        },
      ),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(codeOf(() => parseEntry(bytes))).not.toBe('accepted')
      }),
    )
  })
})
