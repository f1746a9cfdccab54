import { describe, expect, test } from 'vitest'
import { createFile, enrolment, ORG } from '../tests/file-builder.ts'
import type { Role } from './act.ts'
import { approvedMethod, findMethod, packOfMethod } from './methods.ts'
import { ownRule } from './refusals.ts'
import { areApart, checkSeparation, fixedPairs, wholeMatrix } from './separation.ts'

const ROLES: Role[] = ['RQ', 'BU', 'CO', 'AP', 'OO', 'AC', 'PO', 'TR', 'AU', 'RG', 'VE']
const method = (id: string) => {
  const found = packOfMethod(id)
  return found && findMethod(found, id)
}
const apart = (id: string) =>
  ROLES.flatMap((a, i) =>
    ROLES.slice(i + 1).flatMap((b) => (areApart(a, b, method(id)) ? [`${a} ${b}`] : [])),
  )

describe('the duty matrix', () => {
  test('holds before any method is pinned what every method keeps apart: the fixed pairs', () => {
    const pairs = ROLES.flatMap((a) =>
      ROLES.filter((b) => areApart(a, b, undefined)).map((b) => `${a} ${b}`),
    )
    const both = fixedPairs.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`])
    expect(pairs.sort()).toEqual(both.sort())
  })
  test('of plain has the fixed pairs only', () => {
    expect(apart('plain')).toEqual(['RQ CO', 'CO AP', 'CO AC', 'CO PO', 'AC PO', 'PO TR'])
  })
  test('of us.quote keeps budget, approval and opening from requester and officer, and outsiders from all', () => {
    expect(apart('us.quote')).toEqual([
      'RQ BU',
      'RQ CO',
      'RQ AP',
      'RQ OO',
      'RQ TR',
      'RQ AU',
      'RQ RG',
      'RQ VE',
      'BU CO',
      'BU TR',
      'BU AU',
      'BU RG',
      'BU VE',
      'CO AP',
      'CO OO',
      'CO AC',
      'CO PO',
      'CO TR',
      'CO AU',
      'CO RG',
      'CO VE',
      'AP TR',
      'AP AU',
      'AP RG',
      'AP VE',
      'OO TR',
      'OO AU',
      'OO RG',
      'OO VE',
      'AC PO',
      'AC TR',
      'AC AU',
      'AC RG',
      'AC VE',
      'PO TR',
      'PO AU',
      'PO RG',
      'PO VE',
      'TR AU',
      'TR RG',
      'TR VE',
      'AU RG',
      'AU VE',
      'RG VE',
    ])
  })
  test('lets the three people of a small office pass', () => {
    for (const office of [['RQ', 'AC'], ['BU', 'AP', 'PO', 'OO'], ['CO'], ['TR']] as Role[][])
      for (const a of office)
        for (const b of office) expect(areApart(a, b, method('us.quote'))).toBe(false)
  })
  test('is the same both ways, for every pair of every method', () => {
    for (const id of ['plain', 'us.quote'])
      for (const a of ROLES)
        for (const b of ROLES) expect(areApart(a, b, method(id))).toBe(areApart(b, a, method(id)))
    expect(wholeMatrix.length).toBeGreaterThan(fixedPairs.length)
  })
})

describe('one person', () => {
  test('who acted in a role is refused in one that is apart from it, whichever came first', () => {
    const quote = method('us.quote')
    for (const a of ROLES)
      for (const b of ROLES.filter((role) => areApart(a, role, quote))) {
        const { state } = createFile().toDraft()
        state.open.actedAs = { 'p-x': [{ role: a, t: 'earlier.act', hash: 'earlier-hash' }] }
        const next = { person: 'p-x', role: b, t: 'later.act' }
        const refusal = checkSeparation(state, next, quote, ownRule('separation'))
        expect(refusal?.code).toBe('separation')
        expect(refusal?.message).toContain(`${a} in earlier.act (earlier-hash)`)
        expect(refusal?.message).toContain(`${b} in later.act`)
      }
  })
  test('is one person with two keys', () => {
    const file = createFile()
    file.act('role.grant', 'p-reg', { person: 'p-rosa', role: 'CO', org: ORG })
    file.act('key.enrol', 'p-rosa', enrolment('p-rosa', 'second device'))
    file.toKeyed()
    const said = { role: 'CO', key: 'second device' } as const
    expect(file.code('solicitation.publish', 'p-rosa', file.terms(), said)).toBe('separation')
  })
  test('who acted only in sealed statements is known too', () => {
    const file = createFile().toOpen()
    file.act('question.ask', 'p-pinyon', { text: 'Is a spare battery wanted?' })
    expect(file.state.open.actedAs['p-pinyon']).toBeUndefined()
    const next = { person: 'p-pinyon', role: 'PO' as const, t: 'invoice.return' }
    const rule = ownRule('separation')
    expect(
      checkSeparation(file.state, next, approvedMethod(file.state.open), rule)?.message,
    ).toContain('question.ask')
  })
})
