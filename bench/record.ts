/**
 * A large record for the benchmarks of an audit: the example purchase, from requisition to settled payment, so many times
 * one after the other in one log, each statement signed and each entry made to the byte as the door makes it. Everything
 * sealed is revealed, and every document that has a commitment is disclosed.
 */
import {
  type DisclosedPayload,
  emptyRoot,
  encodeExport,
  formatVkey,
  MemoryTree,
  type RecordExport,
  signCheckpoint,
  type SignedStatement,
  type Statement,
  toBase64,
  toBase64Url,
} from '../ledger/index.ts'
import type { NewEntry } from '../db/new-entry.ts'
import { addMicroseconds } from '../procurement/index.ts'
import { keyOf, ORIGIN } from '../tests/file-builder.ts'
import { RecordBuilder, RecordedLog, testBlind } from '../tests/record-builder.ts'

/** So many entries after the last a head is signed that clients verify and cite. */
const HEAD_EVERY = 32
/** Legal seconds in a real one: a purchase of 99 days takes 40 minutes of the log's time. */
const ACCELERATOR = 3_600

export interface LargeRecord {
  /** The export's bytes. */
  file: Uint8Array
  vkey: string
  /** The statement of each entry, in order. */
  statements: SignedStatement[]
}

/** The export of a log with this number of purchases, 29 entries each and 43 of the founding. */
export function makeRecord(purchases: number): LargeRecord {
  const log = new HeadedLog()
  const payloads = new Map<string, DisclosedPayload>()
  let before: Purchase | undefined
  for (let number = 0; number < purchases; number++) {
    const purchase = new Purchase(number, before?.at)
    purchase.follow(log, before)
    purchase.toPaid()
    for (const payload of disclosed(purchase)) payloads.set(payload.commit, payload)
    before = purchase
  }
  const record = exportOf(log, [...payloads.values()])
  return {
    file: encodeExport(record),
    vkey: record.vkey,
    statements: log.entries.map(({ signed }) => signed),
  }
}

/** A log that knows the heads which clients have seen. */
class HeadedLog extends RecordedLog {
  readonly tree = new MemoryTree()

  override add(...act: Parameters<RecordedLog['add']>): NewEntry {
    const row = super.add(...act)
    this.tree.append(row.leaf)
    return row
  }

  /** The newest head that was signed. */
  seen(): Statement['seen'] {
    const size = this.tree.size - (this.tree.size % HEAD_EVERY)
    return { size, root: toBase64Url(size === 0 ? emptyRoot : this.tree.root(size)) }
  }
}

/** The example as one of many: what must be unique in a log bears the purchase's number. */
class Purchase extends RecordBuilder {
  readonly #number: number
  // Not initialised: the founding of the log runs in the constructor of the base.
  declare headed: HeadedLog | undefined

  constructor(number: number, after = '2026-01-08T16:00:00.000000Z') {
    const start = addMicroseconds(after, 1_000_000n)
    const legalStart = '2026-01-08T16:00:00.000000Z'
    const training = { legalStart, realStart: start, accelerator: ACCELERATOR }
    super({ ocid: `ocds-213czf-bench-${number}`, training, start })
    this.#number = number
  }

  /** Acts in this log, on the register as the purchase before left it. */
  follow(log: HeadedLog, before: Purchase | undefined): void {
    this.join(log)
    this.headed = log
    for (const [key, row] of before?.register ?? []) this.register.set(key, row)
  }

  override statement(...made: Parameters<RecordBuilder['statement']>): Statement {
    const statement = super.statement(...made)
    return this.headed ? { ...statement, seen: this.headed.seen() } : statement
  }

  override submitBill(...[number, ...bill]: Parameters<RecordBuilder['submitBill']>): string {
    return super.submitBill(`${number}-${this.#number}`, ...bill)
  }

  override releasePayment(): this {
    return super.releasePayment(`GL-26-${this.#number}`)
  }
}

/** Documents behind commitments. Those named by their plain hash have no place in an export. */
function disclosed({ documents, salts }: Purchase): DisclosedPayload[] {
  return [...documents].flatMap(([commit, bytes]) => {
    const salt = salts.get(commit)
    return salt ? [{ commit, salt: toBase64Url(salt), bytes: toBase64(bytes) }] : []
  })
}

function exportOf({ tree, entries }: HeadedLog, payloads: DisclosedPayload[]): RecordExport {
  const logKey = keyOf('the log of the benchmark')
  const head = { origin: ORIGIN, size: tree.size, root: tree.root() }
  return {
    format: 'tenderbook-export/1',
    scope: 'log',
    origin: ORIGIN,
    vkey: formatVkey(ORIGIN, logKey.pub),
    checkpoint: signCheckpoint(head, logKey),
    entries: entries.map(({ row }) => ({ index: row.index, entry: toBase64(row.bytes) })),
    revealed: entries.flatMap(({ row: { index, hidden }, signed }) =>
      hidden
        ? [
            {
              index,
              blind: toBase64(testBlind(signed.hash)),
              envelope: toBase64(hidden.envelope),
            },
          ]
        : [],
    ),
    payloads,
  }
}
