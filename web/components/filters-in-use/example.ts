import type { FiltersInUseProps } from './filters-in-use.tsx'

export const example: FiltersInUseProps = {
  filters: [
    { label: 'Open', rest: { kind: ['goods'] } },
    { label: 'Goods', rest: { status: 'open' } },
  ],
}
