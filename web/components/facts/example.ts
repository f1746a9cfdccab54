import type { Fact } from './facts.tsx'

export const example: { facts: Fact[] } = {
  facts: [
    { label: 'Who bought', value: 'Bureau of Parks, Granite Lakes' },
    { label: 'For how much', value: '$19,888.00' },
  ],
}
