/**
 * Delivery and acceptance (rows R1–R3): the vendor announces, the acceptor reports what was
 * accepted and what was not (the receiving report of FAR 32.905(c)), and silence counts as
 * acceptance for interest only (FAR 32.904(b)(1)(ii)(B)).
 *
 * Refuses: more than was ordered and is not there yet, days in the future, a report that does not
 * account for every piece announced, a rejection without its reason.
 */
import { z } from 'zod'
import { act, refuse } from './act.ts'
import type { Acting, Context, Duty, Refusal, StageRules } from './act.ts'
import { addDays, dateIn, deadline, startOfDay } from './calendar.ts'
import { checkVendor, contractIdSchema, findContract, takeUp } from './contract.ts'
import { checkReason, findRule, ruleOf } from './methods.ts'
import { addQuantity, compareQuantity, millionths, quantityOf } from './money.ts'
import { endOfDay, silenceEnds } from './payment-date.ts'
import { dropPending } from './pending.ts'
import { vendorKeys } from './register-rows.ts'
import {
  dateSchema,
  docSchema,
  hashSchema,
  idSchema,
  positiveQuantitySchema,
  quantitySchema,
  reasonSchema,
  titleSchema,
} from './schemas.ts'
import type { Contract, ContractLine, Delivery, FileState } from './state.ts'

const announceSchema = z.strictObject({
  contract: contractIdSchema,
  lines: z
    .array(z.strictObject({ item: idSchema, quantity: positiveQuantitySchema }))
    .min(1)
    .max(500),
  deliveredOn: dateSchema,
  note: docSchema.exactOptional(),
})

const announce = act<z.infer<typeof announceSchema>>({
  row: 'R1',
  roles: ['VE'],
  stages: ['contracted'],
  schema: announceSchema,
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  documents: (_file, { payload }) => (payload.note ? [payload.note.commit] : []),
  decide: (file, { statement, payload }, context) => {
    const contract = findContract(file, payload.contract)
    if ('code' in contract) return contract
    return (
      checkVendor(file, contract, statement.actor, context) ??
      checkGoing(file, contract) ??
      checkDay(file, payload.deliveredOn, contract.signedLegal, context, '/payload/deliveredOn') ??
      checkQuantities(file, contract, payload.lines)
    )
  },
  evolve: (file, { payload }, { hash, legal }) => {
    const contract = file.open.contracts[payload.contract]
    if (!contract) return undefined
    takeUp(contract, legal)
    contract.deliveries[hash] = {
      hash,
      lines: payload.lines.map((line) => ({ ...line, accepted: '0', rejected: '0' })),
      deliveredOn: payload.deliveredOn,
      announcedLegal: legal,
    }
    for (const { item, quantity } of payload.lines)
      change(contract, item, (line) => ({ announced: addQuantity(line.announced, quantity) }))
    return undefined
  },
})

const acceptSchema = z.strictObject({
  of: hashSchema,
  lines: z
    .array(
      z.strictObject({
        item: idSchema,
        accepted: quantitySchema,
        rejected: quantitySchema,
        reason: reasonSchema.exactOptional(),
      }),
    )
    .min(1)
    .max(500),
  deliveredOn: dateSchema,
  acceptedOn: dateSchema,
  title: titleSchema,
})
type Report = Acting<z.infer<typeof acceptSchema>>

const accept = act<z.infer<typeof acceptSchema>>({
  row: 'R2',
  roles: ['AC'],
  stages: ['contracted'],
  schema: acceptSchema,
  decide: (file, report, context) => {
    const { payload } = report
    const found = findDelivery(file, payload.of)
    if ('code' in found) return found
    const { contract, delivery } = found
    const rule = ruleOf(file.open, 'acceptance', context.legal)
    if (delivery.report)
      return refuse('already-done', rule, 'There is a report on this delivery.', 'See the report.')
    return (
      checkDay(file, payload.deliveredOn, contract.signedLegal, context, '/payload/deliveredOn') ??
      checkDay(file, payload.acceptedOn, payload.deliveredOn, context, '/payload/acceptedOn') ??
      checkReport(file, delivery, report, context)
    )
  },
  evolve: (file, { payload }, { hash, legal }) => {
    const found = findDelivery(file, payload.of)
    if ('code' in found) return undefined
    const { contract, delivery } = found
    const { acceptedOn, deliveredOn, lines } = payload
    delivery.report = { hash, acceptedOn, deliveredOn, legal }
    delivery.lines = delivery.lines.map((line) => {
      const judged = lines.find((one) => one.item === line.item)
      return judged ? { ...line, accepted: judged.accepted, rejected: judged.rejected } : line
    })
    for (const { item, accepted, rejected } of lines)
      change(contract, item, (line) => ({
        accepted: addQuantity(line.accepted, accepted),
        rejected: addQuantity(line.rejected, rejected),
      }))
    reopenExceptions(file, contract)
    return undefined
  },
})

const deemSchema = z.strictObject({ of: hashSchema, rule: z.string().min(1) })

/** For interest only: nothing is accepted by it, and a rejection stays possible. */
const deem = act<z.infer<typeof deemSchema>>({
  row: 'R3',
  roles: ['CK'],
  stages: ['contracted'],
  schema: deemSchema,
  decide: () => undefined,
  evolve: (file, { payload }, { hash, legal }) => {
    const found = findDelivery(file, payload.of)
    if ('code' in found) return undefined
    const on = silenceEnds(file, found.delivery)
    if (on !== undefined) found.delivery.deemed = { hash, legal, on }
    return undefined
  },
})

export const delivery: StageRules = {
  acts: { 'delivery.announce': announce, 'delivery.accept': accept, 'delivery.deem': deem },
  due: (file) => {
    if (file.open.stage !== 'contracted') return []
    return Object.values(file.open.contracts)
      .filter(({ stage }) => stage === 'offered' || stage === 'active')
      .flatMap((contract) => [
        ...announceDuty(file, contract),
        ...Object.values(contract.deliveries).flatMap((one) => deliveryDuties(file, contract, one)),
      ])
  },
}

/** A delivery and its contract, or why there is none. */
function findDelivery(
  file: FileState,
  hash: string,
): { contract: Contract; delivery: Delivery } | Refusal {
  for (const contract of Object.values(file.open.contracts)) {
    const found = contract.deliveries[hash]
    if (found) return { contract, delivery: found }
  }
  return refuse(
    'unknown-reference',
    ruleOf(file.open, 'delivery'),
    'No delivery of this procurement has this hash.',
    'Cite the statement hash of delivery.announce.',
    '/payload/of',
  )
}

/** Whether anything announced of these items has no report yet. */
export function awaitsReport(contract: Contract, items: readonly string[]): boolean {
  return Object.values(contract.deliveries).some(
    (one) => !one.report && one.lines.some((line) => items.includes(line.item)),
  )
}

function checkGoing(file: FileState, { stage, id }: Contract): Refusal | undefined {
  if (stage === 'offered' || stage === 'active') return undefined
  return refuse(
    'out-of-turn',
    ruleOf(file.open, 'delivery'),
    `${id} is ${stage}.`,
    'Nothing more is delivered under it.',
    '/payload/contract',
  )
}

/** A day of the past or today, and not before `first` (an instant, or a plain date). */
function checkDay(
  file: FileState,
  day: string,
  first: string,
  { legal }: Context,
  at: string,
): Refusal | undefined {
  const { zone } = file.open
  const rule = ruleOf(file.open, 'delivery', legal)
  if (day > dateIn(zone, legal))
    return refuse('too-early', rule, `${day} has not come yet.`, 'Wait until it is done.', at)
  if (day >= dateIn(zone, first)) return undefined
  return refuse('terms', rule, `${day} is before ${dateIn(zone, first)}.`, 'Correct the day.', at)
}

function checkQuantities(
  file: FileState,
  contract: Contract,
  lines: readonly { item: string; quantity: string }[],
): Refusal | undefined {
  for (const [index, { item, quantity }] of lines.entries()) {
    const ordered = contract.lines.find((line) => line.item === item)
    const isTwice = lines.findIndex((line) => line.item === item) !== index
    const left = ordered && !isTwice ? leftToDeliver(ordered) : '0'
    if (compareQuantity(quantity, left) > 0)
      return refuse(
        'quantity',
        ruleOf(file.open, 'delivery'),
        `Of ${item} there is ${left} left to deliver.`,
        'Announce no more than was ordered, each item once.',
        `/payload/lines/${index}/quantity`,
      )
  }
  return undefined
}

/** Ordered, less what was announced and not rejected. */
export function leftToDeliver({ quantity, announced, rejected }: ContractLine): string {
  return quantityOf(millionths(quantity) + millionths(rejected) - millionths(announced))
}

/** Every announced piece is accepted or rejected, each rejection has its reason. */
function checkReport(
  file: FileState,
  { lines }: Delivery,
  { payload }: Report,
  { legal }: Context,
): Refusal | undefined {
  const rule = ruleOf(file.open, 'acceptance', legal)
  const isWhole =
    payload.lines.length === lines.length &&
    lines.every((line) => {
      const judged = payload.lines.filter((one) => one.item === line.item)
      const sum = judged
        .map((one) => addQuantity(one.accepted, one.rejected))
        .reduce(addQuantity, '0')
      return judged.length === 1 && compareQuantity(sum, line.quantity) === 0
    })
  if (!isWhole)
    return refuse(
      'quantity',
      rule,
      'Accepted and rejected together must be what was announced, item by item.',
      'Count again; what was not there is rejected as short.',
      '/payload/lines',
    )
  for (const [index, { rejected, reason }] of payload.lines.entries()) {
    const at = `/payload/lines/${index}/reason`
    if (millionths(rejected) > 0n && !reason)
      return refuse('reasons-missing', rule, 'A rejection needs its reason.', 'Say why.', at)
    const refusal = reason && checkReason(file.open, 'acceptance', reason, at)
    if (refusal) return refusal
  }
  return undefined
}

/** What was billed too early may match now. */
function reopenExceptions(file: FileState, contract: Contract): void {
  for (const invoice of Object.values(contract.invoices)) {
    if (invoice.stage !== 'exception') continue
    invoice.stage = 'received'
    delete invoice.match
    dropPending(file, 'invoice.resolve', 'of', invoice.hash)
  }
}

function change(
  contract: Contract,
  item: string,
  changed: (line: ContractLine) => Partial<ContractLine>,
): void {
  contract.lines = contract.lines.map((line) =>
    line.item === item ? { ...line, ...changed(line) } : line,
  )
}

function announceDuty(file: FileState, contract: Contract): Duty[] {
  if (contract.lines.every((line) => millionths(leftToDeliver(line)) === 0n)) return []
  const { by } = contract.deliver
  return [
    {
      key: `delivery.announce/${contract.hash}/${Object.keys(contract.deliveries).length}`,
      type: 'delivery.announce',
      role: 'VE',
      vendor: contract.vendor,
      subject: contract.id,
      from: contract.acceptedLegal ?? contract.signedLegal,
      by: by.includes('T') ? by : endOfDay(file, by),
      clock: 'legal',
      rule: ruleOf(file.open, 'delivery', contract.signedLegal),
      otherwise: 'The delivery is late.',
      cause: contract.hash,
    },
  ]
}

function deliveryDuties(file: FileState, contract: Contract, one: Delivery): Duty[] {
  return one.report ? [] : [reportDuty(file, contract, one), ...deemDuty(file, one)]
}

/**
 * The report is due when silence becomes acceptance; after that by the fifth working day, as after
 * any acceptance (FAR 32.905(c)).
 */
function reportDuty(file: FileState, contract: Contract, one: Delivery): Duty {
  const name = one.deemed ? 'report' : 'constructive'
  const by = one.deemed ? reportBy(file, one.deemed.on) : silenceEnds(file, one)
  return {
    key: `delivery.accept/${one.hash}`,
    type: 'delivery.accept',
    role: 'AC',
    subject: contract.id,
    from: one.announcedLegal,
    ...(by === undefined ? {} : { by: endOfDay(file, by) }),
    clock: 'legal',
    rule: ruleOf(file.open, by === undefined ? 'acceptance' : name, one.announcedLegal),
    otherwise: one.deemed
      ? 'The invoice cannot be paid, and interest runs.'
      : 'Interest runs as if the goods were accepted.',
    cause: one.hash,
  }
}

function reportBy(file: FileState, acceptedOn: string): string | undefined {
  const days = findRule(file.open, 'report', acceptedOn)?.value
  if (days === undefined) return undefined
  return deadline(acceptedOn, Number(days), 'wd', file.open.calendar, file.open.zone)
}

/** The clock notes the silence when the last day for a report is over. */
function deemDuty(file: FileState, one: Delivery): Duty[] {
  const on = silenceEnds(file, one)
  if (on === undefined || one.deemed) return []
  const rule = ruleOf(file.open, 'constructive', one.announcedLegal)
  return [
    {
      key: `delivery.deem/${one.hash}`,
      type: 'delivery.deem',
      role: 'CK',
      subject: one.hash,
      from: startOfDay(addDays(on, 1), file.open.zone),
      clock: 'legal',
      rule,
      otherwise: 'Interest is reckoned from this day all the same.',
      cause: one.hash,
      payload: { of: one.hash, rule: rule.id },
    },
  ]
}
