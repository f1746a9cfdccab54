/**
 * The public list: the rows that `derived.ts` writes of each procurement whose open state changed, and the pages that are
 * read of them. All that a line shows stands in its row; no state is opened for it.
 */
import { and, gt, lt, type SQL, sql as sqlOf } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { due, type FileState, type OrgRow, realOf, sumMoney } from '../procurement/index.ts'
import type { Sql, Transaction } from './connection.ts'
import { procurement, register } from './schema.ts'
import { type Agency, codesOf, facetsOf, queryOf, type Search, searchedWords } from './search.ts'

/** A procurement as a line of the list says it. */
export interface ListLine {
  ocid: string
  org: string
  zone: string
  title: string
  summary: string
  stage: string
  category: string
  method?: string
  /** As `NAICS 334111`. */
  code?: string
  /** End of bidding, legal, and the same on the real clock. */
  deadline?: { legal: string; real: string }
  /** What is ordered. */
  value?: { amount: string; currency: string }
}

export interface ListFilter extends Search {
  /** Real instants: only those that take bids still after the one, and no longer at the other. */
  dueAfter?: string
  dueBefore?: string
}

export interface ListQuery extends ListFilter {
  /** `next` of the page before; or how many lines to pass over. */
  cursor?: string
  offset?: number
  limit: number
}

export interface ListPage {
  rows: ListLine[]
  /** Cursor of the page after; absent on the last. */
  next?: string
}

/** The list by the index of its order, or by that of what is looked for. */
export function createList(sql: Sql) {
  const db = drizzle(sql)

  async function filterOf({
    dueAfter,
    dueBefore,
    ...search
  }: ListFilter): Promise<SQL | undefined> {
    const query = queryOf(search, search.q === undefined ? [] : await agencies())
    const isDue = dueAfter !== undefined || dueBefore !== undefined
    return and(
      query && sqlOf`${procurement.search} @@ ${query}`,
      isDue ? gt(procurement.sortKey, openKey(dueAfter ?? '')) : undefined,
      isDue
        ? lt(procurement.sortKey, dueBefore === undefined ? '1' : openKey(dueBefore))
        : undefined,
    )
  }

  async function agencies(): Promise<Agency[]> {
    const rows = await db
      .select({ value: register.value })
      .from(register)
      .where(and(gt(register.key, 'org/'), lt(register.key, 'org0')))
    // The rules wrote the rows.
    return rows.map(({ value }) => value as OrgRow)
  }

  return {
    /** Those that are open by their end of bidding, soonest first; then the others, newest first. */
    async page({ cursor, offset = 0, limit, ...filter }: ListQuery): Promise<ListPage> {
      const { sortKey, ocid } = procurement
      const after = cursor === undefined ? undefined : placeOf(cursor)
      const found = await db
        .select(shown)
        .from(procurement)
        .where(
          and(
            await filterOf(filter),
            after && sqlOf`(${sortKey}, ${ocid}) > (${after.sortKey}, ${after.ocid})`,
          ),
        )
        .orderBy(sortKey, ocid)
        .offset(offset)
        .limit(limit + 1)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        rows: page.map(lineOf),
        ...(found.length > limit && last && { next: `${last.sortKey}~${last.ocid}` }),
      }
    },
    /** How many there are on all pages. */
    count: async (filter: ListFilter): Promise<number> =>
      await db.$count(procurement, await filterOf(filter)),
  }
}

const shown = {
  ocid: procurement.ocid,
  org: procurement.org,
  zone: procurement.zone,
  title: procurement.title,
  summary: procurement.summary,
  stage: procurement.stage,
  category: procurement.category,
  method: procurement.method,
  code: procurement.code,
  deadline: procurement.deadline,
  due: procurement.due,
  amount: procurement.amount,
  currency: procurement.currency,
  sortKey: procurement.sortKey,
}

type Shown = Pick<typeof procurement.$inferSelect, keyof typeof shown>

function lineOf(row: Shown): ListLine {
  const { ocid, org, zone, title, summary, stage, category } = row
  const { method, code, deadline, due, amount, currency } = row
  return {
    ...{ ocid, org, zone, title, summary, stage, category },
    ...(method !== null && { method }),
    ...(code !== null && { code }),
    ...(deadline !== null && due !== null && { deadline: { legal: deadline, real: due } }),
    ...(amount !== null && currency !== null && { value: { amount, currency } }),
  }
}

/** A cursor that is none begins at the start. */
function placeOf(cursor: string): { sortKey: string; ocid: string } | undefined {
  const [sortKey, ocid] = cursor.split('~')
  return sortKey === undefined || ocid === undefined ? undefined : { sortKey, ocid }
}

/** A row as the door writes it. */
export interface ListRow {
  ocid: string
  org: string
  zone: string
  title: string
  summary: string
  stage: string
  category: string
  method: string | null
  code: string | null
  deadline: string | null
  due: string | null
  amount: string | null
  currency: string | null
  nextDue: string | null
  version: number
  sortKey: string
  words: string
  facets: string
}

/** A procurement as lists show and find it. `version`: index of its last open entry. */
export function listRow(file: FileState, version: number): ListRow {
  const { ocid, org, zone, stage, method, solicitation, requisition } = file.open
  const deadline = solicitation?.terms.bidsUntil ?? null
  const ends = deadline === null ? null : realOf(file, deadline)
  const [code] = codesOf(file.open)
  return {
    ocid,
    org,
    zone,
    title: solicitation?.terms.title ?? requisition.title,
    summary: firstSentence(solicitation?.terms.description ?? requisition.need),
    stage,
    category: requisition.category,
    method: method ?? null,
    code: code === undefined ? null : `${code.scheme} ${code.id}`.toUpperCase(),
    deadline,
    due: ends,
    ...ordered(file),
    nextDue: nextDue(file),
    version,
    sortKey: stage === 'open' && ends !== null ? openKey(ends) : newestFirst(version),
    words: searchedWords(file.open).join(' '),
    facets: facetsOf(file.open).join(' '),
  }
}

/** Place in the list of an open one whose bidding ends at a real instant: before all that are not open. */
export const openKey = (ends: string): string => `0${ends}`

/** Place of the others: the later the change, the smaller the text. */
const newestFirst = (version: number): string =>
  `1${String(Number.MAX_SAFE_INTEGER - version).padStart(16, '0')}`

/** Sum of the orders: the estimate would steer the prices. */
function ordered({ open }: FileState): Pick<ListRow, 'amount' | 'currency'> {
  const amounts = Object.values(open.contracts).map((contract) => contract.amount)
  const [first] = amounts
  return first ? sumMoney(amounts, first.currency) : { amount: null, currency: null }
}

/** When the clock owes something next, in real time. */
function nextDue(file: FileState): string | null {
  const times = due(file)
    .filter(({ role }) => role === 'CK')
    .map(({ by, from, clock }) => (clock === 'real' ? (by ?? from) : realOf(file, by ?? from)))
  return times.sort()[0] ?? null
}

/** The first sentence of a text; where it is longer than 160 characters, cut at a word. */
export function firstSentence(text: string): string {
  const [line = ''] = text.trim().split(/[\r\n]/, 1)
  const [sentence = ''] = /^.*?[.!?](?=\s)|^.*/u.exec(line) ?? []
  const [short = ''] = /^.{0,160}/u.exec(sentence) ?? []
  return short === sentence ? sentence : `${short.replace(/\s+\S*$/u, '')}…`
}

/** Writes rows of the list, in place of what they said before. */
export async function writeList(tx: Transaction, rows: readonly ListRow[]): Promise<void> {
  if (rows.length === 0) return
  const column = (name: keyof ListRow) => rows.map((row) => row[name])
  await tx`
    insert into procurement (ocid, org, zone, title, summary, stage, category, method, code, deadline, due, amount,
      currency, next_due, version, sort_key, search)
    select ocid, org, zone, title, summary, stage, category, method, code, deadline, due, amount, currency, next_due,
      version, sort_key, to_tsvector('english', words) || array_to_tsvector(string_to_array(facets, ' '))
    from unnest(
      ${column('ocid')}::text[], ${column('org')}::text[], ${column('zone')}::text[],
      ${column('title')}::text[], ${column('summary')}::text[], ${column('stage')}::text[],
      ${column('category')}::text[], ${column('method')}::text[], ${column('code')}::text[],
      ${column('deadline')}::text[], ${column('due')}::text[], ${column('amount')}::text[],
      ${column('currency')}::text[], ${column('nextDue')}::text[], ${column('version')}::bigint[],
      ${column('sortKey')}::text[], ${column('words')}::text[], ${column('facets')}::text[]
    ) as r (ocid, org, zone, title, summary, stage, category, method, code, deadline, due, amount,
      currency, next_due, version, sort_key, words, facets)
    on conflict (ocid) do update set org = excluded.org, zone = excluded.zone, title = excluded.title,
      summary = excluded.summary, stage = excluded.stage, category = excluded.category, method = excluded.method,
      code = excluded.code, deadline = excluded.deadline, due = excluded.due, amount = excluded.amount,
      currency = excluded.currency, next_due = excluded.next_due, version = excluded.version,
      sort_key = excluded.sort_key, search = excluded.search`
}
