import type { InstantProps } from './instant.tsx'

export const example: InstantProps = { at: '2026-01-27T21:00:00.000000Z', zone: 'America/Denver' }
