import { describe, expect, test } from 'vitest'
import { logKey, ORIGIN, SampleLog, seeded, vkey } from './sample-log.ts'
import {
  assertQuorum,
  cosignatureLine,
  formatVkey,
  LedgerError,
  openCheckpoint,
  parsePolicy,
  type SigningKey,
} from './index.ts'

const witnesses = [0x11, 0x12, 0x13].map(seeded)
// Three keys were made.
const [court, ngo, university] = witnesses as [SigningKey, SigningKey, SigningKey]
const witnessVkey = (name: string, key: SigningKey) => formatVkey(name, key.pub, 'cosignature')
const TEXT = `# who must have seen a head
log ${vkey} https://log.example.gov/
witness court ${witnessVkey('court.example/w', court)} https://court.example/
witness\tngo ${witnessVkey('ngo.example/w', ngo)}
witness uni   ${witnessVkey('uni.example/w', university)}

group outside 2 court ngo uni
quorum outside
`

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}
const reading = (text: string) => codeOf(() => parsePolicy(text))

/** Whether a head cosigned at these times by court, NGO and university meets the policy. */
function isMet(text: string, times: readonly number[], timeMin?: number): boolean {
  const policy = parsePolicy(text)
  const note = new SampleLog().checkpoint()
  const body = note.slice(0, note.indexOf('\n\n') + 1)
  const names = ['court.example/w', 'ngo.example/w', 'uni.example/w']
  const lines = witnesses.map((key, i) => {
    const time = times[i] ?? 0
    return time === 0 ? '' : cosignatureLine(body, { name: names[i] ?? '', key, time })
  })
  const { verified } = openCheckpoint(note + lines.join(''), vkey, policy.witnesses)
  return codeOf(() => assertQuorum(policy, verified, timeMin)) === 'accepted'
}

describe('a policy', () => {
  test('names logs, witnesses and what must have signed', () => {
    const policy = parsePolicy(TEXT)
    expect(policy.logs.map(({ name }) => name)).toEqual([ORIGIN])
    expect(policy.witnesses).toHaveLength(3)
    expect(policy.urls.get('court.example/w')).toBe('https://court.example/')
  })

  test('is met by two of three, not by one, nor by the log alone', () => {
    expect(isMet(TEXT, [1, 2, 0])).toBe(true)
    expect(isMet(TEXT, [0, 2, 3])).toBe(true)
    expect(isMet(TEXT, [1, 0, 0])).toBe(false)
    expect(isMet(TEXT, [])).toBe(false)
  })

  test('any, all, groups of groups and single witnesses mean what they say', () => {
    const ending = (lines: string) => TEXT.replace(/group.*\nquorum.*\n/, lines)
    expect(isMet(ending('group g all court ngo\nquorum g\n'), [1, 1, 0])).toBe(true)
    expect(isMet(ending('group g all court ngo\nquorum g\n'), [1, 0, 1])).toBe(false)
    expect(isMet(ending('group g any court ngo\nquorum g\n'), [0, 1, 0])).toBe(true)
    const nested = ending('group a any court ngo\ngroup b all a uni\nquorum b\n')
    expect(isMet(nested, [0, 1, 1])).toBe(true)
    expect(isMet(nested, [1, 1, 0])).toBe(false)
    expect(isMet(ending('quorum uni\n'), [0, 0, 1])).toBe(true)
    expect(isMet(ending('quorum none\n'), [1, 1, 1])).toBe(false)
  })

  test('old cosignatures do not count', () => {
    expect(isMet(TEXT, [100, 200, 0], 100)).toBe(true)
    expect(isMet(TEXT, [100, 200, 0], 101)).toBe(false)
  })

  test('holds 32 witnesses', () => {
    const lines = Array.from(
      { length: 32 },
      (_, i) => `witness w${i} ${witnessVkey(`w${i}.example`, seeded(0x20 + i))}`,
    )
    const names = lines.map((_, i) => `w${i}`).join(' ')
    expect(reading(`${lines.join('\n')}\ngroup g 17 ${names}\nquorum g\n`)).toBe('accepted')
  })

  test('T6: one key as log and witness, or as two witnesses, is refused', () => {
    expect(reading(`log ${vkey}\nwitness w ${witnessVkey('w.example', logKey)}\nquorum w\n`)).toBe(
      'policy',
    )
    const twice = `witness a ${witnessVkey('a.example', court)}\nwitness b ${witnessVkey('b.example', court)}\n`
    expect(reading(`${twice}quorum a\n`)).toBe('policy')
  })

  test.each<[string, string, string]>([
    ['no quorum line', '', 'policy'],
    ['two quorum lines', 'quorum none\nquorum none\n', 'policy'],
    ['two names of a quorum', 'quorum none more\n', 'policy'],
    ['an unknown name', 'quorum nobody\n', 'policy'],
    ['no name', 'quorum\n', 'policy'],
    ['an unknown keyword', 'wtiness a b\nquorum none\n', 'policy'],
    ['a short key', `log ${vkey.slice(0, -4)}\nquorum none\n`, 'vkey'],
    ['a witness key for a log', `log ${witnessVkey('w', court)}\nquorum none\n`, 'policy'],
    ['a log key for a witness', `witness w ${vkey}\nquorum w\n`, 'policy'],
    ['a reserved name', `witness none ${witnessVkey('w', court)}\nquorum none\n`, 'policy'],
    ['another address than of the web', `log ${vkey} ftp://x\nquorum none\n`, 'policy'],
    ['more than an address', `log ${vkey} https://x more\nquorum none\n`, 'policy'],
    ['a group that cannot be met', TEXT.replace('2 court', '4 court'), 'policy'],
    ['a group of none', TEXT.replace('2 court', '0 court'), 'policy'],
    ['a count 02', TEXT.replace('2 court', '02 court'), 'policy'],
    ['a count in words', TEXT.replace('2 court', 'two court'), 'policy'],
    ['a group without members', TEXT.replace('2 court ngo uni', 'any'), 'policy'],
    ['a member twice', TEXT.replace('court ngo uni', 'court court'), 'policy'],
    ['a member of two groups', TEXT.replace('quorum', 'group again any court\nquorum'), 'policy'],
    ['a name twice', TEXT.replace('group outside', 'group court'), 'policy'],
    ['CRLF', TEXT.replaceAll('\n', '\r\n').replace('https://log.example.gov/', ''), 'policy'],
    ['over 64 KiB', '#'.repeat(70_000), 'policy'],
  ])('with %s is refused', (_, text, code) => {
    expect(reading(text)).toBe(code)
  })
})
