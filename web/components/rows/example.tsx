import { Field } from '../field/field.tsx'
import type { RowsProps } from './rows.tsx'

export const example: RowsProps = {
  path: 'items',
  noun: 'Line',
  add: 'Add an item',
  count: 2,
  Row: ({ at }) => (
    <Field path={`items.${at}.description`} kind="text" label="Item" max={250} lenient />
  ),
}
