import type { TrainingProps } from './training.tsx'

export const example: TrainingProps = {
  zone: 'America/Denver',
  training: {
    legalStart: '2026-01-08T16:00:00.000000Z',
    realStart: '2026-11-24T16:00:00.000000Z',
    accelerator: 86_400,
    legalNow: '2026-01-09T16:00:00.000000Z',
  },
}
