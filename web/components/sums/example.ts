import type { SumRow } from '../../views/procurement.ts'

const usd = (amount: string) => ({ amount, currency: 'USD' })

export const example: { rows: SumRow[]; zone: string } = {
  zone: 'America/Denver',
  rows: [
    { label: 'Ordered', at: '2026-01-28T16:58:04.000000Z', amount: usd('1988800') },
    {
      label: 'Invoiced, invoice NF-2041',
      at: '2026-03-12',
      note: 'due Mon, Apr 13, 2026',
      amount: usd('1988800'),
    },
    { label: 'Paid', at: '2026-04-17', amount: usd('1989712'), total: true },
  ],
}
