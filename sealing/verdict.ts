/**
 * The verdict on a sealed bid. It never depends on which holders released, nor on who showed a share.
 *
 * First every bid is decided: `decideBid` finds the key or says that there is none. Only when all are decided is the first
 * capsule opened: `judgeBid`. A vendor who gave bad shares is found out in the capsule, which holds all of them; a holder
 * who gave a bad share or none is found out because the envelope derives from the share in the capsule.
 *
 * V2: no k shares give the committed key. V3: the opened bytes do not fit. V4: the price fields are not those committed to.
 * V5: a file does not fit. All of them void the bid and are the vendor's fault. V1, a stored blob that is missing or
 * differs, is the keeper's fault: it throws, and the opening waits until the same bytes are back.
 */
import { equalBytes, LedgerError, sha256, toBase64Url } from '../ledger/index.ts'
import {
  bindHeader,
  blobName,
  bytesOf,
  publicCommit,
  type BidCommit,
  type BoundHeader,
  type PublicFields,
  type ShareEnvelope,
} from './bid.ts'
import {
  decryptCapsule,
  decryptFile,
  keyCommit,
  readCapsule,
  sealedLength,
  type Capsule,
  type SealedFile,
} from './capsule.ts'
import { SealingError } from './error.ts'
import type { VoidCode } from './opening.ts'
import type { Group, Member, OpeningKey } from './opening-key.ts'
import { isZero } from './padding.ts'
import {
  areDistinctShares,
  combineShares,
  derivesEnvelope,
  isOneSharing,
  joinKeys,
} from './shares.ts'

/** A share of one bid as somebody showed it; null where a holder says that its envelope does not open. */
export interface ShownShare {
  group: string
  /** The holder whose share it is. */
  id: string
  share: Uint8Array | null
  /** A holder by its release, or the vendor by `bid.prove`. */
  by: 'holder' | 'vendor'
}

/** Before any capsule is opened. `undecided`: more shares, or a day, are awaited. */
export type Standing =
  { state: 'ready'; key: Uint8Array } | { state: 'void'; code: 'V2' } | { state: 'undecided' }

export type Verdict =
  | {
      status: 'opened'
      bytes: Uint8Array
      contents: Capsule
      public: PublicFields
      faults: string[]
    }
  | { status: 'void'; code: VoidCode; faults: string[] }

/** A bid's commitment with the group keys that it was sealed to. */
export interface BidInQuestion {
  commit: BidCommit
  openingKey: OpeningKey
  shown: readonly ShownShare[]
}

/**
 * Whether a bid can be opened, by the shares shown so far. `overdue`: the day for showing shares is over, what is missing
 * will not come.
 */
export async function decideBid(
  bid: BidInQuestion,
  { overdue = false }: { overdue?: boolean } = {},
): Promise<Standing> {
  const header = bindHeader(bid.commit.header)
  const groups = await Promise.all(
    bid.openingKey.groups.map((group) => decideGroup(group, bid, { header, overdue })),
  )
  if (groups.some(({ state }) => state === 'void')) return { state: 'void', code: 'V2' }
  const keys = groups.flatMap((group) => (group.state === 'ready' ? [group.key] : []))
  if (keys.length < groups.length) return { state: 'undecided' }
  const key = joinKeys(keys)
  const isCommitted = toBase64Url(keyCommit(key)) === bid.commit.keyCommit
  return isCommitted ? { state: 'ready', key } : { state: 'void', code: 'V2' }
}

/**
 * Opens a bid that is `ready` and judges it. All bids must have been decided before.
 * @param blob the stored bytes of a name (base64url of SHA-256)
 * @throws SealingError `blob-differs` where the capsule or a file's ciphertext is missing or altered (V1)
 */
export async function judgeBid(
  bid: BidInQuestion & { key: Uint8Array },
  blob: (name: string) => Promise<Uint8Array | undefined>,
): Promise<Verdict> {
  const { commit, openingKey, key } = bid
  const header = bindHeader(commit.header)
  const opened = await openCapsule(bid, header, await stored(commit.ctHash, blob))
  if (!opened) return { status: 'void', code: 'V3', faults: [] }
  const { bytes, contents } = opened

  const areSharesGood = await areSharesSound(contents, { commit, openingKey, header, key })
  const faults = await findFaults(bid, header, contents)
  if (!areSharesGood) return { status: 'void', code: 'V3', faults }
  const fields = publicFieldsOf(contents)
  if (!fields || !isCommittedPrice(commit, contents, fields))
    return { status: 'void', code: 'V4', faults }
  if (!(await areFilesSound(commit, contents, blob))) return { status: 'void', code: 'V5', faults }
  return { status: 'opened', bytes, contents, public: fields, faults }
}

/** Opens one file of an opened bid. Throws `not-openable` or `form` where it does not fit its description (V5). */
export async function openFile(
  commit: BidCommit,
  file: SealedFile & { slot: number },
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const plainLength = Number(file.plainLen)
  const isDeclared = commit.header.blobs[file.slot]?.len === String(ciphertext.length)
  const isCommitted = commit.blobHashes[file.slot] === file.ctHash
  if (!isDeclared || !isCommitted || ciphertext.length !== sealedLength(plainLength))
    throw new SealingError('form', 'the file is not the one committed to')
  const context = { slot: file.slot, key: bytesOf(file.key), iv: bytesOf(file.iv) }
  const padded = await decryptFile(ciphertext, { ...context, header: bindHeader(commit.header) })
  const plain = padded.slice(0, plainLength)
  if (!isZero(padded.subarray(plainLength)) || toBase64Url(sha256(plain)) !== file.plainHash)
    throw new SealingError('form', 'the opened file is not the one described')
  return plain
}

type GroupStanding =
  { state: 'ready'; key: Uint8Array } | { state: 'void' } | { state: 'undecided' }

async function decideGroup(
  group: Group,
  bid: BidInQuestion,
  { header, overdue }: { header: BoundHeader; overdue: boolean },
): Promise<GroupStanding> {
  const members = group.members.map((member) => findValidShare(group, member, { bid, header }))
  const shares = await Promise.all(members)
  const valid = shares.filter((share) => share instanceof Uint8Array)
  if (valid.length >= group.k) {
    const key = await combineShares(valid.slice(0, group.k), group.k)
    return key ? { state: 'ready', key } : { state: 'void' }
  }
  const failed = shares.filter((share) => share === null).length
  const isHopeless = failed > group.members.length - group.k
  return isHopeless || overdue ? { state: 'void' } : { state: 'undecided' }
}

/** The member's share whose envelope derives from it; null where only others were shown; undefined where none was. */
async function findValidShare(
  group: Group,
  member: Member,
  { bid, header }: { bid: BidInQuestion; header: BoundHeader },
): Promise<Uint8Array | null | undefined> {
  const shown = bid.shown.filter(({ group: name, id }) => name === group.name && id === member.id)
  const envelope = findEnvelope(bid.commit, group, member)
  for (const { share } of shown)
    if (share && envelope && (await derives(share, { group, member, header, envelope })))
      return share
  return shown.some(({ by }) => by === 'holder') ? null : undefined
}

/** Undefined where the decrypted bytes are no capsule of this bid. */
async function openCapsule(
  { commit, key }: { commit: BidCommit; key: Uint8Array },
  header: BoundHeader,
  ciphertext: Uint8Array,
): Promise<{ bytes: Uint8Array; contents: Capsule } | undefined> {
  const opened = await unlessVoid(async () => {
    const framed = await decryptCapsule(key, header, ciphertext)
    return framed.length === Number(commit.header.capsuleLen) ? readCapsule(framed) : undefined
  })
  return opened?.contents.headerHash === toBase64Url(header.hash) ? opened : undefined
}

/** All shares of all groups: each derives its envelope, every k give the group's key, all groups give the bid's key. */
async function areSharesSound(
  contents: Capsule,
  bid: { commit: BidCommit; openingKey: OpeningKey; header: BoundHeader; key: Uint8Array },
): Promise<boolean> {
  const { groups } = bid.openingKey
  if (Object.keys(contents.shares).length !== groups.length) return false
  const keys: Uint8Array[] = []
  for (const group of groups) {
    const shares = await soundShares(group, contents, bid)
    const key = shares && (await combineShares(shares.slice(0, group.k), group.k))
    if (!key) return false
    keys.push(key)
  }
  return equalBytes(joinKeys(keys), bid.key)
}

async function soundShares(
  group: Group,
  contents: Capsule,
  { commit, header }: { commit: BidCommit; header: BoundHeader },
): Promise<Uint8Array[] | undefined> {
  const told = contents.shares[group.name] ?? []
  if (told.length !== group.members.length) return undefined
  const shares: Uint8Array[] = []
  for (const member of group.members) {
    const share = capsuleShare(contents, group, member)
    const envelope = findEnvelope(commit, group, member)
    if (!share || !envelope || !(await derives(share, { group, member, header, envelope })))
      return undefined
    shares.push(share)
  }
  return areDistinctShares(shares) && (await isOneSharing(shares, group.k)) ? shares : undefined
}

/** Holders who answered without a valid share although their envelope holds the share that the capsule tells. */
async function findFaults(
  { commit, openingKey, shown }: BidInQuestion,
  header: BoundHeader,
  contents: Capsule,
): Promise<string[]> {
  const faults: string[] = []
  for (const group of openingKey.groups)
    for (const member of group.members) {
      const answers = shown.filter(
        ({ by, group: name, id }) => by === 'holder' && name === group.name && id === member.id,
      )
      const envelope = findEnvelope(commit, group, member)
      const told = capsuleShare(contents, group, member)
      if (answers.length === 0 || !envelope || !told) continue
      const isAnswered = answers.some(({ share }) => share !== null && equalBytes(share, told))
      if (!isAnswered && (await derives(told, { group, member, header, envelope })))
        faults.push(member.id)
    }
  return faults
}

function publicFieldsOf({ price }: Capsule): PublicFields | undefined {
  if (typeof price !== 'object' || Array.isArray(price)) return undefined
  const { amount, currency } = price
  const isAmount = typeof amount === 'string' && /^(?:0|[1-9]\d{0,17})$/.test(amount)
  const isCurrency = typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
  return isAmount && isCurrency ? { amount, currency } : undefined
}

function isCommittedPrice(commit: BidCommit, contents: Capsule, fields: PublicFields): boolean {
  return toBase64Url(publicCommit(bytesOf(contents.salt), fields)) === commit.header.publicCommit
}

async function areFilesSound(
  commit: BidCommit,
  contents: Capsule,
  blob: (name: string) => Promise<Uint8Array | undefined>,
): Promise<boolean> {
  if (contents.files.length > commit.blobHashes.length) return false
  for (const [slot, name] of commit.blobHashes.entries()) {
    const ciphertext = await stored(name, blob)
    const file = contents.files[slot]
    if (file && !(await unlessVoid(() => openFile(commit, { ...file, slot }, ciphertext))))
      return false
  }
  return true
}

async function stored(
  name: string,
  blob: (name: string) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  const bytes = await blob(name)
  if (!bytes || blobName(bytes) !== name)
    throw new SealingError('blob-differs', `the stored bytes of ${name} are missing or altered`)
  return bytes
}

/** The result, or undefined where the vendor's bytes are not of the form. Anything else is a fault and goes on. */
async function unlessVoid<T>(open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof SealingError || error instanceof LedgerError) return undefined
    throw error
  }
}

function findEnvelope(
  commit: BidCommit,
  { name }: Group,
  { id }: Member,
): ShareEnvelope | undefined {
  return commit.shares[name]?.find((envelope) => envelope.id === id)
}

function capsuleShare(contents: Capsule, { name }: Group, { id }: Member): Uint8Array | undefined {
  const told = contents.shares[name]?.find((share) => share.id === id)
  try {
    return told && bytesOf(told.share)
  } catch {
    // A share that is no base64url is a share that derives nothing.
    return undefined
  }
}

function derives(
  share: Uint8Array,
  of: { group: Group; member: Member; header: BoundHeader; envelope: ShareEnvelope },
): Promise<boolean> {
  const { enc, ct } = of.envelope
  const { id, pub } = of.member
  return derivesEnvelope(share, { group: of.group.name, id, pub, header: of.header, enc, ct })
}
