/** The example up to the deadline: request, funds, approval, publication, questions, sealed quotations. */
import { utf8, type JsonObject } from '../ledger/index.ts'
import { packOfMethod, pinOf, type SolicitationTerms } from '../procurement/index.ts'
import { instantOf, type Recorded } from './client.ts'
import type { Cast } from './demo-cast.ts'
import * as example from './example.ts'
import { legalAt, termsOf, type ProcurementFile } from './file.ts'
import { vendors } from './people.ts'
import type { Play } from './play.ts'
import { holdKey, methodIn, openingKeyOf, sendSealed } from './purchase.ts'
import { sealOffer } from './vendor.ts'

export async function request({ play, who }: Cast): Promise<void> {
  const training = {
    legalStart: example.days.request,
    // A moment ago: it must not lie in the future of the server's clock.
    realStart: instantOf(Date.now() - 50),
    accelerator: example.ACCELERATOR,
  }
  const payload = { ...example.requisition, training }
  await play.first({ name: 'request', who: who.rosa, t: 'requisition.submit', role: 'RQ', payload })
}

export async function approve({ play, who }: Cast): Promise<void> {
  await play.legal(example.days.approval)
  const payload = (): JsonObject => example.funds
  await play.act({ name: 'funds', who: who.sam, t: 'funds.certify', role: 'BU', payload })
  const pack = packOfMethod(example.approval.method)
  if (pack === undefined) throw new RangeError(`no pack has ${example.approval.method}`)
  await play.act({
    name: 'approval',
    who: who.sam,
    t: 'requisition.approve',
    role: 'AP',
    payload: () => ({ ...example.approval, pack: { ...pinOf(pack) } }),
  })
}

/** Sam holds one of the three keys; the officer publishes when all three are there. */
export async function publish(cast: Cast): Promise<void> {
  const { play, who, home } = cast
  await holdKey(play, home, who.sam)
  const openingKey = await play.until(openingKeyOf)
  await play.legal(example.days.publication)
  await play.act({
    name: 'publication',
    who: who.dana,
    t: 'solicitation.publish',
    role: 'CO',
    payload: async (file) => ({
      ...example.terms,
      ...datesFor(file),
      documents: await uploadDocuments(cast),
      disclose: methodIn(file).disclose.id,
      openingKey,
    }),
  })
}

/** The dates of the example, moved by as many days as the publication is late after an interruption. */
function datesFor(file: ProcurementFile): { questionsUntil: string; bidsUntil: string } {
  const now = Date.parse(legalAt(file, instantOf(Date.now())))
  const late = Math.max(0, Math.floor((now - Date.parse(example.days.publication)) / DAY_MS))
  const moved = (planned: string): string => instantOf(Date.parse(planned) + late * DAY_MS)
  const { questionsUntil, bidsUntil } = example.days
  // A day or two is the ordinary slack of the steps before.
  return late < 3
    ? { questionsUntil, bidsUntil }
    : { questionsUntil: moved(questionsUntil), bidsUntil: moved(bidsUntil) }
}

const DAY_MS = 86_400_000

async function uploadDocuments({ play, who }: Cast): Promise<JsonObject[]> {
  const uploaded: JsonObject[] = []
  for (const { name, media, text } of example.documents) {
    const bytes = utf8(text)
    const document = { bytes, media, tender: play.ocid, reader: 'public' as const }
    const commit = await play.client.uploadDocument(who.dana, document)
    uploaded.push({ name, media, size: bytes.length, commit })
  }
  return uploaded
}

export async function answerQuestions({ play, who }: Cast): Promise<void> {
  await play.legal(example.days.questions)
  for (const [i, { asker, question, answer }] of example.questions.entries()) {
    const name = `question-${i + 1}`
    if (await isMissed(play, name, ({ questionsUntil }) => questionsUntil)) continue
    const asked = await sendSealed(play, {
      name,
      who: who[asker],
      t: 'question.ask',
      payload: () => ({ text: question }),
      told: 'A vendor asked a question; who asked stays sealed.',
    })
    const answerName = `answer-${i + 1}`
    if (await isMissed(play, answerName, ({ bidsUntil }) => bidsUntil)) continue
    const payload = (): JsonObject => ({ of: asked.hash, question, text: answer, amends: false })
    await play.act({ name: answerName, who: who.dana, t: 'question.answer', role: 'CO', payload })
  }
}

export async function sendQuotations(cast: Cast): Promise<void> {
  const { play } = cast
  await play.legal(example.days.bids)
  const first = await quote(cast, 'northfork', { ...example.firstNorthfork, seq: 1 })
  await quote(cast, 'ironwood', { ...example.quotations.ironwood, seq: 1 })
  await quote(cast, 'pinyon', { ...example.quotations.pinyon, seq: 1 })
  await play.legal(example.days.replacement)
  if (first === undefined) return
  const replaces = first.hash
  await quote(cast, 'northfork', { ...example.quotations.northfork, seq: 2, replaces })
}

/** Sends a quotation; undefined where an interruption has let the deadline pass. */
async function quote(
  { play, who }: Cast,
  vendorName: example.VendorName,
  offer: example.Quotation & { seq: number; replaces?: string },
): Promise<Recorded | undefined> {
  const { client, pins } = play
  const vendor = vendors[vendorName]
  const by = who[vendorName]
  const name = `quotation-${vendorName}-${offer.seq}`
  if (await isMissed(play, name, ({ bidsUntil }) => bidsUntil)) return undefined
  return await sendSealed(play, {
    name,
    who: by,
    t: 'bid.commit',
    payload: (file) => sealOffer(client, file, { vendor, who: by, offer, aud: pins.origin }),
    told: `${vendor.name} sent its quotation${offer.seq > 1 ? ' again; the last one counts' : ''}.`,
    isBid: true,
  })
}

/** Whether the time for an act is over before it was ever signed. */
async function isMissed(
  play: Play,
  name: string,
  limit: (terms: SolicitationTerms) => string | undefined,
): Promise<boolean> {
  if (await play.isBegun(name)) return false
  const file = await play.read()
  const terms = termsOf(file)
  const until = terms && limit(terms)
  const isOver = until !== undefined && legalAt(file, instantOf(Date.now() + ROOM_MS)) >= until
  if (isOver) play.narrator.note(`  ${name}: missed, the time was over.`)
  return isOver
}

/** Real time that sealing and sending take. */
const ROOM_MS = 500
