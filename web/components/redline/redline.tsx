import type { Json } from '../../../ledger/index.ts'
import type { Change } from '../../../procurement/index.ts'
import { nameOfPath } from '../../amendment-form.ts'
import { dayOf, isPlainDate, longInstant, tame } from '../../format.ts'

export interface RedlineProps {
  changes: readonly Change[]
  zone: string
}

/** Each member that changes, as it was and as it will be: struck out and inserted, said in words too. */
export const Redline = ({ changes, zone }: RedlineProps) =>
  changes.length === 0 ? (
    <p>Nothing is changed yet.</p>
  ) : (
    <dl class="tb-redline">
      {changes.map(({ path, from, to }) => (
        <div key={path} class="tb-redline__row">
          <dt>{tame(nameOfPath(path))}</dt>
          <dd>
            {from !== undefined && (
              <del>
                <span class="usa-sr-only">Before: </span>
                {textOf(from, zone)}
              </del>
            )}
            {to !== undefined && (
              <ins>
                <span class="usa-sr-only">After: </span>
                {textOf(to, zone)}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )

function textOf(value: Json, zone: string): string {
  if (typeof value !== 'string')
    return tame(typeof value === 'object' ? JSON.stringify(value) : String(value))
  if (isPlainDate(value)) return dayOf(value, zone)
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) ? longInstant(value, zone) : tame(value)
}
