/**
 * The award (rows A1, P16): one signed decision over all lots, with a reason for every opened bid.
 *
 * Refuses unless: the price is the opened bid's; the officer's warrant covers the total and the
 * certified funds the price with tax (FAR 1.602-1, 32.702); the vendor is confirmed, on no list of
 * exclusions of the newest date (FAR 9.405) and found responsible (FAR 9.103); the price is found
 * reasonable (FAR 13.106-3(a)); a price that is not the lowest has its reason (FAR 13.106-3(b)).
 * What names a loser stays in a document where the method does not disclose it.
 */
import { act, refuse } from './act.ts'
import type { Context, Duty, Refusal, StageRules } from './act.ts'
import { awardSchema, checkBids, tooFew } from './award-bids.ts'
import type { AwardPayload, Awarding } from './award-bids.ts'
import { dateIn } from './calendar.ts'
import {
  checkExclusions,
  checkListsSeen,
  checkWarrant,
  newestList,
  sourceKeys,
} from './eligibility.ts'
import { exclusionKeys } from './exclusions.ts'
import { approvedMethod, checkReason, ruleOf } from './methods.ts'
import { addMoney, compareMoney, money, showMoney, sumMoney } from './money.ts'
import { competes, openedBids } from './opened-bids.ts'
import { rowKey, vendorRow } from './register-rows.ts'
import type { FileState } from './state.ts'

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
  // First what anyone can judge, then what needs the opened bids: a public replay then sees as much
  // as it can.
  decide: (file, award, context) =>
    checkLots(file, award) ??
    checkMoney(file, award, context) ??
    checkVendors(file, award, context) ??
    checkPriceBasis(file, award, context) ??
    checkDisclosure(file, award, context) ??
    checkBids(file, award, context) ??
    checkListsSeen(file, context),
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

/**
 * To award; to end the attempt where every bid is rejected; nothing yet where one may be cured (the
 * finding is owed).
 */
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

function checkLots(file: FileState, { payload }: Awarding): Refusal | undefined {
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
function checkMoney(file: FileState, award: Awarding, context: Context): Refusal | undefined {
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
  if (dateIn(file.open.zone, context.legal) > funds.availableUntil)
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

/**
 * Each winner: registered, confirmed, on no list, found responsible; and the list that was looked
 * at is the newest.
 */
function checkVendors(file: FileState, award: Awarding, context: Context): Refusal | undefined {
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

function checkPriceBasis(
  file: FileState,
  { payload }: Awarding,
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
  { payload }: Awarding,
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
