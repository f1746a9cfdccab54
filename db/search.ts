/**
 * What a procurement is found by, and how that is asked for. One text index answers both words and filters: beside the
 * words of its title, description and number a row holds facets, lexemes as `stage/open` that no word can be, since a
 * word has no slash. Everything comes from the open state.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { OpenState } from '../procurement/index.ts'

/** For whom a purchase is set aside, as people look for it: small firms, another group, nobody. */
export type SetAside = 'small' | 'other' | 'none'

/** What is looked for; of a list any one, of the members all. */
export interface Search {
  /** Words of the title, the description, the number or the agency's name; each may be a beginning. */
  q?: string
  stages?: readonly string[]
  org?: string
  kinds?: readonly string[]
  setAsides?: readonly SetAside[]
  /** First digits of a NAICS code, or first characters of a PSC code. */
  code?: string
}

/** Longer than any word: a text without a space does not fill the index. */
const WORD_MAX = 64

/** The words of a text, each once: letters and digits, small, without accents. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  return [...new Set(words.map((word) => word.slice(0, WORD_MAX)))]
}

/** The words by which a procurement is found. */
export function searchedWords({ ocid, solicitation, requisition }: OpenState): string[] {
  const { title, description } = solicitation?.terms ?? {
    title: requisition.title,
    description: requisition.need,
  }
  return wordsOf(`${title} ${description} ${ocid}`)
}

/** The filters that a procurement passes, as lexemes. */
export function facetsOf(open: OpenState): string[] {
  const { stage, org, requisition } = open
  const aside = setAsideOf(open)
  return [
    facet('stage', stage),
    facet('org', org),
    facet('kind', requisition.category),
    ...(aside === undefined ? [] : [facet('aside', aside)]),
    ...codesOf(open).map(({ scheme, id }) => facet(scheme, id)),
  ]
}

const facet = (name: string, value: string): string => `${name}/${value}`

/** Undefined before the approval, which decides it. */
function setAsideOf({ approval }: OpenState): SetAside | undefined {
  if (approval === undefined) return undefined
  // The approval's own form has it.
  const { kind } = approval.setAside as { kind: string }
  if (kind === 'none') return 'none'
  return kind === 'small-business' ? 'small' : 'other'
}

/** Codes of the schemes that vendors look for work by. */
export function codesOf({ solicitation }: OpenState): { scheme: 'naics' | 'psc'; id: string }[] {
  return (solicitation?.terms.codes ?? []).flatMap(({ scheme, id }) => {
    const name = scheme.toLowerCase()
    const isKnown = name === 'naics' || name === 'psc'
    return isKnown && /^[A-Za-z0-9]{2,12}$/.test(id) ? [{ scheme: name, id: id.toLowerCase() }] : []
  })
}

/** An agency with the name that it is looked for by. */
export interface Agency {
  org: string
  name: string
}

/** The search as a `tsquery`; undefined where nothing is looked for. */
export function queryOf(search: Search, agencies: readonly Agency[]): SQL | undefined {
  const words = wordsOf(search.q ?? '')
  const facets = facetQuery(search)
  const parts = [
    ...(words.length === 0 ? [] : [wordQuery(words, agencies)]),
    ...(facets === '' ? [] : [sql`${facets}::tsquery`]),
  ]
  return parts.length === 0 ? undefined : sql`(${sql.join(parts, sql` && `)})`
}

function facetQuery({ stages, org, kinds, setAsides, code }: Search): string {
  const prefix = code?.toLowerCase()
  const groups = [
    stages?.map((stage) => lexeme(facet('stage', stage))),
    org === undefined ? undefined : [lexeme(facet('org', org))],
    kinds?.map((kind) => lexeme(facet('kind', kind))),
    setAsides?.map((aside) => lexeme(facet('aside', aside))),
    prefix === undefined
      ? undefined
      : ['naics', 'psc'].map((scheme) => `${lexeme(facet(scheme, prefix))}:*`),
  ]
  return groups
    .filter((any) => any !== undefined && any.length > 0)
    .map((any) => `(${any?.join(' | ') ?? ''})`)
    .join(' & ')
}

/** All words in the text; or some in an agency's name and the others in the text of what it buys. */
function wordQuery(words: readonly string[], agencies: readonly Agency[]): SQL {
  const leftOver = new Map<string, string[]>()
  for (const { org, name } of agencies) {
    const ofName = wordsOf(name)
    const rest = words.filter((word) => !ofName.some((other) => other.startsWith(word)))
    if (rest.length === words.length) continue
    const key = beginnings(rest)
    leftOver.set(key, [...(leftOver.get(key) ?? []), lexeme(facet('org', org))])
  }
  const ways = [...leftOver].map(
    ([rest, orgs]) => sql`(${orgs.join(' | ')}::tsquery && to_tsquery('english', ${rest}))`,
  )
  return sql`(${sql.join([sql`to_tsquery('english', ${beginnings(words)})`, ...ways], sql` || `)})`
}

/** Words are letters and digits: nothing in them is an operator. */
const beginnings = (words: readonly string[]): string =>
  words.map((word) => `${word}:*`).join(' & ')

/** A lexeme that is taken literally. */
const lexeme = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
