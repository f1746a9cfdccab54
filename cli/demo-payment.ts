/** The example's end: invoice, match, payment released by two persons, settlement, closeout. */
import type { JsonObject } from '../ledger/index.ts'
import type { Cast } from './demo-cast.ts'
import { choose, contractId, type Choice } from './demo-contract.ts'
import * as example from './example.ts'
import { scheduleIn } from './exported.ts'
import { lastStep, type ProcurementFile } from './file.ts'
import { vendors } from './people.ts'
import { citeJson } from './purchase.ts'
import { payToOf } from './vendor.ts'

/** A proper invoice names whom to tell of defects (FAR 32.905(b)(1)(vii)). */
export async function invoice(cast: Cast): Promise<void> {
  const { play, who, number } = cast
  const choice = await choose(cast)
  const vendor = vendors[choice.name]
  const by = who[choice.name]
  const contact = { name: 'Contact.json', value: { name: vendor.contact } }
  await play.legal(example.days.invoice)
  await play.act({
    name: 'invoice',
    who: by,
    t: 'invoice.submit',
    role: 'VE',
    payload: async () => ({
      number: invoiceNumber(choice, number),
      date: await play.day(example.days.invoice),
      contract: contractId(cast),
      lines: example.orderLines(choice.quotation),
      amount: example.orderAmount(choice.quotation),
      payTo: await payToOf(play.client, vendor),
      contact: (await citeJson(play, by, contact)).commit,
    }),
  })
  await play.until((file) => lastStep(file, 'invoice.match'))
}

/** Northfork's own numbers go on from the example's, NF-2041. */
function invoiceNumber({ name }: Choice, number: number): string {
  const letters = { northfork: 'NF', ironwood: 'IW', pinyon: 'PD' }[name]
  return `${letters}-${example.INVOICES_BEFORE + number}`
}

export async function pay(cast: Cast): Promise<void> {
  const { play, who, number } = cast
  await play.legal(example.days.certification)
  const { hash: payment } = await play.act({
    name: 'certification',
    who: who.sam,
    t: 'payment.schedule',
    role: 'PO',
    payload: (file) =>
      scheduleIn(play, file.ocid, {
        contract: contractId(cast),
        invoice: lastStep(file, 'invoice.submit')?.hash ?? '',
      }),
  })
  await play.legal(releaseDay(await play.read()))
  const { hash } = await play.act({
    name: 'release',
    who: who.sam,
    t: 'payment.release',
    role: 'PO',
    payload: () => ({ payment, endToEndId: `GL26014-${number}-${play.ocid.slice(-6)}` }),
  })
  const payload = (): JsonObject => ({ of: hash })
  const second = { name: 'second-release', who: who.priya, role: 'TR' }
  await play.act({ ...second, t: 'payment.release.cosign', payload })
  await play.until((file) => lastStep(file, 'payment.settle'))
}

/** As planned; where an interruption has made the invoice late, on the day that the payment is due. */
function releaseDay(file: ProcurementFile): string {
  const due = lastStep(file, 'payment.schedule')?.payload['due']
  const dueAt = typeof due === 'string' ? `${due}${example.days.release.slice(10)}` : ''
  return dueAt > example.days.release ? dueAt : example.days.release
}

export async function close(cast: Cast): Promise<void> {
  const { play, who } = cast
  await play.legal(example.days.closeout)
  const payload = (): JsonObject => ({ contract: contractId(cast), outcome: example.outcome })
  await play.act({ name: 'closeout', who: who.dana, t: 'contract.complete', role: 'CO', payload })
  await play.until((file) => lastStep(file, 'file.close'))
}
