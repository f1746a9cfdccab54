/**
 * What an act is: the shape that every stage file fills in, and what the rules hand to it.
 *
 * An act is one statement type: who may sign it, in which stages, the form of its payload, when it
 * is refused and what it changes. A stage file (`requisition.ts`, `bidding.ts`, …) is a table of
 * acts and the duties they leave behind; `rules.ts` is the engine that runs the tables. Nothing
 * here reads a clock, a file or a network.
 */
import type { z } from 'zod'
import type { Json, JsonObject, Statement } from '../ledger/index.ts'
import type { Refusal, RuleReference } from './refusals.ts'
import type { FileState, Stage } from './state.ts'

export { refuse, type Refusal, type RuleReference } from './refusals.ts'

/** Codes of the people of a procurement; `CK` is the clock, `root` the founders of a log. */
export type Role =
  'RQ' | 'BU' | 'CO' | 'AP' | 'OO' | 'AC' | 'PO' | 'TR' | 'AU' | 'RG' | 'VE' | 'CK' | 'root'

/** The input is not of the form: every problem at once, by JSON pointer. */
export interface Problem {
  at: string
  message: string
}

/**
 * `accepted`: it becomes an entry. `late`: a sealed act after its deadline, kept as an entry,
 * answered by a receipt that says so, not in the competition. `refused`, `invalid`: nothing is
 * appended.
 */
export type Decision =
  | { kind: 'accepted' }
  | { kind: 'late'; code: string; rule: RuleReference }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'invalid'; problems: Problem[] }

/** Reads a register row by its key (`register.ts` names them); undefined where there is none. */
export type RegisterView = (key: string) => Json | undefined

/**
 * Reads the bytes of a cited payload or capsule by commitment or hash (base64url); undefined where
 * there are none.
 */
export type DocumentView = (commit: string) => Uint8Array | undefined

/**
 * Size in bytes of an uploaded ciphertext by its SHA-256 (base64url); undefined where it was not
 * uploaded. A replay, which has no ciphertexts, answers `unknown` and the point is not judged
 * again.
 */
export type BlobView = (hash: string) => number | 'unknown' | undefined

/**
 * What the rules may know besides the state: all of it is fixed by earlier entries and by this
 * entry's own times.
 */
export interface Context {
  /** The log's clock at this entry: real time, ISO with six decimals. */
  at: string
  /** Journalled arrival, for acts that race a deadline; elsewhere absent and equal to `at`. */
  arrivedAt?: string
  /** `arrivedAt ?? at` on the file's legal clock (training clock applied). */
  legal: string
  /** Statement hash, base64url. */
  hash: string
  register: RegisterView
  document: DocumentView
  blob: BlobView
  /**
   * A replay sees what is disclosed: a document that is not here may have been there. It is not
   * missed then; what an act cannot judge without it, it refuses as `hidden`.
   */
  isReplay?: true
}

/**
 * Where an accepted statement stands in the log. Only `evolve` sees it: an entry has none before it
 * is accepted.
 */
export interface Entered extends Context {
  /** Leaf hash of this entry, base64url. */
  leaf: string
  /** Position of this entry in the log. */
  index: number
}

/** What the payload of a statement of the clock is computed from. */
export interface DraftContext {
  /** Legal now. */
  legal: string
  /** Real now. */
  at: string
  register?: RegisterView
  document?: DocumentView
}

/** A parsed act: the statement with its payload as its schema read it. */
export interface Acting<P> {
  statement: Statement
  payload: P
}

/** What the acts of a file and those of the register have in common. `P` is the parsed payload. */
interface ActForm<P> {
  /**
   * Row of the process that it moves, as `P1`; a method lists its rows. Empty for acts that every
   * method has.
   */
  row: string
  roles: readonly Role[]
  schema: z.ZodType<P>
  /** Becomes a blinded entry, takes no `pseq`, sends no signal. */
  sealed?: true
  /** Its arrival is journalled: it is posted to `/api/arrivals`. */
  racesDeadline?: true
  /**
   * Register keys that decide and evolve look up, besides the actor's own (key, person, org,
   * warrant). Asked again with what was loaded until it names nothing new: a row may name the next
   * one (vendor → identifier → exclusion).
   */
  needs?: (file: FileState | undefined, act: Acting<P>, register: RegisterView) => string[]
  /**
   * Commitments of payloads that must be present; a missing one refuses the act, but in a replay,
   * where `decide` answers `hidden` for those that it reads. Asked again like `needs`.
   */
  documents?: (file: FileState | undefined, act: Acting<P>, document: DocumentView) => string[]
  /**
   * Hashes of uploaded ciphertexts that must be present, with the exact size where the statement
   * gives it.
   */
  blobs?: (act: Acting<P>) => { hash: string; size?: number }[]
}

/** One statement type of a stage. `P` is the parsed payload. */
export interface Act<P> extends ActForm<P> {
  /** Stages in which it is in turn. Absent: in any stage of an open file. */
  stages?: readonly Stage[]
  /** Opens a file: there is no state before it. */
  opens?: true
  /**
   * Its `notAfter` may be as late as the deadline: `decide` judges it, and what comes after it is
   * late, not expired.
   */
  validUntilDeadline?: true
  /** The act takes effect with a second person's `<t>.cosign {of}`. `when` absent: always. */
  cosign?: { roles: readonly Role[]; when?: (file: FileState, payload: P) => boolean }
  /**
   * The type of the clock's duty that this act answers, where that is not its own: `payment.fail`
   * answers a settlement.
   */
  fulfils?: string
  /**
   * For the clock's acts whose payload the record alone determines: what it must say to fulfil a
   * duty. The engine refuses any other payload. Undefined: it cannot be said (`decide` then judges
   * the payload).
   */
  draft?: (file: FileState, duty: Duty, context: DraftContext) => JsonObject | undefined
  /**
   * Undefined accepts. Guards that all acts share (key, role, row, stage, matrix, head) have passed
   * already.
   */
  decide: (file: FileState, act: Acting<P>, context: Context) => Decision | Refusal | undefined
  /** Changes `file`, which is the engine's own copy; returns the register rows to write, if any. */
  evolve: (file: FileState, act: Acting<P>, context: Entered) => RegisterChange | undefined
}

/** A key that a statement brings itself, because it enrols the key that signs it. */
export interface OwnKey {
  kid: string
  /** 32 bytes, base64url. */
  pub: string
  person: string
  purpose: string
}

/** One statement type of the register: it concerns no file. */
export interface RegisterAct<P> extends ActForm<P> {
  register: true
  /** The person signs in no particular role; `decide` says who may. */
  anyRole?: true
  /**
   * The key in the payload that may sign this statement although no earlier entry enrolled it;
   * empty: none.
   */
  ownKeys?: (act: Acting<P>) => OwnKey[]
  /** The act takes effect with a second person's `<t>.cosign {of}`. `when` absent: always. */
  cosign?: { roles: readonly Role[]; when?: (act: Acting<P>, register: RegisterView) => boolean }
  decide: (act: Acting<P>, context: Context) => Refusal | undefined
  evolve: (act: Acting<P>, context: Entered) => RegisterChange
}

/** Register rows to write, by key. */
export type RegisterChange = Record<string, Json>

/** Something owed. Times are legal unless `clock` says real. */
export interface Duty {
  /**
   * Names duty, subject and cause, the same on every computation: `deadline.close/main/<cause
   * hash>`.
   */
  key: string
  /**
   * The statement type that fulfils it; `interest.rate`, which no statement fulfils, names what an
   * update must bring.
   */
  type: string
  /** Who owes it; `CK` is done by the workflow, at `by` or, where absent, at `from`. */
  role: Role
  /** The one person meant, where the file names one. */
  person?: string
  /** The vendor meant, where it is a vendor's. */
  vendor?: string
  /** What it is about: a contract, an invoice, a statement hash. */
  subject?: string
  /** From when it can be done. */
  from: string
  /** By when it must be done; for CK the moment to do it. Absent: the law sets no limit. */
  by?: string
  clock: 'legal' | 'real'
  rule: RuleReference
  /** What happens if nobody does it, in a short sentence. */
  otherwise: string
  /** Statement hash of what caused it; CK's statements carry it as `cause`. */
  cause: string
  /**
   * For the clock: what its statement says, where the duty alone determines it (else see
   * `Act.draft`).
   */
  payload?: JsonObject
}

/** A stage of the process: its acts by statement type, and what it leaves owed. */
export interface StageRules {
  // Each act has its own payload type; the engine parses with the act's schema before it calls the
  // act.
  acts: Record<string, Act<never>>
  due: (file: FileState) => Duty[]
}

/** Types an act while storing it in a table of acts with different payloads. */
export function act<P>(definition: Act<P>): Act<never> {
  // Sound because the engine only ever passes what `definition.schema` has parsed.
  return definition as unknown as Act<never>
}

/** As `act`, for the register. */
export function registerAct<P>(definition: RegisterAct<P>): RegisterAct<never> {
  // Sound for the same reason.
  return definition as unknown as RegisterAct<never>
}
