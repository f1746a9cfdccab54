import { number, tame, zoneName } from '../../format.ts'
import { fill, paths } from '../../paths.ts'
import type { EntryRow } from '../../views/entry.ts'
import { Instant } from '../instant/instant.tsx'

export interface EntryTableProps {
  rows: EntryRow[]
  zone: string
  /** The row that the page is about. */
  current?: number
}

/** Rows of the record. Sealed rows all look alike: no name, no kind, no purchase. */
export const EntryTable = ({ rows, zone, current }: EntryTableProps) => (
  <table class="usa-table usa-table--borderless tb-table tb-entries">
    <caption class="usa-sr-only">Entries of the record</caption>
    <thead>
      <tr>
        <th scope="col">Entry</th>
        <th scope="col">Recorded, {zoneName(zone)}</th>
        <th scope="col">What</th>
        <th scope="col">Who</th>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <tr key={row.index} class={rowClass(row, current)}>
          <th scope="row" class="tb-entries__index">
            <a href={fill(paths.page.entry, { index: row.index })}>{number(row.index)}</a>
          </th>
          <td class="tb-entries__at">
            <Instant at={row.at} zone={zone} form="row" />
          </td>
          <td class="tb-entries__what">{row.label}</td>
          <td class="tb-entries__who">{row.who === undefined ? '' : tame(row.who)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

function rowClass(row: EntryRow, current: number | undefined): string | undefined {
  if (row.index === current) return 'tb-entries__current'
  return row.sealed ? 'tb-entries__sealed' : undefined
}
