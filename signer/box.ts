/**
 * A closed box as the record proves it: the bids that count, each by its own entry, and the commitment that the recorded
 * `deadline.close` made to them.
 */
import { fromBase64Url, hashFromText, toBase64Url, type SignedStatement } from '../ledger/index.ts'
import {
  bidsRoot,
  closeCommit,
  parseBidCommit,
  SealingError,
  type BidCommit,
  type OpeningDocument,
  type OpeningKey,
} from '../sealing/index.ts'
import { SignerError, type EnvelopeOf, type WaitingReason } from './contract.ts'
import type { EntryReader } from './entries.ts'
import type { OpeningState, RecordReader } from './record.ts'
import type { Secrets } from './secrets.ts'

/** After this time shares that are missing will not come. */
const SHARES_DUE_MS = 24 * 3_600_000

export interface BoxDependencies {
  record: RecordReader
  entries: EntryReader
  secrets: Secrets
  /** Milliseconds since 1970. */
  now: () => number
}

/** `bids`: those that count, by index. */
export interface Box {
  of: EnvelopeOf
  openingKey: OpeningKey
  close: OpeningDocument['close']
  isOverdue: boolean
  bids: CountedBid[]
}

export interface CountedBid {
  commitHash: string
  /** Absent where the signed payload is not of the form: no shares can be found in it. */
  commit: BidCommit | undefined
}

/** The box cannot be opened yet; caught where the answer is made. */
export class Waiting extends Error {
  readonly reason: WaitingReason

  constructor(reason: WaitingReason) {
    super(reason)
    this.name = 'Waiting'
    this.reason = reason
  }
}

/** What `deadline.close` commits to, with what opens it. */
export function closeOf(
  of: EnvelopeOf & { cause: string },
  bids: readonly CountedBid[],
  { secrets }: BoxDependencies,
): { commit: Uint8Array; opened: OpeningDocument['close'] } {
  const salt = secrets.closeSalt(of.tender, of.envelope, of.cause)
  const root = bidsRoot(bids.map(({ commitHash }) => fromBase64Url(commitHash)))
  const opened = { salt: toBase64Url(salt), count: String(bids.length), root: toBase64Url(root) }
  return { commit: closeCommit(salt, bids.length, root), opened }
}

/**
 * The box of a recorded close.
 * @throws Waiting `not-closed`; SignerError `fork` where the bids are no longer those that were closed over
 */
export async function loadBox(of: EnvelopeOf, deps: BoxDependencies): Promise<Box> {
  const { openingKey, close, bids: counted } = await stateOf(of, deps)
  if (!openingKey || !close) throw new Waiting('not-closed')
  const bids = await readBids(counted, deps)
  const { cause = '', payload } = (await deps.entries.byHash(hashFromText(close.hash))).signed
    .statement
  const { commit, opened } = closeOf({ ...of, cause }, bids, deps)
  if (toBase64Url(commit) !== payload['commit'])
    throw new SignerError('fork', `the bids of ${of.tender} are not those of its deadline.close`)
  const isOverdue = deps.now() - Date.parse(close.real) > SHARES_DUE_MS
  return { of, openingKey, close: opened, isOverdue, bids }
}

/** Throws `not-recorded` for an unknown tender. */
export async function stateOf(of: EnvelopeOf, { record }: BoxDependencies): Promise<OpeningState> {
  const state = await record.opening(of)
  if (!state) throw new SignerError('not-recorded', `no tender ${of.tender} is in the record`)
  return state
}

/** The bids as their entries prove them. Throws `not-recorded`. */
export function readBids(
  counted: OpeningState['bids'],
  { entries }: BoxDependencies,
): Promise<CountedBid[]> {
  const reads = counted.map(async ({ commitHash, index }) => {
    const { signed } = await entries.at(index)
    if (toBase64Url(signed.hash) !== commitHash || signed.statement.t !== 'bid.commit')
      throw new SignerError('not-recorded', `entry ${index} is not the bid that counts`)
    return { commitHash, commit: commitOf(signed) }
  })
  return Promise.all(reads)
}

function commitOf({ statement }: SignedStatement): BidCommit | undefined {
  try {
    return parseBidCommit(statement.payload)
  } catch (error) {
    if (error instanceof SealingError) return undefined
    throw error
  }
}
