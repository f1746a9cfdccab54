import type { StepView } from '../../views/procurement.ts'

export const example: { steps: StepView[]; zone: string } = {
  zone: 'America/Denver',
  steps: [
    {
      index: 245_184,
      pseq: 13,
      t: 'award.decide',
      legal: '2026-01-28T16:58:04.000000Z',
      label: 'Award decided, with reasons',
      sentence: 'Dana Whitlock chose Northfork for $19,888.00, and gave the reasons.',
      who: 'Dana Whitlock, contracting officer',
      reasons: ['A lower quotation came with delivery after March 13.'],
    },
  ],
}
