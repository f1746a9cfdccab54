import { describe, expect, test } from 'vitest'
import { money } from './money.ts'
import {
  findMethod,
  findPack,
  methodAllows,
  methodsFor,
  packHash,
  packs,
  pinOf,
  ruleIn,
  type Pack,
  type Rule,
} from './methods.ts'
import { plain } from './policies/plain.ts'
import { usFar } from './policies/us-far.ts'
import { fileActs } from './stages.ts'

const usd = (cents: bigint) => money(cents, 'USD')
const in2026 = { date: '2026-01-09', org: 'granite-lakes', zone: 'America/Denver' }

/**
 * Every pack that a file may have pinned: a line is added with a new version, and none is ever
 * changed or taken away.
 */
const PINNED = [
  'plain 1 maG14QLRz7yOv4bM5WTPXIpuBX_KOKhz8JhyLgoWc6c',
  'us-far fac-2025-06.1 TLkumFRA2YpLmUhOaUfwYST6AvV3gMj6WW2OOrUQ3zA',
]

describe('every pack', () => {
  test('is as files have pinned it: whoever changes one gives it a new version and keeps the old', () => {
    expect(
      packs.map((pack) => `${pack.id} ${pack.version} ${packHash(pack)}`),
      'A rule pack was changed in place. Files have pinned it by its bytes and could not be read any more: restore it, put ' +
        'the change into a new version beside it in `packs`, and add that one’s line here.',
    ).toEqual(PINNED)
  })
  test.each(packs.map((pack) => [pack.id, pack] as const))(
    '%s cites each of its rules',
    (_id, pack) => {
      for (const rule of pack.rules) {
        expect(rule.id.startsWith(`${pack.prefix}.`)).toBe(true)
        expect(rule.cite.length).toBeGreaterThan(4)
        expect(rule.text.endsWith('.')).toBe(true)
        expect(rule.value).not.toBe('')
        expect(rule.value === undefined).toBe(rule.unit === undefined)
      }
    },
  )
  test.each(packs.map((pack) => [pack.id, pack] as const))(
    '%s has one answer for each day',
    (_id, pack) => {
      const names = pack.rules.map(({ id }) => id.slice(pack.prefix.length + 1))
      for (const name of names)
        for (const date of ['2015-06-01', '2025-09-30', '2025-10-01', '2026-12-31'])
          expect(() => ruleIn(pack, name, { ...in2026, date })).not.toThrow()
    },
  )
  test.each(packs.map((pack) => [pack.id, pack] as const))(
    '%s has rows that acts know',
    (_id, pack) => {
      const known = new Set([
        ...Object.values(fileActs).map(({ row }) => row),
        'A1',
        'B2',
        'B4',
        'P15',
        'Y3',
      ])
      for (const method of pack.methods)
        for (const row of method.rows) expect([...known]).toContain(row)
    },
  )
})

describe('a pin', () => {
  test('names exactly one pack by id, version and hash', () => {
    for (const pack of packs) expect(findPack(pinOf(pack))).toBe(pack)
    expect(findPack({ ...pinOf(usFar), sha256: packHash(plain) })).toBeUndefined()
    expect(findPack({ ...pinOf(usFar), version: 'other' })).toBeUndefined()
  })
})

describe('us.quote', () => {
  const quote = findMethod(usFar, 'us.quote')
  const allowed = (cents: bigint, date = in2026.date) =>
    quote && methodAllows(usFar, quote, usd(cents), { ...in2026, date }).allowed

  test('is for values over the micro-purchase threshold: the cents decide', () => {
    expect(allowed(1_500_000n)).toBe(false)
    expect(allowed(1_500_001n)).toBe(true)
  })
  test('is for values up to the simplified acquisition threshold: the cents decide', () => {
    expect(allowed(35_000_000n)).toBe(true)
    expect(allowed(35_000_001n)).toBe(false)
  })
  test('has no threshold before the day on which it came into force', () => {
    expect(allowed(2_000_000n, '2025-09-30')).toBe(false)
    expect(allowed(2_000_000n, '2025-10-01')).toBe(true)
  })
  test('is reckoned in dollars', () => {
    expect(methodsFor(usFar, money(2_000_000n, 'AMD'), in2026)).toEqual([])
    expect(methodsFor(plain, money(2_000_000n, 'AMD'), in2026).map(({ id }) => id)).toEqual([
      'plain',
    ])
  })
})

describe('the rule in force', () => {
  const rule = (authority: Rule['authority'], more: Partial<Rule> = {}): Rule => ({
    id: 'x.limit',
    text: 'A limit.',
    cite: authority,
    agencies: 'all',
    authority,
    verified: true,
    ...more,
  })
  const pack = (...rules: Rule[]): Pack => ({ ...plain, prefix: 'x', rules })
  const chosen = (...rules: Rule[]) => ruleIn(pack(...rules), 'limit', in2026)?.cite

  test('is the deviation for the agencies that it names, and the regulation for others', () => {
    const deviation = rule('deviation', { agencies: ['granite-lakes'] })
    expect(chosen(rule('regulation'), deviation)).toBe('deviation')
    expect(chosen(rule('regulation'), { ...deviation, agencies: ['other'] })).toBe('regulation')
  })
  test('is never a deviation against a statute', () => {
    expect(chosen(rule('statute'), rule('deviation'))).toBe('statute')
  })
  test('is never a proposed one', () => {
    expect(chosen(rule('proposed'))).toBeUndefined()
  })
  test('is chosen by the day, first and last included', () => {
    expect(chosen(rule('regulation', { from: '2026-01-09', to: '2026-01-09' }))).toBe('regulation')
    expect(chosen(rule('regulation', { from: '2026-01-10' }))).toBeUndefined()
    expect(chosen(rule('regulation', { to: '2026-01-08' }))).toBeUndefined()
  })
  test('is chosen by the day at the agency, not in Greenwich', () => {
    const evening = { ...in2026, date: '2026-01-10T00:30:00.000000Z' }
    const on = (day: string) => pack(rule('regulation', { from: day, to: day }))
    expect(ruleIn(on('2026-01-09'), 'limit', evening)).toBeDefined()
    expect(ruleIn(on('2026-01-10'), 'limit', evening)).toBeUndefined()
    const greenwich = { ...evening, zone: 'UTC' }
    expect(ruleIn(on('2026-01-09'), 'limit', greenwich)).toBeUndefined()
    expect(ruleIn(on('2026-01-10'), 'limit', greenwich)).toBeDefined()
  })
  test('is never one of two', () => {
    expect(() => chosen(rule('regulation'), rule('regulation'))).toThrow(/2 rules/)
  })
})
