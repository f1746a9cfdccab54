/**
 * What every played purchase does alike, whatever is bought: a person accepts a key, the opening key is put together from
 * the record, sealed acts are sent and told, the officer reads what was opened.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { encodeCanonical, type Json, type JsonObject } from '../ledger/index.ts'
import { ENVELOPE, findMethod, findPack, SUITE, type Method } from '../procurement/index.ts'
import type { Client, Recorded, Signatory } from './client.ts'
import { lastStep, legalAt, stepsOf, termsOf, trainingOf, type ProcurementFile } from './file.ts'
import { acceptDuty, isMember } from './opening-duty.ts'
import { org } from './people.ts'
import { realInstant, type Play } from './play.ts'

/** One of the agency's own people holds a key; the unattended holders accept by themselves. */
export async function holdKey(play: Play, home: string, who: Signatory): Promise<void> {
  const file = await play.read()
  if (isMember(file, who.person)) return
  const { client, pins } = play
  const folder = join(home, 'holders', who.person)
  await acceptDuty({ client, pins, folder, who, org: org.org }, file)
}

/** The opening key that the recorded members and recipients make; undefined until there are enough. */
export function openingKeyOf(file: ProcurementFile): JsonObject | undefined {
  const { holders } = methodIn(file)
  const members = stepsOf(file, 'opening.member').slice(0, holders.n)
  const recipients = stepsOf(file, 'opening.recipient')
  if (members.length < holders.n || recipients.length === 0) return undefined
  const group = {
    name: holders.group,
    k: holders.k,
    members: members.map(({ payload }) => pick(payload, 'id', 'pub')),
  }
  return {
    envelope: ENVELOPE,
    suite: SUITE,
    groups: [group],
    recipients: recipients.map(({ payload }) => pick(payload, 'kid', 'pub')),
    opensAfter: 'deadline',
    rule: `${holders.k} of ${holders.n}`,
  }
}

function pick(payload: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => names.includes(name)))
}

/** The method that the approval has pinned. */
export function methodIn(file: ProcurementFile): Method {
  const approval = lastStep(file, 'requisition.approve')?.payload
  // The rules' own schema has read the payload.
  const pack = findPack(approval?.['pack'] as unknown as Parameters<typeof findPack>[0])
  const name = approval?.['method']
  const method = pack && typeof name === 'string' ? findMethod(pack, name) : undefined
  if (method === undefined) throw new RangeError(`${file.ocid} is not approved`)
  return method
}

export interface SealedMove {
  name: string
  who: Signatory
  t: string
  payload: (file: ProcurementFile) => JsonObject | Promise<JsonObject>
  /** What whoever did it may tell. */
  told: string
  /** Valid until the deadline. */
  isBid?: true
}

/** Sends a vendor's sealed act and tells it. */
export async function sendSealed(play: Play, move: SealedMove): Promise<Recorded> {
  const file = await play.read()
  const { told, isBid, ...act } = move
  const notAfter = isBid === true ? { notAfter: realDeadline(file) } : {}
  const recorded = await play.act({ ...act, role: 'VE', ...notAfter })
  const { decision, arrivedAt, at } = recorded.receipt
  const late = decision === 'late' ? ' It came too late.' : ''
  const day = legalAt(file, arrivedAt ?? at)
  play.narrator.tellSealed(file, { what: `${told}${late}`, index: recorded.index, legal: day })
  return recorded
}

/** The deadline on the real clock. */
function realDeadline(file: ProcurementFile): string {
  const until = termsOf(file)?.bidsUntil
  if (until === undefined) throw new RangeError(`${file.ocid} is not published`)
  const training = trainingOf(file)
  return training === undefined ? until : realInstant(training, until)
}

/** Waits for the deadline, the key holders and the opening. */
export async function awaitOpening(play: Play): Promise<void> {
  await play.until((file) => lastStep(file, 'opening.result'))
}

const openedSchema = z.looseObject({
  bids: z.array(
    z.looseObject({
      commitHash: z.string(),
      vendor: z.string(),
      lot: z.string(),
      status: z.enum(['opened', 'void']),
      price: z.looseObject({ amount: z.string() }).optional(),
    }),
  ),
})
export type OpenedBids = z.output<typeof openedSchema>['bids']

/** What the opening brought to light, as its officer may read it. */
export async function openedBids(play: Play, officer: Signatory): Promise<OpenedBids> {
  const address = `/api/procurements/${encodeURIComponent(play.ocid)}/opened`
  return (await play.client.get(address, openedSchema, officer)).bids
}

/** Whether a lower price was opened than that of a winner of the same lot: the award then says why it was passed over. */
export function isLowerOpened(
  bids: OpenedBids,
  winners: readonly { lot: string; price: { amount: string } }[],
): boolean {
  return bids.some(
    ({ status, lot, price }) =>
      status === 'opened' &&
      price !== undefined &&
      winners.some((won) => won.lot === lot && BigInt(price.amount) < BigInt(won.price.amount)),
  )
}

/** Waits until so many bids were shown to everyone, as the method discloses them. */
export async function awaitReveals(play: Play, count: number): Promise<void> {
  await play.until((file) => (stepsOf(file, 'opening.reveal').length >= count ? file : undefined))
}

const entriesSchema = z.looseObject({ rows: z.array(z.looseObject({ index: z.int() })) })

/** Position of the newest list of exclusions. */
export async function newestExclusions(client: Client): Promise<number> {
  const { rows } = await client.get('/api/entries?type=exclusion.set', entriesSchema)
  return Math.max(0, ...rows.map(({ index }) => index))
}

/** Stores a JSON document of the file and cites it. */
export async function citeJson(
  play: Play,
  who: Signatory,
  { name, value }: { name: string; value: Json },
): Promise<JsonObject & { commit: string }> {
  const bytes = encodeCanonical(value)
  const media = 'application/json'
  const document = { bytes, media, tender: play.ocid, reader: 'file' as const }
  const commit = await play.client.uploadDocument(who, document)
  return { name, media, size: bytes.length, commit }
}
