/** The example up to the deadline: request, funds, approval, publication, questions, sealed quotations. */
import { utf8, type JsonObject } from '../ledger/index.ts'
import { packOfMethod, pinOf } from '../procurement/index.ts'
import { instantOf, type Recorded } from './client.ts'
import type { Cast } from './demo-cast.ts'
import * as example from './example.ts'
import { vendors } from './people.ts'
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
      documents: await uploadDocuments(cast),
      disclose: methodIn(file).disclose.id,
      openingKey,
    }),
  })
}

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
    const asked = await sendSealed(play, {
      name: `question-${i + 1}`,
      who: who[asker],
      t: 'question.ask',
      payload: () => ({ text: question }),
      told: 'A vendor asked a question; who asked stays sealed.',
    })
    const payload = (): JsonObject => ({ of: asked.hash, question, text: answer, amends: false })
    const name = `answer-${i + 1}`
    await play.act({ name, who: who.dana, t: 'question.answer', role: 'CO', payload })
  }
}

export async function sendQuotations(cast: Cast): Promise<void> {
  const { play } = cast
  await play.legal(example.days.bids)
  const first = await quote(cast, 'northfork', { ...example.firstNorthfork, seq: 1 })
  await quote(cast, 'ironwood', { ...example.quotations.ironwood, seq: 1 })
  await quote(cast, 'pinyon', { ...example.quotations.pinyon, seq: 1 })
  await play.legal(example.days.replacement)
  const replaces = first.hash
  await quote(cast, 'northfork', { ...example.quotations.northfork, seq: 2, replaces })
}

async function quote(
  { play, who }: Cast,
  name: example.VendorName,
  offer: example.Quotation & { seq: number; replaces?: string },
): Promise<Recorded> {
  const { client, pins } = play
  const vendor = vendors[name]
  const by = who[name]
  return await sendSealed(play, {
    name: `quotation-${name}-${offer.seq}`,
    who: by,
    t: 'bid.commit',
    payload: (file) => sealOffer(client, file, { vendor, who: by, offer, aud: pins.origin }),
    told: `${vendor.name} sent its quotation${offer.seq > 1 ? ' again; the last one counts' : ''}.`,
    isBid: true,
  })
}
