/**
 * `tenderbook demo`: the purchase GL-26-014 from request to closeout, over HTTP only, by the people of the example. Each
 * step waits for the thing itself: the entry, the deadline, the key holders, the bank. Ends by exporting the record and
 * verifying the files offline.
 */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { encodeCanonical, toHex, utf8, type JsonObject } from '../ledger/index.ts'
import {
  ENVELOPE,
  findMethod,
  findPack,
  ONLY_LOT,
  packOfMethod,
  pinOf,
  SUITE,
} from '../procurement/index.ts'
import { createClient, instantOf, type Client, type Recorded, type Signatory } from './client.ts'
import * as example from './example.ts'
import { exportAndVerify, scheduleIn, type Verified } from './exported.ts'
import { lastStep, stepsOf, termsOf, trainingOf, type ProcurementFile } from './file.ts'
import { ocidPrefix } from './founding.ts'
import { readState, writeState, type Pins } from './home.ts'
import { createNarrator } from './narrator.ts'
import { acceptDuty, isMember } from './opening-duty.ts'
import { officials, org, registrar, signatory, vendors } from './people.ts'
import { createPlay, PlayEnded, realInstant, type Play } from './play.ts'
import { payToOf, registerVendor, sealOffer } from './vendor.ts'

export interface DemoOptions {
  home: string
  url: string
  pins: Pins
  line: (text: string) => void
}

export interface DemoResult extends Verified {
  ocid: string
}

const { rosa, sam, dana, priya } = officials
const currentSchema = z.object({ ocid: z.string(), isFinished: z.boolean(), number: z.int() })
type Current = z.output<typeof currentSchema>

/** Whether a purchase was begun and not brought to its end, or none was ever begun. */
export async function isDemoOwed(home: string): Promise<boolean> {
  return (await readState(currentPath(home), currentSchema))?.isFinished !== true
}

/** Plays the purchase, or goes on with the one that was interrupted. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { home, url, pins, line } = options
  const client = createClient({ url, pins })
  const current = await currentDemo(home)
  const folder = join(home, 'demos', current.ocid)
  const narrator = createNarrator(line)
  const play = createPlay({ client, pins, ocid: current.ocid, folder, narrator })
  line(`One purchase, from request to closeout: ${example.requisition.title} (${current.ocid})`)
  line(`The legal clock runs ${example.ACCELERATOR.toLocaleString('en-US')} times as fast.`)
  line('')
  const cast = await createCast(home, play, current)
  try {
    await wholePurchase(cast)
  } catch (error) {
    if (!(error instanceof PlayEnded)) throw error
    await play
      .until((file) => (lastStep(file, 'file.close') ? true : undefined))
      .catch(() => undefined)
    line(`${error.message} That is on the record too.`)
  }
  const verified = await exportAndVerify({ client, pins, home, ocid: current.ocid, line })
  await writeState(currentPath(home), { ...current, isFinished: true })
  return { ocid: current.ocid, ...verified }
}

/** The process, top to bottom. */
async function wholePurchase(cast: Cast): Promise<void> {
  await registerVendors(cast)
  await request(cast)
  await approve(cast)
  await publish(cast)
  await answerQuestions(cast)
  await sendQuotations(cast)
  await open(cast)
  await assess(cast)
  await decide(cast)
  await order(cast)
  await deliver(cast)
  await invoice(cast)
  await pay(cast)
  await close(cast)
}

/** The play with everybody in it. */
interface Cast {
  play: Play
  home: string
  client: Client
  pins: Pins
  number: number
  who: Record<'rosa' | 'sam' | 'dana' | 'priya' | 'registrar' | example.VendorName, Signatory>
}

const vendorNames = ['ironwood', 'northfork', 'pinyon'] as const

async function createCast(home: string, play: Play, { number }: Current): Promise<Cast> {
  const { client, pins } = play
  const key = (person: string): Promise<Signatory> => signatory(home, person)
  const who = {
    rosa: await key(rosa.person),
    sam: await key(sam.person),
    dana: await key(dana.person),
    priya: await key(priya.person),
    registrar: await key(registrar.person),
    ironwood: await key(vendors.ironwood.person),
    northfork: await key(vendors.northfork.person),
    pinyon: await key(vendors.pinyon.person),
  }
  return { play, home, client, pins, number, who }
}

async function registerVendors({ client, pins, who }: Cast): Promise<void> {
  for (const name of vendorNames)
    await registerVendor(client, pins, {
      vendor: vendors[name],
      who: who[name],
      registrar: who.registrar,
    })
}

/* Request and approval */

async function request({ play, who }: Cast): Promise<void> {
  const training = {
    legalStart: example.days.request,
    // A moment ago: it must not lie in the future of the server's clock.
    realStart: instantOf(Date.now() - 50),
    accelerator: example.ACCELERATOR,
  }
  const payload = { ...example.requisition, training }
  await play.first({ name: 'request', who: who.rosa, t: 'requisition.submit', role: 'RQ', payload })
}

async function approve({ play, who }: Cast): Promise<void> {
  await play.legal(example.days.approval)
  const payload = () => example.funds
  await play.act({ name: 'funds', who: who.sam, t: 'funds.certify', role: 'BU', payload })
  const pack = packOfMethod(example.approval.method)
  if (pack === undefined) throw new RangeError(`no pack has ${example.approval.method}`)
  const approval = (): JsonObject => ({ ...example.approval, pack: { ...pinOf(pack) } })
  await play.act({
    ...{ name: 'approval', who: who.sam, t: 'requisition.approve', role: 'AP' },
    payload: approval,
  })
}

/* Publication */

async function publish(cast: Cast): Promise<void> {
  const { play, who } = cast
  await holdKey(cast)
  const openingKey = await play.until(openingKeyOf)
  await play.legal(example.days.publication)
  await play.act({
    name: 'publication',
    who: who.dana,
    t: 'solicitation.publish',
    role: 'CO',
    payload: async (file) => ({
      ...example.terms,
      documents: await uploadDocuments(cast),
      disclose: methodIn(file).disclose.id,
      openingKey,
    }),
  })
}

/** Sam holds one of the three keys; the two unattended holders accept by themselves. */
async function holdKey({ play, home, client, pins, who }: Cast): Promise<void> {
  const file = await play.read()
  if (isMember(file, who.sam.person)) return
  const folder = join(home, 'holders', who.sam.person)
  await acceptDuty({ client, pins, folder, who: who.sam, org: org.org }, file)
}

/** The opening key that the recorded members and recipients make; undefined until there are enough. */
export function openingKeyOf(file: ProcurementFile): JsonObject | undefined {
  const { holders } = methodIn(file)
  const members = stepsOf(file, 'opening.member').slice(0, holders.n)
  const recipients = stepsOf(file, 'opening.recipient')
  if (members.length < holders.n || recipients.length === 0) return undefined
  const pick = (payload: JsonObject, ...names: string[]): JsonObject =>
    Object.fromEntries(names.flatMap((name) => (name in payload ? [[name, payload[name]!]] : [])))
  return {
    envelope: ENVELOPE,
    suite: SUITE,
    groups: [
      {
        name: holders.group,
        k: holders.k,
        members: members.map(({ payload }) => pick(payload, 'id', 'pub')),
      },
    ],
    recipients: recipients.map(({ payload }) => pick(payload, 'kid', 'pub')),
    opensAfter: 'deadline',
    rule: `${holders.k} of ${holders.n}`,
  }
}

/** The method that the approval has pinned. */
export function methodIn(file: ProcurementFile) {
  const approval = lastStep(file, 'requisition.approve')?.payload
  // The rules' own schema has read the payload.
  const pack = findPack(approval?.['pack'] as unknown as Parameters<typeof findPack>[0])
  const method = pack && findMethod(pack, String(approval?.['method']))
  if (method === undefined) throw new RangeError(`${file.ocid} is not approved`)
  return method
}

async function uploadDocuments({ client, play, who }: Cast): Promise<JsonObject[]> {
  const uploaded: JsonObject[] = []
  for (const { name, media, text } of example.documents) {
    const bytes = utf8(text)
    const document = { bytes, media, tender: play.ocid, reader: 'public' as const }
    const commit = await client.uploadDocument(who.dana, document)
    uploaded.push({ name, media, size: bytes.length, commit })
  }
  return uploaded
}

/* Questions and quotations */

async function answerQuestions(cast: Cast): Promise<void> {
  const { play, who } = cast
  await play.legal(example.days.questions)
  for (const [i, { asker, question, answer }] of example.questions.entries()) {
    const asked = await sealed(cast, `question-${i + 1}`, asker, {
      t: 'question.ask',
      payload: () => ({ text: question }),
      told: 'A vendor asked a question; who asked stays sealed.',
    })
    const payload = () => ({ of: asked.hash, question, text: answer, amends: false })
    const name = `answer-${i + 1}`
    await play.act({ name, who: who.dana, t: 'question.answer', role: 'CO', payload })
  }
}

async function sendQuotations(cast: Cast): Promise<void> {
  const { play } = cast
  await play.legal(example.days.bids)
  const first = await quote(cast, 'northfork', example.firstNorthfork, { seq: 1 })
  await quote(cast, 'ironwood', example.quotations.ironwood, { seq: 1 })
  await quote(cast, 'pinyon', example.quotations.pinyon, { seq: 1 })
  await play.legal(example.days.replacement)
  const replaces = first.hash
  await quote(cast, 'northfork', example.quotations.northfork, { seq: 2, replaces })
}

async function quote(
  cast: Cast,
  name: example.VendorName,
  quotation: (typeof example.quotations)[example.VendorName],
  place: { seq: number; replaces?: string },
): Promise<Recorded> {
  const { client, pins, who } = cast
  const offer = { ...quotation, ...place }
  const vendor = vendors[name]
  return await sealed(cast, `quotation-${name}-${place.seq}`, name, {
    t: 'bid.commit',
    payload: (file) => sealOffer(client, file, { vendor, who: who[name], offer, aud: pins.origin }),
    told: `${vendor.name} sent its quotation${place.seq > 1 ? ' again; the last one counts' : ''}.`,
    isBid: true,
  })
}

interface SealedMove {
  t: string
  payload: (file: ProcurementFile) => JsonObject | Promise<JsonObject>
  told: string
  /** Valid until the deadline. */
  isBid?: true
}

async function sealed(
  { play, who }: Cast,
  name: string,
  by: example.VendorName,
  { t, payload, told, isBid }: SealedMove,
): Promise<Recorded> {
  const file = await play.read()
  const move = { name, who: who[by], t, role: 'VE', payload }
  const until = isBid === true ? realDeadline(file) : undefined
  const recorded = await play.act(until === undefined ? move : { ...move, notAfter: until })
  const late = recorded.receipt.decision === 'late' ? ' It came too late.' : ''
  play.narrator.tellSealed(file, `${told}${late}`, recorded.index)
  return recorded
}

/** The deadline on the real clock. */
export function realDeadline(file: ProcurementFile): string {
  const until = termsOf(file)?.bidsUntil
  if (until === undefined) throw new RangeError(`${file.ocid} is not published`)
  const training = trainingOf(file)
  return training === undefined ? until : realInstant(training, until)
}

/* Opening, comparison, award */

async function open({ play }: Cast): Promise<void> {
  await play.until((file) => (lastStep(file, 'opening.result') ? true : undefined))
}

const openedSchema = z.looseObject({
  bids: z.array(
    z.looseObject({
      commitHash: z.string(),
      vendor: z.string(),
      status: z.enum(['opened', 'void']),
    }),
  ),
})
export type OpenedBids = z.output<typeof openedSchema>['bids']

/** What the opening brought to light, as its officer may read it. */
export async function openedBids(play: Play, officer: Signatory): Promise<OpenedBids> {
  const address = `/api/procurements/${encodeURIComponent(play.ocid)}/opened`
  return (await play.client.get(address, openedSchema, officer)).bids
}

async function assess({ play, who }: Cast): Promise<void> {
  for (const { commitHash, vendor } of await openedBids(play, who.dana)) {
    const isIronwood = vendor === vendors.ironwood.vendor
    const reason = isIronwood
      ? { code: 'unit-price-counts', text: 'The sum of one line is wrong; its unit price counts.' }
      : { code: 'meets-terms', text: 'Offers what was asked for.' }
    const payload = () => ({ commitHash, finding: 'responsive', reason })
    const name = `assessment-${vendor}`
    await play.act({ name, who: who.dana, t: 'bid.assess', role: 'CO', payload })
  }
}

async function decide(cast: Cast): Promise<void> {
  const { play, who, client } = cast
  const bids = await openedBids(play, who.dana)
  const chosen = bids.find(({ vendor }) => vendor === vendors[example.winner].vendor)
  if (chosen === undefined) throw new RangeError('the chosen quotation was not opened')
  const { vendor, commitHash } = chosen
  const { price, reason, priceReasonable, responsibility } = example.award
  await play.act({
    name: 'award',
    who: who.dana,
    t: 'award.decide',
    role: 'CO',
    payload: async () => ({
      lots: [{ lot: ONLY_LOT, vendor, commitHash, price, reason }],
      others: await uploadOthers(cast, bids),
      priceReasonable,
      responsibility: [{ vendor, finding: 'responsible', basis: responsibility }],
      exclusions: { checkedAgainst: await newestExclusions(client) },
      lowestNotChosen: reason,
    }),
  })
}

/** What names a loser stays in a document. */
async function uploadOthers({ client, play, who }: Cast, bids: OpenedBids): Promise<JsonObject> {
  const reasons = bids.flatMap(({ commitHash, vendor }) => {
    const name = vendorNames.find((each) => vendors[each].vendor === vendor)
    if (name === undefined || name === example.winner) return []
    const reason =
      name in example.award.others && name !== 'northfork' ? example.award.others[name] : undefined
    return reason === undefined ? [] : [{ commitHash, lot: ONLY_LOT, reason }]
  })
  const bytes = encodeCanonical(reasons)
  const document = { bytes, media: 'application/json', tender: play.ocid, reader: 'file' as const }
  const commit = await client.uploadDocument(who.dana, document)
  return { name: 'Reasons.json', media: 'application/json', size: bytes.length, commit }
}

const entriesSchema = z.looseObject({ rows: z.array(z.looseObject({ index: z.int() })) })

/** Position of the newest list of exclusions. */
export async function newestExclusions(client: Client): Promise<number> {
  const { rows } = await client.get('/api/entries?type=exclusion.set', entriesSchema)
  return Math.max(0, ...rows.map(({ index }) => index))
}

/* Order and delivery */

function orderLines() {
  const { price } = example.quotations[example.winner]
  const inDollars = (amount: string) => ({ amount, currency: price.currency })
  return price.lines.map(({ item, quantity, unitPrice, amount }) => ({
    ...{ item, quantity, unitPrice: inDollars(unitPrice), amount: inDollars(amount) },
  }))
}

function contractId({ play }: Cast): string {
  return `${play.ocid}-C1`
}

async function order(cast: Cast): Promise<void> {
  const { play, who } = cast
  const { hash } = await play.act({
    name: 'order',
    who: who.dana,
    t: 'order.sign',
    role: 'CO',
    payload: (file) => ({
      contract: contractId(cast),
      award: lastStep(file, 'award.decide')?.hash ?? '',
      vendor: vendors[example.winner].vendor,
      lines: orderLines(),
      amount: example.award.price,
      deliver: example.delivery,
      terms: [],
    }),
  })
  const payload = () => ({ of: hash })
  const vendor = who[example.winner]
  await play.act({ name: 'acceptance', who: vendor, t: 'order.accept', role: 'VE', payload })
}

async function deliver(cast: Cast): Promise<void> {
  const { play, who } = cast
  const deliveredOn = example.days.delivery.slice(0, 10)
  await play.legal(example.days.delivery)
  const { hash } = await play.act({
    name: 'delivery',
    who: who[example.winner],
    t: 'delivery.announce',
    role: 'VE',
    payload: () => ({
      contract: contractId(cast),
      lines: orderLines().map(({ item, quantity }) => ({ item, quantity })),
      deliveredOn,
    }),
  })
  await play.legal(example.days.acceptance)
  await play.act({
    name: 'receiving-report',
    who: who.rosa,
    t: 'delivery.accept',
    role: 'AC',
    payload: () => ({
      of: hash,
      lines: orderLines().map(({ item, quantity }) => ({
        item,
        accepted: quantity,
        rejected: '0',
      })),
      deliveredOn,
      acceptedOn: example.days.acceptance.slice(0, 10),
      title: 'Ranger, property custodian',
    }),
  })
}

/* Invoice and payment */

async function invoice(cast: Cast): Promise<void> {
  const { play, who, client, number } = cast
  const vendor = who[example.winner]
  await play.legal(example.days.invoice)
  await play.act({
    name: 'invoice',
    who: vendor,
    t: 'invoice.submit',
    role: 'VE',
    payload: async () => ({
      number: `NF-${2040 + number}`,
      date: example.days.invoice.slice(0, 10),
      contract: contractId(cast),
      lines: orderLines(),
      amount: example.award.price,
      payTo: await payToOf(client, vendors[example.winner]),
      contact: await uploadContact(cast, vendor),
    }),
  })
  await play.until((file) => (lastStep(file, 'invoice.match') ? true : undefined))
}

/** Whom to tell of defects: a proper invoice names one (FAR 32.905(b)(1)(vii)). */
async function uploadContact({ client, play }: Cast, vendor: Signatory): Promise<string> {
  const bytes = encodeCanonical({ name: vendors[example.winner].contact })
  const document = { bytes, media: 'application/json', tender: play.ocid, reader: 'file' as const }
  return await client.uploadDocument(vendor, document)
}

async function pay(cast: Cast): Promise<void> {
  const { play, who, number } = cast
  await play.legal(example.days.certification)
  const scheduled = await play.act({
    name: 'certification',
    who: who.sam,
    t: 'payment.schedule',
    role: 'PO',
    payload: (file) => scheduleOf(cast, file),
  })
  await play.legal(example.days.release)
  const payment = scheduled.hash
  const endToEndId = `GL26014-${number}-${play.ocid.slice(-6)}`
  const { hash } = await play.act({
    name: 'release',
    who: who.sam,
    t: 'payment.release',
    role: 'PO',
    payload: () => ({ payment, endToEndId }),
  })
  const cosign = { t: 'payment.release.cosign', role: 'TR', payload: () => ({ of: hash }) }
  await play.act({ name: 'second-release', who: who.priya, ...cosign })
  await play.until((file) => (lastStep(file, 'payment.settle') ? true : undefined))
}

/** What the record gives to pay, and by when. */
async function scheduleOf(cast: Cast, file: ProcurementFile): Promise<JsonObject> {
  const hash = lastStep(file, 'invoice.submit')?.hash ?? ''
  return await scheduleIn(cast, file.ocid, { invoice: hash, contract: contractId(cast) })
}

async function close(cast: Cast): Promise<void> {
  const { play, who } = cast
  await play.legal(example.days.closeout)
  const payload = () => ({ contract: contractId(cast), outcome: example.outcome })
  await play.act({ name: 'closeout', who: who.dana, t: 'contract.complete', role: 'CO', payload })
  await play.until((file) => (lastStep(file, 'file.close') ? true : undefined))
}

/* Which purchase */

function currentPath(home: string): string {
  return join(home, 'demos', 'current.json')
}

/** The purchase that was begun and not finished, or a new one. */
async function currentDemo(home: string): Promise<Current> {
  const known = await readState(currentPath(home), currentSchema)
  if (known !== undefined && !known.isFinished) return known
  const begun = await readdir(join(home, 'demos')).catch(() => [])
  const number = begun.filter((name) => name.startsWith(ocidPrefix)).length + 1
  const ocid = `${ocidPrefix}-gl26014-${toHex(randomBytes(4))}`
  const current = { ocid, isFinished: false, number }
  await writeState(currentPath(home), current)
  return current
}
