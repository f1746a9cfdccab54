import { searchHref, type FilterInUse } from '../../views/procurements.ts'

export interface FiltersInUseProps {
  filters: readonly FilterInUse[]
}

/** The filters that narrow the list; each link is the same search without it. */
export const FiltersInUse = ({ filters }: FiltersInUseProps) =>
  filters.length === 0 ? null : (
    <ul class="tb-in-use" aria-label="Filters in use">
      {filters.map(({ label, rest }) => (
        <li key={label}>
          <a class="tb-in-use__filter" href={searchHref(rest)}>
            <span class="usa-sr-only">Remove the filter </span>
            {label} <span aria-hidden="true">✕</span>
          </a>
        </li>
      ))}
      <li>
        <a href={searchHref({})}>Clear all</a>
      </li>
    </ul>
  )
