/**
 * The rows of the register: what earlier entries say of the log, its keys, people, agencies and
 * vendors. One row a key; `needs` names the keys, the door loads them, `evolve` returns the rows to
 * write.
 *
 * Keys: `log`, `key/<kid>`, `person/<id>`, `org/<id>`, `warrant/<person>`, `vendor/<id>`,
 * `identifier/<scheme>/<id>`, `excluded/<scheme>/<id>`, `exclusions/<source>`, `pending/<statement
 * hash>`, `bank/<hash of vendor.bank>`, `opening/<public key>`, `invoice/<vendor>/<number>`. An
 * `identifier/` row names the confirmed vendor of it; before, anybody may claim it.
 */
import type { Statement } from '../ledger/index.ts'
import type { RegisterChange, RegisterView, Role } from './act.ts'
import { dateIn, type CalendarId } from './calendar.ts'
import type { Money } from './state.ts'

/** Person id of the clock: the actor of every statement that the worker's key signs. */
export const CLOCK = 'clock'
/** Person id that the other service keys belong to. */
export const SERVICE = 'service'
/** Organisation of roles that hold in every agency of the log. */
export const EVERY_ORG = '*'

export type KeyPurpose =
  'identity-sign' | 'opening' | 'receipt' | 'checkpoint' | 'witness' | 'worker' | 'root'

export interface LogRow {
  origin: string
  hash: string
  publisher: { name: string; uri: string }
  ocidPrefix: string
  roots: { kid: string; pub: string }[]
  threshold: number
  /** Kids of the roots that have signed. */
  signed: string[]
  /** Nothing else is accepted before. */
  founded: boolean
  services: { purpose: KeyPurpose; kid: string; pub: string }[]
  registrars: { person: string; kid: string; pub: string }[]
  head?: { origin: string; size: number; root: string }
}

export interface KeyRow {
  kid: string
  pub: string
  person: string
  purpose: KeyPurpose
  device: string
  status: 'active' | 'revoked'
  compromisedSince?: string
}

export interface PersonRow {
  person: string
  kind: 'official' | 'holder' | 'vendor' | 'service'
  org?: string
  unit?: string
  vendor?: string
  roles: { role: Role; org: string; until?: string }[]
  keys: string[]
}

export interface OrgRow {
  org: string
  name: string
  identifier: { scheme: string; id: string }
  units: { unit: string; name: string }[]
  zone: string
  calendar: CalendarId
  live: boolean
}

export interface WarrantRow {
  limit: Money
  from: string
  to: string
  authority: string
}

export interface VendorRow {
  vendor: string
  persons: string[]
  identifier: { scheme: string; id: string }
  confirmed: boolean
  payTo: string
  /** A change of bank details that nobody has confirmed over the old contact yet: payments hold. */
  pendingPayTo?: { of: string; payTo: string }
  /** Legal instant of the last confirmed change. */
  payToSince?: string
}

export interface ExcludedRow {
  source: string
  /**
   * Statement hash of the list that it is on: it counts only while that list is the source's
   * newest.
   */
  list: string
  from: string
  to?: string
  cause: string
}

export interface ExclusionsRow {
  list: string
  index: number
  date: string
  count: number
  /** Only in a replay: the list was not disclosed, so nobody can say here who is on it. */
  isUnseen?: true
}

/** The first half of a register act of two persons. */
export interface PendingRow {
  t: string
  actor: string
  role: string
  statement: Statement
  done: boolean
}

export const rowKey = {
  log: 'log',
  key: (kid: string): string => `key/${kid}`,
  person: (id: string): string => `person/${id}`,
  org: (id: string): string => `org/${id}`,
  warrant: (person: string): string => `warrant/${person}`,
  vendor: (id: string): string => `vendor/${id}`,
  identifier: ({ scheme, id }: { scheme: string; id: string }): string =>
    `identifier/${encodeURIComponent(scheme)}/${encodeURIComponent(id)}`,
  excluded: ({ scheme, id }: { scheme: string; id: string }): string =>
    `excluded/${encodeURIComponent(scheme)}/${encodeURIComponent(id)}`,
  exclusions: (source: string): string => `exclusions/${encodeURIComponent(source)}`,
  pending: (hash: string): string => `pending/${hash}`,
  bank: (hash: string): string => `bank/${hash}`,
  opening: (pub: string): string => `opening/${pub}`,
  invoice: (vendor: string, number: string): string =>
    `invoice/${vendor}/${encodeURIComponent(number)}`,
} as const

// Rows are written by `evolve` alone, in the types above.
export const logRow = (register: RegisterView): LogRow | undefined =>
  register(rowKey.log) as LogRow | undefined
export const keyRow = (register: RegisterView, kid: string): KeyRow | undefined =>
  register(rowKey.key(kid)) as KeyRow | undefined
export const personRow = (register: RegisterView, id: string): PersonRow | undefined =>
  register(rowKey.person(id)) as PersonRow | undefined
export const orgRow = (register: RegisterView, id: string): OrgRow | undefined =>
  register(rowKey.org(id)) as OrgRow | undefined
export const warrantsOf = (register: RegisterView, person: string): WarrantRow[] =>
  (register(rowKey.warrant(person)) as WarrantRow[] | undefined) ?? []
export const vendorRow = (register: RegisterView, id: string): VendorRow | undefined =>
  register(rowKey.vendor(id)) as VendorRow | undefined
export const pendingRow = (register: RegisterView, hash: string): PendingRow | undefined =>
  register(rowKey.pending(hash)) as PendingRow | undefined

/** The vendor that a person acts for. */
export function vendorOf(register: RegisterView, person: string): VendorRow | undefined {
  const id = personRow(register, person)?.vendor
  return id === undefined ? undefined : vendorRow(register, id)
}

/** Register keys that lead from a person to its vendor; for `needs`. */
export function vendorKeys(register: RegisterView, person: string): string[] {
  const id = personRow(register, person)?.vendor
  return id === undefined ? [] : [rowKey.vendor(id)]
}

/** An agency and the zone of its days. */
export type Place = Pick<OrgRow, 'org' | 'zone'>

/**
 * Whether a person holds a role for an agency, at the legal instant of an act. Where no agency is
 * meant the register's acts have their days in Greenwich.
 */
export function holdsRole(
  person: PersonRow,
  role: string,
  place: Place | undefined,
  legal: string,
): boolean {
  return person.roles.some(
    (held) =>
      held.role === role &&
      (place === undefined || held.org === place.org || held.org === EVERY_ORG) &&
      (held.until === undefined || !isOver(held.until, place?.zone ?? 'UTC', legal)),
  )
}

/** A plain date stands for the whole day at the place. */
function isOver(until: string, zone: string, legal: string): boolean {
  return until < (until.length === 10 ? dateIn(zone, legal) : legal)
}

/**
 * Rows as the change that writes them. Absent members must be omitted, as everywhere in the record.
 */
export function rows(written: Record<string, object>): RegisterChange {
  // Every row type above is made of Json members.
  return written as RegisterChange
}

export function activeKey(
  kid: string,
  pub: string,
  person: string,
  purpose: KeyRow['purpose'],
): KeyRow {
  return { kid, pub, person, purpose, device: purpose, status: 'active' }
}

export function keyRows(keys: readonly KeyRow[]): RegisterChange {
  return rows(Object.fromEntries(keys.map((key) => [rowKey.key(key.kid), key])))
}

export function personRows(people: readonly PersonRow[]): RegisterChange {
  return rows(Object.fromEntries(people.map((person) => [rowKey.person(person.person), person])))
}

export function changePerson(
  register: RegisterView,
  id: string,
  change: (row: PersonRow) => PersonRow,
): RegisterChange {
  // `decide` has seen the row.
  return personRows([change(personRow(register, id) as PersonRow)])
}

export function changeVendor(
  register: RegisterView,
  id: string,
  change: (row: VendorRow) => VendorRow,
): RegisterChange {
  // `decide` has seen the row.
  return rows({ [rowKey.vendor(id)]: change(vendorRow(register, id) as VendorRow) })
}
