/** The list of procurements, as its page, its JSON and its CSV show it. Never a number of bidders. */
import { findMethod, packOfMethod, type Money, type Stage } from '../../procurement/index.ts'
import { tame } from '../format.ts'
import { paths } from '../paths.ts'

export type Status = 'open' | 'coming' | 'awarded' | 'closed'
export type Kind = 'goods' | 'services' | 'works'
export type SetAside = 'small' | 'other' | 'none'

/** What is looked for, by the names that it has in the address. */
export interface SearchQuery {
  q?: string
  status?: Status
  /** One stage exactly: for programs, in place of a status. */
  stage?: Stage
  kind?: Kind[]
  'set-aside'?: SetAside[]
  /** First digits of a NAICS code, or the beginning of a PSC code. */
  code?: string
  agency?: string
  /** Bidding ends within so many days. */
  due?: string
}

/** The same as it came in, whatever it is: a form with an error shows what was typed. */
export type Typed = { [name in keyof SearchQuery]?: string | string[] }

export interface ProcurementRow {
  ocid: string
  title: string
  /** What it is about, in a sentence. */
  summary: string
  stage: Stage
  kind: Kind
  org: { id: string; name: string }
  zone: string
  /** "Request for quotations"; absent before the method is chosen. */
  notice?: string
  /** As `NAICS 334111`. */
  code?: string
  /** End of bidding, legal, and the same on the real clock. */
  deadline?: { legal: string; real: string }
  /** Of the orders, once there is one. */
  value?: Money
}

export interface ProcurementsView {
  format: 'tenderbook-procurements/1'
  query: SearchQuery
  rows: ProcurementRow[]
  /** On all pages. */
  total: number
  page: number
  pages: number
  /** Lines on a page. */
  limit: number
  /** Cursor of the next page, for programs; absent on the last. */
  next?: string
  /** Those that the search can be narrowed to. */
  agencies: { id: string; name: string }[]
  now: string
}

/** A value of the address that is none, with the field that it belongs to. */
export interface SearchError {
  field: string
  message: string
}

/** A line as the database has it. */
export interface StoredLine extends Omit<ProcurementRow, 'org' | 'stage' | 'kind' | 'notice'> {
  org: string
  stage: string
  category: string
  method?: string
}

/** One line of the list. */
export function procurementRow(line: StoredLine, nameOf: (org: string) => string): ProcurementRow {
  const { ocid, title, summary, stage, category, org, zone, method, code, deadline, value } = line
  const notice = method === undefined ? undefined : noticeOf(method)
  return {
    ocid,
    title,
    summary,
    // The rules wrote both.
    stage: stage as Stage,
    kind: category as Kind,
    org: { id: org, name: nameOf(org) },
    zone,
    ...(notice === undefined ? {} : { notice }),
    ...(code === undefined ? {} : { code }),
    ...(deadline === undefined ? {} : { deadline }),
    // The estimate is not shown here: before an order it would steer the prices.
    ...(value === undefined ? {} : { value }),
  }
}

/** What a method asks vendors by. */
function noticeOf(method: string): string | undefined {
  const pack = packOfMethod(method)
  return pack && findMethod(pack, method)?.title
}

/** What the stages are called, in the order of the process. */
export const stageLabels: Record<Stage, string> = {
  draft: 'Requested',
  approved: 'Approved',
  open: 'Open for quotations',
  closed: 'Bidding closed',
  opened: 'Being compared',
  contracted: 'Ordered',
  unsuccessful: 'No award',
  complete: 'Paid and closed',
  ended: 'Ended',
}

export const statusLabels: Record<Status, string> = {
  open: 'Open',
  coming: 'Coming',
  awarded: 'Awarded',
  closed: 'Closed or cancelled',
}

/** The stages of each status. */
export const stagesOf: Record<Status, readonly Stage[]> = {
  open: ['open'],
  coming: ['draft', 'approved'],
  awarded: ['contracted', 'complete'],
  closed: ['closed', 'opened', 'unsuccessful', 'ended'],
}

export const kindLabels: Record<Kind, string> = {
  goods: 'Goods',
  services: 'Services',
  works: 'Construction',
}

export const setAsideLabels: Record<SetAside, string> = {
  small: 'Small business',
  other: 'Other set-asides',
  none: 'Nobody: open to all',
}

/** Days that the form offers. */
export const dueDays = ['3', '7', '14', '30']

export const daysLabel = (days: string): string => (days === '1' ? '1 day' : `${days} days`)

/** One filter in use, and the search without it. */
export interface FilterInUse {
  label: string
  rest: SearchQuery
}

/** Filters in use, in the order of the form; the words first. */
export function filtersInUse({ query, agencies }: ProcurementsView): FilterInUse[] {
  const { q, status, stage, kind, code, agency, due } = query
  const one = (name: keyof SearchQuery, label: string): FilterInUse => ({
    label,
    rest: Object.fromEntries(Object.entries(query).filter(([other]) => other !== name)),
  })
  const many = <V extends string>(
    name: 'kind' | 'set-aside',
    values: readonly V[] | undefined,
    labels: Record<V, string>,
  ): FilterInUse[] =>
    (values ?? []).map((value) => ({
      label: labels[value],
      rest: { ...query, [name]: values?.filter((other) => other !== value) },
    }))
  const agencyName = agencies.find(({ id }) => id === agency)?.name ?? agency
  return [
    ...(q === undefined ? [] : [one('q', `“${tame(q)}”`)]),
    ...(status === undefined ? [] : [one('status', statusLabels[status])]),
    ...(stage === undefined ? [] : [one('stage', stageLabels[stage])]),
    ...many('kind', kind, kindLabels),
    ...many('set-aside', query['set-aside'], setAsideLabels),
    ...(code === undefined ? [] : [one('code', `Code ${tame(code)}`)]),
    ...(agencyName === undefined ? [] : [one('agency', tame(agencyName))]),
    ...(due === undefined ? [] : [one('due', `Due within ${daysLabel(due)}`)]),
  ]
}

/** The address of a search; a value with several is named several times. */
export function searchHref(
  query: SearchQuery,
  more: { page?: number; limit?: number } = {},
  path: string = paths.page.procurements,
): string {
  const pairs = Object.entries({ ...query, ...more }).flatMap(([name, value]) =>
    // Members of a query are texts or lists of them; members of `more` are numbers.
    [value as string | string[] | number].flat().map((each) => [name, String(each)]),
  )
  const search = new URLSearchParams(pairs).toString()
  return search === '' ? path : `${path}?${search}`
}
