import type { StageView } from '../../views/procurement.ts'

export const example: { stages: StageView[]; zone: string } = {
  zone: 'America/Denver',
  stages: [
    { id: 'request', label: 'Request', state: 'done', from: '2026-01-08T16:00:00.000000Z' },
    { id: 'bidding', label: 'Quotations', state: 'current', from: '2026-01-12T16:00:00.000000Z' },
    {
      id: 'payment',
      label: 'Payment',
      state: 'coming',
      note: 'within 30 days',
      who: 'pay officer',
    },
  ],
}
