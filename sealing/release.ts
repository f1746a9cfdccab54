/**
 * A key holder's release: for every bid that counts the holder's share, or null where the envelope does not open, encrypted
 * to each recipient that the solicitation names. One blob for each, padded so that it does not tell the number of bids.
 *
 * A release is final. What does not open, or is not the canonical JSON of such a list, counts as no share for any bid.
 */
import { concatBytes, text, toBase64Url, utf8 } from '../ledger/index.ts'
import { blobName, bytesOf } from './bid.ts'
import { SealingError } from './error.ts'
import { open, pointFromText, seal, type MessageContext, type OpeningKeyPair } from './hpke.ts'
import type { Recipient } from './opening-key.ts'
import { frame, frameSize, unframe } from './padding.ts'

const STEP = 16_384
const COMMIT_HASH = /^[A-Za-z0-9_-]{43}$/

/** Who releases, in which opening. */
export interface ReleaseContext {
  tender: string
  envelope: string
  group: string
  id: string
}

/** By commitHash of a bid: the share, or null for an envelope that did not open. */
export type ReleasedShares = Map<string, Uint8Array | null>

/** Where a recipient finds its copy, as `opening.release` says it; `ctHash` names the blob. */
export type ReleaseCopy = { kid: string; enc: string; ctHash: string; ctLen: string }

/** `blobs[i]` is the ciphertext of `to[i]`; upload them, then sign `opening.release` with `to`. */
export async function sealRelease(
  shares: ReleasedShares,
  context: ReleaseContext,
  recipients: readonly Recipient[],
): Promise<{ to: ReleaseCopy[]; blobs: Uint8Array[] }> {
  const listed = utf8(listText(shares))
  const plain = frame(listed, frameSize(listed.length, STEP))
  const sealed = await Promise.all(
    recipients.map(({ kid, pub }) => {
      return seal(pointFromText(pub), { ...messageContext(context, kid), plain })
    }),
  )
  const to = recipients.map(({ kid }, i) => {
    const { enc, ct } = sealed[i] as (typeof sealed)[number] // one for each recipient, made above
    return { kid, enc: toBase64Url(enc), ctHash: blobName(ct), ctLen: String(ct.length) }
  })
  return { to, blobs: sealed.map(({ ct }) => ct) }
}

/**
 * The shares in a recipient's copy.
 * @throws SealingError `not-openable` or `form`, LedgerError `utf8`: the member released nothing that counts
 */
export async function openRelease(
  key: OpeningKeyPair,
  context: ReleaseContext,
  copy: { kid: string; enc: string; ct: Uint8Array },
): Promise<ReleasedShares> {
  const message = { ...messageContext(context, copy.kid), enc: bytesOf(copy.enc), ct: copy.ct }
  return readList(text(unframe(await open(key, message))))
}

/** JCS with null, which the record's own writer refuses: of plain ASCII members, so sorting and quoting are simple. */
function listText(shares: ReleasedShares): string {
  const members = [...shares]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([commitHash, share]) => {
      if (!COMMIT_HASH.test(commitHash)) throw new SealingError('form', 'not the hash of a bid')
      return `"${commitHash}":${share === null ? 'null' : `"${toBase64Url(share)}"`}`
    })
  return `{${members.join(',')}}`
}

function readList(listed: string): ReleasedShares {
  const shares: ReleasedShares = new Map()
  for (const [commitHash, share] of Object.entries(parseObject(listed)))
    shares.set(commitHash, typeof share === 'string' ? bytesOf(share) : null)
  if (listText(shares) !== listed) throw new SealingError('form', 'the release is not canonical')
  return shares
}

function parseObject(listed: string): Record<string, unknown> {
  try {
    // Checked by writing it again: whatever is not an object of texts and nulls differs then.
    return Object(JSON.parse(listed)) as Record<string, unknown>
  } catch (cause) {
    throw new SealingError('form', 'the release is not JSON', { cause })
  }
}

function messageContext(
  { tender, envelope, group, id }: ReleaseContext,
  kid: string,
): MessageContext {
  const info = utf8(`tenderbook/release/v1\0${tender}\0${envelope}\0${group}\0${id}`)
  return { info, aad: concatBytes(utf8(kid)) }
}
