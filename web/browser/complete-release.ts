/**
 * Releases a key holder's shares. Nothing is released before this browser has checked, from bytes and with the pinned log
 * key: `deadline.close` is in the log; the listed bids are what it committed to; each was signed by its vendor's key and
 * sealed to this tender's opening key, which the audited record says.
 */
import './without-eval.ts'
import {
  fromBase64,
  fromBase64Url,
  gateKey,
  parseEntry,
  parseEnvelope,
  toBase64Url,
  verifyProof,
  verifyStatement,
} from '../../ledger/index.ts'
import { closeCommitment, type KeyRow, type SolicitationTerms } from '../../procurement/index.ts'
import {
  bindHeader,
  openingKeyId,
  openShare,
  parseBidCommit,
  sealRelease,
  SealingError,
  type BidCommit,
  type OpeningKeyPair,
} from '../../sealing/index.ts'
import { fill, paths } from '../paths.ts'
import { auditedFile } from './audited-file.ts'
import type { Completion } from './completions.ts'
import type { Pins } from './log-client.ts'
import { findOpeningKey } from './opening-keys.ts'
import { fetchJson } from './panel.ts'
import { uploadBlobs } from './upload.ts'

/** What the service lists for this holder; believed only as far as it is checked below. */
interface Work {
  envelope: string
  group: string
  id: string
  close: { index: number; commit: string; salt: string }
  bids: {
    commitHash: string
    envelope: string
    share: { id: string; enc: string; ct: string }
  }[]
}

interface Releasing {
  pins: Pins
  tender: string
  openingKey: SolicitationTerms['openingKey']
}

export const release: Completion = async ({ payload }, acting) => {
  const { pins, setting } = acting
  const tender = setting.place?.tender ?? ''
  const key = await findOpeningKey({ origin: pins.origin, tender, person: setting.actor })
  const { solicitation, opening } = await auditedFile(pins, tender)
  const enrolled = opening.members.find(({ person }) => person === setting.actor)
  if (!key || enrolled?.pub !== toBase64Url(key.publicKey))
    return {
      problems: [{ path: '', message: 'The key that you enrolled is not in this browser.' }],
    }
  if (!solicitation) return { problems: [{ path: '', message: 'Nothing is published.' }] }
  const work = (await fetchJson(fill(paths.api.openingWork, { ocid: tender }))) as Work
  const { openingKey } = solicitation.terms
  const to = await releaseTo(key, work, { pins, tender, openingKey })
  return { payload: { ...payload, to } }
}

/** The copies that the statement names; their ciphertexts are uploaded. Throws Error where something does not hold. */
async function releaseTo(key: OpeningKeyPair, work: Work, releasing: Releasing) {
  const { tender, openingKey } = releasing
  await checkClose(work, releasing)
  const shares = new Map<string, Uint8Array | null>()
  for (const bid of work.bids)
    shares.set(bid.commitHash, await shareOf(key, work, bid, await checkBid(bid, releasing)))
  const { envelope, group, id } = work
  const context = { tender, envelope, group, id }
  const { to, blobs } = await sealRelease(shares, context, openingKey.recipients)
  const quiet = { progress: () => undefined, lost: () => undefined }
  await uploadBlobs(blobs, { tender, envelope }, quiet)
  return to
}

const proofAttemptsMax = 20

/** The close of this tender is under a head that the pinned key has signed, and these are the bids that it locked. */
async function checkClose({ close, bids }: Work, { pins, tender }: Releasing): Promise<void> {
  const { entry } = (await fetchJson(fill(paths.api.entry, { index: close.index }))) as {
    entry: string
  }
  const bytes = fromBase64(entry)
  verifyProof(bytes, await proofOf(close.index), pins)
  const statement = parseEntry(bytes).dsse?.statement
  const isClose = statement?.t === 'deadline.close' && statement.tender === tender
  if (!isClose || statement.payload['commit'] !== close.commit)
    throw new Error('The entry is not the close of this purchase. Nothing was released')
  const hashes = bids.map(({ commitHash }) => commitHash)
  if (toBase64Url(closeCommitment(fromBase64Url(close.salt), hashes)) !== close.commit)
    throw new Error('The listed offers are not those that the close locked. Nothing was released')
}

/** A close of this second is under no checkpoint yet, and is asked for again. */
async function proofOf(index: number): Promise<string> {
  for (let attempt = 0; attempt < proofAttemptsMax; attempt++) {
    const answer = await fetch(fill(paths.api.entryProof, { index }))
    if (answer.ok) return await answer.text()
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error('The close has no proof yet. Wait a moment and press again')
}

/** The bid is signed by the key that the register has for its signer, and sealed to this tender's opening key. */
async function checkBid(
  { commitHash, envelope }: Work['bids'][number],
  { pins, tender, openingKey }: Releasing,
): Promise<BidCommit> {
  const signed = parseEnvelope(fromBase64(envelope))
  const { statement } = signed
  const address = fill(paths.api.register, { kind: 'key', id: statement.kid })
  const { value } = (await fetchJson(address)) as { value: Pick<KeyRow, 'pub' | 'person'> }
  const key = gateKey(fromBase64Url(value.pub))
  const isSigned = verifyStatement(signed, key) && value.person === statement.actor
  const isNamed = toBase64Url(signed.hash) === commitHash && statement.t === 'bid.commit'
  if (!isSigned || !isNamed || statement.tender !== tender)
    throw new Error('An offer is not what its vendor signed. Nothing was released')
  const commit = parseBidCommit(statement.payload)
  if (commit.header.keyId !== openingKeyId(openingKey, { aud: pins.origin, tender }))
    throw new Error('An offer is sealed to another opening key. Nothing was released')
  return commit
}

/** The share, or null where the envelope does not open: that is the vendor's fault, not a reason to wait. */
async function shareOf(
  key: OpeningKeyPair,
  { group, id }: Work,
  { share: { enc, ct } }: Work['bids'][number],
  { header }: BidCommit,
): Promise<Uint8Array | null> {
  try {
    return await openShare(key, { group, id, header: bindHeader(header), enc, ct })
  } catch (error) {
    if (error instanceof SealingError) return null
    throw error
  }
}
