import { ErrorSummary } from '../components/error-summary/error-summary.tsx'
import { FiltersInUse } from '../components/filters-in-use/filters-in-use.tsx'
import { Filters, Words } from '../components/filters/filters.tsx'
import { Layout, type Assets, type SignedIn } from '../components/layout/layout.tsx'
import { PageNumbers } from '../components/page-numbers/page-numbers.tsx'
import { Results } from '../components/results/results.tsx'
import { number } from '../format.ts'
import { paths } from '../paths.ts'
import {
  filtersInUse,
  searchHref,
  type FilterInUse,
  type ProcurementsView,
  type SearchError,
  type Typed,
} from '../views/procurements.ts'

export interface PageContext {
  assets: Assets
  agency?: string
  viewer?: SignedIn
}

/** The page of the list; with errors where something in the address is not what it should be. */
export interface SearchPageView extends ProcurementsView {
  typed: Typed
  errors: SearchError[]
}

/** The search: words, filters, filters in use, how many, and the list. All of it stands in the address. */
export function ProcurementsPage({
  view,
  context,
}: {
  view: SearchPageView
  context: PageContext
}) {
  const { query, typed, errors, agencies } = view
  const words = wordsOf(view)
  const filters = errors.length > 0 ? [] : filtersInUse(view)
  return (
    <Layout
      title={`${errors.length > 0 ? 'Error: ' : ''}${words.title}`}
      section={words.section}
      {...(errors.length > 0
        ? {}
        : { jsonHref: searchHref(query, {}, paths.file.procurementsJson) })}
      {...context}
    >
      {errors.length > 0 && <ErrorSummary errors={errors} />}
      <h1>{words.title}</h1>
      <p class="tb-second">{words.about}</p>
      <div class="tb-find">
        <Words typed={typed} errors={errors} />
        <Filters
          typed={typed}
          errors={errors}
          agencies={agencies}
          inUse={filters.length - (query.q === undefined ? 0 : 1)}
        />
        <div class="tb-find__results">
          {errors.length === 0 && <Found view={view} filters={filters} noun={words.noun} />}
        </div>
      </div>
    </Layout>
  )
}

/** What the list is called: to vendors, what is open now is an opportunity. */
function wordsOf({ query: { status, stage } }: ProcurementsView) {
  return status === 'open' || stage === 'open'
    ? ({
        section: 'opportunities',
        title: 'Opportunities',
        about: 'What public bodies are about to buy. No account needed.',
        noun: ['opportunity', 'opportunities'],
      } as const)
    : ({
        section: 'purchases',
        title: 'Purchases',
        about: 'What public bodies buy, from request to last payment. No account needed.',
        noun: ['purchase', 'purchases'],
      } as const)
}

interface FoundProps {
  view: ProcurementsView
  filters: FilterInUse[]
  noun: readonly [one: string, several: string]
}

const Found = ({ view, filters, noun }: FoundProps) => (
  <>
    <FiltersInUse filters={filters} />
    {view.total === 0 ? (
      <None filters={filters} noun={noun[1]} />
    ) : (
      <>
        <h2 class="tb-find__count">
          <strong>{`${number(view.total)} ${noun[view.total === 1 ? 0 : 1]}`}</strong>
          {orderOf(view)}
        </h2>
        <Results rows={view.rows} now={view.now} />
        <Pages view={view} />
      </>
    )}
    <Address view={view} />
  </>
)

const None = ({ filters, noun }: { filters: FilterInUse[]; noun: string }) => (
  <>
    <h2 class="tb-find__count">
      <strong>No {noun} match.</strong>
    </h2>
    <p>{filters.length === 0 ? 'There are none yet.' : 'Remove a filter.'}</p>
  </>
)

/** The order, in words. */
function orderOf({ query: { status, stage, due } }: ProcurementsView): string {
  if (status === 'open' || stage === 'open' || due !== undefined) return ', soonest deadline first'
  return status === undefined && stage === undefined
    ? ', soonest deadline first, then the newest'
    : ', newest first'
}

function Pages({ view }: { view: ProcurementsView }) {
  const { page, pages, total, limit, rows } = view
  if (rows.length === 0)
    return (
      <p>
        {`There is no page ${number(page)}. `}
        <a href={pageHref(view, pages)}>{`Go to the last, page ${number(pages)}`}</a>
      </p>
    )
  if (pages === 1) return null
  const from = (page - 1) * limit + 1
  const position = `${number(from)} to ${number(from + rows.length - 1)} of ${number(total)}`
  return (
    <PageNumbers
      page={page}
      pages={pages}
      position={position}
      hrefOf={(each) => pageHref(view, each)}
    />
  )
}

/** Lines on a page where the address does not say. */
export const PAGE_SIZE = 20

const pageHref = ({ query, limit }: ProcurementsView, page: number): string =>
  searchHref(query, {
    ...(page === 1 ? {} : { page }),
    ...(limit === PAGE_SIZE ? {} : { limit }),
  })

const Address = ({ view: { query } }: { view: ProcurementsView }) => (
  <p class="tb-find__address">
    The address holds your search: <code>{searchHref(query)}</code>. Also as{' '}
    <a href={searchHref(query, {}, paths.file.procurementsJson)}>JSON</a>,{' '}
    <a href={searchHref(query, {}, paths.file.procurementsCsv)}>CSV</a>.
  </p>
)
