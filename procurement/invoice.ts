/**
 * Invoices (rows I1–I3): what a proper invoice must have (FAR 32.905(b)(1)), the return with every
 * defect at once, the match, and the difference that two persons decide.
 *
 * An accepted invoice is proper until it is returned. A number is used once per vendor, for ever. A
 * credit note is an invoice with negative prices and sums. An invoice returned by mistake is taken
 * up again as of its first arrival. Refuses: an improper invoice (`invoice-contents.ts`), a return
 * of what is certified, payment beyond the order whoever signs.
 */
import { z } from 'zod'
import { act, refuse } from './act.ts'
import type { Duty, Refusal, StageRules } from './act.ts'
import { checkVendor, findContract } from './contract.ts'
import { awaitsReport } from './delivery.ts'
import {
  checkContents,
  checkNumber,
  checkReferences,
  checkSums,
  isOpen,
  submitSchema,
} from './invoice-contents.ts'
import { billedQuantity, creditsOf, matchInvoice, netOf } from './matching.ts'
import type { Match } from './matching.ts'
import { approvedMethod, checkReason, ruleOf } from './methods.ts'
import { millionths, minorUnits, quantityOf } from './money.ts'
import { endOfDay, returnBy } from './payment-date.ts'
import { dropPending, isPending } from './pending.ts'
import { personRow, rowKey, rows, vendorKeys } from './register-rows.ts'
import { codeSchema, hashSchema, reasonSchema, textSchema } from './schemas.ts'
import type { Contract, FileState, Invoice } from './state.ts'

const submit = act({
  row: 'I1',
  roles: ['VE'],
  stages: ['contracted'],
  schema: submitSchema,
  needs: (_file, { statement, payload }, register) => [
    ...vendorKeys(register, statement.actor),
    ...numberKeys(personRow(register, statement.actor)?.vendor, payload.number),
  ],
  documents: (_file, { payload }) => [payload.contact],
  decide: (file, submission, context) => {
    const { statement, payload } = submission
    const contract = findContract(file, payload.contract)
    if ('code' in contract) return contract
    return (
      checkVendor(file, contract, statement.actor, context) ??
      checkNumber(file, contract, submission, context) ??
      checkContents(file, contract, submission, context) ??
      checkSums(file, submission, context) ??
      checkReferences(file, contract, submission, context)
    )
  },
  evolve: (file, { payload }, { hash, legal }) => {
    const contract = file.open.contracts[payload.contract]
    if (!contract) return undefined
    const { number, date, lines, tax, amount, credits, corrects, payTo } = payload
    contract.invoices[hash] = {
      hash,
      number,
      date,
      receivedLegal: legal,
      lines,
      ...(tax === undefined ? {} : { tax }),
      amount,
      ...(credits === undefined ? {} : { credits }),
      ...(corrects === undefined ? {} : { corrects }),
      payTo,
      stage: 'received',
      matches: 0,
    }
    return rows({
      [rowKey.invoice(contract.vendor, payload.number)]: { of: hash, ocid: file.open.ocid },
    })
  },
})

const returnSchema = z.strictObject({
  of: hashSchema,
  defects: z
    .array(z.strictObject({ code: codeSchema, path: z.string().max(300), text: textSchema }))
    .min(1)
    .max(100),
})

const returned = act({
  row: 'I1',
  roles: ['PO'],
  stages: ['contracted'],
  schema: returnSchema,
  decide: (file, { payload }, { legal }) => {
    const found = findInvoice(file, payload.of)
    if ('code' in found) return found
    if (!isOpen(found.invoice))
      return refuse(
        'already-done',
        ruleOf(file.open, 'invoice.return', legal),
        `The invoice is ${found.invoice.stage}.`,
        'What is scheduled for payment is not returned.',
        '/payload/of',
      )
    return payload.defects
      .map((defect, index) =>
        checkReason(file.open, 'invoice-defect', defect, `/payload/defects/${index}/code`),
      )
      .find((refusal) => refusal !== undefined)
  },
  evolve: (file, { payload }, { hash, legal }) => {
    const found = findInvoice(file, payload.of)
    if ('code' in found) return undefined
    giveBack(file, found, { hash, legal, defects: payload.defects })
    return undefined
  },
})

const matchSchema = z.strictObject({
  of: hashSchema,
  result: z.enum(['matched', 'exception']),
  findings: z.array(codeSchema),
  lines: z.array(
    z.strictObject({
      item: z.string(),
      ordered: z.string(),
      accepted: z.string(),
      billedBefore: z.string(),
      billed: z.string(),
      difference: z.string(),
    }),
  ),
})

const match = act({
  row: 'I2',
  roles: ['CK'],
  stages: ['contracted'],
  schema: matchSchema,
  draft: (file, { subject = '' }) => {
    const found = findInvoice(file, subject)
    return 'code' in found ? undefined : { of: subject, ...jsonOf(matchOf(file, found)) }
  },
  // The engine has compared the payload with the match of the record.
  decide: () => undefined,
  evolve: (file, { payload: { of, ...result } }, { hash, legal }) => {
    const found = findInvoice(file, of)
    if ('code' in found) return undefined
    const { contract, invoice } = found
    invoice.match = { ...result, hash, legal }
    invoice.matches += 1
    invoice.stage = result.result
    noteCredit(contract, invoice)
    countBilled(contract)
    return undefined
  },
})

const resolveSchema = z.strictObject({
  of: hashSchema,
  decision: z.enum(['accept', 'return']),
  reason: reasonSchema,
})

type Resolution = z.infer<typeof resolveSchema>

/**
 * Findings that two persons cannot decide away: they go beyond the order, which only a modification
 * changes.
 */
export const beyondOrder: readonly string[] = [
  'not-ordered',
  'quantity-over-ordered',
  'amount-over-order',
  'tax-over-order',
  'total-over-order',
  'over-credited',
]

const resolve = act({
  row: 'I3',
  roles: ['PO'],
  stages: ['contracted'],
  schema: resolveSchema,
  cosign: { roles: ['CO'] },
  decide: (file, { payload }, { legal }) => {
    const found = findInvoice(file, payload.of)
    if ('code' in found) return found
    return (
      checkReason(file.open, 'resolve', payload.reason, '/payload/reason/code') ??
      checkResolution(file, found, payload, legal)
    )
  },
  evolve: (file, { payload: { of, decision, reason } }, { hash, legal }) => {
    const found = findInvoice(file, of)
    if ('code' in found) return undefined
    const { contract, invoice } = found
    invoice.resolved = { decision, reason, hash, legal }
    if (decision === 'return') {
      const defects = [{ code: reason.code, path: '', text: reason.text }]
      giveBack(file, found, { hash, legal, defects })
    } else {
      // A return that was a mistake never was: the invoice counts as of its first arrival.
      invoice.stage = invoice.stage === 'returned' ? 'received' : 'matched'
      delete invoice.returned
      noteCredit(contract, invoice)
    }
    dropPending(file, 'invoice.resolve', 'of', of)
    countBilled(contract)
    return undefined
  },
})

export const invoice: StageRules = {
  acts: {
    'invoice.submit': submit,
    'invoice.return': returned,
    'invoice.match': match,
    'invoice.resolve': resolve,
  },
  due: (file) => {
    if (file.open.stage !== 'contracted') return []
    return Object.values(file.open.contracts)
      .filter(({ stage }) => stage === 'active')
      .flatMap((contract) => [
        ...billDuty(file, contract),
        ...Object.values(contract.invoices).flatMap((one) => invoiceDuties(file, contract, one)),
      ])
  },
}

/** An invoice and its contract. */
export interface Found {
  contract: Contract
  invoice: Invoice
}

/** An invoice by its statement hash, or why there is none. */
export function findInvoice(file: FileState, hash: string): Found | Refusal {
  for (const contract of Object.values(file.open.contracts)) {
    const found = contract.invoices[hash]
    if (found) return { contract, invoice: found }
  }
  return refuse(
    'unknown-reference',
    ruleOf(file.open, 'invoice'),
    'No invoice of this procurement has this hash.',
    'Cite the statement hash of invoice.submit.',
    '/payload/of',
  )
}

/** What was accepted and is billed by no invoice that stands or waits to be matched. */
export function billable(contract: Contract): { item: string; quantity: string }[] {
  const waiting = Object.values(contract.invoices).filter(
    (one) => one.credits === undefined && (one.stage === 'received' || one.stage === 'exception'),
  )
  return contract.lines.flatMap(({ item, accepted, billed }) => {
    const left = millionths(accepted) - millionths(billed)
    const isWaiting = waiting.some((one) => one.lines.some((line) => line.item === item))
    return left <= 0n || isWaiting ? [] : [{ item, quantity: quantityOf(left) }]
  })
}

function numberKeys(vendor: string | undefined, number: string): string[] {
  return vendor === undefined ? [] : [rowKey.invoice(vendor, number)]
}

function checkResolution(
  file: FileState,
  found: Found,
  { of, decision }: Resolution,
  legal: string,
): Refusal | undefined {
  const { contract, invoice } = found
  const rule = ruleOf(file.open, 'match', legal)
  const isMistake =
    invoice.stage === 'returned' &&
    decision === 'accept' &&
    !Object.values(contract.invoices).some((one) => one.corrects === of)
  if (isMistake) return undefined
  if (invoice.stage !== 'exception')
    return refuse(
      'already-done',
      rule,
      `There is no difference to decide: the invoice is ${invoice.stage}.`,
      'Certify or return it.',
      '/payload/of',
    )
  const { findings } = matchOf(file, found)
  const beyond = findings.filter((finding) => beyondOrder.includes(finding))
  if (decision === 'return' || beyond.length === 0) return undefined
  return refuse(
    beyond.some((finding) => finding.startsWith('quantity')) ? 'quantity' : 'sum',
    rule,
    `The invoice goes beyond the order: ${beyond.join(', ')}.`,
    'Return it; only a change of the contract allows more.',
    '/payload/decision',
  )
}

function matchOf(file: FileState, { contract, invoice }: Found): Match {
  // A percentage of at most six places, in hundredths of a percent.
  const tolerance = millionths(approvedMethod(file.open).matchTolerance) / 10_000n
  return matchInvoice(contract, invoice, tolerance)
}

function jsonOf({ result, findings, lines }: Match): Omit<z.infer<typeof matchSchema>, 'of'> {
  return { result, findings, lines: lines.map((line) => ({ ...line })) }
}

/** Returned to the vendor, with the credit notes that lowered it. */
function giveBack(
  file: FileState,
  { contract, invoice }: Found,
  back: NonNullable<Invoice['returned']>,
): void {
  const credits = Object.values(contract.invoices).filter((one) => one.credits === invoice.hash)
  for (const one of [invoice, ...credits]) {
    one.stage = 'returned'
    one.returned = back
  }
  dropPending(file, 'invoice.resolve', 'of', invoice.hash)
  countBilled(contract)
}

/**
 * A credit note that stands brings its invoice, where that is an exception, to another match; where
 * nothing is left to pay, both are done.
 */
function noteCredit(contract: Contract, credit: Invoice): void {
  const credited = credit.credits === undefined ? undefined : contract.invoices[credit.credits]
  const claim = credited ?? credit
  if (credited?.stage === 'exception' && credit.stage === 'matched') {
    credited.stage = 'received'
    delete credited.match
  }
  if (claim.stage !== 'matched' || minorUnits(netOf(contract, claim)) !== 0n) return
  for (const one of creditsOf(contract, claim)) one.stage = 'paid'
  claim.stage = 'paid'
}

function countBilled(contract: Contract): void {
  contract.lines = contract.lines.map((line) => ({
    ...line,
    billed: quantityOf(billedQuantity(contract, line.item)),
  }))
}

function billDuty(file: FileState, contract: Contract): Duty[] {
  const { hash, id, vendor, acceptedLegal, signedLegal } = contract
  if (billable(contract).length === 0) return []
  return [
    {
      key: `invoice.submit/${hash}/${Object.keys(contract.invoices).length}`,
      type: 'invoice.submit',
      role: 'VE',
      vendor,
      subject: id,
      from: acceptedLegal ?? signedLegal,
      clock: 'legal',
      rule: ruleOf(file.open, 'invoice', signedLegal),
      otherwise: 'Nothing is paid without an invoice.',
      cause: hash,
    },
  ]
}

function invoiceDuties(file: FileState, contract: Contract, one: Invoice): Duty[] {
  if (one.stage === 'received') return matchDuty(file, contract, one)
  return one.stage === 'exception' ? resolveDuty(file, one) : []
}

/** At once, but not while goods that it bills wait for the acceptor's report. */
function matchDuty(file: FileState, contract: Contract, one: Invoice): Duty[] {
  if (
    awaitsReport(
      contract,
      one.lines.map(({ item }) => item),
    )
  )
    return []
  return [
    {
      key: `invoice.match/${one.hash}/${one.matches}`,
      type: 'invoice.match',
      role: 'CK',
      subject: one.hash,
      from: one.receivedLegal,
      clock: 'legal',
      rule: ruleOf(file.open, 'match', one.receivedLegal),
      otherwise: 'The invoice cannot be certified.',
      cause: one.hash,
    },
  ]
}

function resolveDuty(file: FileState, one: Invoice): Duty[] {
  if (isPending(file, 'invoice.resolve', 'of', one.hash)) return []
  return [
    {
      key: `invoice.resolve/${one.hash}/${one.matches}`,
      type: 'invoice.resolve',
      role: 'PO',
      subject: one.hash,
      from: one.match?.legal ?? one.receivedLegal,
      by: endOfDay(file, returnBy(file, one)),
      clock: 'legal',
      rule: ruleOf(file.open, 'invoice.return', one.receivedLegal),
      otherwise: 'A later return no longer moves the day on which payment is due.',
      cause: one.match?.hash ?? one.hash,
    },
  ]
}
