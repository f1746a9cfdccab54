import { describe, expect, test } from 'vitest'
import { encodeCanonical } from '../ledger/index.ts'
import type { Json } from '../ledger/index.ts'
import { createPurchase, noon } from '../tests/purchase-builder.ts'
import type { PurchaseBuilder } from '../tests/purchase-builder.ts'
import { due, evolve } from './rules.ts'
import { isRegisterType, isSealedType } from './stages.ts'
import type { FileState } from './state.ts'

const closed = (): PurchaseBuilder => {
  const purchase = createPurchase().toPaid().waitUntil(noon('2026-04-21'))
  const outcome = 'Twelve tablets delivered, accepted and paid.'
  purchase.act('contract.complete', 'p-dana', { contract: purchase.contract.id, outcome })
  purchase.clock('file.close')
  return purchase
}

describe('the close of a file (K4)', () => {
  test('comes when every lot has ended, and only then', () => {
    const steps = [
      createPurchase().toAwarded(),
      createPurchase().toInspected(),
      createPurchase().toScheduled(),
      createPurchase().toPaid(),
    ]
    for (const purchase of steps) {
      expect(purchase.owed('file.close')).toEqual([])
      const early = purchase.clockSays('file.close', {}, purchase.contractOrAward())
      expect(early).toMatchObject({ refusal: { code: 'already-done' } })
    }
    const { open } = closed().state
    expect(open).toMatchObject({ stage: 'complete', lots: { main: { stage: 'complete' } } })
    expect(open.closedAt).toBeDefined()
  })

  test('leaves nothing owed but disclosures, and nothing in turn', () => {
    const purchase = closed()
    const owed = due(purchase.state).filter(({ type }) => type !== 'opening.reveal')
    expect(owed).toEqual([])
    const again = { contract: purchase.contract.id, outcome: 'Again.' }
    expect(purchase.code('contract.complete', 'p-dana', again)).toBe('ended')
  })

  test('comes at once when no bid came', () => {
    const purchase = createPurchase({ bids: [] }).toCompared()
    purchase.clock('solicitation.fail')
    expect(purchase.state.open.stage).toBe('unsuccessful')
    purchase.clock('file.close')
    expect(purchase.state.open.closedAt).toBeDefined()
    expect(due(purchase.state)).toEqual([])
  })

  test('follows the officer’s end where every bid was rejected', () => {
    const purchase = createPurchase().toCompared()
    for (const vendor of ['v-ironwood', 'v-northfork', 'v-pinyon'])
      purchase.act('bid.assess', 'p-dana', {
        commitHash: purchase.commitHashOf(vendor),
        finding: 'rejected',
        reason: { code: 'not-as-asked', text: 'Delivers too late.' },
      })
    expect(purchase.owed('award.decide')).toEqual([])
    expect(purchase.owed('solicitation.fail')).toMatchObject([{ role: 'CO' }])
    const reason = { code: 'all-rejected', text: 'None delivers in time.' }
    purchase.act('solicitation.fail', 'p-dana', { reason })
    purchase.clock('file.close')
    expect(due(purchase.state)).toEqual([])
  })
})

describe('the state of a whole purchase', () => {
  test('comes out of its entries alike for a reader who sees no bid and no document', () => {
    const purchase = closed()
    const reader = replay(purchase, ({ open }) => ({ open }))
    expect(encoded(reader.open)).toEqual(encoded(purchase.state.open))
  })

  test('does not depend on the order in which a database keeps members', () => {
    const purchase = closed()
    const shuffled = replay(purchase, (file) => reversed(file as never) as never)
    expect(encoded(shuffled.open)).toEqual(encoded(purchase.state.open))
    const half = createPurchase().toMatched().state
    const duties = (file: FileState): unknown[] => due(file).map(({ key, by }) => ({ key, by }))
    expect(duties(reversed(half as never) as never).sort(byKey)).toEqual(duties(half).sort(byKey))
  })
})

/** The file again from its open entries; `between` is what storage makes of each state. */
function replay(purchase: PurchaseBuilder, between: (file: FileState) => FileState): FileState {
  const register = new Map<string, Json>()
  let file: FileState | undefined
  for (const [index, { statement, ...entry }] of purchase.entries.entries()) {
    if (isSealedType(statement.t)) continue
    const isRegister = isRegisterType(statement.t)
    const given = {
      ...entry,
      index,
      register: (key: string) => register.get(key),
      document: () => undefined,
      blob: () => 'unknown' as const,
    }
    const next = evolve(isRegister ? undefined : file, statement, given)
    for (const [key, row] of Object.entries(next.register)) register.set(key, row)
    if (!isRegister && next.file) file = between(next.file)
  }
  if (!file) throw new Error('no entry opened a file')
  return file
}

function encoded(value: unknown): string {
  // The state is plain JSON by its type.
  return new TextDecoder().decode(encodeCanonical(value as Json))
}

/** The same value with the members of every object in reverse. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object') return value
  const members = Object.entries(value).reverse()
  return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]))
}

function byKey(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
