import type { PreviewProps } from './preview.tsx'

export const example: PreviewProps = {
  form: {
    title: '12 rugged tablets for park rangers',
    description: 'Tablets that work in sun, rain and cold.',
    bidsUntil: '2026-01-27T21:00:00.000000Z',
    questionsUntil: '2026-01-22T21:00:00.000000Z',
    factors: [{ name: 'Delivery date', kind: 'delivery' }],
    requested: [{ title: 'Maker and model', kind: 'answer' }],
    delivery: { place: 'Granite Lakes Ranger Station', by: '2026-03-13' },
    payment: { days: 30 },
  },
  zone: 'America/Denver',
}
