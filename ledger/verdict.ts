/** What an audit answers: one of three verdicts, what was checked, and what even a good answer does not prove. */
import { LedgerError } from './error.ts'

/** `undecided`: something that a full answer needs was not given. */
export type VerdictKind = 'verified' | 'refuted' | 'undecided'

/** One question that the audit asked. `skipped`: it did not arise, or was not reached. */
export interface Check {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'undecided' | 'skipped'
  readonly detail: string
}

export interface Verdict {
  readonly verdict: VerdictKind
  /** Origin. */
  readonly log: string
  /** Size and base64 root of the checkpoint; 0 and empty where there is no good one. */
  readonly size: number
  readonly root: string
  /** Entries looked at, and those of which everything that was checked is right. */
  readonly entries: number
  readonly verified: number
  /** Verified entries that show only a blinded hash: their place is proved, their content is not known. */
  readonly hidden: number
  /** The first entry that is missing, wrong or out of place, where that can be told. */
  readonly firstBadIndex?: number
  /** `<check>.<what>` of what is wrong. */
  readonly rule?: string
  readonly checks: readonly Check[]
  readonly doesNotProve: readonly string[]
}

/** Exit status of a program that reports a verdict. */
export const EXIT_CODES: Readonly<Record<VerdictKind, number>> = {
  verified: 0,
  refuted: 1,
  undecided: 2,
}

/** What is wrong, thrown within an audit and never out of it. */
export class Breach extends Error {
  /** `<check>.<what>` */
  readonly rule: string
  readonly index: number | undefined

  constructor(rule: string, detail: string, index?: number) {
    super(detail)
    this.name = 'Breach'
    this.rule = rule
    this.index = index
  }

  /** The name of the check that failed. */
  get check(): string {
    return this.rule.split('.', 1)[0] ?? this.rule
  }
}

/** Runs `work`; where it refuses its input with a LedgerError, that is a breach of `rule`. Faults of ours go on as they are. */
export function breachOf<Result>(rule: string, work: () => Result, index?: number): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new Breach(rule, `${error.code}: ${error.message}`, index)
  }
}

/** Collects what an audit finds, and draws the verdict from it. */
export class Report {
  log = ''
  size = 0
  root = ''
  entries = 0
  verified = 0
  hidden = 0
  readonly #checks: Check[] = []
  readonly #limits: string[] = []
  #breach: Breach | undefined

  pass(name: string, detail: string): void {
    this.#checks.push({ name, outcome: 'passed', detail })
  }

  skip(name: string, detail: string): void {
    this.#checks.push({ name, outcome: 'skipped', detail })
  }

  undecided(name: string, detail: string): void {
    this.#checks.push({ name, outcome: 'undecided', detail })
  }

  fail(breach: Breach): void {
    this.#breach = breach
    this.#checks.push({ name: breach.check, outcome: 'failed', detail: breach.message })
  }

  /** Notes what a good answer would still not prove. */
  limit(...limits: readonly string[]): void {
    this.#limits.push(...limits)
  }

  get breach(): Breach | undefined {
    return this.#breach
  }

  verdict(): Verdict {
    const { log, size, root, entries, verified, hidden } = this
    const index = this.#breach?.index
    return {
      verdict: this.#kind(),
      log,
      size,
      root,
      entries,
      verified,
      hidden,
      ...(index === undefined ? {} : { firstBadIndex: index }),
      ...(this.#breach ? { rule: this.#breach.rule } : {}),
      checks: this.#checks,
      doesNotProve: this.#limits,
    }
  }

  #kind(): VerdictKind {
    if (this.#breach) return 'refuted'
    return this.#checks.some(({ outcome }) => outcome === 'undecided') ? 'undecided' : 'verified'
  }
}
