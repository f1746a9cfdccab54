/**
 * What a procurement's workflow sees and says: the types that cross into Temporal's history.
 *
 * They are small, plain JSON, and hold nothing secret: no bid, no vendor, no price, no count of sealed acts
 * (reference temporal.md sections 2.1 and 8). Instants are ISO strings in real time; a workflow never converts.
 */

/** One open entry, named as the record names it. */
export interface Step {
  pseq: number
  /** Statement type. */
  type: string
  /** Leaf hash, base64url. */
  leaf: string
}

/**
 * Where a file stands, finer than its stage in the record: `awarded` until an order is accepted, then `contracted`
 * until all is delivered, `delivered` until all is paid, `paid` until it is closed.
 */
export type Progress =
  | 'draft'
  | 'approved'
  | 'open'
  | 'closed'
  | 'opened'
  | 'awarded'
  | 'contracted'
  | 'delivered'
  | 'paid'
  | 'unsuccessful'
  | 'complete'
  | 'ended'

/** A duty of the clock, with the moment to do it in real time. */
export interface ClockDuty {
  /** Names duty, subject and cause; the idempotency key of what fulfils it. */
  key: string
  /** The statement type that fulfils it. */
  type: string
  subject?: string
  /** Statement hash of what caused it, base64url. */
  cause: string
  at: string
}

/** What a statement of the clock must cite: fixed by a read, so that a retry signs the same bytes. */
export interface Sight {
  /** Leaf hash of the publication or its newest material amendment. */
  tenderHead?: string
  /** Stage in the record's own words. */
  phase: string
  /** The last checkpoint known, root base64url. */
  seen: { size: number; root: string }
}

/** The answer of one `read`. */
export interface View extends Sight {
  /** `pseq` of the last of `steps`, or what the caller had seen already. */
  pseq: number
  /** Open entries after those seen, in order; at most `stepsMax`. */
  steps: Step[]
  /** There are further steps: read again before anything else. */
  more: boolean
  progress: Progress
  /** Nothing is owed any more. */
  closed: boolean
  /** The clock's duties, soonest first; at most `dutiesMax`. */
  next: ClockDuty[]
  /** For operators, shown as search attributes; nothing depends on them. */
  agency: string
  method?: string
  /** Code of the role that the file waits for. */
  waitingFor: string
  dueAt?: string
}

/** `read` gives at most so many steps and duties, to keep a history small. */
export const stepsMax = 200
export const dutiesMax = 20

/** What became of a duty: an entry of the record, or the code of a refusal, which is an answer and no failure. */
export type Answer =
  | { index: number; leaf: string; pseq?: number; again?: true; refused?: undefined }
  | { refused: string }

/** Does one duty of the clock; `issuedAt` is the workflow's clock, with six decimals. */
export type Perform = (
  ocid: string,
  duty: ClockDuty,
  occasion: Sight & { issuedAt: string },
) => Promise<Answer>

/** All that a workflow may ask for. Each is idempotent under the duty's key. */
export interface Activities {
  read: (ocid: string, seen: number) => Promise<View>
  /** A system statement without an effect of its own. */
  record: Perform
  /** Closes the bidding: drains arrivals, then signs over the set that is now frozen. */
  close: Perform
  /** The signer's key for one tender's opening. */
  recipient: Perform
  /** Opens when enough key holders have released and every bid is decided. */
  open: Perform
  /** Shows one sealed entry that the method discloses. */
  reveal: Perform
  /** Orders a payment: the record first, then the file to the bank. */
  pay: Perform
  /** Records what the bank answered; `bank.waiting` until it has. */
  settle: Perform
}
