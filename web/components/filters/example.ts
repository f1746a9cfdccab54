import type { FiltersProps } from './filters.tsx'

export const example: FiltersProps = {
  typed: { q: 'tents', status: 'open', kind: ['goods'], 'set-aside': ['small'], code: '33411x' },
  errors: [{ field: 'code', message: '33411x is not a NAICS code. Use 2 to 6 digits.' }],
  agencies: [{ id: 'granite-lakes', name: 'Bureau of Parks, Granite Lakes' }],
  inUse: 3,
}
