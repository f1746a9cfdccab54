import { ActForm } from '../components/act-form/act-form.tsx'
import { Layout, type Crumb } from '../components/layout/layout.tsx'
import type { ActPage, ActView } from '../acts/page.ts'
import { tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import type { PageContext } from './procurements.tsx'

/** The page of any act: its title, its form, and beside it what its type has to say. */
export function ActPageView({
  page,
  view,
  context,
}: {
  page: ActPage
  view: ActView
  context: PageContext
}) {
  const { Fields, Aside, verb } = page
  const title = page.title(view)
  const setting = { ...view.setting, verb, follows: page.follows?.(view) ?? [] }
  const form = (
    <ActForm setting={setting} button="Check and sign" because={page.because?.(view) ?? []}>
      <Fields view={view} />
    </ActForm>
  )
  return (
    <Layout
      title={title}
      crumbs={crumbs(view, title)}
      islands={['act', ...(page.islands ?? [])]}
      {...context}
    >
      <h1>{title}</h1>
      {view.file && <p class="tb-lede">{tame(titleOf(view))}</p>}
      {Aside ? (
        <div class="tb-columns">
          <div>{form}</div>
          <aside>
            <Aside view={view} />
          </aside>
        </div>
      ) : (
        form
      )}
    </Layout>
  )
}

const titleOf = ({ file }: ActView): string =>
  file?.solicitation?.terms.title ?? file?.requisition.title ?? ''

function crumbs(view: ActView, title: string): Crumb[] {
  const { file } = view
  const own = { label: title }
  if (!file) return [{ label: 'Your work', href: paths.page.work }, own]
  const href = fill(paths.page.procurement, { ocid: file.ocid })
  return [{ label: 'Your work', href: paths.page.work }, { label: tame(titleOf(view)), href }, own]
}
