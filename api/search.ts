/**
 * The search of the public list, once for its page, its JSON and its CSV: what may stand in the address, what it asks the
 * database for, and what comes of it. The words of each error are those that the page shows at the field.
 */
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import type { ListFilter } from '../db/list.ts'
import type { Readers } from '../db/readers.ts'
import {
  addMicroseconds,
  currencyExponent,
  DAY,
  type Money,
  type OrgRow,
  type Stage,
} from '../procurement/index.ts'
import { tame } from '../web/format.ts'
import { PAGE_SIZE, type SearchPageView } from '../web/pages/procurements.tsx'
import { fill, paths } from '../web/paths.ts'
import {
  type Kind,
  kindLabels,
  procurementRow,
  type ProcurementRow,
  type ProcurementsView,
  type SearchQuery,
  type SetAside,
  setAsideLabels,
  stageLabels,
  stagesOf,
  type Status,
  statusLabels,
  type Typed,
} from '../web/views/procurements.ts'
import { limitForm, textForm } from './forms.ts'
import { instantOf } from './outcomes.ts'

// The labels' keys are all the values, by their types.
const statuses = Object.keys(statusLabels) as Status[]
const stages = Object.keys(stageLabels) as Stage[]
const kinds = Object.keys(kindLabels) as Kind[]
const setAsides = Object.keys(setAsideLabels) as SetAside[]

/** "33411x is not a NAICS code. …", from what was typed, of which a message shows no more than fits. */
const says =
  (wrong: string, next: string) =>
  ({ input }: { input?: unknown }): string =>
    typeof input === 'string'
      ? `${tame(input.trim().slice(0, 40))} is not ${wrong}. ${next}`
      : `There is more than one here. ${next}`

const blankToNone = <T extends string>(text: T | undefined): Exclude<T, ''> | undefined =>
  // What is left after the test is not blank.
  text === undefined || text === '' ? undefined : (text as Exclude<T, ''>)

/** One of a list; nothing where the field is blank. */
const oneOf = <T extends string>(values: T[], wrong: string) =>
  z
    .enum(['', ...values], { error: says(wrong, 'Choose one of the list.') })
    .optional()
    .transform(blankToNone)

/** Any number of a list: the parameter may come several times. */
const someOf = <T extends string>(values: T[], wrong: string) => {
  const error = `This is not ${wrong}. Choose from the list.`
  const one = z.enum(values)
  return z
    .union([one, z.array(one).max(values.length)], { error })
    .optional()
    .transform((found) => (found === undefined ? undefined : [...new Set([found].flat())]))
}

/** A text of a form; blank is none. */
const typed = (pattern: RegExp, error: ReturnType<typeof says>) =>
  z
    .string({ error })
    .regex(pattern, { error })
    .optional()
    .transform((text) => blankToNone(text?.trim()))

/** Digits of NAICS; a PSC code has a letter in front, or after the first digit. */
const CODE = /^\s*(\d{2,6}|([A-Za-z][A-Za-z0-9]|\d[A-Za-z])[A-Za-z0-9]{0,2})?\s*$/

export const searchForm = z.object({
  q: textForm(200)
    .optional()
    .transform((text) => blankToNone(text?.trim())),
  status: oneOf(statuses, 'a status'),
  stage: oneOf(stages, 'a stage'),
  kind: someOf(kinds, 'a kind of purchase'),
  'set-aside': someOf(setAsides, 'a set-aside'),
  code: typed(CODE, says('a NAICS code', 'Use 2 to 6 digits.')),
  agency: typed(/^[A-Za-z0-9._:-]{0,64}$/, says('an agency', 'Choose one of the list.')),
  due: typed(
    /^(?:[1-9]\d?|[12]\d\d|3[0-5]\d|36[0-5])?$/,
    says('a number of days', 'Use 1 to 365.'),
  ),
  page: z
    .string({ error: says('a page', 'Pages are numbered from 1.') })
    .regex(/^[1-9]\d{0,5}$/, { error: says('a page', 'Pages are numbered from 1.') })
    .transform(Number)
    .optional(),
  limit: limitForm.optional(),
  /** `next` of the page before, in place of a number. */
  cursor: textForm(256).optional(),
})

export type SearchInput = z.output<typeof searchForm>

const NAMES = ['q', 'status', 'stage', 'kind', 'set-aside', 'code', 'agency', 'due'] as const

/** What is looked for, as the address has it, without what is blank. A stage is one of a status, and says more. */
function queryOf(input: SearchInput): SearchQuery {
  const names = NAMES.filter((name) => name !== 'status' || input.stage === undefined)
  const found = names.map((name) => [name, input[name]] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** What is looked for, as the database is asked. `now`: a status and a number of days count from it. */
function filterOf(query: SearchQuery, now: string): ListFilter {
  const { q, status, stage, kind, code, agency, due } = query
  const aside = query['set-aside']
  return {
    ...(q === undefined ? {} : { q }),
    ...(stage === undefined ? {} : { stages: [stage] }),
    ...(status === undefined || status === 'open' ? {} : { stages: stagesOf[status] }),
    // Open is what still takes bids; whose hour has come is not, also while it is not closed yet.
    ...(status === 'open' || due !== undefined ? { dueAfter: now } : {}),
    ...(due === undefined ? {} : { dueBefore: addMicroseconds(now, BigInt(due) * DAY) }),
    ...(kind === undefined ? {} : { kinds: kind }),
    ...(aside === undefined ? {} : { setAsides: aside }),
    ...(code === undefined ? {} : { code }),
    ...(agency === undefined ? {} : { org: agency }),
  }
}

export interface SearchDeps {
  readers: Readers
  config: { publicUrl: string }
  now: () => Date
}

export type Search = ReturnType<typeof createSearch>

export function createSearch({ readers, config, now }: SearchDeps) {
  return { list, page, csv }

  async function list(input: SearchInput): Promise<ProcurementsView> {
    const at = instantOf(now())
    const query = queryOf(input)
    const filter = filterOf(query, at)
    const { page = 1, limit = PAGE_SIZE, cursor } = input
    const place = cursor === undefined ? { offset: (page - 1) * limit } : { cursor }
    const [found, total, agencies] = await Promise.all([
      readers.procurements({ ...filter, ...place, limit }),
      readers.countProcurements(filter),
      agenciesByName(),
    ])
    const nameOf = namesOf(agencies)
    return {
      format: 'tenderbook-procurements/1',
      query,
      rows: found.rows.map((line) => procurementRow(line, nameOf)),
      total,
      page,
      pages: Math.max(1, Math.ceil(total / limit)),
      limit,
      ...(found.next === undefined ? {} : { next: found.next }),
      agencies,
      now: at,
    }
  }

  /** The page for whatever stands in an address: with errors in place of the list where that is no search. */
  async function page(address: Record<string, unknown>): Promise<SearchPageView> {
    const input = searchForm.safeParse(address)
    if (input.success) {
      const view = await list(input.data)
      return { ...view, typed: view.query, errors: [] }
    }
    const errors = input.error.issues.map(({ path, message }) => ({
      field: fieldOf(path[0]),
      message,
    }))
    return {
      format: 'tenderbook-procurements/1',
      query: {},
      rows: [],
      ...{ total: 0, page: 1, pages: 1, limit: PAGE_SIZE },
      agencies: await agenciesByName(),
      now: instantOf(now()),
      typed: typedIn(address),
      errors: errors.filter(
        ({ field }, i) => errors.findIndex((each) => each.field === field) === i,
      ),
    }
  }

  /** Everything that is found, a batch of lines at a time. */
  async function* csv(input: SearchInput): AsyncGenerator<string> {
    const filter = filterOf(queryOf(input), instantOf(now()))
    const nameOf = namesOf(await agenciesByName())
    let cursor: string | undefined
    do {
      const isFirst = cursor === undefined
      const place = cursor === undefined ? {} : { cursor }
      const found = await readers.procurements({ ...filter, ...place, limit: CSV_BATCH })
      const rows = found.rows.map((line) => csvLine(procurementRow(line, nameOf), config.publicUrl))
      yield stringify(rows, { ...CSV_FORM, header: isFirst, bom: isFirst })
      cursor = found.next
    } while (cursor !== undefined)
  }

  async function agenciesByName(): Promise<ProcurementsView['agencies']> {
    const rows = await readers.registerRows('org/')
    return rows
      .map(({ value }) => {
        // The register's rows have their type by their key.
        const { org, name } = value as unknown as OrgRow
        return { id: org, name }
      })
      .sort((a, b) => a.name.localeCompare(b.name, 'en'))
  }
}

function namesOf(agencies: ProcurementsView['agencies']): (org: string) => string {
  const names = new Map(agencies.map(({ id, name }) => [id, name]))
  return (org) => names.get(org) ?? org
}

/** Fields of the form. */
const FIELDS = NAMES.filter((name) => name !== 'stage')

/** Parameters that have no field of their own are told at the words. */
const fieldOf = (name: PropertyKey | undefined): string =>
  FIELDS.find((field) => field === name) ?? 'q'

/** What was typed into the fields, for the form to show again. */
function typedIn(address: Record<string, unknown>): Typed {
  return Object.fromEntries(
    FIELDS.flatMap((field) => {
      const values = [address[field] ?? []].flat().filter((each) => typeof each === 'string')
      return values.length === 0 ? [] : [[field, values.length === 1 ? values[0] : values]]
    }),
  )
}

const CSV_BATCH = 500

const COLUMNS = [
  'number',
  'title',
  'summary',
  'stage',
  'kind',
  'notice',
  'code',
  'agency',
  'deadline (agency)',
  'time zone',
  'deadline (UTC)',
  'ordered',
  'currency',
  'page',
]

/** Cells that a spreadsheet would run are quoted away; the mark in front tells it the encoding. */
const CSV_FORM = { columns: COLUMNS, escape_formulas: true, record_delimiter: 'windows' } as const

function csvLine(row: ProcurementRow, publicUrl: string): string[] {
  const { ocid, title, summary, stage, kind, notice = '', code = '', org, zone } = row
  const { deadline, value } = row
  return [
    ocid,
    tame(title),
    tame(summary),
    stageLabels[stage],
    kindLabels[kind],
    notice,
    code,
    tame(org.name),
    deadline?.legal ?? '',
    zone,
    deadline?.real ?? '',
    value ? decimal(value) : '',
    value?.currency ?? '',
    publicUrl + fill(paths.page.procurement, { ocid }),
  ]
}

/** "19888.00", for programs. */
function decimal({ amount, currency }: Money): string {
  const digits = currencyExponent(currency)
  const units = amount.padStart(digits + 1, '0')
  return digits === 0 ? units : `${units.slice(0, -digits)}.${units.slice(-digits)}`
}
