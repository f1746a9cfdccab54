/**
 * What an award is judged by that only the opened bids show: the winner's bid and its price, a
 * reason for every other bid, whether there was competition, whether a lower price was passed over.
 * Hidden to a reader who does not see them.
 */
import { z } from 'zod'
import { parseCanonical } from '../ledger/index.ts'
import { refuse } from './act.ts'
import type { Acting, Context, DocumentView, Refusal } from './act.ts'
import { approvedMethod, checkReason, ruleOf } from './methods.ts'
import { equalMoney, minorUnits, showMoney } from './money.ts'
import { competes, offerOf, openedBids } from './opened-bids.ts'
import { hiddenBy } from './refusals.ts'
import {
  codeSchema,
  docSchema,
  hashSchema,
  idSchema,
  moneySchema,
  reasonSchema,
  textSchema,
} from './schemas.ts'
import type { FileState, Money, OpenedBid } from './state.ts'

const otherSchema = z.strictObject({ commitHash: hashSchema, lot: idSchema, reason: reasonSchema })

const othersSchema = z.array(otherSchema).max(500)

export const awardSchema = z.strictObject({
  lots: z
    .array(
      z.strictObject({
        lot: idSchema,
        vendor: idSchema,
        commitHash: hashSchema,
        price: moneySchema,
        reason: textSchema,
      }),
    )
    .min(1)
    .max(500),
  others: z.union([othersSchema, docSchema]),
  tax: moneySchema.exactOptional(),
  priceReasonable: z.strictObject({ basis: codeSchema, text: textSchema }),
  responsibility: z
    .array(
      z.strictObject({
        vendor: idSchema,
        finding: z.enum(['responsible', 'not-responsible']),
        basis: textSchema,
      }),
    )
    .refine(
      (findings) => new Set(findings.map(({ vendor }) => vendor)).size === findings.length,
      'must find of each vendor once',
    ),
  exclusions: z.strictObject({ checkedAgainst: z.int().min(0) }),
  lowestNotChosen: textSchema.exactOptional(),
})

export type AwardPayload = z.infer<typeof awardSchema>

export type Awarding = Acting<AwardPayload>

/** The clock ends an attempt that brought fewer bids than the method wants. */
export function tooFew(file: FileState, opened: readonly OpenedBid[]): boolean {
  return opened.filter((bid) => bid.status === 'opened').length < approvedMethod(file.open).bidsMin
}

/** What is judged by the opened bids: price, reasons, competition, the lowest price. */
export function checkBids(file: FileState, award: Awarding, context: Context): Refusal | undefined {
  const opened = openedBids(file)
  if (!opened) return hiddenBy(ruleOf(file.open, 'award', context.legal))
  return (
    checkCount(file, opened, context) ??
    checkWinners(file, award, opened, context) ??
    checkReasons(file, award, opened, context) ??
    checkCompetition(file, award, opened, context) ??
    checkLowest(file, award, opened, context)
  )
}

function checkCount(file: FileState, opened: OpenedBid[], { legal }: Context): Refusal | undefined {
  if (!tooFew(file, opened)) return undefined
  return refuse(
    'competition',
    ruleOf(file.open, 'award', legal),
    `Fewer than ${approvedMethod(file.open).bidsMin} bids were opened.`,
    'End this attempt (solicitation.fail).',
  )
}

function checkWinners(
  file: FileState,
  { payload }: Awarding,
  opened: OpenedBid[],
  { legal, document }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'award', legal)
  for (const [index, { lot, vendor, commitHash, price }] of payload.lots.entries()) {
    const at = `/payload/lots/${index}`
    const bid = opened.find((one) => one.commitHash === commitHash)
    if (bid?.vendor !== vendor || bid.lot !== lot)
      return refuse(
        'unknown-reference',
        rule,
        `No opened bid of ${vendor} for ${lot} has this hash.`,
        'Take it from the comparison page.',
        `${at}/commitHash`,
      )
    if (!competes(file, bid))
      return refuse(
        'not-responsive',
        rule,
        'This bid is void, rejected or waits for a cure.',
        'Choose among the bids in the competition.',
        `${at}/commitHash`,
      )
    const offer = priceOf(file, bid, document, rule)
    if ('code' in offer) return offer
    if (equalMoney(offer, price)) continue
    return refuse(
      'price-differs',
      rule,
      `The opened bid’s price is ${showMoney(offer)}.`,
      'Awarding at the price of the bid.',
      `${at}/price`,
    )
  }
  return undefined
}

/** The price of a bid that counts, or why there is none. */
function priceOf(
  file: FileState,
  bid: OpenedBid,
  document: DocumentView,
  rule: Refusal['rule'],
): Money | Refusal {
  const offer = offerOf(file, bid, document)
  if (offer === 'hidden') return hiddenBy(rule)
  if (offer === 'unreadable')
    return refuse(
      'not-responsive',
      rule,
      'The price sheet of a bid in the competition cannot be read.',
      'Reject the bid with its reason, or ask the vendor to cure it (bid.assess).',
    )
  return (
    offer.counts ??
    refuse(
      'sum',
      rule,
      `A bid states ${showMoney(offer.stated)}, its unit prices give ${showMoney(offer.recomputed)}.`,
      'Say first which counts (bid.assess).',
    )
  )
}

/** Every opened bid that does not win has exactly one reason. */
function checkReasons(
  file: FileState,
  { payload }: Awarding,
  opened: OpenedBid[],
  { legal, document }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'award', legal)
  const others = readOthers(payload.others, document)
  if (others === 'hidden') return hiddenBy(rule)
  const missing = (message: string, next: string): Refusal =>
    refuse('reasons-missing', rule, message, next, '/payload/others')
  if (!others)
    return missing(
      'The document of reasons is not of the form.',
      'It is [{commitHash, lot, reason}].',
    )
  const winners = new Set(payload.lots.map((lot) => lot.commitHash))
  const losers = opened.filter((bid) => !winners.has(bid.commitHash))
  const unexplained = losers.find(
    (bid) =>
      others.filter((one) => one.commitHash === bid.commitHash && one.lot === bid.lot).length !== 1,
  )
  if (unexplained || others.length !== losers.length)
    return missing(
      'Every opened bid that does not win needs one reason, and nothing else does.',
      'Give each its reason; the comparison page lists them.',
    )
  return others
    .map((one) => checkReason(file.open, 'not-chosen', one.reason, '/payload/others'))
    .find((refusal) => refusal !== undefined)
}

function readOthers(
  others: AwardPayload['others'],
  document: DocumentView,
): z.infer<typeof othersSchema> | 'hidden' | undefined {
  if (Array.isArray(others)) return others
  const bytes = document(others.commit)
  if (!bytes) return 'hidden'
  try {
    return othersSchema.safeParse(parseCanonical(bytes)).data
  } catch {
    // Somebody's document: of another form it is refused, not a fault.
    return undefined
  }
}

/**
 * Competition shows a fair price only where at least two bids competed for the lot (FAR
 * 13.106-3(a)(1)).
 */
function checkCompetition(
  file: FileState,
  { payload }: Awarding,
  opened: OpenedBid[],
  { legal }: Context,
): Refusal | undefined {
  if (payload.priceReasonable.basis !== 'competition') return undefined
  const alone = payload.lots.some(
    ({ lot }) => opened.filter((bid) => bid.lot === lot && competes(file, bid)).length < 2,
  )
  if (!alone) return undefined
  return refuse(
    'price-unreasonable',
    ruleOf(file.open, 'price-reasonable', legal),
    'Only one bid was in the competition, so competition does not show that the price is fair.',
    'Say on what other basis the price is fair.',
    '/payload/priceReasonable/basis',
  )
}

/** Whoever passes over a lower price says why; whoever does not, does not say so. */
function checkLowest(
  file: FileState,
  award: Awarding,
  opened: OpenedBid[],
  context: Context,
): Refusal | undefined {
  const { lots, lowestNotChosen } = award.payload
  const rule = ruleOf(file.open, 'award', context.legal)
  let isLowerOpened = false
  for (const bid of opened) {
    const won = lots.find(({ lot }) => lot === bid.lot)
    if (won === undefined || bid.status !== 'opened') continue
    const price = competes(file, bid)
      ? priceOf(file, bid, context.document, rule)
      : rejectedPrice(file, bid, context.document, rule)
    if (price === undefined) continue
    if ('code' in price) return price
    if (minorUnits(price) >= minorUnits(won.price)) continue
    isLowerOpened = true
    if (competes(file, bid) && lowestNotChosen === undefined)
      return refuse(
        'reasons-missing',
        rule,
        'A lower price was not chosen.',
        'Say why, without naming another vendor (lowestNotChosen).',
        '/payload/lowestNotChosen',
      )
  }
  if (lowestNotChosen === undefined || isLowerOpened) return undefined
  return refuse(
    'price-differs',
    rule,
    'No lower price was opened than the one chosen.',
    'Leave lowestNotChosen out.',
    '/payload/lowestNotChosen',
  )
}

/** What a bid out of the competition had offered; undefined where that cannot be read. */
function rejectedPrice(
  file: FileState,
  bid: OpenedBid,
  document: DocumentView,
  rule: Refusal['rule'],
): Money | Refusal | undefined {
  const offer = offerOf(file, bid, document)
  if (offer === 'hidden') return hiddenBy(rule)
  return offer === 'unreadable' ? undefined : (offer.counts ?? offer.stated)
}
