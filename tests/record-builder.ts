/**
 * The example purchase as a record: each statement signed, each entry made to the byte as the door will make it, so that a
 * test can send the envelopes through a real door and compare leaf by leaf and state by state.
 *
 * Several procurements may share one log; whoever acts next gets the next index. Blinds are made from the statement's
 * hash, as the signer makes them from its secret.
 */
import {
  blindHash,
  genesisHash,
  sha256,
  signStatement,
  type SignedStatement,
  type Statement,
  toBase64Url,
  utf8,
} from '../ledger/index.ts'
import {
  addMicroseconds,
  type Decision,
  decide,
  evolve,
  isRegisterType,
  isSealedType,
  racesDeadline,
} from '../procurement/index.ts'
import { makeOpenEntry, makeSealedEntry, type Late, type NewEntry } from '../db/new-entry.ts'
import { type Entered, hashOf, keyOf, ORIGIN, type Said } from './file-builder.ts'
import { PurchaseBuilder, type PurchaseOptions } from './purchase-builder.ts'

/** One entry: what to send, at what time, and the row that must come of it. */
export interface Recorded {
  signed: SignedStatement
  at: string
  arrivedAt?: string
  row: NewEntry
}

/** The blind of a sealed act in tests. */
export function testBlind(statementHash: Uint8Array): Uint8Array {
  return sha256(utf8('blind'), statementHash)
}

export function signed(statement: Statement): SignedStatement {
  return signStatement(statement, keyOf(statement.actor))
}

/** A log in memory that grows as procurements act. */
export class RecordedLog {
  readonly entries: Recorded[] = []
  readonly #chains = new Map<string, { pseq: number; leaf?: Uint8Array }>()

  get size(): number {
    return this.entries.length
  }

  /** The log's clock never goes back. */
  clamp(at: string): string {
    const last = this.entries.at(-1)?.at ?? at
    return at > last ? at : last
  }

  /** Appends a statement that the rules accepted, and gives its row. */
  add(statement: Statement, times: { at: string; arrivedAt?: string }, late?: Late): NewEntry {
    const act = signed(statement)
    const index = this.entries.length
    const prev = this.entries.at(-1)?.row.leaf ?? genesisHash(ORIGIN)
    const place = { origin: ORIGIN, index, prev, ...times }
    const { tender = '' } = statement
    const chain = this.#chains.get(tender) ?? { pseq: -1 }
    const row = isSealedType(statement.t)
      ? makeSealedEntry(place, act, blindHash(testBlind(act.hash), act.envelope), { late })
      : makeOpenEntry(place, act, chain)
    if (row.shown?.pseq !== undefined)
      this.#chains.set(tender, { pseq: row.shown.pseq, leaf: row.leaf })
    this.entries.push({ signed: act, ...times, row })
    return row
  }
}

/** A purchase in a log of its own, or in one that others act in too. */
export function createRecord(
  options: PurchaseOptions = {},
  log = new RecordedLog(),
): RecordBuilder {
  const builder = new RecordBuilder(options)
  builder.join(log)
  return builder
}

export class RecordBuilder extends PurchaseBuilder {
  // Not initialised: the founding of the log runs in the constructor of the base.
  declare log: RecordedLog
  /** Salts of the documents that statements cite, by commitment. */
  declare salts: Map<string, Uint8Array>

  /** Puts founding and enrolments into the log, unless another procurement has. */
  join(log: RecordedLog): void {
    this.log = log
    this.salts = new Map()
    if (log.size === 0) for (const { statement, at } of this.entries) log.add(statement, { at })
  }

  override submit(statement: Statement, said: Pick<Said, 'at' | 'arrivedAt'> = {}): Decision {
    if (isRegisterType(statement.t)) return this.enrol(statement, said)
    const times = timesOf(statement.t, {
      at: this.log.clamp(said.at ?? this.at),
      arrivedAt: said.arrivedAt,
    })
    const given = {
      ...times,
      hash: hashOf(statement),
      register: this.view,
      document: this.document,
      blob: (hash: string) => this.blobs.get(hash),
    }
    const decision = decide(this.file, statement, given)
    if (decision.kind !== 'accepted' && decision.kind !== 'late') return decision
    const { leaf, index } = this.log.add(statement, times, lateOf(decision))
    const next = evolve(this.file, statement, { ...given, leaf: toBase64Url(leaf), index })
    for (const [key, row] of Object.entries(next.register)) this.register.set(key, row)
    if (next.file !== undefined) this.file = next.file
    const entered: Entered = { statement, hash: given.hash, leaf: toBase64Url(leaf), ...times }
    this.entries.push(entered)
    this.at = addMicroseconds(times.at, 1_000_000n)
    return decision
  }

  /** Of statements of the register; before `join` the base class founds the log with them. */
  private enrol(statement: Statement, said: Pick<Said, 'at' | 'arrivedAt'>): Decision {
    const decision = super.submit(statement, said)
    const entry = this.entries.at(-1)
    const log = this.log as RecordedLog | undefined
    if (decision.kind === 'accepted' && entry) log?.add(statement, { at: entry.at })
    return decision
  }

  /** Nonces of one log must differ, whichever procurement draws them. */
  override statement(...made: Parameters<PurchaseBuilder['statement']>): Statement {
    const statement = super.statement(...made)
    if (statement.tender === undefined) return statement
    const nonce = sha256(utf8(`${statement.tender} ${statement.nonce}`)).slice(0, 16)
    return { ...statement, nonce: toBase64Url(nonce) }
  }

  override doc(...made: Parameters<PurchaseBuilder['doc']>): ReturnType<PurchaseBuilder['doc']> {
    const doc = super.doc(...made)
    // A reference has its commitment.
    this.salts.set(doc['commit'] as string, sha256(utf8(`salt of ${made[0]}`)))
    return doc
  }
}

function timesOf(
  t: string,
  { at, arrivedAt = at }: { at: string; arrivedAt?: string | undefined },
) {
  return racesDeadline(t) ? { at, arrivedAt } : { at }
}

function lateOf(decision: Decision): Late | undefined {
  return decision.kind === 'late' ? { code: decision.code, rule: decision.rule } : undefined
}
