/**
 * Closing and opening boxes: what `deadline.close` commits to, and what `opening.result` shows.
 *
 * A box is opened only after its recorded close, over exactly the bids that it committed to, after k holders of every
 * group have released, and only when every bid is decided; then the number of entries that counted is written down, and
 * the first capsule is opened. The verdicts are those of sealing/.
 */
import { fromBase64Url, sha256, toBase64Url, type Json } from '../ledger/index.ts'
import {
  decideBid,
  deriveKeyPair,
  encodeOpening,
  judgeBid,
  recipientKeyId,
  SealingError,
  type BidInQuestion,
  type Fault,
  type OpenedBid,
  type OpeningDocument,
  type OpeningKey,
  type OpeningKeyPair,
  type ShownShare,
  type Standing,
  type Verdict,
  type VoidBid,
} from '../sealing/index.ts'
import {
  closeOf,
  loadBox,
  readBids,
  stateOf,
  Waiting,
  type Box,
  type BoxDependencies,
} from './box.ts'
import {
  SignerError,
  type ClosedBox,
  type EnvelopeOf,
  type Opening,
  type PublicIdentity,
  type WaitingReason,
} from './contract.ts'
import type { Cuts } from './cuts.ts'
import type { RecordReader } from './record.ts'
import { collectShares, findReleases, readReleases, type Release } from './shown-shares.ts'
import { inTurn } from './turn.ts'

export interface Openings {
  recipient(of: EnvelopeOf): Promise<PublicIdentity>
  closing(of: EnvelopeOf & { cause: string }): Promise<{ commit: Uint8Array }>
  closed(of: EnvelopeOf): Promise<ClosedBox>
  open(of: EnvelopeOf): Promise<Opening | { waiting: WaitingReason }>
  reveal(index: number): Promise<{ blind: Uint8Array; envelope: Uint8Array }>
}

export type OpeningDependencies = BoxDependencies & { cuts: Cuts }

/** A bid with its standing before the first capsule is opened; without question where its payload is malformed. */
interface DecidedBid {
  commitHash: string
  question: BidInQuestion | undefined
  standing: Standing
}

export function createOpenings(deps: OpeningDependencies): Openings {
  const alone = inTurn()
  return {
    async recipient(of) {
      const { publicKey } = await ownKey(of, deps)
      return { kid: recipientKeyId(publicKey), pub: toBase64Url(publicKey) }
    },
    async closing(of) {
      const { bids } = await stateOf(of, deps)
      const { commit } = closeOf(of, await readBids(bids, deps), deps)
      return { commit }
    },
    closed: (of) => closedBox(of, deps),
    open: (of) => alone(() => openOrWait(of, deps)),
    reveal: (index) => revealBid(index, deps),
  }
}

/** What the recorded close committed to, with its salt: no secret once bidding is over, and only for those who open. */
async function closedBox(of: EnvelopeOf, deps: OpeningDependencies): Promise<ClosedBox> {
  try {
    return (await loadBox(of, deps)).close
  } catch (error) {
    if (!(error instanceof Waiting)) throw error
    throw new SignerError('not-allowed', 'bidding has not closed', { cause: error })
  }
}

async function openOrWait(
  of: EnvelopeOf,
  deps: OpeningDependencies,
): Promise<Opening | { waiting: WaitingReason }> {
  try {
    return await openBox(await loadBox(of, deps), deps)
  } catch (error) {
    if (error instanceof Waiting) return { waiting: error.reason }
    throw error
  }
}

async function openBox(box: Box, deps: OpeningDependencies): Promise<Opening> {
  if (box.openingKey.opensAfter !== 'deadline') throw new Waiting('not-due')
  const { record, cuts, secrets } = deps
  const { tender, envelope } = box.of
  const cut = await cuts.find(box.of)
  const size = cut ?? (await record.head()).size
  const statements = await findReleases(box.of, record)
  const counted = statements.filter(({ index }) => index < size)
  const releases = await readReleases(counted, { tender, key: await ownKey(box.of, deps), record })
  assertEnough(box.openingKey, releases)
  const decided = await decideAll(box, await collectShares(box, { record, size, releases }))
  if (cut === undefined) await cuts.put(box.of, size)

  const { said, capsules } = await judgeAll(decided, record)
  const document = encodeOpening({ close: box.close, ...said })
  const salt = secrets.resultSalt(tender, envelope, document)
  const released = statements.map(({ payload }) => payload.id).sort()
  return { document, salt, released, capsules }
}

function assertEnough({ groups }: OpeningKey, releases: readonly Release[]): void {
  for (const { name, k, members } of groups) {
    const released = members.filter(({ id }) =>
      releases.some((release) => release.group === name && release.id === id),
    )
    if (released.length < k) throw new Waiting('releases')
  }
}

/** Waits with `undecided` while any bid is: no price is known while another bid can still be saved or lost. */
async function decideAll(box: Box, shown: Map<string, ShownShare[]>): Promise<DecidedBid[]> {
  const decided: DecidedBid[] = []
  for (const { commitHash, commit } of box.bids) {
    const question = commit && {
      commit,
      openingKey: box.openingKey,
      shown: shown.get(commitHash) ?? [],
    }
    const standing: Standing = question
      ? await decideBid(question, { overdue: box.isOverdue })
      : { state: 'void', code: 'V2' }
    if (standing.state === 'undecided') throw new Waiting('undecided')
    decided.push({ commitHash, question, standing })
  }
  return decided
}

async function judgeAll(
  decided: readonly DecidedBid[],
  record: RecordReader,
): Promise<{ said: Pick<OpeningDocument, 'bids' | 'faults'>; capsules: Opening['capsules'] }> {
  const bids: (OpenedBid | VoidBid)[] = []
  const faults: Fault[] = []
  const capsules: Opening['capsules'] = []
  for (const bid of decided) {
    const { commitHash } = bid
    const verdict = await judge(bid, record)
    faults.push(...verdict.faults.map((id) => ({ id, commitHash })))
    if (verdict.status === 'void') {
      bids.push({ commitHash, status: 'void', code: verdict.code })
      continue
    }
    const hash = sha256(verdict.bytes)
    capsules.push({ hash, bytes: verdict.bytes })
    const { salt } = verdict.contents
    const capsuleHash = toBase64Url(hash)
    bids.push({ commitHash, status: 'opened', capsuleHash, public: verdict.public, salt })
  }
  return { said: { bids, faults }, capsules }
}

async function judge({ question, standing }: DecidedBid, record: RecordReader): Promise<Verdict> {
  if (!question || standing.state !== 'ready') return { status: 'void', code: 'V2', faults: [] }
  const blob = (name: string) => record.blob(fromBase64Url(name))
  try {
    return await judgeBid({ ...question, key: standing.key }, blob)
  } catch (error) {
    if (error instanceof SealingError && error.code === 'blob-differs') throw new Waiting('blobs')
    throw error
  }
}

async function revealBid(
  index: number,
  deps: OpeningDependencies,
): Promise<{ blind: Uint8Array; envelope: Uint8Array }> {
  const { signed, blind } = await deps.entries.at(index)
  const { t, tender, payload } = signed.statement
  const envelope = t === 'bid.commit' ? envelopeOf(payload['header']) : undefined
  if (!blind || tender === undefined || envelope === undefined)
    throw new SignerError('not-allowed', `entry ${index} is not a sealed bid`)
  const { result, bids } = await stateOf({ tender, envelope }, deps)
  if (result === undefined || !bids.some((bid) => bid.index === index))
    throw new SignerError('not-allowed', `the bid of entry ${index} has not been opened`)
  return { blind, envelope: signed.envelope }
}

function envelopeOf(header: Json | undefined): string | undefined {
  const isObject = typeof header === 'object' && !Array.isArray(header)
  const envelope = isObject ? header['envelope'] : undefined
  return typeof envelope === 'string' ? envelope : undefined
}

function ownKey(
  { tender, envelope }: EnvelopeOf,
  { secrets }: OpeningDependencies,
): Promise<OpeningKeyPair> {
  return deriveKeyPair(secrets.recipient(tender, envelope))
}
