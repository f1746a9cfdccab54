/**
 * The form of a request: what an officer fills in becomes the terms that vendors see. Pure: the opening key is put
 * together from the recorded key holders, never typed, and the page can say why it cannot be yet.
 */
import type { Json, JsonObject } from '../ledger/index.ts'
import {
  approvedMethod,
  ENVELOPE,
  SUITE,
  type Method,
  type OpeningKey,
  type OpenState,
} from '../procurement/index.ts'
import { readList, readText, without } from './reading.ts'

/** Files that vendors send: up to this size each, 20 MB. */
const fileSizeMax = 20_971_520
/** The capsule with prices and answers; the next larger where much is asked. */
const capsuleLen = 65_536

/** Rows that the form begins with. */
export const usualFactors = [{ name: 'Delivery date', kind: 'delivery' }] as const

/** What kinds of rows there are, in the order of their lists. */
export const factorKinds = [
  { value: 'technical', label: 'Quality' },
  { value: 'delivery', label: 'Delivery' },
  { value: 'past', label: 'Past performance' },
] as const
export const requestKinds = [
  { value: 'answer', label: 'An answer' },
  { value: 'document', label: 'A PDF' },
  { value: 'declaration', label: 'A declaration' },
] as const

/** The terms of what the form holds, without the opening key and the documents. */
export function termsOfForm(form: JsonObject, open: OpenState): JsonObject {
  const { late, disclose, contract } = approvedMethod(open)
  const requested = requestsOf(readList(form, 'requested'))
  const slots = requested.filter(({ kind }) => kind === 'document').length
  const naics = readText(form, 'naics')
  return {
    ...without(form, ['naics', 'factors', 'requested']),
    lots: [],
    factors: factorsOf(readList(form, 'factors')),
    requested: requested as unknown as Json,
    codes: naics === undefined ? [] : [{ scheme: 'NAICS', id: naics }],
    capsuleLen,
    slots,
    // A method names at least one way to treat late bids.
    late: late[0] ?? 'refuse',
    disclose: disclose.id,
    contract,
    ...(readList(form, 'documents').length === 0 ? { documents: [] } : {}),
  }
}

function factorsOf(rows: Json[]): Json[] {
  const named = rows.flatMap((row) => {
    const name = readText(row, 'name')
    return name === undefined ? [] : [{ name, kind: readText(row, 'kind') ?? 'technical' }]
  })
  const ids = idsOf(named.map(({ name }) => name))
  return [
    { id: 'price', name: 'Price', kind: 'price' },
    ...named.map((row, i) => ({ id: ids[i] ?? '', ...row })),
  ]
}

interface Requested {
  id: string
  title: string
  kind: string
  required: boolean
  media?: string[]
  sizeMax?: number
}

function requestsOf(rows: Json[]): Requested[] {
  const named = rows.flatMap((row) => {
    const title = readText(row, 'title')
    if (title === undefined) return []
    const kind = readText(row, 'kind') ?? 'answer'
    return [{ title, kind, required: readText(row, 'required') !== 'no' }]
  })
  const ids = idsOf(named.map(({ title }) => title))
  return [
    { id: 'price', title: 'One unit price a line, delivered', kind: 'price', required: true },
    ...named.map((row, i) => ({
      id: ids[i] ?? '',
      ...row,
      ...(row.kind === 'document' ? { media: ['application/pdf'], sizeMax: fileSizeMax } : {}),
    })),
  ]
}

/** Ids of what is called so: short words, each once, never `price`. */
function idsOf(names: string[]): string[] {
  const taken = new Set(['price'])
  return names.map((name) => {
    const words = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    const base = words.replace(/^-+|-+$/g, '').slice(0, 40) || 'row'
    let id = base
    for (let i = 2; taken.has(id) || id in Object.prototype; i++) id = `${base}-${i}`
    taken.add(id)
    return id
  })
}

/** The opening key that the recorded holders and recipients make; undefined while there are too few. */
export function openingKeyOf(open: OpenState): OpeningKey | undefined {
  const { holders } = approvedMethod(open)
  const { recipients } = open.opening
  const members = chosenHolders(open, holders)
  if (members.length < holders.n || recipients.length === 0) return undefined
  return {
    envelope: ENVELOPE,
    suite: SUITE,
    groups: [
      {
        name: holders.group,
        k: holders.k,
        members: members.map(({ id, pub }) => ({ id, pub })),
      },
    ],
    recipients: recipients.map(({ kid, pub }) => ({ kid, pub })),
    opensAfter: 'deadline',
    rule: `${holders.k} of ${holders.n}`,
  }
}

/** The first that accepted, never so many of one organisation that it could open alone. */
function chosenHolders(
  { opening }: OpenState,
  { k, n }: Method['holders'],
): OpenState['opening']['members'] {
  const chosen: OpenState['opening']['members'] = []
  for (const member of opening.members) {
    const ofSame = chosen.filter(({ org }) => org === member.org).length
    if (chosen.length < n && ofSame < k - 1) chosen.push(member)
  }
  return chosen
}

/** Why a request cannot be published yet, for the officer. */
export function missingHolders(open: OpenState): string[] {
  const { holders } = approvedMethod(open)
  const accepted = chosenHolders(open, holders).length
  return [
    ...(accepted < holders.n
      ? [`${accepted} of ${holders.n} key holders have accepted; the others are asked`]
      : []),
    ...(open.opening.recipients.length === 0
      ? ['the service has not named the key that receives what they release']
      : []),
  ]
}
