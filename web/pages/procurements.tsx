import { Instant } from '../components/instant/instant.tsx'
import { Layout, type Assets } from '../components/layout/layout.tsx'
import { Pager } from '../components/pager/pager.tsx'
import { duration, money, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { stageLabels, type ProcurementRow, type ProcurementsView } from '../views/procurements.ts'

export interface PageContext {
  assets: Assets
  agency?: string
}

/** The list of procurements: words and stage in the address, a plain GET form, soonest deadline first. */
export function ProcurementsPage({
  view,
  context,
}: {
  view: ProcurementsView
  context: PageContext
}) {
  const { query, rows } = view
  const isOpportunities = query.stage === 'open'
  const jsonHref = fill('/procurements.json', {}, query)
  return (
    <Layout
      title={isOpportunities ? 'Opportunities' : 'Purchases'}
      section={isOpportunities ? 'opportunities' : 'purchases'}
      jsonHref={jsonHref}
      {...context}
    >
      <h1>{isOpportunities ? 'Opportunities' : 'Purchases'}</h1>
      <p class="tb-second">
        {isOpportunities
          ? 'What public bodies are about to buy. No account needed.'
          : 'What public bodies buy, from request to last payment. No account needed.'}
      </p>
      <SearchForm query={query} />
      {rows.length === 0 ? (
        <p>No purchases match. Take other words, or another stage.</p>
      ) : (
        <ol class="tb-results">
          {rows.map((row) => (
            <Result key={row.ocid} row={row} now={view.now} />
          ))}
        </ol>
      )}
      <Pager
        position={
          rows.length === 1 ? '1 purchase on this page' : `${rows.length} purchases on this page`
        }
        json={jsonHref}
        {...(view.next === undefined
          ? {}
          : { later: fill(paths.page.home, {}, { ...query, cursor: view.next }) })}
      />
    </Layout>
  )
}

const SearchForm = ({ query }: { query: ProcurementsView['query'] }) => (
  <form class="tb-search" role="search" method="get" action={paths.page.home}>
    <div class="tb-search__words">
      <label class="usa-label" for="q">
        Words, or a number
      </label>
      <input
        class="usa-input"
        id="q"
        name="q"
        type="search"
        maxLength={200}
        value={query.q ?? ''}
      />
    </div>
    <div>
      <label class="usa-label" for="stage">
        Stage
      </label>
      <select class="usa-select" id="stage" name="stage">
        <option value="">Any stage</option>
        {Object.entries(stageLabels).map(([stage, label]) => (
          <option key={stage} value={stage} selected={stage === query.stage}>
            {label}
          </option>
        ))}
      </select>
    </div>
    <button class="usa-button" type="submit">
      Search
    </button>
  </form>
)

function Result({ row, now }: { row: ProcurementRow; now: string }) {
  const leftMs = row.deadline ? Date.parse(row.deadline.real) - Date.parse(now) : undefined
  const isOpen = row.stage === 'open' && leftMs !== undefined && leftMs > 0
  const isSoon = isOpen && leftMs < 2 * 86_400_000
  return (
    <li class="tb-results__item">
      <div>
        <h2 class="tb-results__title">
          <a href={fill(paths.page.procurement, { ocid: row.ocid })}>{tame(row.title)}</a>
        </h2>
        <p class="tb-results__line">{`${row.ocid} · ${tame(row.org.name)}`}</p>
      </div>
      <div class={`tb-results__state${isSoon ? ' tb-results__state--soon' : ''}`}>
        {isOpen && row.deadline ? (
          <p>
            <strong>
              <Instant at={row.deadline.legal} zone={row.zone} />
            </strong>
          </p>
        ) : (
          <p>{stageLabels[row.stage]}</p>
        )}
        {isOpen && <p>{duration(leftMs)} left</p>}
        {row.value && <p>{money(row.value)}</p>}
      </div>
    </li>
  )
}
