import type { FieldProps } from './field.tsx'

export const example: FieldProps = {
  path: 'value',
  kind: 'money',
  label: 'Estimate',
  hint: 'In US dollars, with cents.',
  currency: 'USD',
  value: { amount: '2158000', currency: 'USD' },
}
