import type { SlotProps } from './slot.tsx'

export const example: SlotProps = {
  number: 3,
  path: 'answers.a2',
  isRequired: true,
  children: 'How many working days to repair a broken tablet?',
}
