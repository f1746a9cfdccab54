/**
 * Pages: the HTML views of the public projections, and the same projections as JSON at the same address with `.json`.
 * Whatever is asked for with a browser gets a page, also when the answer is no.
 */
import { Router, type Request, type Response } from 'express'
import type { JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { z } from 'zod'
import { IDLE_MINUTES } from '../db/sessions.ts'
import type { Assets, SignedIn } from '../web/components/layout/layout.tsx'
import { EntriesPage } from '../web/pages/entries.tsx'
import { EntryPage } from '../web/pages/entry.tsx'
import { ProblemPage } from '../web/pages/problem.tsx'
import { ProcurementPage } from '../web/pages/procurement.tsx'
import { ProcurementsPage, type PageContext } from '../web/pages/procurements.tsx'
import { AccountPage } from '../web/pages/account.tsx'
import { ActPageView } from '../web/pages/act.tsx'
import { LostKeyPage } from '../web/pages/lost-key.tsx'
import { NewDevicePage } from '../web/pages/new-device.tsx'
import { OpeningPage } from '../web/pages/opening.tsx'
import { OwnBidPage } from '../web/pages/own-bid.tsx'
import { RegisterVendorPage } from '../web/pages/register-vendor.tsx'
import { SignInPage } from '../web/pages/sign-in.tsx'
import { WorkPage } from '../web/pages/work.tsx'
import { fill, paths } from '../web/paths.ts'
import type { ActRequest, Acts } from './acts.ts'
import { json, send, traceOf } from './answer.ts'
import { anyone, type Viewer } from './disclosure.ts'
import { definedFilters, entriesQuery } from './entries.ts'
import { indexForm, ocidForm } from './forms.ts'
import type { OpeningPages } from './opening.ts'
import type { OwnBidPages } from './own-bid.ts'
import type { People } from './people.ts'
import { problem, type Problem } from './problems.ts'
import type { Search } from './search.ts'
import type { Views } from './views.ts'
import type { Work } from './work.ts'

export interface PageDeps {
  views: Views
  search: Search
  acts: Acts
  work: Work
  people: People
  ownBid: OwnBidPages
  opening: OpeningPages
  assets: Assets
}

/** A page: where it is, how to get what it shows, how to show it. */
interface Page<View> {
  path: string
  /** Where the same is served as JSON, if it is. */
  jsonPath?: string
  load: (request: Request) => Promise<View | Problem>
  show: (view: View, context: PageContext) => JSX.Element
}

export function pageRouter(deps: PageDeps): Router {
  const { views, search } = deps
  const router = Router()
  for (const path of [paths.page.home, paths.page.procurements])
    put(router, deps, {
      path,
      load: async (request) => {
        const view = await search.page(request.query)
        if (view.errors.length > 0) request.res?.status(400)
        return view
      },
      show: (view, context) => <ProcurementsPage view={view} context={context} />,
    })
  put(router, deps, {
    path: paths.page.procurement,
    jsonPath: `${paths.page.procurement}.json`,
    load: async (request) => {
      const ocid = ocidForm.safeParse(text(request, 'ocid'))
      const view = ocid.success ? await views.procurement(ocid.data) : undefined
      return view ?? problem('not-found', 'There is no such procurement.')
    },
    show: (view, context) => <ProcurementPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.entries,
    jsonPath: `${paths.page.entries}.json`,
    load: async (request) => {
      const query = parse(entriesQuery, request.query)
      return isProblem(query) ? query : views.entries(definedFilters(query))
    },
    show: (view, context) => <EntriesPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.entry,
    jsonPath: `${paths.page.entry}.json`,
    load: async (request) => {
      const index = indexForm.safeParse(text(request, 'index'))
      const view = index.success ? await views.entry(index.data) : undefined
      return view ?? problem('not-found', 'There is no such entry yet.')
    },
    show: (view, context) => <EntryPage view={view} context={context} />,
  })
  putPersonal(router, deps)
  return router
}

/** Pages that are made for whoever is signed in. */
function putPersonal(router: Router, deps: PageDeps): void {
  const { acts, work, people, ownBid, opening } = deps
  put(router, deps, {
    path: paths.page.signIn,
    load: (request) => people.signIn(nextOf(request)),
    show: (view, context) => <SignInPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.account,
    load: (request) => people.account(viewerOf(request)),
    show: (view, context) => <AccountPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.newDevice,
    load: ({ query: { person } }) =>
      Promise.resolve(people.newDevice(typeof person === 'string' ? person : '')),
    show: (view, context) => <NewDevicePage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.registerVendor,
    load: () => Promise.resolve(people.registerVendor()),
    show: (view, context) => <RegisterVendorPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.lostKey,
    load: () => Promise.resolve({}),
    show: (_view, context) => <LostKeyPage context={context} />,
  })
  put(router, deps, {
    path: paths.page.work,
    load: (request) => work.load(viewerOf(request), request.query['turn']),
    show: (view, context) => <WorkPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.ownBid,
    load: async (request) => {
      const ocid = ocidForm.safeParse(text(request, 'ocid'))
      return ocid.success
        ? await ownBid.load(viewerOf(request), ocid.data)
        : problem('not-found', 'There is no such procurement.')
    },
    show: (view, context) => <OwnBidPage view={view} context={context} />,
  })
  put(router, deps, {
    path: paths.page.opening,
    load: async (request) => {
      const ocid = ocidForm.safeParse(text(request, 'ocid'))
      return ocid.success
        ? await opening.load(viewerOf(request), ocid.data)
        : problem('not-found', 'There is no such procurement.')
    },
    show: (view, context) => <OpeningPage view={view} context={context} />,
  })
  for (const path of [paths.page.act, paths.page.fileAct])
    put(router, deps, {
      path,
      load: (request) => acts.load(viewerOf(request), actRequest(request)),
      show: ({ page, view }, context) => <ActPageView page={page} view={view} context={context} />,
    })
}

function actRequest(request: Request): ActRequest {
  const { ocid } = request.params
  const words = Object.entries(request.query).filter(([, value]) => typeof value === 'string')
  return {
    t: text(request, 't'),
    ...(typeof ocid === 'string' ? { ocid } : {}),
    // Only texts are left.
    query: Object.fromEntries(words) as Record<string, string>,
  }
}

/** An address of this service to come back to; anything else is the person's own work. */
function nextOf({ query: { next } }: Request): string {
  const isOwn = typeof next === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(next)
  return isOwn ? next : paths.page.work
}

function put<View extends object>(router: Router, deps: PageDeps, page: Page<View>): void {
  const answer = (asJson: boolean) => async (request: Request, response: Response) => {
    const view = await page.load(request)
    response.set('Cache-Control', 'no-cache')
    if (asJson) {
      send(request, response, isProblem(view) ? view : json(view))
      return
    }
    if (isProblem(view)) {
      if (view.code === 'not-signed-in') toSignIn(request, response)
      else sendProblemPage(request, response, view, deps)
      return
    }
    response.type('html').send(render(page.show(view, await contextOf(deps, request))))
  }
  // The address with `.json` first: a parameter would take the ending along.
  if (page.jsonPath !== undefined) router.get(page.jsonPath, answer(true))
  router.get(page.path, answer(false))
}

const isProblem = (value: object): value is Problem => 'kind' in value && value.kind === 'problem'

/** Parameters of a path that matched are there, as text. */
const text = (request: Request, name: string): string => String(request.params[name])

function parse<Form extends z.ZodType>(form: Form, value: unknown): z.output<Form> | Problem {
  const result = form.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  return problem('malformed-request', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

/** Whoever the page needs to know signs in first, and comes back to it. */
function toSignIn(request: Request, response: Response): void {
  response.redirect(303, fill(paths.page.signIn, {}, { next: request.originalUrl }))
}

async function contextOf({ views, assets }: PageDeps, request: Request): Promise<PageContext> {
  const [agency, viewer] = await Promise.all([views.agencyName(), signedIn(views, request)])
  return { assets, ...(agency === undefined ? {} : { agency }), ...(viewer ? { viewer } : {}) }
}

async function signedIn(views: Views, request: Request): Promise<SignedIn | undefined> {
  const { person } = viewerOf(request)
  if (person === undefined) return undefined
  const book = await views.names.of([person])
  return { name: book.get(person) ?? person, idleSeconds: IDLE_MINUTES * 60 }
}

/** Left by the session middleware; Express does not type it. */
const viewerOf = (request: Request): Viewer =>
  (request.res?.locals.viewer as Viewer | undefined) ?? anyone

const render = (page: JSX.Element): string => `<!doctype html>${renderToString(page)}`

/** The same no as a page. Its frame asks nothing of the database, which may be what failed. */
export function sendProblemPage(
  request: Request,
  response: Response,
  { status, title, detail, code, cite, next }: Problem,
  { assets }: { assets: Assets },
): void {
  const view = { title, detail, code, cite, next, traceId: traceOf(request) }
  response
    .status(status)
    .type('html')
    .send(render(<ProblemPage problem={view} context={{ assets }} />))
}
