import { describe, expect, test } from 'vitest'
import { logKey, sampleLog, seeded, vkey } from './sample-log.ts'
import {
  auditProof,
  cosignatureLine,
  formatProof,
  formatVkey,
  LedgerError,
  parsePolicy,
  parseProof,
  utf8,
  verifyLeafProof,
  verifyProof,
} from './index.ts'

const log = sampleLog(20)
const record = (index: number) => {
  const found = log.records[index]
  if (!found) throw new Error(`no entry ${index}`)
  return found
}
const proof = log.proof(7)

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}
const proving = (text: string, index = 7) =>
  codeOf(() => verifyProof(record(index).bytes, text, { vkey }))

describe('a proof', () => {
  test('shows offline that the log covers an entry', () => {
    expect(verifyProof(record(7).bytes, proof, { vkey })).toMatchObject({ index: 7, size: 20 })
    expect(verifyLeafProof(record(7).leaf, proof, { vkey }).index).toBe(7)
    expect(auditProof(record(7).bytes, proof, { vkey })).toMatchObject({
      verdict: 'verified',
      size: 20,
    })
  })

  test('is a text of index, path and checkpoint, perhaps with extra bytes', () => {
    expect(proof).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 7\n(?:[\w+/]{43}=\n)+\nledger\.example/)
    const parsed = parseProof(proof)
    expect(formatProof(parsed)).toBe(proof)
    const extra = formatProof({ ...parsed, extra: utf8('note to self') })
    expect(extra).toContain('\nextra bm90ZSB0byBzZWxm\nindex 7\n')
    expect(parseProof(extra).extra).toEqual(utf8('note to self'))
    expect(proving(extra)).toBe('accepted')
  })

  test('of another entry, another index or another log does not verify', () => {
    expect(proving(proof, 8)).toBe('proof')
    expect(proving(proof.replace('index 7', 'index 8'))).toBe('proof')
    const otherVkey = formatVkey(vkey.split('+')[0] ?? '', seeded(9).pub)
    expect(codeOf(() => verifyProof(record(7).bytes, proof, { vkey: otherVkey }))).toBe('signature')
    expect(auditProof(record(8).bytes, proof, { vkey }).verdict).toBe('refuted')
  })

  test.each<[string, (proof: string) => string]>([
    ['another header', (p) => p.replace('v1', 'v2')],
    ['index 07', (p) => p.replace('index 7', 'index 07')],
    ['no index', (p) => p.replace('index 7\n', '')],
    ['index too large', (p) => p.replace('index 7', 'index 9007199254740993')],
    ['a hash too few', (p) => p.replace(/\n[\w+/]{43}=\n/, '\n')],
    [
      'a hash too many',
      (p) => p.replace(/(\n[\w+/]{43}=\n)/, '$1AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n'),
    ],
    ['a short hash', (p) => p.replace(/\n[\w+/]{43}=\n/, '\nAAAA\n')],
    ['a hash that is no base64', (p) => p.replace(/\n[\w+/]{43}=\n/, '\n!\n')],
    ['54 hashes', (p) => p.replace('index 7\n', `index 7\n${'AAAA\n'.repeat(54)}`)],
    ['CRLF', (p) => p.replaceAll('\n', '\r\n')],
    ['no checkpoint', (p) => p.slice(0, p.indexOf('\n\n'))],
    ['extra after the index', (p) => p.replace('index 7\n', 'index 7\nextra AAAA\n')],
    ['a megabyte', (p) => p.replace('index 7', `extra ${'A'.repeat(1_000_000)}\nindex 7`)],
  ])('with %s is refused', (_, change) => {
    expect(change(proof)).not.toBe(proof)
    expect(proving(change(proof))).not.toBe('accepted')
  })

  test('M1: with any bit of it flipped it is refused', () => {
    const accepted: number[] = []
    for (let at = 0; at < proof.length; at++) {
      const flipped =
        proof.slice(0, at) +
        String.fromCharCode(proof.charCodeAt(at) ^ (1 << (at % 7))) +
        proof.slice(at + 1)
      if (auditProof(record(7).bytes, flipped, { vkey }).verdict !== 'refuted') accepted.push(at)
    }
    expect(accepted).toEqual([])
  })

  test('M12: with fewer witnesses than the policy asks for it is refused', () => {
    const witness = seeded(0x11)
    const policy = parsePolicy(
      `witness w ${formatVkey('w.example', witness.pub, 'cosignature')}\nquorum w\n`,
    )
    const body = parseProof(proof).checkpoint.split('\n\n')[0] ?? ''
    const line = cosignatureLine(`${body}\n`, { name: 'w.example', key: witness, time: 5 })
    const verdict = (text: string, timeMin = 0) =>
      auditProof(record(7).bytes, text, { vkey, policy, timeMin })
    expect(verdict(proof + line).verdict).toBe('verified')
    expect(verdict(proof)).toMatchObject({ verdict: 'refuted', rule: 'quorum.missing' })
    expect(verdict(proof + line, 6)).toMatchObject({ verdict: 'refuted', rule: 'quorum.missing' })
    const posing = cosignatureLine(`${body}\n`, { name: 'w.example', key: logKey, time: 5 })
    expect(verdict(proof + posing).rule).toBe('quorum.missing')
  })

  test('T34: without a pinned key the answer is undecided', () => {
    expect(auditProof(record(7).bytes, proof, {}).verdict).toBe('undecided')
    expect(auditProof(record(7).bytes, proof, { vkey: 'nonsense' }).verdict).toBe('undecided')
  })

  test('heads seen before are held against its checkpoint', () => {
    const head = (size: number) => ({ size, root: log.tree.root(size) })
    const verdict = (...savedHeads: { size: number; root: Uint8Array; path?: Uint8Array[] }[]) =>
      auditProof(record(7).bytes, proof, { vkey, savedHeads }).verdict
    expect(verdict(head(20))).toBe('verified')
    expect(verdict({ size: 20, root: log.tree.root(19) })).toBe('refuted')
    const path = log.tree.consistencyProof(9, 20)
    expect(verdict({ ...head(9), path })).toBe('verified')
    expect(verdict({ size: 9, root: log.tree.root(8), path })).toBe('refuted')
    const unproved = auditProof(record(7).bytes, proof, { vkey, savedHeads: [head(9)] })
    expect(unproved.verdict).toBe('verified')
    expect(unproved.doesNotProve.join()).toContain('saved heads')
  })
})
