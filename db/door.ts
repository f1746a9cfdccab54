/**
 * The door: the one way into the ledger (DESIGN, "one door"; ledger format, section 11).
 *
 * A statement is checked outside as far as that goes (intake.ts), then waits for its turn. A batch of up to 256 is one
 * transaction (batch.ts): take the lock, read head and clock, decide each in order, write, commit. After a lost
 * connection the batch is sent again: what had been committed is known by its hash. Where that fails too, the answer is
 * `unknown`, and the sender sends the same bytes again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Arrival, createArrivals, drop, unanswered } from './arrivals.ts'
import { type Candidate, commitBatch } from './batch.ts'
import { DatabaseError, isConnectionLost, type Sql } from './connection.ts'
import { Derived } from './derived.ts'
import { Group } from './group.ts'
import { createIntake, isReady, type Ready } from './intake.ts'
import { openLane } from './lane.ts'
import { openLog, passBarrier, readClock } from './log.ts'
import type { Outcome } from './outcome.ts'

export type { Outcome } from './outcome.ts'

export interface Door {
  /** Decides a statement's envelope, and appends it if the rules accept it. Rejects only where we or the world broke. */
  append(envelope: Uint8Array, options?: AppendOptions): Promise<Outcome>
  /** Journals the bytes of an act that races a deadline; `append` them with its `arrivalId` and `arrivedAt`. */
  arrive(body: Uint8Array): Promise<Arrival>
  /**
   * Appends every arrival of up to `until`, a real instant that has passed, that has no answer yet. Rejects where one
   * of them could not be answered: drain again.
   */
  drain(until: string): Promise<void>
  close(): Promise<void>
}

export interface AppendOptions {
  arrivalId?: string
  arrivedAt?: string
  /** Duty key that a statement of the clock fulfils, noted in the same transaction. */
  duty?: string
}

export interface DoorDependencies {
  sql: Sql
  origin: string
  /** Blinded hashes of sealed acts' envelopes, in order; the blinds stay with the signer. */
  blind: (envelopes: Uint8Array[]) => Promise<Uint8Array[]>
  /** For tests: the clock, where it answers. */
  now?: () => string | undefined
}

const BATCH_MAX = 256
const WAITING_MAX = 8_192
/** A killed server is back within a second. */
const RETRY_WAITS_MS = [50, 200, 800, 3_200]

/** A statement on its way through: first what is known of it, then the answer. */
interface Job {
  checked: Promise<Ready | Outcome>
  options: AppendOptions
  candidate?: Candidate
  answer?: Outcome | Error
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

export function createDoor({ sql, origin, blind, now }: DoorDependencies): Door {
  const writer = openLane(sql)
  const derived = new Derived()
  const intake = createIntake(sql)
  const logId = once(() => openLog(writer, origin))
  const arrivals = createArrivals(sql, logId, now)
  const group = new Group<Job>({ batchMax: BATCH_MAX, waitingMax: WAITING_MAX, run })

  async function run(jobs: Job[]): Promise<void> {
    try {
      await Promise.all(jobs.map(check))
      await hide(jobs)
      await commitSurely(jobs.filter(isUndecided))
      await drop(sql, refusedArrivals(jobs))
      for (const job of jobs) settle(job)
    } catch (error) {
      // Whoever has an answer already does not hear this.
      for (const { reject } of jobs) reject(error)
    }
  }

  async function check(job: Job): Promise<void> {
    const { arrivalId, arrivedAt, duty } = job.options
    try {
      const checked = await job.checked
      if (!isReady(checked)) job.answer = refusedAt(checked, arrivedAt ?? (await readClock(sql)))
      else
        job.candidate = {
          ...checked,
          ...(arrivalId !== undefined &&
            arrivedAt !== undefined && { arrival: { id: arrivalId, arrivedAt } }),
          ...(duty !== undefined && { duty }),
        }
    } catch (error) {
      job.answer = faultOf(error)
    }
  }

  /** Gets the blinded hashes of sealed acts. Without the signer those cannot be appended; open acts go on. */
  async function hide(jobs: Job[]): Promise<void> {
    const sealed = jobs.flatMap((job) =>
      job.candidate?.isSealed ? [{ job, candidate: job.candidate }] : [],
    )
    if (sealed.length === 0) return
    try {
      const hashes = await blind(sealed.map(({ candidate }) => candidate.signed.envelope))
      for (const [i, { candidate }] of sealed.entries()) {
        const hash = hashes[i]
        if (hash) candidate.blindHash = hash
      }
    } catch (error) {
      const reason = `the signer does not answer: ${faultOf(error).message}`
      // A journalled arrival is appended by a later drain, whatever happens to its sender.
      for (const { job, candidate } of sealed)
        job.answer = candidate.arrival
          ? { kind: 'unknown', hash: candidate.signed.hash }
          : { kind: 'busy', retryAfterMs: 1_000, reason }
    }
  }

  /** Commits the batch; sends it again after a lost connection, and without the culprit after an error of the database. */
  async function commitSurely(jobs: Job[]): Promise<void> {
    const sent = { commit: false }
    for (const waitMs of [...RETRY_WAITS_MS, undefined]) {
      if (jobs.length === 0) return
      try {
        const batch = jobs.map(candidateOf)
        const outcomes = await commitBatch(batch, {
          writer,
          derived,
          origin,
          logId: await logId(),
          now,
          onCommit: () => {
            sent.commit = true
          },
        })
        for (const [i, job] of jobs.entries())
          job.answer = outcomes[i] ?? new Error('a statement without outcome')
        return
      } catch (error) {
        derived.empty()
        if (!isConnectionLost(error)) {
          await commitApart(jobs, error)
          return
        }
        if (waitMs !== undefined) await pause(waitMs)
      }
    }
    for (const job of jobs)
      job.answer = sent.commit
        ? { kind: 'unknown', hash: candidateOf(job).signed.hash }
        : { kind: 'busy', retryAfterMs: 1_000, reason: 'the database cannot be reached' }
  }

  /** The transaction was rolled back: halves it until the statement stands alone that the database would not take. */
  async function commitApart(jobs: Job[], error: unknown): Promise<void> {
    const half = Math.ceil(jobs.length / 2)
    if (jobs.length > 1) {
      await commitSurely(jobs.slice(0, half))
      await commitSurely(jobs.slice(half))
    } else for (const job of jobs) job.answer = faultOf(error)
  }

  function append(envelope: Uint8Array, options: AppendOptions = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const checked = intake(envelope, options.arrivalId !== undefined)
      // `check` hears of it; until then nobody has.
      checked.catch(() => undefined)
      const isTaken = group.offer({ checked, options, resolve, reject })
      if (!isTaken) resolve({ kind: 'busy', retryAfterMs: 1_000, reason: 'the queue is full' })
    })
  }

  async function drain(until: string): Promise<void> {
    const log = await logId()
    await writer.begin((tx) => passBarrier(tx, log))
    for (;;) {
      const open = await unanswered(sql, log, until, BATCH_MAX)
      if (open.length === 0) return
      const outcomes = await Promise.all(
        open.map(({ id, arrivedAt, body }) => append(body, { arrivalId: id, arrivedAt })),
      )
      const stuck = outcomes.find(({ kind }) => kind === 'busy' || kind === 'unknown')
      if (stuck)
        throw new DatabaseError(
          'arrivals',
          `an arrival of up to ${until} could not be answered: ${stuck.kind}`,
        )
    }
  }

  return {
    append,
    arrive: (body) => arrivals.record(body),
    drain,
    async close() {
      await group.idle()
      await arrivals.close()
      await writer.end()
    },
  }
}

function settle({ answer: result, resolve, reject }: Job): void {
  if (result === undefined || result instanceof Error)
    reject(result ?? new Error('a statement without answer'))
  else resolve(result)
}

function isUndecided(job: Job): boolean {
  return job.answer === undefined
}

function candidateOf(job: Job): Candidate {
  if (!job.candidate) throw new Error('not a candidate')
  return job.candidate
}

/** Arrivals whose bytes did not come as far as the transaction, which answers the others. */
function refusedArrivals(jobs: Job[]): string[] {
  return jobs.flatMap(({ candidate, options, answer: result }) =>
    !candidate && result && !(result instanceof Error) && options.arrivalId !== undefined
      ? [options.arrivalId]
      : [],
  )
}

function refusedAt(outcome: Outcome, arrivedAt: string): Outcome {
  return outcome.kind === 'refused' ? { ...outcome, arrivedAt } : outcome
}

function faultOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** Remembers the first success. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    }))
}
