import type { ChoiceProps } from './choice.tsx'

export const example: ChoiceProps = {
  path: 'category',
  legend: 'What kind is it?',
  options: [
    { value: 'goods', label: 'Goods' },
    { value: 'services', label: 'Services' },
    { value: 'works', label: 'Works', hint: 'Building, repair of buildings' },
  ],
  value: 'goods',
}
