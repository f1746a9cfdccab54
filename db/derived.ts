/**
 * The derived tables as the door sees them while it decides: states of procurements, rows of the register, and where each
 * tender's chain ends. What was read or written stays in memory for the next batch. That is sound because every change
 * is an entry: as long as the log's head stands where we left it nothing can have changed, and where another process has
 * appended since, what its entries touched is forgotten.
 *
 * A batch changes this view in place; if its transaction fails, the view is emptied. `rebuild.ts` uses the same code, so
 * that rebuilt tables equal those that the door wrote.
 */
import { type Json, utf8 } from '../ledger/index.ts'
import type { FileState, RegisterChange } from '../procurement/index.ts'
import { DatabaseError, type Transaction } from './connection.ts'
import { type ListRow, listRow, writeList } from './list.ts'
import { type PendingStep, writeSteps } from './outbox.ts'
import { pack, type Packed } from './packed.ts'

const FILES_MAX = 4_096
const ROWS_MAX = 65_536

/** One tender: its state and the end of its chain of open entries. */
export interface TenderView {
  file?: FileState
  /** Number of its last open entry; −1 where there is none. */
  pseq: number
  /** Leaf hash of that entry. */
  leaf?: Uint8Array
  /** Index of that entry. */
  version: number
  stored: Stored
}

/** What stands in the tables: the parts of the state, and as text the row of the list where it is known. */
interface Stored {
  open?: FileState['open']
  sealed?: NonNullable<FileState['sealed']>
  row?: string
}

/** An entry's effect, as `evolve` computed it. */
export interface Effect {
  index: number
  at: string
  leaf: Uint8Array
  isSealed: boolean
  tender: string | undefined
  /** The tender's state after it; absent where it has none. */
  file?: FileState
  register: RegisterChange
}

export class Derived {
  /** Number of entries whose effects the view holds. */
  #size = 0
  readonly #tenders = new Map<string, TenderView>()
  readonly #register = new Map<string, Json | undefined>()
  /** Tenders that were changed, with the time of their newest open entry where there is one. */
  readonly #touched = new Map<string, { openedAt?: string }>()
  readonly #changes: { key: string; index: number }[] = []

  /** Forgets everything. */
  empty(): void {
    this.#tenders.clear()
    this.#register.clear()
    this.#touched.clear()
    this.#changes.length = 0
    this.#size = 0
  }

  /** Brings the view to a head of `size`: forgets what entries of others have touched since. */
  async catchUp(tx: Transaction, logId: number, size: number): Promise<void> {
    if (size === this.#size) return
    if (size < this.#size || this.#tenders.size + this.#register.size === 0) this.empty()
    else await this.#forget(tx, logId)
    this.#size = size
  }

  async #forget(tx: Transaction, logId: number): Promise<void> {
    const [tenders, keys] = await Promise.all([
      tx<{ tender: string }[]>`
        select distinct coalesce(e.tender, s.tender) as tender
        from entry e left join sealed s using (log_id, index)
        where e.log_id = ${logId} and e.index >= ${this.#size} and coalesce(e.tender, s.tender) is not null`,
      tx<{ key: string }[]>`select distinct key from register_change where index >= ${this.#size}`,
    ])
    for (const { tender } of tenders) this.#tenders.delete(tender)
    for (const { key } of keys) this.#register.delete(key)
  }

  /** Reads the tenders that are not in memory yet, with their files. */
  async loadTenders(tx: Transaction, logId: number, wanted: readonly string[]): Promise<void> {
    const tenders = [...new Set(wanted)].filter((tender) => !this.#tenders.has(tender))
    if (tenders.length === 0) return
    interface Row {
      tender: string
      open: string | null
      sealed: string | null
      pseq: number | null
      leaf: Uint8Array | null
      version: number | null
    }
    const rows = await tx<Row[]>`
      select w.tender, o.value::text as open, s.value::text as sealed, b.pseq, p.version, e.leaf
      from unnest(${tenders}::text[]) as w (tender)
      left join state o on o.tender = w.tender and o.part = 'open'
      left join state s on s.tender = w.tender and s.part = 'sealed'
      left join outbox b on b.tender = w.tender
      left join procurement p on p.ocid = w.tender
      left join entry e on e.log_id = ${logId} and e.index = p.version`
    for (const { tender, open, sealed, pseq, leaf, version } of rows) {
      const file = open === null ? undefined : fileOf(open, sealed)
      this.#tenders.set(tender, {
        ...(file && { file }),
        pseq: pseq ?? -1,
        version: version ?? -1,
        ...(leaf && { leaf }),
        stored: { ...file },
      })
    }
  }

  /** Reads the rows of the register that are not in memory yet. */
  async loadRows(tx: Transaction, wanted: readonly string[]): Promise<void> {
    const keys = [...new Set(wanted)].filter((key) => !this.#register.has(key))
    if (keys.length === 0) return
    const rows = await tx<{ key: string; value: Json }[]>`
      select key, value from register where key = any(${keys}::text[])`
    for (const key of keys) this.#register.set(key, undefined)
    for (const { key, value } of rows) this.#register.set(key, value)
  }

  /** A tender that was loaded. */
  tender(tender: string): TenderView {
    const view = this.#tenders.get(tender)
    if (!view) throw new DatabaseError('head', `${tender} was not loaded`)
    return view
  }

  /** A row of the register; undefined where there is none, or it was not loaded. */
  row(key: string): Json | undefined {
    return this.#register.get(key)
  }

  hasRow(key: string): boolean {
    return this.#register.has(key)
  }

  /** Takes an accepted entry's effect into the view. */
  apply(effect: Effect): void {
    this.#size = effect.index + 1
    for (const [key, value] of Object.entries(effect.register)) {
      this.#register.set(key, value)
      this.#changes.push({ key, index: effect.index })
    }
    if (effect.tender === undefined) return
    const view = this.tender(effect.tender)
    if (effect.file) view.file = effect.file
    const touched = this.#touched.get(effect.tender) ?? {}
    this.#touched.set(effect.tender, touched)
    if (effect.isSealed) return
    view.pseq++
    view.leaf = effect.leaf
    view.version = effect.index
    touched.openedAt = effect.at
  }

  /** Writes what was applied since the last call. */
  async write(tx: Transaction): Promise<void> {
    const states: StateRow[] = []
    const listed: ListRow[] = []
    const steps: PendingStep[] = []
    for (const [tender, { openedAt }] of this.#touched) {
      const view = this.tender(tender)
      const isOpen = openedAt !== undefined
      if (view.file) states.push(...changedParts(tender, view.file, view.stored, isOpen))
      if (view.file) listed.push(...changedRow(view.file, view))
      if (isOpen) steps.push({ tender, pseq: view.pseq, at: openedAt })
    }
    const changes = this.#changes.splice(0)
    this.#touched.clear()
    await Promise.all([
      writeStates(tx, states),
      writeList(tx, listed),
      writeSteps(tx, steps),
      this.#writeRegister(tx, changes),
    ])
    this.#trim()
  }

  async #writeRegister(tx: Transaction, changes: { key: string; index: number }[]): Promise<void> {
    if (changes.length === 0) return
    const keys = [...new Set(changes.map(({ key }) => key))]
    const { joined, starts, lengths } = packJson(keys.map((key) => this.#register.get(key)))
    await Promise.all([
      tx`
        insert into register (key, value)
        select key, convert_from(substring(j.joined from start for length), 'UTF8')::json
        from (select ${joined}::bytea as joined) j,
          unnest(${keys}::text[], ${starts}::int[], ${lengths}::int[]) as r (key, start, length)
        on conflict (key) do update set value = excluded.value`,
      tx`
        insert into register_change (key, index) select * from unnest(
          ${changes.map(({ key }) => key)}::text[],
          ${changes.map(({ index }) => index)}::bigint[])`,
    ])
  }

  /** Forgets the longest held beyond what memory is given to them. */
  #trim(): void {
    forgetOldest(this.#tenders, FILES_MAX)
    forgetOldest(this.#register, ROWS_MAX)
  }
}

function forgetOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return
    map.delete(key)
  }
}

/** The file of the stored texts, which the door itself wrote. */
function fileOf(open: string, sealed: string | null): FileState {
  const parts = { open: JSON.parse(open) as FileState['open'] }
  // The rules wrote both parts.
  return sealed === null
    ? parts
    : { ...parts, sealed: JSON.parse(sealed) as NonNullable<FileState['sealed']> }
}

interface StateRow {
  tender: string
  part: 'open' | 'sealed'
  value: object
}

/**
 * The parts that are other than in the table. A part that is the same object was not changed: the rules never change what
 * they are given. A sealed act that showed in the open part would give itself away.
 */
function changedParts(
  tender: string,
  { open, sealed }: FileState,
  stored: Stored,
  isOpen: boolean,
): StateRow[] {
  const rows: StateRow[] = []
  if (open !== stored.open) {
    if (!isOpen) throw new DatabaseError('head', `a sealed act changed the open state of ${tender}`)
    rows.push({ tender, part: 'open', value: open })
    stored.open = open
  }
  if (sealed !== undefined && !hasSameMembers(sealed, stored.sealed)) {
    rows.push({ tender, part: 'sealed', value: sealed })
    stored.sealed = sealed
  }
  return rows
}

/** Of the sealed part the rules copy the top level in any case. */
function hasSameMembers(a: object, b: object | undefined): boolean {
  const members = Object.entries(a)
  // Compared by identity, whatever they are.
  const others = new Map<string, unknown>(Object.entries(b ?? {}))
  return (
    members.length === others.size && members.every(([name, value]) => others.get(name) === value)
  )
}

async function writeStates(tx: Transaction, rows: StateRow[]): Promise<void> {
  if (rows.length === 0) return
  const { joined, starts, lengths } = packJson(rows.map(({ value }) => value))
  await tx`
    insert into state (tender, part, value)
    select tender, part, convert_from(substring(j.joined from start for length), 'UTF8')::json
    from (select ${joined}::bytea as joined) j, unnest(
      ${rows.map(({ tender }) => tender)}::text[],
      ${rows.map(({ part }) => part)}::text[],
      ${starts}::int[],
      ${lengths}::int[]) as s (tender, part, start, length)
    on conflict (tender, part) do update set value = excluded.value`
}

/** Texts of JSON as one parameter. */
function packJson(values: readonly unknown[]): Packed {
  return pack(values.map((value) => utf8(JSON.stringify(value))))
}

/** The row of a procurement in the list, where it is another than in the table. */
function changedRow(file: FileState, { version, stored }: TenderView): ListRow[] {
  const row = listRow(file, version)
  const text = JSON.stringify(row)
  if (text === stored.row) return []
  stored.row = text
  return [row]
}
