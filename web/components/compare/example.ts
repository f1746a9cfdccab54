import type { Candidate } from '../../views/comparison.ts'
import type { CompareProps } from './compare.tsx'

const usd = (amount: string) => ({ amount, currency: 'USD' })

const candidate = (vendor: string, cents: string, deviation: string): Candidate => ({
  bid: {
    commitHash: vendor.padEnd(43, 'A'),
    vendor,
    lot: 'main',
    status: 'opened',
    index: 231_077,
    arrived: '2026-01-26T16:12:00.000000Z',
    answers: [{ id: 'delivery', value: '2026-03-27' }],
    files: [{ name: 'Data sheet.pdf', media: 'application/pdf', size: 40_000 }],
    isConfirmed: true,
  },
  name: vendor,
  competes: true,
  price: { amount: usd(cents), deviation },
  counts: usd(cents),
  basis: 'as-stated',
  lines: {
    '0003': { quantity: '12', unitPrice: usd('7950'), amount: usd('95400'), deviation: 'lowest' },
  },
  answers: { delivery: '2026-03-27' },
})

const wrong = candidate('Ironwood', '1962200', 'lowest')

export const example: CompareProps = {
  comparison: {
    lot: 'main',
    candidates: [
      {
        ...wrong,
        basis: 'undecided',
        lines: {
          '0003': {
            quantity: '12',
            unitPrice: usd('7950'),
            amount: usd('95400'),
            deviation: 'lowest',
            stated: usd('89400'),
          },
        },
      },
      candidate('Northfork', '1988800', '+1.4 %'),
    ],
    items: [{ id: '0003', name: 'Spare battery: can be changed without tools' }],
    estimate: usd('2158000'),
    undecided: [{ commitHash: wrong.bid.commitHash, name: 'Ironwood', item: '0003' }],
  },
  factors: [{ id: 'delivery', name: 'Delivery', kind: 'delivery' }],
  answers: [{ id: 'model', title: 'Maker and model' }],
  deliverBy: '2026-03-13',
  zone: 'America/Denver',
  ocid: 'ocds-213czf-gl-26-014',
  opened: 'Opened Jan 27, 2026, 2:00:16 PM MST, with 2 of 3 keys.',
  choice: 'lots.0.commitHash',
}
