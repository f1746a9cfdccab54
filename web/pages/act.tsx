import { ActForm } from '../components/act-form/act-form.tsx'
import { Layout, type Crumb } from '../components/layout/layout.tsx'
import type { ActSetting } from '../act-setting.ts'
import type { ActPage, ActView } from '../acts/page.ts'
import { Training } from '../components/training/training.tsx'
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
  const { Fields, Aside, Bar, isAsideInForm } = page
  const { file } = view
  const title = page.title(view)
  const aside = Aside && <Aside view={view} />
  const form = (
    <ActForm
      setting={settingOf(page, view)}
      button={page.button ?? 'Check and sign'}
      because={page.because?.(view) ?? []}
      aside={isAsideInForm && aside}
    >
      <Fields view={view} />
    </ActForm>
  )
  return (
    <Layout
      title={title}
      crumbs={crumbs(view, title)}
      islands={['act', ...(page.islands ?? [])]}
      bar={Bar && <Bar view={view} />}
      {...context}
    >
      {file?.training && (
        <Training training={{ ...file.training, legalNow: view.legalNow }} zone={view.zone} />
      )}
      <h1>{title}</h1>
      {file && <p class="tb-lede">{tame(titleOf(view))}</p>}
      {aside && !isAsideInForm ? (
        <div class="tb-columns">
          <div>{form}</div>
          <aside>{aside}</aside>
        </div>
      ) : (
        form
      )}
    </Layout>
  )
}

function settingOf(page: ActPage, view: ActView): ActSetting {
  const notAfter = page.notAfter?.(view)
  return {
    ...view.setting,
    verb: page.verb,
    follows: page.follows?.(view) ?? [],
    ...(page.next ? { next: page.next(view) } : {}),
    ...(notAfter === undefined ? {} : { notAfter }),
  }
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
