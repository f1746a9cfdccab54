import type { BarProps } from './bar.tsx'

export const example: BarProps = {
  title: 'Not submitted yet',
  note: 'Version 1 counts until you submit another.',
  label: 'quotations close',
  deadline: { at: '2026-01-27T21:00:00.000000Z', real: '2026-01-27T21:00:00.000000Z' },
  zone: 'America/Denver',
  now: '2026-01-26T23:40:00.000000Z',
}
