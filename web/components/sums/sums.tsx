import { amount, isPlainDate, plainDay, tame } from '../../format.ts'
import type { SumRow } from '../../views/procurement.ts'
import { Instant } from '../instant/instant.tsx'

/** The money of a purchase, from order to payment, in the currency that the caption names. */
export const Sums = ({ rows, zone }: { rows: SumRow[]; zone: string }) => (
  <table class="tb-sums">
    <caption class="usa-sr-only">{`The money, in ${rows[0]?.amount.currency ?? 'its currency'}`}</caption>
    <tbody>
      {rows.map((row, position) => (
        <tr key={position} class={row.total ? 'tb-sums__total' : undefined}>
          <th scope="row">
            {tame(row.label)}
            <When row={row} zone={zone} />
          </th>
          <td class="tb-number">{amount(row.amount)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

function When({ row, zone }: { row: SumRow; zone: string }) {
  if (row.at === undefined && row.note === undefined) return null
  return (
    <span class="tb-sums__when">
      {row.at !== undefined &&
        (isPlainDate(row.at) ? (
          <time dateTime={row.at}>{plainDay(row.at)}</time>
        ) : (
          <Instant at={row.at} zone={zone} form="day" />
        ))}
      {row.note !== undefined && `, ${row.note}`}
    </span>
  )
}
