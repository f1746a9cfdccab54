/**
 * The award (rows A1, P16): one signed decision over all lots, with a reason for every opened bid.
 *
 * Refuses unless: the price is the opened bid's; the officer's warrant covers the total and the certified funds the price
 * with tax (FAR 1.602-1, 32.702); the vendor is confirmed, on no list of exclusions of the newest date (FAR 9.405) and
 * found responsible (FAR 9.103); the price is found reasonable (FAR 13.106-3(a)); a price that is not the lowest has its
 * reason (FAR 13.106-3(b)). What names a loser stays in a document where the method does not disclose it.
 */
import { z } from 'zod'
import { parseCanonical } from '../ledger/index.ts'
import { act, refuse } from './act.ts'
import type {
  Acting,
  Context,
  DocumentView,
  Duty,
  Refusal,
  RegisterView,
  StageRules,
} from './act.ts'
import { exclusionKeys, exclusionsOf } from './exclusions.ts'
import { approvedMethod, checkReason, findRule, ruleOf } from './methods.ts'
import {
  addMoney,
  compareMoney,
  equalMoney,
  minorUnits,
  money,
  showMoney,
  sumMoney,
} from './money.ts'
import { competes, hidden, offerOf, openedBids } from './opened-bids.ts'
import { rowKey, vendorRow, warrantsOf } from './register-rows.ts'
import type { ExclusionsRow } from './register-rows.ts'
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

const awardSchema = z.strictObject({
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
  responsibility: z.array(
    z.strictObject({
      vendor: idSchema,
      finding: z.enum(['responsible', 'not-responsible']),
      basis: textSchema,
    }),
  ),
  exclusions: z.strictObject({ checkedAgainst: z.int().min(0) }),
  lowestNotChosen: textSchema.exactOptional(),
})
type AwardPayload = z.infer<typeof awardSchema>
type Award = Acting<AwardPayload>

const decide = act<AwardPayload>({
  row: 'P16',
  roles: ['CO'],
  stages: ['opened'],
  schema: awardSchema,
  needs: (file, { payload }, register) => [
    ...(file ? sourceKeys(file) : []),
    ...[...new Set(payload.lots.map((lot) => lot.vendor))].flatMap((id) => {
      const vendor = vendorRow(register, id)
      return [rowKey.vendor(id), ...(vendor ? exclusionKeys(register, vendor) : [])]
    }),
  ],
  documents: (file, { payload }) => [
    ...(Array.isArray(payload.others) ? [] : [payload.others.commit]),
    ...((file && openedBids(file)) ?? []).flatMap((bid) => bid.capsuleHash ?? []),
  ],
  // First what anyone can judge, then what needs the opened bids: a public replay then sees as much as it can.
  decide: (file, award, context) =>
    checkLots(file, award) ??
    checkMoney(file, award, context) ??
    checkVendors(file, award, context) ??
    checkPriceBasis(file, award, context) ??
    checkDisclosure(file, award, context) ??
    checkBids(file, award, context),
  evolve: (file, { statement, payload }, { hash, legal }) => {
    const { open } = file
    open.award = {
      hash,
      legal,
      by: statement.actor,
      lots: payload.lots,
      others: payload.others,
      priceReasonable: payload.priceReasonable,
      ...(payload.tax === undefined ? {} : { tax: payload.tax }),
      ...(payload.lowestNotChosen === undefined
        ? {}
        : { lowestNotChosen: payload.lowestNotChosen }),
    }
    for (const lot of Object.values(open.lots)) {
      const won = payload.lots.find((one) => one.lot === lot.id)
      lot.stage = won ? 'awarded' : 'unsuccessful'
      if (won)
        lot.award = { vendor: won.vendor, commitHash: won.commitHash, price: won.price, hash }
    }
    open.stage = 'contracted'
    return undefined
  },
})

export const award: StageRules = {
  acts: { 'award.decide': decide },
  due: (file) => {
    const { stage, opening } = file.open
    return stage === 'opened' && opening.result ? decisionDuty(file, opening.result) : []
  },
}

/** Refuses if none of the officer's warrants in force covers the amount. */
export function checkWarrant(
  file: FileState,
  person: string,
  amount: Money,
  { register, legal }: Pick<Context, 'register' | 'legal'>,
): Refusal | undefined {
  const day = legal.slice(0, 10)
  const inForce = warrantsOf(register, person).filter(
    ({ from, to, limit }) => from <= day && day <= to && limit.currency === amount.currency,
  )
  if (inForce.some(({ limit }) => compareMoney(amount, limit) <= 0)) return undefined
  const greatest = inForce
    .map(({ limit }) => limit)
    .sort(compareMoney)
    .at(-1)
  return refuse(
    'over-warrant',
    ruleOf(file.open, 'warrant', legal),
    greatest
      ? `${showMoney(amount)} is above your warrant of ${showMoney(greatest)}.`
      : `You have no warrant in force in ${amount.currency}.`,
    'Hand the file to an officer whose warrant covers it.',
  )
}

/** Refuses if a vendor is on a list of exclusions, or the list that the law names has never been loaded. */
export function checkExclusions(
  file: FileState,
  vendor: string,
  { register, legal }: Pick<Context, 'register' | 'legal'>,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'exclusions', legal)
  const row = vendorRow(register, vendor)
  if (!row)
    return refuse('unknown-vendor', rule, `${vendor} is not registered.`, 'Check the vendor’s id.')
  if (sourceKeys(file, legal).some((key) => register(key) === undefined))
    return refuse(
      'excluded',
      rule,
      'The list of exclusions has never been loaded, so nobody can be checked against it.',
      'Ask a registrar to load it (exclusion.set).',
    )
  const [exclusion] = exclusionsOf(register, row, legal)
  if (!exclusion) return undefined
  return refuse(
    'excluded',
    rule,
    `${vendor} is excluded since ${exclusion.from}, says ${exclusion.source}.`,
    'Nothing is awarded or paid to an excluded vendor while the exclusion lasts.',
  )
}

/** Register keys of the lists that the law names for this file. */
export function sourceKeys(file: FileState, legal?: string): string[] {
  const source = findRule(file.open, 'exclusions', legal)?.value
  return source === undefined ? [] : [rowKey.exclusions(source)]
}

/** To award; to end the attempt where every bid is rejected; nothing yet where one may be cured (the finding is owed). */
function decisionDuty(file: FileState, { hash, legal }: { hash: string; legal: string }): Duty[] {
  const opened = openedBids(file)
  const isOpenTo = opened === undefined || opened.some((bid) => competes(file, bid))
  const isWaiting = Object.values(file.open.assessments).some(({ finding }) => finding === 'cure')
  if (!isOpenTo && (isWaiting || tooFew(file, opened))) return []
  const type = isOpenTo ? 'award.decide' : 'solicitation.fail'
  return [
    {
      key: `${type}/CO/${hash}`,
      type,
      role: 'CO',
      from: legal,
      clock: 'legal',
      rule: ruleOf(file.open, isOpenTo ? 'award' : 'fail', legal),
      otherwise: 'Nobody is told, and the need stays open.',
      cause: hash,
    },
  ]
}

/** The clock ends an attempt that brought fewer bids than the method wants. */
function tooFew(file: FileState, opened: readonly OpenedBid[]): boolean {
  return opened.filter((bid) => bid.status === 'opened').length < approvedMethod(file.open).bidsMin
}

function checkLots(file: FileState, { payload }: Award): Refusal | undefined {
  const rule = ruleOf(file.open, 'award')
  const seen = new Set<string>()
  for (const [index, { lot }] of payload.lots.entries()) {
    const known = file.open.lots[lot]?.stage === 'open' && !seen.has(lot)
    seen.add(lot)
    if (!known)
      return refuse(
        'unknown-reference',
        rule,
        `${lot} is no open lot, or stands twice.`,
        'Award each lot once.',
        `/payload/lots/${index}/lot`,
      )
  }
  return undefined
}

/** Currency, warrant, funds. */
function checkMoney(file: FileState, award: Award, context: Context): Refusal | undefined {
  const { funds } = file.open
  const { lots, tax } = award.payload
  const rule = ruleOf(file.open, 'funds', context.legal)
  if (!funds) return refuse('no-funds', rule, 'No funds are certified.', 'Ask the budget officer.')
  const { currency } = funds.amount
  if (
    [...lots.map((lot) => lot.price), ...(tax ? [tax] : [])].some(
      (one) => one.currency !== currency,
    )
  )
    return refuse('currency', rule, `The funds are in ${currency}.`, `Award in ${currency}.`)
  const total = addMoney(
    sumMoney(
      lots.map((lot) => lot.price),
      currency,
    ),
    tax ?? money(0n, currency),
  )
  const warrant = checkWarrant(file, award.statement.actor, total, context)
  if (warrant) return warrant
  if (context.legal.slice(0, funds.availableUntil.length) > funds.availableUntil)
    return refuse(
      'no-funds',
      rule,
      `The certified funds were available until ${funds.availableUntil}.`,
      'Ask the budget officer to certify again.',
    )
  if (compareMoney(total, funds.amount) <= 0) return undefined
  return refuse(
    'no-funds',
    rule,
    `${showMoney(total)} with tax is more than the certified ${showMoney(funds.amount)}.`,
    'Ask the budget officer to certify the rest first.',
  )
}

/** Each winner: registered, confirmed, on no list, found responsible; and the list that was looked at is the newest. */
function checkVendors(file: FileState, award: Award, context: Context): Refusal | undefined {
  const { lots, responsibility, exclusions } = award.payload
  for (const vendor of new Set(lots.map((lot) => lot.vendor))) {
    const excluded = checkExclusions(file, vendor, context)
    if (excluded) return excluded
    if (vendorRow(context.register, vendor)?.confirmed !== true)
      return refuse(
        'not-confirmed',
        ruleOf(file.open, 'responsibility', context.legal),
        `Nobody has confirmed who ${vendor} is.`,
        'Ask a registrar to check and confirm the vendor (vendor.confirm).',
      )
    if (!responsibility.some((one) => one.vendor === vendor && one.finding === 'responsible'))
      return refuse(
        'not-responsible',
        ruleOf(file.open, 'responsibility', context.legal),
        `There is no finding that ${vendor} is responsible.`,
        'Award to a vendor that you find responsible, and say on what basis.',
        '/payload/responsibility',
      )
  }
  const newest = newestList(file, context.register, context.legal)
  if (newest === undefined || exclusions.checkedAgainst >= newest) return undefined
  return refuse(
    'excluded',
    ruleOf(file.open, 'exclusions', context.legal),
    `A newer list of exclusions than that of entry ${exclusions.checkedAgainst} is in force.`,
    `Check against entry ${newest} and sign again.`,
    '/payload/exclusions/checkedAgainst',
  )
}

function newestList(file: FileState, register: RegisterView, legal: string): number | undefined {
  const indexes = sourceKeys(file, legal).flatMap((key) => {
    // Written by `exclusion.set`.
    const row = register(key) as unknown as ExclusionsRow | undefined
    return row ? [row.index] : []
  })
  return indexes.length === 0 ? undefined : Math.max(...indexes)
}

function checkPriceBasis(
  file: FileState,
  { payload }: Award,
  { legal }: Context,
): Refusal | undefined {
  const { basis, text } = payload.priceReasonable
  const refusal = checkReason(
    file.open,
    'price-basis',
    { code: basis, text },
    '/payload/priceReasonable/basis',
  )
  return refusal && { ...refusal, rule: ruleOf(file.open, 'price-reasonable', legal) }
}

/** Losers are named in the open only where the method discloses all bids. */
function checkDisclosure(
  file: FileState,
  { payload }: Award,
  { legal }: Context,
): Refusal | undefined {
  const isOpen = Array.isArray(payload.others) && payload.others.length > 0
  if (!isOpen || approvedMethod(file.open).disclose.award === 'all') return undefined
  return refuse(
    'not-disclosed',
    ruleOf(file.open, 'disclosure', legal),
    'This method does not tell the public who else bid.',
    'Put the reasons for the others into a document and cite it.',
    '/payload/others',
  )
}

/** What is judged by the opened bids: price, reasons, competition, the lowest price. */
function checkBids(file: FileState, award: Award, context: Context): Refusal | undefined {
  const opened = openedBids(file)
  if (!opened) return hidden(ruleOf(file.open, 'award', context.legal))
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
  { payload }: Award,
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
      'Award at the price of the bid.',
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
  if (offer === 'hidden') return hidden(rule)
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
  { payload }: Award,
  opened: OpenedBid[],
  { legal, document }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'award', legal)
  const others = readOthers(payload.others, document)
  if (others === 'hidden') return hidden(rule)
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

/** Competition shows a fair price only where at least two bids competed for the lot (FAR 13.106-3(a)(1)). */
function checkCompetition(
  file: FileState,
  { payload }: Award,
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

function checkLowest(
  file: FileState,
  { payload }: Award,
  opened: OpenedBid[],
  { legal, document }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'award', legal)
  for (const { lot, price } of payload.lots) {
    for (const bid of opened.filter((one) => one.lot === lot && competes(file, one))) {
      const other = priceOf(file, bid, document, rule)
      if ('code' in other) return other
      const isLower = minorUnits(other) < minorUnits(price)
      if (isLower && payload.lowestNotChosen === undefined)
        return refuse(
          'reasons-missing',
          rule,
          'A lower price was not chosen.',
          'Say why, without naming another vendor (lowestNotChosen).',
          '/payload/lowestNotChosen',
        )
    }
  }
  return undefined
}
