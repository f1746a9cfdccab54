import { EntryTable } from '../components/entry-table/entry-table.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { Pager } from '../components/pager/pager.tsx'
import { number } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { wordsFor, worded } from '../sentences.ts'
import { termsOf } from '../terms.ts'
import type { EntriesQuery, EntriesView } from '../views/entries.ts'
import type { PageContext } from './procurements.tsx'

/** The record, in the order in which it was accepted; filters in the address. */
export function EntriesPage({ view, context }: { view: EntriesView; context: PageContext }) {
  const { query, rows } = view
  const at = (from: number | undefined) =>
    from === undefined ? undefined : fill(paths.page.entries, {}, { ...query, from })
  const earlier = at(view.earlier)
  const later = at(view.later)
  const jsonHref = fill(`${paths.page.entries}.json`, {}, { ...query })
  return (
    <Layout title="The record" section="record" jsonHref={jsonHref} {...context}>
      <h1>The record</h1>
      <p class="tb-second">
        Every act, in the order it was accepted. Nothing is changed or removed.{' '}
        <code>{view.log}</code>
      </p>
      <Filters query={query} />
      {rows.length === 0 ? <p>No entries match.</p> : <EntryTable rows={rows} zone={view.zone} />}
      <Pager
        position={`${number(view.size)} entries in the record`}
        json={jsonHref}
        {...(earlier === undefined ? {} : { earlier })}
        {...(later === undefined ? {} : { later })}
      />
    </Layout>
  )
}

const Filters = ({ query }: { query: EntriesQuery }) => (
  <form class="tb-search" method="get" action={paths.page.entries}>
    <TextField id="tender" label="Purchase" value={query.tender} />
    <TextField id="actor" label="Who (person id)" value={query.actor} />
    <div>
      <label class="usa-label" for="type">
        What
      </label>
      <select class="usa-select" id="type" name="type">
        <option value="">Any step</option>
        {worded().map((type) => (
          <option key={type} value={type} selected={type === query.type}>
            {wordsFor(type).label(termsOf(undefined))}
          </option>
        ))}
      </select>
    </div>
    <TextField id="from" label="From entry" value={query.from?.toString()} numeric />
    <button class="usa-button usa-button--outline" type="submit">
      Show
    </button>
  </form>
)

interface TextFieldProps {
  id: string
  label: string
  value: string | undefined
  numeric?: boolean
}

const TextField = ({ id, label, value, numeric = false }: TextFieldProps) => (
  <div>
    <label class="usa-label" for={id}>
      {label}
    </label>
    <input
      class="usa-input"
      id={id}
      name={id}
      value={value ?? ''}
      inputMode={numeric ? 'numeric' : undefined}
      maxLength={128}
    />
  </div>
)
