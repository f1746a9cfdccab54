import type { ComponentChildren } from 'preact'
import { tame } from '../../format.ts'
import { paths } from '../../paths.ts'

/** Files that pages link, with the hashes the browser checks them by. `assets.ts` of the server makes it. */
export interface Assets {
  styles: Asset
  islands: Record<string, Asset>
}

export interface Asset {
  href: string
  integrity: string
}

export type Section = 'work' | 'opportunities' | 'purchases' | 'record'

/** Whose session this is, for the header. */
export interface SignedIn {
  name: string
  /** After how many seconds without a request the session ends. */
  idleSeconds: number
}

export interface Crumb {
  label: string
  href?: string
}

export interface LayoutProps {
  title: string
  /** Absent: no section is current. */
  section?: Section
  crumbs?: Crumb[]
  /** Names of islands, as `verify-entry`. */
  islands?: string[]
  assets: Assets
  /** Address of the same page as JSON. */
  jsonHref?: string
  /** Name of the agency whose record this is. */
  agency?: string
  /** Absent: nobody is signed in. */
  viewer?: SignedIn
  /** What stands above the header: that something is not done yet. */
  bar?: ComponentChildren
  children: ComponentChildren
}

/**
 * The frame of every page: skip link, demonstration notice, header, breadcrumb, main. No inline style or script:
 * islands are modules from this server, and a page reads whole without them.
 */
export function Layout(props: LayoutProps) {
  return (
    <html lang="en">
      <Head {...props} />
      <body>
        <a class="usa-skipnav" href="#main">
          Skip to main content
        </a>
        <aside class={`tb-notice${props.bar ? ' tb-notice--light' : ''}`} aria-label="Notice">
          Demonstration system. Not an official website of the United States government.
        </aside>
        {props.bar}
        <Header section={props.section} viewer={props.viewer} />
        <div class="tb-page">
          {props.crumbs && <Breadcrumb crumbs={props.crumbs} />}
          <div data-news role="status"></div>
          <main id="main" tabIndex={-1}>
            {props.children}
          </main>
        </div>
        <Footer agency={props.agency} />
      </body>
    </html>
  )
}

function Head({ title, assets, islands = [], jsonHref, viewer }: LayoutProps) {
  return (
    <head>
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{`${tame(title)} · Tenderbook`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={assets.styles.href} integrity={assets.styles.integrity} />
      {jsonHref && <link rel="alternate" type="application/json" href={jsonHref} />}
      {[...(viewer ? ['frame'] : []), ...islands].map((name) => {
        const asset = assets.islands[name]
        return (
          asset && (
            <script key={name} type="module" src={asset.href} integrity={asset.integrity}></script>
          )
        )
      })}
    </head>
  )
}

const sections: { id: Section; label: string; href: string }[] = [
  { id: 'work', label: 'Your work', href: paths.page.work },
  { id: 'opportunities', label: 'Opportunities', href: `${paths.page.procurements}?status=open` },
  { id: 'purchases', label: 'Purchases', href: paths.page.procurements },
  { id: 'record', label: 'Record', href: paths.page.entries },
]

interface HeaderProps {
  section: Section | undefined
  viewer: SignedIn | undefined
}

function Header({ section, viewer }: HeaderProps) {
  return (
    <header class="tb-header">
      <div class="tb-header__inner">
        <a class="tb-header__title" href={paths.page.home}>
          Tenderbook
        </a>
        <nav class="tb-nav" aria-label="Main">
          <Sections current={section} viewer={viewer} />
        </nav>
        <Person viewer={viewer} />
        <details class="tb-menu">
          <summary class="usa-button usa-button--outline">Menu</summary>
          <nav class="tb-menu__panel" aria-label="Main menu">
            <Sections current={section} viewer={viewer} />
            <Person viewer={viewer} />
          </nav>
        </details>
      </div>
    </header>
  )
}

/** Whose session it is and the way out, or the way in. Leaving needs a script; the session ends by itself without. */
const Person = ({ viewer }: { viewer: SignedIn | undefined }) => (
  <div class="tb-person">
    {viewer ? (
      <>
        <a href={paths.page.account}>{tame(viewer.name)}</a>
        <button
          type="button"
          class="usa-button usa-button--unstyled"
          data-sign-out
          data-idle={viewer.idleSeconds}
          hidden
        >
          Sign out
        </button>
      </>
    ) : (
      <a href={paths.page.signIn}>Sign in</a>
    )}
  </div>
)

const Sections = ({
  current,
  viewer,
}: {
  current: Section | undefined
  viewer: SignedIn | undefined
}) => (
  <ul class="tb-nav__list">
    {(viewer ? sections : sections.filter(({ id }) => id !== 'work')).map(({ id, label, href }) => (
      <li key={id}>
        <a href={href} aria-current={id === current ? 'page' : undefined}>
          {label}
        </a>
      </li>
    ))}
  </ul>
)

const Breadcrumb = ({ crumbs }: { crumbs: Crumb[] }) => (
  <nav class="usa-breadcrumb tb-crumbs" aria-label="Breadcrumbs">
    <ol class="usa-breadcrumb__list">
      {crumbs.map(({ label, href }) => (
        <li
          key={label}
          class="usa-breadcrumb__list-item"
          aria-current={href === undefined ? 'page' : undefined}
        >
          {href === undefined ? (
            <span>{label}</span>
          ) : (
            <a class="usa-breadcrumb__link" href={href}>
              <span>{label}</span>
            </a>
          )}
        </li>
      ))}
    </ol>
  </nav>
)

const Footer = ({ agency }: { agency: string | undefined }) => (
  <footer class="tb-footer">
    <div class="tb-footer__inner">
      {agency !== undefined && <span>{agency}</span>}
      <a href={paths.api.openapi}>API</a>
      <a href={paths.api.logExport}>Download the whole record</a>
      <a href={paths.api.checkpoint}>Newest checkpoint</a>
    </div>
  </footer>
)
