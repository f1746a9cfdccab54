import type { RedlineProps } from './redline.tsx'

export const example: RedlineProps = {
  changes: [
    { path: '/description', from: 'Tablets of 10 inches.', to: 'Tablets of at least 10 inches.' },
    {
      path: '/bidsUntil',
      from: '2026-01-27T21:00:00.000000Z',
      to: '2026-02-03T21:00:00.000000Z',
    },
  ],
  zone: 'America/Denver',
}
