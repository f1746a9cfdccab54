/**
 * Payments: ordered on the record, sent to the bank, and what the bank answers back on the record.
 *
 * The order stands between two persons' release and the bank (Y1): first the statement with the commitment of the very
 * file, then the file goes out under its EndToEndId, once. A crash between the two is healed by `settle`, which makes
 * sure that the file is out before it asks for the answer (Y2).
 */
import { z } from 'zod'
import {
  type BankOrder,
  bankOrderOf,
  currencyExponent,
  type Duty,
  type FileState,
  legalOf,
  type Money,
  type Payment,
} from '../procurement/index.ts'
import { fromBase64Url, hmacSha256, parseCanonical, toBase64Url, utf8 } from '../ledger/index.ts'
import type { Dependencies } from './dependencies.ts'
import { type Amount, type BankAnswer, type Party, writeTransfer } from './iso20022.ts'
import { fulfil, type Occasion, type Said } from './statement.ts'
import type { Answer, ClockDuty } from './view.ts'

/** Orders a released payment and sends it. */
export async function pay(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  const answer = await fulfil(deps, ocid, duty, occasion, (file, owed) =>
    composeOrder(deps, file, owed, occasion),
  )
  const payment = paymentOf(await deps.readers.file(ocid), duty.subject)
  if (answer.refused === undefined && payment) await send(deps, payment)
  return answer
}

/** Records what the bank says about a payment; `bank.waiting` while it says nothing final. */
export function settle(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  return fulfil(deps, ocid, duty, occasion, async (file, owed): Promise<Said> => {
    const payment = paymentOf(file, owed.subject)
    if (!payment?.order || payment.endToEndId === undefined) return { refused: 'not-ordered' }
    await send(deps, payment)
    const answer = await deps.bank.answer(payment.endToEndId)
    return answer ? sayAnswer(deps, payment, answer) : { refused: 'bank.waiting' }
  })
}

async function composeOrder(
  deps: Dependencies,
  file: FileState,
  owed: Duty,
  { issuedAt }: Occasion,
): Promise<Said> {
  const legal = legalOf(file, issuedAt)
  const order = bankOrderOf(file, owed.subject ?? '', legal)
  if (!order) return { refused: 'not-released' }
  if ('code' in order) {
    deps.alarm('a payment waits', { ocid: file.open.ocid, duty: owed.key, why: order.message })
    return { refused: order.code }
  }
  const payee = await deps.payloads.find(fromBase64Url(order.payTo))
  if (!payee) return { refused: 'payload-missing' }
  const { payment, endToEndId, amount, executeOn } = order
  const message = { order, createdAt: legal, payer: deps.payer, payee: payee.bytes }
  const xml = tryToWrite(file.open.ocid, message, deps.alarm)
  if (xml === undefined) return { refused: 'bank.unwritable' }
  const commit = await deps.payloads.put({
    // Secret as the payee's own salt is, and the same whenever the same order is drawn up.
    salt: hmacSha256(payee.salt, utf8(`tenderbook/pain.001/v1\0${owed.key}\0${issuedAt}`)),
    bytes: utf8(xml),
    media: 'application/xml',
    reader: 'file',
    tender: file.open.ocid,
  })
  const said = { payment, endToEndId, amount: { ...amount }, executeOn }
  return { payload: { ...said, file: toBase64Url(commit) } }
}

/** The message of an order; undefined, with an alarm, where the bank data cannot stand in one. */
function tryToWrite(
  ocid: string,
  message: { order: BankOrder; createdAt: string; payer: Party; payee: Uint8Array },
  alarm: Dependencies['alarm'],
): string | undefined {
  const { order, createdAt, payer, payee } = message
  const { endToEndId, executeOn, amount, invoiceNumber } = order
  try {
    return writeTransfer({
      endToEndId,
      createdAt,
      executeOn,
      amount: decimalOf(amount),
      debtor: payer,
      creditor: readParty(payee),
      remittance: `${ocid} ${invoiceNumber}`.slice(0, 140),
    })
  } catch (error) {
    // The message says which field, and no bank data.
    const { code } = z.looseObject({ code: z.string() }).catch({ code: 'form' }).parse(error)
    alarm('a payment order cannot be written', { ocid, endToEndId, code })
    return undefined
  }
}

/** Puts the ordered file out, if it is not out yet: the very bytes that the order commits to. */
async function send({ payloads, bank }: Dependencies, payment: Payment): Promise<void> {
  if (!payment.order || payment.endToEndId === undefined) return
  const file = await payloads.find(fromBase64Url(payment.order.file))
  if (!file) throw new Error(`the file of payment ${payment.endToEndId} is not there`)
  await bank.send(payment.endToEndId, file.bytes)
}

/** The bank's answer as the record says it. One that names another sum than was ordered is for a person to look at. */
function sayAnswer({ alarm }: Dependencies, payment: Payment, answer: BankAnswer): Said {
  const { endToEndId } = answer
  const of = { payment: payment.hash, endToEndId }
  if (answer.kind === 'failed')
    return { t: 'payment.fail', payload: { ...of, code: reasonOf(answer.code) } }
  const ordered = payment.order && decimalOf(payment.order.amount)
  if (!ordered || !isSame(ordered, answer.amount)) {
    alarm('the bank settled another sum than was ordered', { endToEndId, ordered, answer })
    return { refused: 'bank.other-amount' }
  }
  const { bankReference, date } = answer
  const amount = { ...payment.order?.amount }
  return { payload: { ...of, bankReference, date, amount } }
}

/** Bank data as a vendor commits to them (`payTo`): a party of the payment message, as canonical JSON. */
function readParty(bytes: Uint8Array): Party {
  const { name, account, bank } = partyForm.parse(parseCanonical(bytes))
  return { name, account, ...(bank && { bank }) }
}

const partyForm = z.object({
  name: z.string(),
  account: z.union([z.object({ iban: z.string() }), z.object({ number: z.string() })]),
  bank: z
    .union([z.object({ bic: z.string() }), z.object({ system: z.string(), member: z.string() })])
    .optional(),
})

function paymentOf(file: FileState | undefined, hash: string | undefined): Payment | undefined {
  const contracts = Object.values(file?.open.contracts ?? {})
  return contracts
    .flatMap(({ payments }) => Object.values(payments))
    .find((one) => one.hash === hash)
}

/** The record knows the codes of the standard's list; a bank's own words are narrative (NARR). */
function reasonOf(code: string): string {
  return /^[A-Z0-9]{4}$/.test(code) ? code : 'NARR'
}

/** `1988800` cents as `19888.00`. */
function decimalOf({ amount, currency }: Money): Amount {
  const places = currencyExponent(currency)
  const digits = amount.padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  return { value: places === 0 ? whole : `${whole}.${digits.slice(-places)}`, currency }
}

/** Banks may write `5.0` or `5.00`. */
function isSame(a: Amount, b: Amount): boolean {
  const plain = ({ value }: Amount): string =>
    value.includes('.') ? value.replace(/\.?0+$/, '') : value
  return a.currency === b.currency && plain(a) === plain(b)
}
