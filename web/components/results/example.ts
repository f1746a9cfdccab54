import type { ResultsProps } from './results.tsx'

const org = { id: 'granite-lakes', name: 'Bureau of Parks, Granite Lakes' }

export const example: ResultsProps = {
  now: '2026-01-21T16:12:00.000000Z',
  rows: [
    {
      ocid: 'ocds-213czf-gl-26-031',
      title: '30 canvas tents with repair kits',
      summary: 'Four-person tents, poles and pegs, delivered to two camps.',
      stage: 'open',
      kind: 'goods',
      org,
      zone: 'America/Los_Angeles',
      notice: 'Request for quotations',
      code: 'NAICS 314910',
      deadline: { legal: '2026-01-23T00:30:00.000000Z', real: '2026-01-23T00:30:00.000000Z' },
    },
    {
      ocid: 'ocds-213czf-gl-25-118',
      title: 'Snow tires for 9 trucks',
      summary: 'Studded, mounted by the vendor.',
      stage: 'complete',
      kind: 'goods',
      org,
      zone: 'America/Denver',
      notice: 'Request for quotations',
      code: 'NAICS 326211',
      deadline: { legal: '2025-11-04T21:00:00.000000Z', real: '2025-11-04T21:00:00.000000Z' },
      value: { amount: '1422000', currency: 'USD' },
    },
  ],
}
