/**
 * The duty of one key holder in one procurement: a key made for it, the proof that the key opens, again when the clock
 * asks before the deadline, and after it the release of the shares.
 *
 * Nothing is released before this has been checked, from bytes and with the pinned log key: `deadline.close` is in the
 * log; the listed bids and their number are what it committed to; each was signed by its vendor's key and sealed to this
 * tender's opening key. Until the log has witnesses, the log's own key stands for the head.
 */
import { join } from 'node:path'
import { z } from 'zod'
import {
  fromBase64,
  fromBase64Url,
  gateKey,
  parseEntry,
  parseEnvelope,
  toBase64Url,
  verifyProof,
  verifyStatement,
  type JsonObject,
} from '../ledger/index.ts'
import { closeCommitment, ENVELOPE, findMethod, findPack } from '../procurement/index.ts'
import {
  answerPing,
  bindHeader,
  exportMemberKey,
  generateMemberKey,
  importMemberKey,
  openingKeyId,
  openShare,
  parseBidCommit,
  sealRelease,
  SealingError,
  type OpeningKeyPair,
} from '../sealing/index.ts'
import type { Client, Recorded, Signatory } from './client.ts'
import { actInFile, lastStep, stepsOf, termsOf, type ProcurementFile } from './file.ts'
import { readState, writeState, type Pins } from './home.ts'

export interface Duty {
  client: Client
  pins: Pins
  /** Folder for this holder's keys, one file a procurement. */
  folder: string
  who: Signatory
  org: string
}

const keyFileSchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})
const pingSchema = z.looseObject({ enc: z.string(), ct: z.string() })
const popSchema = z.object({ challenge: z.string(), opened: z.string(), sig: z.string() })
const shareSchema = z.looseObject({ id: z.string(), enc: z.string(), ct: z.string() })
const workSchema = z.looseObject({
  envelope: z.string(),
  group: z.string(),
  id: z.string(),
  close: z.looseObject({ index: z.int(), commit: z.string(), salt: z.string() }),
  bids: z.array(
    z.looseObject({ commitHash: z.string(), envelope: z.string(), share: shareSchema }),
  ),
})
type Work = z.output<typeof workSchema>

/** Something does not hold, so nothing is released. */
export class ReleaseRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReleaseRefused'
  }
}

/** Whether this holder is a member of the file's opening. */
export function isMember(file: ProcurementFile, person: string): boolean {
  return stepsOf(file, 'opening.member').some(({ actor }) => actor === person)
}

/** Whether this holder has released. */
export function hasReleased(file: ProcurementFile, person: string): boolean {
  return stepsOf(file, 'opening.release').some(({ actor }) => actor === person)
}

/** Accepts the duty: makes the key, answers the ping, signs `opening.member`. */
export async function acceptDuty(duty: Duty, file: ProcurementFile): Promise<Recorded> {
  const { client, who, org } = duty
  const key = await memberKey(duty, file.ocid)
  const pop = await answerTest(duty, file, key)
  const pub = toBase64Url(key.publicKey)
  const payload = { envelope: ENVELOPE, group: groupOf(file), id: who.person, org, pub, pop }
  return await actInFile(client, who, file.ocid, { t: 'opening.member', role: 'OO', payload })
}

/** Shows before the deadline that the key still opens: signs `opener.ping`. Throws ReleaseRefused where it is lost. */
export async function answerCall(duty: Duty, file: ProcurementFile): Promise<Recorded> {
  const { client, who } = duty
  const key = await memberKey(duty, file.ocid)
  const enrolled = stepsOf(file, 'opening.member').find(({ actor }) => actor === who.person)
  if (enrolled?.payload['pub'] !== toBase64Url(key.publicKey))
    throw new ReleaseRefused('The key that was enrolled for this tender is not here any more.')
  const { challenge, opened } = await answerTest(duty, file, key)
  const payload = { envelope: ENVELOPE, group: groupOf(file), id: who.person, challenge, opened }
  return await actInFile(client, who, file.ocid, { t: 'opener.ping', role: 'OO', payload })
}

/** Opens what the service seals to the key, and gets the signed proof of it. */
async function answerTest(
  { client, who }: Duty,
  { ocid: tender }: ProcurementFile,
  key: OpeningKeyPair,
): Promise<z.output<typeof popSchema>> {
  const of = { tender, envelope: ENVELOPE, id: who.person, pub: toBase64Url(key.publicKey) }
  const ping = await client.post('/api/pings', of, pingSchema, who)
  const secret = toBase64Url(await answerPing(key, { tender, id: who.person }, ping))
  return await client.post('/api/pongs', { ...of, secret }, popSchema, who)
}

/** Checks the close, opens this holder's shares and releases them to the recipients that the solicitation names. */
export async function release(duty: Duty, file: ProcurementFile): Promise<Recorded> {
  const { client, who } = duty
  const address = `/api/procurements/${encodeURIComponent(file.ocid)}/opening-work`
  const work = await client.get(address, workSchema, who)
  const bids = await checkWork(duty, file, work)
  const key = await memberKey(duty, file.ocid)
  const shares = new Map<string, Uint8Array | null>()
  for (const bid of bids) shares.set(bid.commitHash, await shareOf(key, work, bid))
  const { envelope, group, id } = work
  const recipients = termsOf(file)?.openingKey.recipients ?? []
  const context = { tender: file.ocid, envelope, group, id }
  const { to, blobs } = await sealRelease(shares, context, recipients)
  for (const blob of blobs) await client.uploadBlob(who, blob, { tender: file.ocid, envelope })
  const payload = { envelope, group, id, to: to as unknown as JsonObject[] }
  return await actInFile(client, who, file.ocid, { t: 'opening.release', role: 'OO', payload })
}

type Bid = Work['bids'][number] & { commit: ReturnType<typeof parseBidCommit> }

/** The bids, after everything that a holder must see has been seen. Throws ReleaseRefused. */
async function checkWork(duty: Duty, file: ProcurementFile, work: Work): Promise<Bid[]> {
  await checkClose(duty, file, work)
  const hashes = work.bids.map(({ commitHash }) => commitHash)
  const commit = toBase64Url(closeCommitment(fromBase64Url(work.close.salt), hashes))
  if (commit !== work.close.commit)
    throw new ReleaseRefused('The listed bids are not those that the close has committed to.')
  return await Promise.all(work.bids.map((bid) => checkBid(duty, file, bid)))
}

/** `deadline.close` of this tender is under a head that the pinned key has signed. */
async function checkClose({ client, pins }: Duty, file: ProcurementFile, { close }: Work) {
  const { entry } = await client.get(
    `/api/entries/${close.index}`,
    z.looseObject({ entry: z.string() }),
  )
  const bytes = fromBase64(entry)
  // Throws where the log does not hold it; a close of this second has no proof yet and is asked for again.
  verifyProof(bytes, await client.getText(`/api/entries/${close.index}/proof`), pins)
  const statement = parseEntry(bytes).dsse?.statement
  const isClose = statement?.t === 'deadline.close' && statement.tender === file.ocid
  if (!isClose || statement.payload['commit'] !== close.commit)
    throw new ReleaseRefused('The entry is not the close of this tender.')
}

/** The bid is signed by the key that the register has for its signer, and sealed to this tender's opening key. */
async function checkBid(
  duty: Duty,
  file: ProcurementFile,
  bid: Work['bids'][number],
): Promise<Bid> {
  const { client, pins } = duty
  const signed = parseEnvelope(fromBase64(bid.envelope))
  const { statement } = signed
  const row = await client.get(
    `/api/register/key/${statement.kid}`,
    z.looseObject({ value: z.looseObject({ pub: z.string(), person: z.string() }) }),
  )
  const key = gateKey(fromBase64Url(row.value.pub))
  const isSigned = verifyStatement(signed, key) && row.value.person === statement.actor
  const isNamed = toBase64Url(signed.hash) === bid.commitHash && statement.t === 'bid.commit'
  if (!isSigned || !isNamed || statement.tender !== file.ocid)
    throw new ReleaseRefused(`Bid ${bid.commitHash} is not what its vendor signed.`)
  const commit = parseBidCommit(statement.payload)
  const openingKey = termsOf(file)?.openingKey
  const place = { aud: pins.origin, tender: file.ocid }
  if (openingKey === undefined || commit.header.keyId !== openingKeyId(openingKey, place))
    throw new ReleaseRefused(`Bid ${bid.commitHash} is sealed to another opening key.`)
  return { ...bid, commit }
}

/** The share, or null where the envelope does not open: that is the vendor's fault, not a reason to wait. */
async function shareOf(key: OpeningKeyPair, work: Work, bid: Bid): Promise<Uint8Array | null> {
  const header = bindHeader(bid.commit.header)
  const { enc, ct } = bid.share
  try {
    return await openShare(key, { group: work.group, id: work.id, header, enc, ct })
  } catch (error) {
    if (error instanceof SealingError) return null
    throw error
  }
}

/** The key for this procurement, made at the first call and kept in a file that only its owner reads. */
async function memberKey({ folder }: Duty, ocid: string): Promise<OpeningKeyPair> {
  const path = join(folder, `${ocid}.json`)
  const kept = await readState(path, keyFileSchema)
  if (kept !== undefined) return await importMemberKey(kept)
  const key = await generateMemberKey({ extractable: true })
  await writeState(path, await exportMemberKey(key))
  return key
}

/** The group of key holders that the approved method names. */
function groupOf(file: ProcurementFile): string {
  const approval = lastStep(file, 'requisition.approve')
  // The rules' own schema has read the payload.
  const { method, pack } = approval?.payload as unknown as {
    method: string
    pack: { id: string; version: string; sha256: string }
  }
  const found = findPack(pack)
  const group = found && findMethod(found, method)?.holders.group
  if (group === undefined)
    throw new ReleaseRefused(`This build does not know the method ${method}.`)
  return group
}
