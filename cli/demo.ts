/**
 * `tenderbook demo`: the purchase GL-26-014 from request to closeout, over HTTP only, by the people of the example. Each
 * step waits for the thing itself: the entry, the deadline, the key holders, the bank. Ends by exporting the record and
 * verifying the file offline. A purchase that was interrupted goes on where it was.
 */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { toHex } from '../ledger/index.ts'
import { ClientError } from './client.ts'
import { createCast, registerVendors, type Cast } from './demo-cast.ts'
import { assess, decide, deliver, order } from './demo-contract.ts'
import { answerQuestions, approve, publish, request, sendQuotations } from './demo-market.ts'
import { close, invoice, pay } from './demo-payment.ts'
import * as example from './example.ts'
import { exportAndVerify, keepReceipt, type Verified } from './exported.ts'
import { lastStep } from './file.ts'
import { ocidPrefix } from './founding.ts'
import { readState, writeState } from './home.ts'
import { openPlay, PlayEnded, type Play, type PlayPlace } from './play.ts'
import { awaitOpening, awaitReveals } from './purchase.ts'

export interface DemoResult extends Verified {
  ocid: string
}

/** Plays the purchase, or goes on with the one that was interrupted. */
export async function runDemo(options: PlayPlace): Promise<DemoResult> {
  const { home, pins, line } = options
  const current = await currentDemo(home)
  const { ocid } = current
  const play = openPlay(options, ocid)
  const days = (example.ACCELERATOR / 86_400).toFixed(2)
  line(`One purchase, from request to closeout: ${example.requisition.title} (${ocid})`)
  line(`Training clock: ${days} days pass in a second. Day, entry, what was done, [who; rule].`)
  line('')
  await wholePurchase(await createCast(home, play, current.number)).catch((error: unknown) =>
    endEarly(play, error, current.isResumed),
  )
  const exporting = { client: play.client, pins, home, ocid, line }
  const bid =
    (await play.kept('quotation-northfork-2')) ?? (await play.kept('quotation-northfork-1'))
  line('')
  if (bid !== undefined) await keepReceipt(exporting, bid)
  const verified = await exportAndVerify(exporting)
  await writeState(currentPath(home), { ocid, isFinished: true, number: current.number })
  return { ocid, ...verified }
}

/**
 * Refusals by which the legal clock has run on: the time is over, or the file is past the turn. The example's funds and
 * warrant suffice until their last day and its rates are known until then, so a no for want of them means the same here.
 */
const outrun = new Set([
  ...['late', 'too-late', 'expired', 'ended', 'out-of-turn'],
  ...['no-funds', 'over-warrant', 'rate-missing'],
])

/**
 * The purchase ended otherwise than planned: nobody bid, or the training clock ran on while nothing ran and an act came
 * too late. What happened is on the record, and is verified as it is. Throws any other error again.
 */
async function endEarly(play: Play, error: unknown, isResumed: boolean): Promise<void> {
  const isEnded = error instanceof PlayEnded
  const isTooLate = isResumed && error instanceof ClientError && outrun.has(error.code)
  if (!isEnded && !isTooLate) throw error
  play.narrator.note(`  ${error.message}`)
  if (isTooLate)
    play.narrator.note('  The training clock ran on while nothing ran: it came too late.')
  play.narrator.note(
    '  The record shows how far it came; `npx tenderbook demo` plays a new purchase.',
  )
  if (isEnded) await play.until((file) => lastStep(file, 'file.close'), { pastEnd: true })
}

/** The process, top to bottom. */
async function wholePurchase(cast: Cast): Promise<void> {
  await registerVendors(cast)
  await request(cast)
  await approve(cast)
  await publish(cast)
  await answerQuestions(cast)
  await sendQuotations(cast)
  await awaitOpening(cast.play)
  await assess(cast)
  await decide(cast)
  // The method shows the winner's quotation once it is chosen, and no other.
  await awaitReveals(cast.play, 1)
  await order(cast)
  await deliver(cast)
  await invoice(cast)
  await pay(cast)
  await close(cast)
}

const currentSchema = z.object({ ocid: z.string(), isFinished: z.boolean(), number: z.int() })
type Current = z.output<typeof currentSchema> & { isResumed: boolean }

/** Whether a purchase was begun and not brought to its end, or none was ever begun. */
export async function isDemoOwed(home: string): Promise<boolean> {
  return (await readState(currentPath(home), currentSchema))?.isFinished !== true
}

function currentPath(home: string): string {
  return join(home, 'demos', 'current.json')
}

/** The purchase that was begun and not finished, or a new one. */
async function currentDemo(home: string): Promise<Current> {
  const known = await readState(currentPath(home), currentSchema)
  if (known !== undefined && !known.isFinished) return { ...known, isResumed: true }
  const begun = await readdir(join(home, 'demos')).catch(() => [])
  const number = begun.filter((name) => name.startsWith(ocidPrefix)).length + 1
  const ocid = `${ocidPrefix}-gl26014-${toHex(randomBytes(4))}`
  const current = { ocid, isFinished: false, number }
  await writeState(currentPath(home), current)
  return { ...current, isResumed: false }
}
