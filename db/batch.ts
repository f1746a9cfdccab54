/**
 * One batch, one transaction, in this order: take the log's lock; read head and clock; look up which statements, nonces
 * and cited heads are known; load the states that are needed; decide each statement by the state that those before it
 * left; write entries, what they hide, tiles, head and the derived rows; commit. A log that is halted takes nothing.
 *
 * The time of an entry is the database's clock under the lock, never before the last entry's or its arrival's, though
 * the clock may have been set back. A decision is made from
 * the journalled arrival where there is one. An entry's `prev` is the leaf before it, and its tender's chain goes on with
 * open entries only.
 */
import { type Statement, toBase64Url } from '../ledger/index.ts'
import {
  type Decision,
  deadlineFor,
  decide,
  evolve,
  type FileState,
  type Given,
} from '../procurement/index.ts'
import { growTree, insertEntries, insertSealed } from './append.ts'
import { answer, drop, isArrivalOpen } from './arrivals.ts'
import type { Transaction } from './connection.ts'
import type { Derived, Effect } from './derived.ts'
import { type DutyDone, noteDuties } from './duties.ts'
import { Evidence } from './evidence.ts'
import { type Ready, refusal } from './intake.ts'
import type { Lane } from './lane.ts'
import { findHeads, findKnown, findSpent, headName, nonceName } from './known.ts'
import { type Head, lockLog, passBarrier, readHead } from './log.ts'
import { type Judged, makeOpenEntry, makeSealedEntry, type NewEntry } from './new-entry.ts'
import type { Appended, Outcome, Refusal } from './outcome.ts'

/** A statement that waits for the rules' decision. */
export interface Candidate extends Ready {
  arrival?: { id: string; arrivedAt: string }
  /** Of a sealed act. */
  blindHash?: Uint8Array
  /** Key of the duty that it does. */
  duty?: string
}

export interface BatchOptions {
  writer: Lane
  derived: Derived
  logId: number
  origin: string
  now?: (() => string | undefined) | undefined
  /** Called when everything is written and the commit goes out: from here on a lost connection leaves the outcome open. */
  onCommit: () => void
}

/** Outcomes in the order of the candidates; an Error where the rules broke over one. */
export async function commitBatch(
  batch: readonly Candidate[],
  options: BatchOptions,
): Promise<(Outcome | Error)[]> {
  return await options.writer.begin(async (tx) => {
    const turn = await takeTurn(tx, batch, options)
    if ('kind' in turn) return batch.map(() => turn)
    const outcomes: (Outcome | Error)[] = []
    for (const candidate of batch) outcomes.push(await judge(turn, candidate))
    await write(turn, batch, outcomes)
    options.onCommit()
    return outcomes
  })
}

/** What a batch knows while it holds the lock. */
interface Turn {
  tx: Transaction
  derived: Derived
  logId: number
  origin: string
  head: Head
  /** Entries' time of this batch. */
  at: string
  /** Outcomes of statements that are in the log already, by hash. */
  known: Map<string, Appended>
  /** Nonces that are in the log already. */
  spent: Set<string>
  /** Heads of the log that the batch cites. */
  heads: Set<string>
  evidence: Evidence
  rows: NewEntry[]
}

async function takeTurn(
  tx: Transaction,
  batch: readonly Candidate[],
  { derived, logId, origin, now }: BatchOptions,
): Promise<Turn | Halted> {
  const statements = batch.map(({ signed }) => signed)
  // Sent together, run one after the other: each sees what was committed before it began, the lock being the first.
  const [, head, known, spent, heads] = await Promise.all([
    lockLog(tx, logId),
    readHead(tx, logId),
    findKnown(tx, statements),
    findSpent(tx, statements),
    findHeads(tx, logId, statements),
  ])
  if (head.halted !== null) return { kind: 'busy', retryAfterMs: HALTED_MS, reason: head.halted }
  await derived.catchUp(tx, logId, head.size)
  const at = latest([
    now?.() ?? head.clock,
    head.lastAt,
    ...batch.flatMap(({ arrival }) => arrival?.arrivedAt ?? []),
  ])
  const evidence = new Evidence(tx, derived)
  const turn = { tx, derived, logId, origin, head, at, known, spent, heads, evidence, rows: [] }
  await prepare(turn, batch)
  return turn
}

type Halted = Extract<Outcome, { kind: 'busy' }>

/** A person must look first. */
const HALTED_MS = 60_000

/** Instants of the record are ordered as their texts are. */
function latest(instants: readonly string[]): string {
  return instants.reduce((last, at) => (at > last ? at : last))
}

/** Loads at once what the batch will look up, as far as the states before it tell. */
async function prepare(turn: Turn, batch: readonly Candidate[]): Promise<void> {
  const { tx, derived, logId, evidence } = turn
  const statements = batch.map(({ signed }) => signed.statement)
  const tenders = statements.flatMap(({ tender }) => tender ?? [])
  await derived.loadTenders(tx, logId, tenders)
  await evidence.load(statements.map((statement) => ({ statement, file: fileOf(turn, statement) })))
}

function fileOf({ derived }: Turn, { tender }: Statement): FileState | undefined {
  return tender === undefined ? undefined : derived.tender(tender).file
}

async function judge(turn: Turn, candidate: Candidate): Promise<Outcome | Error> {
  const { signed, hash } = candidate
  const { kid, nonce } = signed.statement
  const earlier = turn.known.get(hash)
  if (earlier) return { ...earlier, again: true }
  if (turn.spent.has(nonceName(signed.statement)))
    return { kind: 'conflict', hash: signed.hash, kid, nonce }
  if (!turn.heads.has(headName(signed.statement.seen)))
    return refused(turn, candidate, UNKNOWN_HEAD)
  const given = await givenOf(turn, candidate)
  const ruled = (await closesTooSoon(turn, signed.statement)) ?? rule(turn, candidate, given)
  if (ruled instanceof Error) return ruled
  if (ruled.kind === 'accepted') return take(turn, candidate, ruled)
  if (ruled.kind === 'invalid')
    return { kind: 'invalid', code: 'payload', problems: ruled.problems }
  return refused(turn, candidate, ruled.refusal)
}

function refused(turn: Turn, { signed, arrival }: Candidate, refusal: Refusal): Outcome {
  return { kind: 'refused', hash: signed.hash, arrivedAt: arrival?.arrivedAt ?? turn.at, refusal }
}

/** Who has verified the log knows its heads; another one would make an honest log look forked. */
const UNKNOWN_HEAD = refusal(
  'unknown-head',
  'The head that the statement cites as seen is none that this log has signed.',
  'Verify the newest checkpoint and sign again. If this log signed yours, keep both: it was rolled back or forked.',
)

/** What the rules may know. */
async function givenOf(turn: Turn, { signed, hash, arrival }: Candidate): Promise<Given> {
  const { statement } = signed
  const views = await turn.evidence.viewsOf({ statement, file: fileOf(turn, statement) })
  return { at: turn.at, ...(arrival && { arrivedAt: arrival.arrivedAt }), hash, ...views }
}

/**
 * Bidding is not closed while an arrival from before its end waits for an answer. Behind the barrier no arrival can still
 * come up with such a time.
 */
async function closesTooSoon(turn: Turn, statement: Statement): Promise<Refused | undefined> {
  const file = fileOf(turn, statement)
  const until = file && deadlineFor(file, 'bid.commit')
  if (statement.t !== 'deadline.close' || until === undefined) return undefined
  await passBarrier(turn.tx, turn.logId)
  const isOpen = await isArrivalOpen(turn.tx, turn.logId, until)
  return isOpen ? { kind: 'refused', refusal: ARRIVAL_OPEN } : undefined
}

interface Refused {
  kind: 'refused'
  refusal: Refusal
}

const ARRIVAL_OPEN = refusal(
  'arrival-open',
  'An act that came in before the deadline waits for its answer.',
  'Append the journalled arrivals first, then close.',
)

/** An accepted or late statement with all that follows from it. */
interface Accepted {
  kind: 'accepted'
  row: NewEntry
  effect: Effect
  outcome: Appended
}

type NotAccepted = Exclude<Decision, { kind: 'accepted' | 'late' }>

/** Decides, and makes the entry and its effect. Changes nothing: where the rules break, it is this statement's fault alone. */
function rule(turn: Turn, candidate: Candidate, given: Given): Accepted | NotAccepted | Error {
  const { statement } = candidate.signed
  const file = fileOf(turn, statement)
  try {
    const decision = decide(file, statement, given)
    if (decision.kind === 'refused' || decision.kind === 'invalid') return decision
    const late = decision.kind === 'late' ? { code: decision.code, rule: decision.rule } : undefined
    const deadline = file && deadlineFor(file, statement.t)
    const row = makeRow(turn, candidate, { deadline, late })
    const { index, leaf } = row
    const evolved = evolve(file, statement, { ...given, index, leaf: toBase64Url(leaf) })
    const { isSealed } = candidate
    const effect = { index, at: turn.at, leaf, isSealed, tender: statement.tender, ...evolved }
    return { kind: 'accepted', row, effect, outcome: outcomeOf(turn, candidate, row) }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function makeRow(turn: Turn, candidate: Candidate, judged: Judged): NewEntry {
  const { head, rows, origin, at, derived } = turn
  const { signed, blindHash, isSealed, arrival } = candidate
  const { tender } = signed.statement
  const index = head.size + rows.length
  const prev = rows.at(-1)?.leaf ?? head.lastLeaf
  const place = { origin, index, prev, at, ...(arrival && { arrivedAt: arrival.arrivedAt }) }
  if (!isSealed)
    return makeOpenEntry(place, signed, tender === undefined ? NO_CHAIN : derived.tender(tender))
  if (!blindHash) throw new Error('the signer gave no blinded hash')
  return makeSealedEntry(place, signed, blindHash, judged)
}

const NO_CHAIN = { pseq: -1 }

function outcomeOf(turn: Turn, { signed, arrival }: Candidate, row: NewEntry): Appended {
  const { index, leaf, statementHash, shown, hidden } = row
  const { tender } = signed.statement
  return {
    kind: hidden?.late ? 'late' : 'accepted',
    hash: statementHash,
    index,
    leaf,
    at: turn.at,
    ...(arrival && { arrivedAt: arrival.arrivedAt }),
    ...(tender !== undefined && { tender }),
    ...(shown?.pseq !== undefined && { pseq: shown.pseq }),
    ...hidden?.late,
    again: false,
  }
}

/** The statement counts: those after it in the batch see its effect. */
function take(turn: Turn, { signed, hash }: Candidate, accepted: Accepted): Appended {
  turn.rows.push(accepted.row)
  turn.known.set(hash, accepted.outcome)
  turn.spent.add(nonceName(signed.statement))
  turn.derived.apply(accepted.effect)
  return accepted.outcome
}

async function write(
  turn: Turn,
  batch: readonly Candidate[],
  outcomes: readonly (Outcome | Error)[],
): Promise<void> {
  const { tx, logId, head, rows, derived, at } = turn
  const last = rows.at(-1)
  if (last) {
    const leaves = rows.map(({ leaf }) => leaf)
    await Promise.all([
      insertEntries(tx, logId, head.checkpointSize, rows),
      insertSealed(tx, logId, rows),
      growTree(tx, logId, { frontier: head.frontier, lastLeaf: last.leaf, lastAt: at }, leaves),
      derived.write(tx),
    ])
  }
  await Promise.all([
    noteDuties(tx, dutiesDone(batch, outcomes)),
    answer(
      tx,
      arrivalsOf(batch, (i) => isNew(outcomes[i])),
    ),
    drop(
      tx,
      arrivalsOf(batch, (i) => !isNew(outcomes[i]) && !(outcomes[i] instanceof Error)),
    ),
  ])
}

function dutiesDone(
  batch: readonly Candidate[],
  outcomes: readonly (Outcome | Error)[],
): DutyDone[] {
  return batch.flatMap(({ duty, signed }, i) => {
    const outcome = outcomes[i]
    const { tender } = signed.statement
    if (duty === undefined || tender === undefined || outcome === undefined) return []
    if (outcome instanceof Error || outcome.kind !== 'accepted') return []
    return [{ tender, key: duty, hash: signed.hash }]
  })
}

/** Whether a statement has become an entry now. One over which the rules broke keeps its arrival open, before the close. */
function isNew(outcome: Outcome | Error | undefined): boolean {
  if (outcome === undefined || outcome instanceof Error) return false
  return (outcome.kind === 'accepted' || outcome.kind === 'late') && !outcome.again
}

function arrivalsOf(batch: readonly Candidate[], counts: (place: number) => boolean): string[] {
  return batch.flatMap(({ arrival }, i) => (arrival && counts(i) ? [arrival.id] : []))
}
