/**
 * Reads what a page or a public answer shows, and projects it. The page and the JSON at the same address come from the
 * same call, so they cannot disagree. Everything here is public: the sealed part of a state is not read.
 */
import type { Readers } from '../db/readers.ts'
import { parseEntry } from '../ledger/index.ts'
import {
  due,
  legalOf,
  realOf,
  type KeyRow,
  type OpenState,
  type OrgRow,
  type TrainingClock,
} from '../procurement/index.ts'
import { fill, paths } from '../web/paths.ts'
import type { EntryPageView } from '../web/pages/entry.tsx'
import {
  entryView,
  rowOf,
  type EntryRow,
  type EntryView,
  type Revealed,
  type StoredEntry,
} from '../web/views/entry.ts'
import type { EntriesQuery, EntriesView } from '../web/views/entries.ts'
import { methodView, procurementView, type ProcurementView } from '../web/views/procurement.ts'
import type { Disclosure } from './disclosure.ts'
import type { NameBook } from './names.ts'
import { instantOf } from './outcomes.ts'
import { proofOf } from './proofs.ts'

export interface ViewDeps {
  readers: Readers
  disclosure: Disclosure
  names: NameBook
  config: { origin: string }
  now: () => Date
}

export type Views = ReturnType<typeof createViews>

const pageSize = 50
/** How many entries a filtered page looks at before it gives what it has. */
const scanMax = 5_000

export function createViews(deps: ViewDeps) {
  const { readers, disclosure, names, config } = deps

  return { procurement, entries, entry, steps, agencyName, names }

  async function procurement(ocid: string): Promise<ProcurementView | undefined> {
    // The steps first: what comes between them and the state is then shown early, and never missed by who follows.
    const stored = await readers.entriesOf(ocid)
    const file = await readers.openFile(ocid)
    if (!file) return undefined
    const book = await names.of([...peopleOf(file), ...stored.flatMap(actorsOf)], [file.org])
    const now = instantOf(deps.now())
    const method = methodView(file)
    return procurementView({
      file,
      entries: stored.map((each) => {
        const view = entryView(each, { names: book, zone: file.zone, method: file.method })
        return { view, legal: legalOf({ open: file }, view.arrivedAt ?? view.at) }
      }),
      names: book,
      ...(method ? { method } : {}),
      disclosed: await disclosure.publicBids(file),
      due: due({ open: file }),
      now,
      legalNow: legalOf({ open: file }, now),
      realOf: (legal) => realOf({ open: file }, legal),
      links: {
        self: fill(paths.api.procurement, { ocid }),
        page: fill(paths.page.procurement, { ocid }),
        entries: fill(paths.api.procurementEntries, { ocid }),
        live: fill(paths.api.procurementLive, { ocid }),
        export: fill(paths.api.procurementExport, { ocid }),
      },
    })
  }

  async function orgsOf(ids: string[]): Promise<Map<string, OrgRow>> {
    const register = await readers.register([...new Set(ids)].map((id) => `org/${id}`))
    return new Map(
      ids.flatMap((id) => {
        // The register's rows have their type by their key.
        const row = register(`org/${id}`) as OrgRow | undefined
        return row ? [[id, row] as const] : []
      }),
    )
  }

  /** Open entries of a procurement with their bytes: what a client checks the chain with. */
  async function steps(ocid: string): Promise<{ rows: EntryView[] } | undefined> {
    const file = await readers.openFile(ocid)
    if (!file) return undefined
    const stored = await readers.entriesOf(ocid)
    const book = await names.of(stored.flatMap(actorsOf))
    return {
      rows: stored.map((each) =>
        entryView(each, { names: book, zone: file.zone, method: file.method }),
      ),
    }
  }

  async function entries(query: EntriesQuery): Promise<EntriesView> {
    const { size } = await readers.head()
    const limit = query.limit ?? pageSize
    const from = query.from ?? (isFiltered(query) ? 0 : Math.max(0, size - limit))
    const { found, after } = await select(query, from, limit, size)
    const rows = await rowsOf(found)
    return {
      format: 'tenderbook-entries/1',
      log: config.origin,
      size,
      query,
      rows,
      ...(from > 0 ? { earlier: Math.max(0, from - limit) } : {}),
      ...(after < size ? { later: after } : {}),
      zone: await agencyZone(),
    }
  }

  /** Entries from `from` on that the query asks for, and the index to go on from. */
  async function select(query: EntriesQuery, from: number, limit: number, size: number) {
    const found: StoredEntry[] = []
    let at = from
    const end = Math.min(size, from + (isFiltered(query) ? scanMax : limit))
    while (at < end && found.length < limit) {
      const batch = await readers.entries({ from: at, limit: Math.min(500, end - at) })
      if (batch.length === 0) break
      for (const stored of batch) {
        at = stored.index + 1
        if (isAskedFor(stored, query)) found.push(stored)
        if (found.length === limit) break
      }
    }
    return { found, after: at }
  }

  async function rowsOf(found: StoredEntry[]): Promise<EntryRow[]> {
    const revealed = new Map<number, Revealed>()
    for (const { index, bytes } of found) {
      const reveal = isSealed(bytes) ? await disclosure.revealOf(index) : undefined
      if (reveal) revealed.set(index, reveal)
    }
    const actors = [...revealed.values()].map((reveal) => reveal.signed.statement.actor)
    const book = await names.of([...found.flatMap(actorsOf), ...actors])
    return found.map((stored) =>
      rowOf(stored, { names: book, revealed: revealed.get(stored.index) }),
    )
  }

  async function entry(index: number): Promise<EntryPageView | undefined> {
    const stored = await readers.entry(index)
    if (!stored) return undefined
    const revealed = isSealed(stored.bytes) ? await disclosure.revealOf(index) : undefined
    const signed = parseEntry(stored.bytes).dsse ?? revealed?.signed
    const file =
      signed?.statement.tender === undefined
        ? undefined
        : await readers.openFile(signed.statement.tender)
    const zone = file?.zone ?? (await agencyZone())
    const mentioned = signed ? idsIn(signed.statement.payload) : []
    const book = await names.of([...mentioned, ...(signed ? [signed.statement.actor] : [])])
    const view = entryView(stored, { names: book, zone, revealed, method: file?.method })
    const proof = await proofOf(readers, index)
    const vkey = await readers.vkey()
    const key = view.kid === undefined ? undefined : await keyOf(view.kid)
    return {
      format: 'tenderbook-entry/1',
      ...view,
      ...(proof ? { proof } : {}),
      ...(vkey === undefined ? {} : { vkey }),
      ...(key ? { key } : {}),
      ...(file ? { tenderTitle: file.solicitation?.terms.title ?? file.requisition.title } : {}),
      ...(file?.training ? practice(file, file.training, view.arrivedAt ?? view.at) : {}),
      around: await around(index),
    }
  }

  /** The entry's date and today's on a training clock. */
  function practice(file: OpenState, clock: TrainingClock, at: string) {
    const open = { open: file }
    const legalNow = legalOf(open, instantOf(deps.now()))
    return { legal: legalOf(open, at), training: { ...clock, legalNow } }
  }

  async function around(index: number): Promise<EntryRow[]> {
    const from = Math.max(0, index - 3)
    const found = await readers.entries({ from, limit: index - from + 4 })
    return (await rowsOf(found)).filter((row) => row.index !== index)
  }

  async function keyOf(kid: string) {
    const name = `key/${kid}`
    // The register's rows have their type by their key.
    const row = (await readers.register([name]))(name) as KeyRow | undefined
    const since = (await readers.registerChanges([name])).get(name)?.[0]
    return row && since !== undefined ? { kid, pub: row.pub, since } : undefined
  }

  /** The agency whose log this is: the first that was enrolled. */
  async function agency(): Promise<OrgRow | undefined> {
    const id = await readers.firstOrg()
    return id === undefined ? undefined : (await orgsOf([id])).get(id)
  }

  async function agencyZone(): Promise<string> {
    return (await agency())?.zone ?? 'UTC'
  }

  async function agencyName(): Promise<string | undefined> {
    return (await agency())?.name
  }
}

const isFiltered = ({ tender, type, actor }: EntriesQuery): boolean =>
  tender !== undefined || type !== undefined || actor !== undefined

/** A sealed entry answers no filter: nothing is known of it. */
function isAskedFor(stored: StoredEntry, query: EntriesQuery): boolean {
  if (!isFiltered(query)) return true
  const statement = parseEntry(stored.bytes).dsse?.statement
  if (!statement) return false
  const { tender, type, actor } = query
  return (
    (tender === undefined || statement.tender === tender) &&
    (type === undefined || statement.t === type) &&
    (actor === undefined || statement.actor === actor)
  )
}

const isSealed = (bytes: Uint8Array): boolean => parseEntry(bytes).dsse === undefined

/** Whoever an entry names: its actor, and the persons and vendors in its payload. */
function actorsOf({ bytes }: StoredEntry): string[] {
  const statement = parseEntry(bytes).dsse?.statement
  return statement ? [statement.actor, ...idsIn(statement.payload)] : []
}

const idMembers = new Set(['person', 'vendor', 'from', 'to', 'released'])

/** Ids of persons and vendors in a payload, by the names of the members that hold them. */
export function idsIn(value: unknown, member = ''): string[] {
  if (typeof value === 'string') return idMembers.has(member) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((each) => idsIn(each, member))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => idsIn(each, name))
}

export function peopleOf(file: OpenState): string[] {
  return [
    ...Object.keys(file.actedAs),
    ...file.opening.members.map((member) => member.person),
    ...Object.values(file.contracts).map((contract) => contract.vendor),
    ...(file.award ? [file.award.by, ...file.award.lots.map((lot) => lot.vendor)] : []),
  ]
}
