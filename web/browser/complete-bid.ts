/**
 * Seals a bid in this browser: what was typed becomes a capsule and sealed files under the key of the request's key
 * holders, the ciphertexts are uploaded, and the commitment to them is what the vendor signs.
 *
 * The request is not believed as the page shows it: its entries are audited here with the pinned key and the rules, and
 * the opening key is taken from what they say.
 */
import './without-eval.ts'
import {
  auditFile,
  sha256,
  toBase64Url,
  type JsonObject,
  type Verdict,
} from '../../ledger/index.ts'
import {
  createReplayer,
  extend,
  money as moneyOf,
  realOf,
  sumMoney,
  type FileState,
  type Money,
  type Solicitation,
} from '../../procurement/index.ts'
import {
  sealBid,
  SealingError,
  type Answer,
  type BidFile,
  type Price,
} from '../../sealing/index.ts'
import { bidField, shortName, sizeText, type BidForm } from '../bid-form.ts'
import type { PayloadFact } from '../facts-of.ts'
import { isPlainDate, money, plainDay, timeOfDay } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { readMoney, readText } from '../reading.ts'
import type { Acting } from './act.ts'
import { summaryOf } from './check-procurement.ts'
import type { Completed, Completion } from './completions.ts'
import { readForm, type FieldProblem, type FormReading } from './form.ts'
import { keepOffer, saveOffer, type KeptOffer } from './kept-offers.ts'
import type { Pins } from './log-client.ts'
import { uploadBlobs } from './upload.ts'

interface Offer {
  price: Price
  answers: Answer[]
  files: BidFile[]
  /** Paths of the fields that the files came from. */
  from: string[]
}

export const complete: Completion = async (read, acting, form) => {
  const bid = bidFormOf(form)
  const problems = problemsIn(read, bid)
  if (problems.length > 0) return { problems }
  const offer = await offerIn(read, bid)
  const request = await publishedRequest(acting.pins, acting.setting.place?.tender ?? '')
  const changed = changeOf(request, acting)
  if (changed !== undefined) return wrong(changed)
  try {
    return await seal(offer, { bid, acting, form, request })
  } catch (error) {
    if (error instanceof SealingError && error.code === 'too-large')
      return wrong('Your answers are too long for the sealed envelope. Shorten them.')
    throw error
  }
}

const wrong = (message: string): Completed => ({ problems: [{ path: '', message }] })

/** The page writes it, from the same type. */
export const bidFormOf = (form: HTMLElement): BidForm =>
  JSON.parse(form.querySelector<HTMLElement>('[data-bid]')?.dataset['bid'] ?? '{}') as BidForm

interface Sealing {
  bid: BidForm
  acting: Acting
  form: HTMLFormElement
  request: { file: FileState; solicitation: Solicitation }
}

async function seal(offer: Offer, { bid, acting, form, request }: Sealing): Promise<Completed> {
  const { setting, pins } = acting
  const { terms, head } = request.solicitation
  const tender = request.file.open.ocid
  const sealed = await sealBid({
    subject: {
      aud: pins.origin,
      tender,
      tenderHead: head,
      lot: bid.lot,
      vendor: bid.vendor,
      submitter: setting.actor,
      kid: setting.kid,
      seq: String(bid.seq),
      ...(bid.replaces === undefined ? {} : { replaces: bid.replaces }),
    },
    openingKey: terms.openingKey,
    capsuleLen: terms.capsuleLen,
    slots: terms.slots,
    price: offer.price,
    answers: offer.answers,
    files: offer.files,
  })
  const { payload, shares } = sealed
  await keepOffer(payload.ctHash, {
    ...copyOf(offer, tender, bid),
    sealed: { header: payload.header, shares },
  })
  const { envelope } = terms.openingKey
  const until = setting.notAfter
  const watch = watchOf(form, sealed.blobs, { offer, until, zone: setting.zone })
  await uploadBlobs([...sealed.blobs, sealed.capsule], { tender, envelope, until }, watch)
  // Strings, lists and objects of them.
  return { payload: payload as unknown as JsonObject, inside: insideOf(offer, bid) }
}

// What was typed

function problemsIn({ payload }: FormReading, bid: BidForm): FieldProblem[] {
  const prices =
    bid.lines.length === 0 ? [bidField.price] : bid.lines.map((_, i) => bidField.unitPrice(i))
  const negative = prices
    .filter((path) => readMoney(payload, path)?.amount.startsWith('-') === true)
    .map((path) => ({ path, message: 'A price is not below zero.' }))
  const undeclared = bid.answers.flatMap(({ kind, title, required }, i) => {
    const path = bidField.answer(i)
    const isMissing = kind === 'declaration' && required && readText(payload, path) !== 'true'
    return isMissing ? [{ path, message: `You have not declared: ${title}` }] : []
  })
  return [...negative, ...undeclared]
}

async function offerIn({ payload, files }: FormReading, bid: BidForm): Promise<Offer> {
  const chosen = bid.documents.flatMap((document, i) => {
    const path = bidField.document(i)
    const file = files.find((each) => each.path === path)?.file
    return file ? [{ id: document.id, path, file }] : []
  })
  const answers = bid.answers.flatMap(({ id, kind }, i): Answer[] => {
    const value = readText(payload, bidField.answer(i))
    if (value === undefined) return []
    return [{ id, value: kind === 'declaration' ? value === 'true' : value }]
  })
  // Which file answers what is told by its name: in the capsule they stand one after the other.
  const named = chosen.map(({ id, file }): Answer => ({ id, value: file.name.normalize('NFC') }))
  return {
    price: priceIn(payload, bid),
    answers: [...answers, ...named],
    files: await Promise.all(chosen.map(({ file }) => bidFile(file))),
    from: chosen.map(({ path }) => path),
  }
}

const bidFile = async (file: File): Promise<BidFile> => ({
  name: file.name.normalize('NFC'),
  media: file.type === '' ? 'application/octet-stream' : file.type,
  bytes: new Uint8Array(await file.arrayBuffer()),
})

/** Unit prices as typed, line totals and sum as the rules reckon them. */
function priceIn(payload: JsonObject, { lines, currency }: BidForm): Price {
  if (lines.length === 0) {
    const amount = readMoney(payload, bidField.price)?.amount ?? ''
    return { currency, lines: [], amount }
  }
  const priced = lines.map(({ item, quantity }, i) => {
    const unitPrice = readMoney(payload, bidField.unitPrice(i)) ?? moneyOf(0n, currency)
    return { item, quantity, unitPrice, amount: extend(quantity, unitPrice).amount }
  })
  return {
    currency,
    lines: priced.map(({ item, quantity, unitPrice, amount }) => ({
      ...{ item, quantity },
      unitPrice: unitPrice.amount,
      amount: amount.amount,
    })),
    amount: sumMoney(
      priced.map(({ amount }) => amount),
      currency,
    ).amount,
  }
}

// The request

/** The file as its audited entries say it. Throws Error where they cannot be had or do not hold. */
async function publishedRequest(
  { origin, vkey }: Pins,
  tender: string,
): Promise<Sealing['request']> {
  const answer = await fetch(fill(paths.api.procurementExport, { ocid: tender }))
  if (!answer.ok) throw new Error(`The request could not be fetched (${answer.status})`)
  const rules = createReplayer(origin)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const found: Verdict = await auditFile(bytes, { vkey, rules })
  const file = rules.files.get(tender)
  const solicitation = file?.open.solicitation
  if (found.verdict !== 'verified' || !file || !solicitation)
    throw new Error(`The request does not check out in this browser. ${summaryOf(found)}`)
  return { file, solicitation }
}

/** Why what the page was made for is not what the record says now. */
function changeOf(
  { file, solicitation }: Sealing['request'],
  { setting: { place, notAfter } }: Acting,
): string | undefined {
  const { head, terms } = solicitation
  const isSame = place?.tenderHead === head
  const isSameDeadline = notAfter === undefined || notAfter === realOf(file, terms.bidsUntil)
  if (!isSame || !isSameDeadline)
    return 'The request changed. Load this page again, look at the change, then submit.'
  if (notAfter !== undefined && Date.parse(notAfter) < Date.now())
    return 'The deadline has passed. Load this page again to see what can still be done.'
  return undefined
}

// What is shown and kept

function insideOf({ price, answers, files, from }: Offer, bid: BidForm): PayloadFact[] {
  const { currency } = price
  const inCurrency = (amount: string): Money => ({ amount, currency })
  return [
    ...price.lines.map(({ quantity, unitPrice, amount }, i) => ({
      label: shortName(bid.lines[i]?.name ?? ''),
      value: `${quantity} × ${money(inCurrency(unitPrice))} = ${money(inCurrency(amount))}`,
    })),
    { label: 'Your price', value: money(inCurrency(price.amount)) },
    ...bid.answers.flatMap(({ id, title }) => {
      const given = answers.find((answer) => answer.id === id)?.value
      if (given === undefined) return []
      return [
        { label: title, value: given === true ? 'Yes' : given === false ? 'No' : textOf(given) },
      ]
    }),
    ...files.map(({ name, bytes }, i) => ({
      label: bid.documents.find((_, at) => bidField.document(at) === from[i])?.title ?? '',
      value: `${name}, ${sizeText(bytes.length)}`,
    })),
    { label: 'Version', value: versionOf(bid) },
  ]
}

function textOf(value: Answer['value']): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return isPlainDate(value) ? plainDay(value) : value
}

const versionOf = ({ seq, replaces }: BidForm): string =>
  replaces === undefined ? String(seq) : `${seq}, which replaces version ${seq - 1}`

const copyOf = (offer: Offer, tender: string, bid: BidForm): KeptOffer => ({
  format: 'tenderbook-offer/1',
  tender,
  lot: bid.lot,
  version: bid.seq,
  price: offer.price,
  answers: offer.answers,
  files: offer.files.map(({ name, media, bytes }) => ({
    ...{ name, media },
    size: bytes.length,
    sha256: toBase64Url(sha256(bytes)),
  })),
})

/** Downloads what the form holds, sealed or not. Returns what cannot be read of it. */
export async function saveDraft(form: HTMLFormElement, tender: string): Promise<void> {
  const bid = bidFormOf(form)
  saveOffer(copyOf(await offerIn(readForm(form), bid), tender, bid))
}

// How far the upload is

function watchOf(
  form: HTMLFormElement,
  blobs: readonly Uint8Array[],
  { offer, until, zone }: { offer: Offer; until: string | undefined; zone: string },
) {
  const began = performance.now()
  const sizes = blobs.map(({ length }) => length)
  const sent = sizes.map(() => 0)
  return {
    progress: (position: number, now: number): void => {
      if (position >= sizes.length) return
      sent[position] = now
      const share = Math.floor((100 * now) / (sizes[position] ?? 1))
      sayAt(form, offer.from[position], share < 100 ? `${share} %` : 'Sealed and sent')
      const late = lateEnd(sum(sizes), sum(sent), { began, until })
      if (late !== undefined)
        tell(form, `At this speed the upload ends at ${timeOfDay(late, zone)}, after the deadline.`)
    },
    lost: (): void => {
      const time = timeOfDay(new Date().toISOString(), zone)
      tell(form, `Connection lost at ${time}. Nothing is lost; it goes on by itself.`)
    },
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** When the upload will end, where that is after the deadline. */
function lateEnd(
  size: number,
  sent: number,
  { began, until }: { began: number; until: string | undefined },
): string | undefined {
  const tookMs = performance.now() - began
  // The first second says nothing about a connection.
  if (until === undefined || sent === 0 || tookMs < 1_000) return undefined
  const end = new Date(Date.now() + ((size - sent) * tookMs) / sent).toISOString()
  return end > until ? end : undefined
}

function sayAt(form: HTMLFormElement, path: string | undefined, text: string): void {
  const state = form.querySelector(`[data-slot="${path ?? ''}"] [data-slot-state]`)
  if (state) state.textContent = text
}

function tell(form: HTMLFormElement, text: string): void {
  form.querySelector('[data-status] p')?.replaceChildren(text)
}
