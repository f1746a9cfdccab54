/** The door of this folder: everything that other folders may use. */
export * from './act.ts'
export * from './calendar.ts'
export * from './methods.ts'
export * from './money.ts'
export {
  blobs,
  decide,
  documents,
  draftPayload,
  due,
  evolve,
  type Given,
  type GivenEntry,
  legalOf,
  needs,
  parseStatementPayload,
  realOf,
  realTimes,
  signingKeyOf,
} from './rules.ts'
export { createReplayer, type Replayed } from './replay.ts'
export {
  findAct,
  isRegisterType,
  isSealedType,
  racesDeadline,
  stages,
  statementTypes,
} from './stages.ts'
export * from './state.ts'
export { ownRule, type OwnRule, type RefusalCode } from './refusals.ts'
export * from './register-rows.ts'
export { possessionMessage } from './possession.ts'
export { exclusionsOf } from './exclusions.ts'
export { rootName } from './founding.ts'
export { countingBids, deadlineFor } from './bidding.ts'
export { disclosedBids } from './disclosure.ts'
export { pongMessage } from './key-holders.ts'
export { closeCommitment, readResult, type ResultDocument } from './opening.ts'
export { isReleased } from './solicitation.ts'
export {
  type BankOrder,
  bankOrderOf,
  findPayment,
  interestOn,
  missingRate,
  type Owed,
  owedFor,
  scheduleOf,
} from './payment-amount.ts'
export { dueDates, type DueDates, dueReason, type DueReason } from './payment-date.ts'
export { leftToDeliver } from './delivery.ts'
export { beyondOrder, billable, findInvoice } from './invoice.ts'
export { findRate, formatRate, type Interest } from './interest.ts'
export { nextContractId, openPoints } from './contract.ts'
export { type BidLine, competes, type Offer, offerOf } from './opened-bids.ts'
export {
  amendTerms,
  type Change,
  ENVELOPE,
  isMaterialPath,
  ONLY_LOT,
  openingKeyId,
  soonestBidsUntil,
  SUITE,
  termsSchema,
} from './terms.ts'
export { addMicroseconds, DAY, HOUR, instant, microseconds, MINUTE } from './training.ts'
