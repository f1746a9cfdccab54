import type { EntryTableProps } from './entry-table.tsx'

/** A row of each kind: of a person, of the clock, sealed. */
export const example: EntryTableProps = {
  zone: 'America/Denver',
  current: 72,
  rows: [
    {
      index: 71,
      at: '2026-01-27T21:00:14.000000Z',
      leaf: 'b4VURxtiipmcG61WTqpLQBVpgjKFP3iTIV4xD_Af8Jx2',
      sealed: true,
      label: 'Sealed act',
    },
    {
      index: 72,
      at: '2026-01-28T16:58:04.000000Z',
      leaf: 'b4VURxtiipmcG61WTqpLQBVpgjKFP3iTIV4xD_Af8Jx2',
      sealed: false,
      label: 'Order signed',
      t: 'order.sign',
      actor: 'p-dana',
      role: 'CO',
      who: 'Dana Whitlock, contracting officer',
    },
  ],
}
