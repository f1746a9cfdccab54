import { termsOf } from '../../terms.ts'
import type { BoxView } from '../../views/procurement.ts'
import type { StateBoxProps } from './state-box.tsx'

const boxes: BoxView[] = [
  { kind: 'preparing' },
  { kind: 'deadline', at: '2026-01-27T21:00:00.000000Z', real: '2026-01-27T21:00:00.000000Z' },
  { kind: 'closed', at: '2026-01-27T21:00:00.000000Z' },
  {
    kind: 'ordered',
    amount: { amount: '1988800', currency: 'USD' },
    at: '2026-01-28T16:58:04.000000Z',
    vendor: 'v-northfork',
  },
  {
    kind: 'paid',
    amount: { amount: '1988800', currency: 'USD' },
    on: '2026-04-17',
    due: '2026-04-13',
    interest: { amount: '912', currency: 'USD' },
    closedAt: '2026-04-21T15:00:00.000000Z',
  },
  { kind: 'ended', at: '2026-01-23T16:00:00.000000Z', reason: 'No quotation came.', failed: true },
]

/** Each thing that the box can say. */
export const examples: StateBoxProps[] = boxes.map((box) => ({
  box,
  zone: 'America/Denver',
  now: '2026-01-21T16:12:00.000000Z',
  terms: termsOf('us.quote'),
}))
