import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchInvoice, netOf, stands } from './matching.ts'
import { extend, millionths, minorUnits, money, sumMoney } from './money.ts'
import type { Contract, Invoice } from './state.ts'

const usd = (minor: bigint): { amount: string; currency: string } => money(minor, 'USD')

function contractOf(accepted: number): Contract {
  return {
    id: 'ocds-x-C1',
    award: 'a',
    vendor: 'v-northfork',
    lots: ['main'],
    stage: 'active',
    lines: [
      {
        item: '0001',
        quantity: '12',
        unitPrice: usd(1_000n),
        amount: usd(12_000n),
        announced: '12',
        accepted: String(accepted),
        rejected: '0',
        billed: '0',
      },
    ],
    amount: usd(12_000n),
    deliver: { place: 'Parks', by: '2026-03-13' },
    hash: 'c',
    signedLegal: '2026-01-28T18:00:00.000000Z',
    deliveries: {},
    invoices: {},
    payments: {},
  }
}

function invoiceOf(hash: string, quantity: string, cents: bigint, credits?: string): Invoice {
  const unitPrice = usd(credits === undefined ? cents : -cents)
  const { amount } = extend(quantity, unitPrice)
  return {
    hash,
    number: hash,
    date: '2026-03-12',
    receivedLegal: '2026-03-12T18:00:00.000000Z',
    lines: [{ item: '0001', quantity, unitPrice, amount }],
    amount,
    payTo: 'p',
    stage: 'received',
    matches: 0,
    ...(credits === undefined ? {} : { credits }),
  }
}

describe('the tolerance of the match', () => {
  const findings = (cents: bigint, tolerance: bigint): string[] =>
    matchInvoice(contractOf(12), invoiceOf('i', '1', cents), tolerance).findings

  test('is what a unit price may be off, in hundredths of a percent, both ways', () => {
    expect(findings(1_000n, 0n)).toEqual([])
    expect(findings(1_001n, 0n)).toEqual(['price-differs'])
    expect(findings(1_010n, 100n)).toEqual([])
    expect(findings(990n, 100n)).toEqual([])
    expect(findings(1_011n, 100n)).toEqual(['price-differs'])
    expect(findings(989n, 100n)).toEqual(['price-differs'])
  })

  test('never goes beyond the order', () => {
    const dear = matchInvoice(contractOf(12), invoiceOf('i', '12', 1_010n), 100n)
    expect(dear.findings).toEqual(['amount-over-order', 'total-over-order'])
  })
})

describe('whatever is billed and credited, in any order', () => {
  interface Step {
    quantity: string
    cents: bigint
    credits: number | undefined
  }
  const quantity = fc.integer({ min: 1, max: 14_000_000 }).map((value) => String(value / 1_000_000))
  const step: fc.Arbitrary<Step> = fc.record({
    quantity,
    cents: fc.constantFrom(1_000n, 1_000n, 999n),
    credits: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
  })

  /** Submits and matches one invoice or credit note after the other, as the rules do. */
  function bill(contract: Contract, steps: Step[]): void {
    for (const [index, { quantity: billed, cents, credits }] of steps.entries()) {
      const claims = Object.values(contract.invoices).filter((one) => one.credits === undefined)
      const credited = credits === undefined ? undefined : claims[credits % (claims.length || 1)]
      const invoice = invoiceOf(`i${index}`, billed, cents, credited?.hash)
      contract.invoices[invoice.hash] = invoice
      invoice.stage = matchInvoice(contract, invoice, 0n).result
    }
  }

  test('no more matches than was accepted, and no more money than was ordered', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.array(step, { maxLength: 8 }),
        (accepted, steps) => {
          const contract = contractOf(accepted)
          bill(contract, steps)
          const claims = Object.values(contract.invoices).filter(
            (one) => one.credits === undefined && stands(one),
          )
          const paid = minorUnits(
            sumMoney(
              claims.map((one) => netOf(contract, one)),
              'USD',
            ),
          )
          expect(paid).toBeGreaterThanOrEqual(0n)
          expect(paid).toBeLessThanOrEqual(12_000n)
          const net = claims.flatMap((claim) => [
            ...claim.lines.map((line) => millionths(line.quantity)),
            ...Object.values(contract.invoices)
              .filter((one) => one.credits === claim.hash && stands(one))
              .flatMap((one) => one.lines.map((line) => -millionths(line.quantity))),
          ])
          const quantityPaid = net.reduce((sum, one) => sum + one, 0n)
          expect(quantityPaid).toBeLessThanOrEqual(BigInt(accepted) * 1_000_000n)
        },
      ),
    )
  })

  test('a match is the same however often it is made', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const contract = contractOf(12)
        bill(contract, steps)
        for (const invoice of Object.values(contract.invoices))
          expect(matchInvoice(contract, invoice, 0n)).toEqual(matchInvoice(contract, invoice, 0n))
      }),
    )
  })
})
