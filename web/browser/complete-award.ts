/**
 * Makes an award of what the officer has chosen: lots with their reasons, a reason for every other bid in a document that
 * only officers, auditors and its vendor read, why a lower price was passed over. A public text that names a loser, where
 * the method keeps losers secret, is not signed.
 */
import './without-eval.ts'
import { encodeCanonical, type Json, type JsonObject } from '../../ledger/index.ts'
import {
  awardField,
  losersNamedIn,
  NOT_AS_ASKED,
  type AwardBid,
  type AwardForm,
} from '../award-form.ts'
import { readList, readText } from '../reading.ts'
import type { Acting } from './act.ts'
import type { Completion } from './completions.ts'
import { storeDocument } from './documents.ts'
import type { FieldProblem } from './form.ts'

export const decide: Completion = async ({ payload: typed }, acting, form) => {
  const award = awardFormOf(form)
  const made = awardOf(typed, award)
  if ('problems' in made) return made
  const others = await citeOthers(made.others, award, acting)
  if ('problem' in others) return { problems: [{ path: '', message: others.problem }] }
  return { payload: { ...made.payload, others: others.cited } }
}

/** The page writes it, from the same type. */
const awardFormOf = (form: HTMLElement): AwardForm =>
  JSON.parse(form.querySelector<HTMLElement>('[data-award]')?.dataset['award'] ?? '{}') as AwardForm

interface Chosen {
  bid: AwardBid
  position: number
  /** Of the same lot, cheaper and not taken. */
  lower: AwardBid[]
  isAlone: boolean
}

/** The payload but for the others' reasons, which go into a document. */
export function awardOf(
  typed: JsonObject,
  award: AwardForm,
): { payload: JsonObject; others: JsonObject[] } | { problems: FieldProblem[] } {
  const found = award.lots.map(({ bids }, position) => chosenIn(typed, bids, position))
  const missing = found.flatMap((each, i) =>
    each ? [] : [{ path: awardField.choice(i), message: 'Choose one.' }],
  )
  const chosen = found.flatMap((each) => each ?? [])
  const [first] = chosen
  if (missing.length > 0 || !first) return { problems: missing }
  const said = chosen.map((each) => ({ ...each, reason: reasonOf(typed, each) }))
  const others = award.lots.flatMap(({ bids }, i) =>
    othersOf(typed, bids, { award, won: chosen[i] }),
  )
  const fair = fairOf(typed, award, first.bid)
  const problems = [
    ...problemsIn(typed, { award, chosen: said, fair: fair?.text ?? '' }),
    ...(fair ? [] : [{ path: awardField.fair, message: 'Say why the price is fair.' }]),
  ]
  if (problems.length > 0 || !fair) return { problems }
  const passedOver = said.filter(({ lower }) => lower.length > 0).map(({ reason }) => reason)
  const basis = readText(typed, awardField.responsible) ?? ''
  const vendors = [...new Set(chosen.map(({ bid }) => bid.vendor))]
  return {
    others,
    payload: {
      lots: said.map(({ bid, reason }) => wonLot(bid, reason)),
      priceReasonable: fair,
      responsibility: vendors.map((vendor) => ({ vendor, finding: 'responsible', basis })),
      exclusions: typed['exclusions'] ?? {},
      ...(passedOver.length > 0 ? { lowestNotChosen: [...new Set(passedOver)].join(' ') } : {}),
    },
  }
}

function chosenIn(typed: JsonObject, bids: AwardBid[], position: number): Chosen | undefined {
  const hash = readText(typed, awardField.choice(position))
  const bid = bids.find(({ commitHash }) => commitHash === hash)
  if (!bid?.price) return undefined
  const lower = bids.filter((each) => isLower(each, bid))
  return { bid, position, lower, isAlone: bids.filter(({ competes }) => competes).length === 1 }
}

/** Rejected ones count as well: the record shows that they were cheaper. */
const isLower = (bid: AwardBid, than: AwardBid): boolean =>
  bid.price !== undefined &&
  than.price !== undefined &&
  bid.settled?.code !== 'void' &&
  BigInt(bid.price.amount) < BigInt(than.price.amount)

/** What nobody has to explain, the page says itself. */
function reasonOf(typed: JsonObject, { position, lower, isAlone }: Chosen): string {
  const written = readText(typed, awardField.reason(position)) ?? ''
  if (written !== '' || lower.length > 0) return written
  return isAlone ? 'The only one in the competition.' : 'The lowest price.'
}

const wonLot = ({ lot, vendor, commitHash, price }: AwardBid, reason: string): JsonObject => ({
  lot,
  vendor,
  commitHash,
  // `chosenIn` has seen it.
  price: { ...(price as NonNullable<AwardBid['price']>) },
  reason,
})

interface Losing {
  award: AwardForm
  won: Chosen | undefined
}

function othersOf(typed: JsonObject, bids: AwardBid[], { award, won }: Losing): JsonObject[] {
  return bids
    .filter(({ commitHash }) => commitHash !== won?.bid.commitHash)
    .map((bid) => ({
      commitHash: bid.commitHash,
      lot: bid.lot,
      reason: whyNot(typed, bid, { award, won }),
    }))
}

function whyNot(typed: JsonObject, bid: AwardBid, { award, won }: Losing): JsonObject {
  const own = readText(typed, awardField.told(bid.commitHash)) ?? ''
  const { code, text } = bid.settled ?? unsettled(typed, bid, { award, won })
  return { code, text: own === '' ? text : own }
}

function unsettled(typed: JsonObject, bid: AwardBid, { award, won }: Losing) {
  if (!won || !isLower(bid, won.bid)) return { code: 'higher-price', text: 'Higher price.' }
  const ticked = decidedIn(typed)
  if (ticked.includes(NOT_AS_ASKED))
    return { code: NOT_AS_ASKED, text: 'Does not meet the request.' }
  const factors = award.factors.filter(({ id }) => ticked.includes(id))
  const isDelivery = factors.some(({ kind }) => kind === 'delivery')
  const names = factors.map(({ name }) => name).join('; ')
  return {
    code: isDelivery ? 'longer-delivery' : 'lower-quality',
    text: `Decided by: ${names}.`,
  }
}

const decidedIn = (typed: JsonObject): string[] => readList(typed, awardField.decided).map(String)

/** One basis, and a text that says all that was ticked. */
function fairOf(
  typed: JsonObject,
  award: AwardForm,
  won: AwardBid,
): { basis: string; text: string } | undefined {
  const text = readText(typed, 'priceReasonable.text')
  const basis = readText(typed, 'priceReasonable.basis')
  if (text !== undefined && basis !== undefined) return { basis, text }
  const ticked = readList(typed, awardField.fair).map(String)
  const said = [
    ...(ticked.includes('competition') ? [award.competed] : []),
    ...(ticked.includes('estimate') && won.belowEstimate !== undefined ? [won.belowEstimate] : []),
  ]
  const [first] = ticked
  return first === undefined || said.length === 0
    ? undefined
    : { basis: first, text: `${said.join('. ')}.` }
}

function problemsIn(
  typed: JsonObject,
  {
    award,
    chosen,
    fair,
  }: { award: AwardForm; chosen: (Chosen & { reason: string })[]; fair: string },
): FieldProblem[] {
  const hashes = chosen.map(({ bid }) => bid.commitHash)
  const isPassedOver = chosen.some(({ lower }) => lower.some(({ settled }) => !settled))
  const texts = [
    ...chosen.map(({ position, reason }) => ({ path: awardField.reason(position), text: reason })),
    { path: awardField.responsible, text: readText(typed, awardField.responsible) ?? '' },
    { path: 'priceReasonable.text', text: fair },
  ]
  return [
    ...chosen.flatMap(({ position, reason }) =>
      reason === ''
        ? [
            {
              path: awardField.reason(position),
              message: 'Say why you did not choose the lowest price.',
            },
          ]
        : [],
    ),
    ...(isPassedOver && decidedIn(typed).length === 0
      ? [{ path: awardField.decided, message: 'Say what decided.' }]
      : []),
    ...texts.flatMap(({ path, text }) =>
      losersNamedIn(text, award, hashes).map((name) => ({
        path,
        message: `Your reason names ${name}. Take it out: it is not published.`,
      })),
    ),
  ]
}

/** In the open only where the method tells everyone who else bid. */
async function citeOthers(
  others: JsonObject[],
  { discloses }: AwardForm,
  { setting }: Acting,
): Promise<{ cited: Json } | { problem: string }> {
  if (discloses || others.length === 0) return { cited: others }
  const bytes = encodeCanonical(others)
  const tender = setting.place?.tender
  const media = 'application/json'
  const stored = await storeDocument(bytes, { media, reader: 'file', tender })
  if ('problem' in stored) return stored
  return { cited: { name: 'Reasons.json', media, size: bytes.length, commit: stored.commit } }
}
