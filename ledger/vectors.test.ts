/** Public vectors, read from beside the project where they are there: Wycheproof, CCTV, JCS, transparency-dev, a real log. */
import canonicalize from 'canonicalize'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  appendToTiles,
  bundlePath,
  encodeBundle,
  encodeCanonical,
  type Json,
  Frontier,
  fromBase64,
  fromHex,
  gateKey,
  leafHash,
  LedgerError,
  native,
  openCheckpoint,
  parseBundle,
  parseNoteSecret,
  portable,
  signCheckpoint,
  signingKey,
  text,
  tilePath,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

const VECTORS = new URL('../../shared/data/vectors/', import.meta.url)
const isHere = existsSync(VECTORS)

function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, VECTORS)))
}

function jsonOf(name: string): unknown {
  return JSON.parse(text(bytesOf(name)))
}

/** What both implementations say of a signature; undefined where they differ. */
function verdictOn(pub: string, message: Uint8Array, signature: string): boolean | undefined {
  try {
    const key = gateKey(fromHex(pub))
    const verdict = portable.verify(key, message, fromHex(signature))
    return native?.verify(key, message, fromHex(signature)) === verdict ? verdict : undefined
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'key') return false
    throw error
  }
}

describe.skipIf(!isHere)('T1: signatures count alike in both implementations', () => {
  test('of the CCTV edge cases only number 305 counts', () => {
    interface Case {
      number: number
      key: string
      sig: string
      msg: string
    }
    // These files are of the shape that their publishers document.
    const cases = jsonOf('ed25519-cctv.json') as Case[]
    expect(cases).toHaveLength(914)
    const verdicts = cases.map(({ key, sig, msg }) => verdictOn(key, utf8(msg), sig))
    expect(verdicts.filter((verdict) => verdict === undefined)).toEqual([])
    expect(cases.filter((_, i) => verdicts[i]).map(({ number }) => number)).toEqual([305])
  })

  test('of the Wycheproof cases exactly the valid ones count', () => {
    interface Group {
      publicKey: { pk: string }
      tests: { tcId: number; msg: string; sig: string; result: string }[]
    }
    const { testGroups } = jsonOf('ed25519-wycheproof.json') as { testGroups: Group[] }
    const cases = testGroups.flatMap(({ publicKey: { pk }, tests }) =>
      tests.map((t) => ({ ...t, verdict: verdictOn(pk, fromHex(t.msg), t.sig) })),
    )
    expect(cases).toHaveLength(151)
    expect(cases.filter(({ verdict }) => verdict).length).toBe(88)
    for (const { tcId, verdict, result } of cases)
      expect([tcId, verdict]).toEqual([tcId, result === 'valid'])
  })
})

describe.skipIf(!isHere)('canonical JSON', () => {
  interface Case {
    name: string
    input: string
    canonical: string
  }
  test('the RFC 8785 samples come out of the library, and of our writer where it admits them', () => {
    const { cases } = jsonOf('jcs.json') as { cases: Case[] }
    expect(cases).toHaveLength(6)
    const admitted = cases.filter(({ input, canonical }) => {
      const value = JSON.parse(input) as Json
      expect(canonicalize(value)).toBe(canonical)
      try {
        expect(text(encodeCanonical(value))).toBe(canonical)
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(LedgerError)
        return false
      }
    })
    // The others hold null, floats or text that is not in NFC.
    expect(admitted.map(({ name }) => name)).toEqual(['french', 'structures'])
  })
})

describe.skipIf(!isHere)('T10: the Merkle vectors of transparency-dev', () => {
  interface Inclusion {
    leafIdx: number
    start?: number
    end?: number
    treeSize: number
    root: string | null
    leafHash: string
    proof: string[] | null
    wantErr: boolean
    name: string
  }
  interface Consistency {
    size1: number
    size2: number
    root1: string
    root2: string
    proof: string[] | null
    wantErr: boolean
    name: string
  }
  const decode = (hash: string | null) => fromBase64(hash ?? '')
  const path = (proof: string[] | null) => (proof ?? []).map(fromBase64)
  const { inclusion, consistency } = (
    isHere ? jsonOf('merkle-proofs.json') : { inclusion: [], consistency: [] }
  ) as { inclusion: Inclusion[]; consistency: (Consistency | Inclusion)[] }

  test('inclusion', () => {
    expect(inclusion).toHaveLength(98)
    for (const v of inclusion) {
      const verdict = verifyInclusion(
        v.leafIdx,
        v.treeSize,
        decode(v.leafHash),
        path(v.proof),
        decode(v.root),
      )
      expect([v.name, verdict]).toEqual([v.name, !v.wantErr])
    }
  })

  test('inclusion in a subtree', () => {
    const cases = consistency.filter(
      (v): v is Inclusion & { start: number; end: number } => 'leafIdx' in v,
    )
    expect(cases).toHaveLength(204)
    for (const v of cases) {
      const [index, size] = [v.leafIdx - v.start, v.end - v.start]
      const verdict =
        index >= 0 &&
        verifyInclusion(index, size, decode(v.leafHash), path(v.proof), decode(v.root))
      expect([v.name, verdict]).toEqual([v.name, !v.wantErr])
    }
  })

  test('consistency', () => {
    const cases = consistency.filter((v): v is Consistency => 'size1' in v)
    expect(cases).toHaveLength(98)
    for (const v of cases) {
      const verdict = verifyConsistency(
        v.size1,
        v.size2,
        decode(v.root1),
        decode(v.root2),
        path(v.proof),
      )
      expect([v.name, verdict]).toEqual([v.name, !v.wantErr])
    }
  })
})

describe.skipIf(!isHere)('a log written by another implementation', () => {
  const secret =
    'PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg'
  const vkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'
  const { name, seed } = parseNoteSecret(secret)
  const words =
    'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(' ')

  test('its checkpoints, tiles and bundles are reproduced to the byte at each size', () => {
    const frontier = new Frontier()
    let hashes = new Uint8Array()
    for (let size = 0; size <= words.length; size++) {
      const note = signCheckpoint({ origin: name, size, root: frontier.root() }, signingKey(seed))
      expect(note).toBe(text(bytesOf(`tlog/checkpoint.${size}`)))
      expect(openCheckpoint(note, vkey)).toMatchObject({ origin: name, size })
      if (size > 0) {
        const entries = words.slice(0, size).map(utf8)
        expect(hashes).toEqual(bytesOf(`tlog/${tilePath({ level: 0, index: 0 }, size)}`))
        expect(encodeBundle(entries)).toEqual(bytesOf(`tlog/${bundlePath(0, size)}`))
        expect(parseBundle(bytesOf(`tlog/${bundlePath(0, size)}`))).toEqual(entries)
      }
      const next = words[size]
      if (next === undefined) continue
      for (const delta of appendToTiles(frontier, [leafHash(utf8(next))]))
        hashes = Uint8Array.from([...hashes, ...delta.hashes])
    }
  })
})
