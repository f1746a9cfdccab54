import type { SelectProps } from './select.tsx'

export const example: SelectProps = {
  path: 'factors.0.kind',
  label: 'Kind',
  options: [
    { value: 'technical', label: 'Quality' },
    { value: 'delivery', label: 'Delivery' },
  ],
  value: 'delivery',
}
