import { describe, expect, test } from 'vitest'
import { createPurchase, noon, publicPart } from '../tests/purchase-builder.ts'
import { named } from '../tests/file-builder.ts'
import type { PurchaseBuilder } from '../tests/purchase-builder.ts'

const assessment = (purchase: PurchaseBuilder, changes: object = {}): object => ({
  commitHash: purchase.commitHashOf('v-ironwood'),
  finding: 'responsive',
  reason: { code: 'meets-terms', text: 'All is there.' },
  ...changes,
})
const cure = { finding: 'cure', reason: { code: 'missing-document', text: 'The data sheet?' } }

describe('the officer’s finding on a bid (B6)', () => {
  test('is for an opened bid', () => {
    const purchase = createPurchase().toCompared()
    const unknown = assessment(purchase, { commitHash: named('no bid') })
    expect(purchase.code('bid.assess', 'p-dana', unknown)).toBe('unknown-reference')
    expect(purchase.code('bid.assess', 'p-dana', assessment(purchase))).toBe('accepted')
  })

  test('is not for a void bid', () => {
    const purchase = createPurchase().toReleased()
    const [first] = purchase.state.sealed?.bids ?? []
    purchase.clock('opening.result', purchase.result([first?.commitHash ?? '']))
    expect(purchase.code('bid.assess', 'p-dana', assessment(purchase))).toBe('not-responsive')
  })

  test('takes its reason from the pack’s list', () => {
    const purchase = createPurchase().toCompared()
    const odd = assessment(purchase, { reason: { code: 'unloved', text: 'No.' } })
    expect(purchase.code('bid.assess', 'p-dana', odd)).toBe('reason-code')
  })

  test('is hidden to a reader who does not see the bids', () => {
    const purchase = createPurchase().toCompared()
    const said = assessment(purchase)
    purchase.file = publicPart(purchase.state)
    expect(purchase.code('bid.assess', 'p-dana', said)).toBe('hidden')
  })

  test('may be corrected until the award', () => {
    const purchase = createPurchase().toCompared()
    purchase.act('bid.assess', 'p-dana', assessment(purchase))
    purchase.act('bid.assess', 'p-dana', assessment(purchase, { finding: 'rejected' }))
    const [finding] = Object.values(purchase.state.open.assessments)
    expect(finding?.finding).toBe('rejected')
  })

  test('needs a time for a cure, and only for a cure', () => {
    const purchase = createPurchase().toCompared()
    expect(purchase.code('bid.assess', 'p-dana', assessment(purchase, cure))).toBe('invalid')
    const timed = assessment(purchase, { until: noon('2026-01-30') })
    expect(purchase.code('bid.assess', 'p-dana', timed)).toBe('invalid')
    const past = assessment(purchase, { ...cure, until: noon('2026-01-27') })
    expect(purchase.code('bid.assess', 'p-dana', past)).toBe('too-late')
  })
})

describe('a cure (B6)', () => {
  const asked = (): { purchase: PurchaseBuilder; of: string } => {
    const purchase = createPurchase().toCompared()
    const request = assessment(purchase, { ...cure, until: noon('2026-01-30') })
    return { purchase, of: purchase.act('bid.assess', 'p-dana', request) }
  }
  const answer = (of: string): object => ({ of, text: 'Here it is.', documents: [] })

  test('is asked for once for each defect', () => {
    const { purchase } = asked()
    const again = assessment(purchase, { ...cure, until: noon('2026-01-31') })
    expect(purchase.code('bid.assess', 'p-dana', again)).toBe('already-done')
  })

  test('comes from the vendor of the bid, once, in time', () => {
    const { purchase, of } = asked()
    expect(purchase.code('bid.cure', 'p-pinyon', answer(of))).toBe('other-person')
    expect(purchase.code('bid.cure', 'p-ironwood', answer(named('none')))).toBe('unknown-reference')
    purchase.act('bid.cure', 'p-ironwood', answer(of))
    expect(purchase.code('bid.cure', 'p-ironwood', answer(of))).toBe('already-done')
  })

  test('is late a microsecond after its time', () => {
    const { purchase, of } = asked()
    purchase.waitUntil('2026-01-30T18:00:00.000001Z')
    expect(purchase.code('bid.cure', 'p-ironwood', answer(of))).toBe('too-late')
  })

  test('is sealed, and leaves the officer owing a finding', () => {
    const { purchase, of } = asked()
    expect(purchase.owed('bid.assess')).toMatchObject([{ from: noon('2026-01-30') }])
    purchase.act('bid.cure', 'p-ironwood', answer(of))
    expect(purchase.state.sealed?.cures).toMatchObject([{ of, text: 'Here it is.' }])
    expect(JSON.stringify(purchase.state.open.actedAs)).not.toContain('p-ironwood')
    expect(purchase.owed('bid.assess')[0]?.from).toBe(purchase.state.sealed?.cures?.[0]?.legal)
  })
})
