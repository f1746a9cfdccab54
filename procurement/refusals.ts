/**
 * Refusals: the rules say no. A refusal is a value with a code, the rule that says so and where it
 * stands, what is wrong and what the person can do next; it is never thrown.
 *
 * Here are the closed list of codes and the rules that Tenderbook itself makes. Rules of law come
 * from the packs (`methods.ts`, `policies/`), which may cite a law for a rule that is named here.
 */

/** Every code that a refusal may carry, in the order in which they are checked. */
export type RefusalCode =
  // The statement and its key
  | 'other-log'
  | 'not-founded'
  | 'unknown-key'
  | 'key-purpose'
  | 'other-person'
  | 'role-missing'
  | 'expired'
  | 'validity'
  | 'not-yet-issued'
  | 'cause-missing'
  // The file and the turn
  | 'unknown-tender'
  | 'other-tender'
  | 'tender-exists'
  | 'ended'
  | 'not-in-method'
  | 'already-done'
  | 'out-of-turn'
  | 'stale-head'
  | 'stale-phase'
  | 'separation'
  | 'not-assigned'
  | 'too-early'
  | 'too-late'
  | 'late'
  | 'payload-differs'
  | 'payload-missing'
  | 'blob-missing'
  | 'second-person'
  | 'nothing-pending'
  // Facts
  | 'already-enrolled'
  | 'unknown-person'
  | 'unknown-vendor'
  | 'unknown-org'
  | 'unknown-reference'
  | 'possession'
  | 'threshold'
  | 'reason-code'
  | 'pack-unknown'
  | 'method-not-allowed'
  | 'competition'
  | 'set-aside'
  | 'clauses'
  | 'no-funds'
  | 'budget-line'
  | 'currency'
  | 'training'
  | 'opening-key'
  | 'terms'
  | 'deadline-too-short'
  | 'amendment'
  | 'not-a-key-holder'
  | 'not-enough-shares'
  | 'commitment'
  | 'sequence'
  | 'not-disclosed'
  | 'reasons-missing'
  | 'not-responsive'
  | 'not-responsible'
  | 'excluded'
  | 'not-confirmed'
  | 'over-warrant'
  | 'price-differs'
  | 'price-unreasonable'
  | 'quantity'
  | 'sum'
  | 'invoice-number-used'
  | 'improper-invoice'
  | 'not-matched'
  | 'bank-hold'
  | 'not-settled'
  | 'rate-missing'
  // A public replay has not seen what this would be judged by; never an answer of the door.
  | 'hidden'

/** A rule and where it stands. `cite` is what a page prints, as "FAR 13.106-3(a)". */
export interface RuleReference {
  id: string
  cite: string
}

/** The rules say no. `next` tells the person what can be done instead. */
export interface Refusal {
  code: RefusalCode
  rule: RuleReference
  message: string
  next: string
  /** Where in the statement, as a JSON pointer, when one member is to blame. */
  at?: string
}

/** Builds a refusal. */
export function refuse(
  code: RefusalCode,
  rule: RuleReference,
  message: string,
  next: string,
  at?: string,
): Refusal {
  return at === undefined ? { code, rule, message, next } : { code, rule, message, next, at }
}

/** Whether what a decision returned is a refusal. */
export function isRefusal(value: object | undefined): value is Refusal {
  return value !== undefined && 'code' in value && 'next' in value
}

/**
 * Tenderbook's own rules, for what no law of the pack says: name → where it is written down. A pack
 * that cites a law for the same name takes precedence (`ruleOf` in methods.ts).
 */
export const ownRules = {
  log: 'Tenderbook ledger format, section 2 (aud)',
  founding: 'Tenderbook ledger format, section 10 (log.found)',
  key: 'Tenderbook ledger format, section 10 (keys)',
  possession: 'Tenderbook ledger format, section 10 (proof of possession)',
  role: 'Tenderbook register rules (roles)',
  register: 'Tenderbook register rules',
  time: 'Tenderbook ledger format, section 2 (issuedAt, notAfter)',
  cause: 'Tenderbook ledger format, section 2 (cause)',
  tender: 'Tenderbook ledger format, section 2 (tender)',
  head: 'Tenderbook ledger format, section 2 (tenderHead)',
  phase: 'Tenderbook ledger format, section 2 (phase)',
  documents: 'Tenderbook ledger format, section 12 (payloads by commitment)',
  method: 'Tenderbook process rules (methods)',
  turn: 'Tenderbook process rules (stages)',
  duty: 'Tenderbook process rules (duties of the clock)',
  reasons: 'Tenderbook process rules (reasons)',
  'two-persons': 'Tenderbook process rules (acts of two persons)',
  separation: 'Tenderbook process rules (separation of duties)',
  assignment: 'Tenderbook process rules (hand-over of a file)',
  training: 'Tenderbook process rules (training clock)',
  requisition: 'Tenderbook process rules, P1 (requisition)',
  funds: 'Tenderbook process rules, P1 (funds)',
  approval: 'Tenderbook process rules, P1 (approval)',
  sources: 'Tenderbook process rules, P1 (competition)',
  'set-aside': 'Tenderbook process rules, P1 (set-aside)',
  clauses: 'Tenderbook process rules, P1 (clauses)',
  publication: 'Tenderbook process rules, P3 (publication)',
  response: 'Tenderbook process rules, P3 (time to respond)',
  'opening-key': 'Tenderbook sealed bids, 4.3 (before publication)',
  amendment: 'Tenderbook process rules, P4 (amendment)',
  questions: 'Tenderbook process rules, P5 (questions)',
  bid: 'Tenderbook sealed bids, 4.2 (bid.commit)',
  upload: 'Tenderbook sealed bids, 4.6 (V1)',
  late: 'Tenderbook process rules, B4 (late bids)',
  withdraw: 'Tenderbook process rules, B3 (withdrawal)',
  close: 'Tenderbook process rules, P7 (close)',
  release: 'Tenderbook sealed bids, 4.6 (release)',
  opening: 'Tenderbook process rules, P9 (opening)',
  disclosure: 'Tenderbook process rules (disclosure)',
  fail: 'Tenderbook process rules, P10 (no award)',
  end: 'Tenderbook process rules (published processes)',
  assessment: 'Tenderbook process rules, B6 (assessment)',
  award: 'Tenderbook process rules, P16 (award)',
  warrant: 'Tenderbook process rules, P16 (warrant)',
  'price-reasonable': 'Tenderbook process rules, P16 (price reasonableness)',
  responsibility: 'Tenderbook process rules, P16 (responsibility)',
  exclusions: 'Tenderbook process rules, P16 (exclusions)',
  order: 'Tenderbook process rules, K1 (order)',
  completion: 'Tenderbook process rules, K4 (closeout)',
  delivery: 'Tenderbook process rules, R1 (delivery)',
  acceptance: 'Tenderbook process rules, R2 (acceptance)',
  constructive: 'Tenderbook process rules, R3 (acceptance by silence)',
  invoice: 'Tenderbook process rules, I1 (proper invoice)',
  match: 'Tenderbook process rules, I2 (match)',
  'pay.due': 'Tenderbook process rules, T9 (payment)',
  'pay.early': 'Tenderbook process rules, Y1 (early payment)',
  payment: 'Tenderbook process rules, Y1 (release)',
  'bank-hold': 'Tenderbook process rules, Y1 (bank details)',
  settlement: 'Tenderbook process rules, Y2 (settlement)',
  interest: 'Tenderbook process rules, Y3 (interest)',
} as const

export type OwnRule = keyof typeof ownRules

/**
 * What a replay answers where it would have to see what is not disclosed to it; never an answer of
 * the door.
 */
export function hiddenBy(rule: RuleReference): Refusal {
  return refuse(
    'hidden',
    rule,
    'This is judged by what is not disclosed to the reader.',
    'Audit with it disclosed.',
  )
}

/** One of Tenderbook's own rules, as a reference. */
export function ownRule(name: OwnRule): RuleReference {
  return { id: `tenderbook.${name}`, cite: ownRules[name] }
}
