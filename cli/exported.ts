/**
 * The record of a procurement as files: fetched from the service once a checkpoint covers it, kept, and verified from the
 * disk by the offline verifier. From such a file a client also works out what the rules give, as the amount to pay.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import {
  auditExportAsync,
  encodeCanonical,
  encodeReceiptFile,
  parseExport,
  RECEIPT_FILE_FORMAT,
  toBase64,
  utf8,
  type JsonObject,
  type RecordExport,
  type Verdict,
} from '../ledger/index.ts'
import { createReplayer, scheduleOf, type FileState } from '../procurement/index.ts'
import { instantOf, type Client, type Recorded } from './client.ts'
import { legalAt, readProcurement } from './file.ts'
import type { Pins } from './home.ts'
import { printVerdict, sentenceOf, trustIn, verifyFile } from './verify.ts'

export interface Verified {
  /** Where the export lies. */
  path: string
  verdict: Verdict
}

export interface ExportOptions {
  client: Client
  pins: Pins
  home: string
  ocid: string
  line: (text: string) => void
}

/** Exports a procurement, keeps the file and verifies it from there. */
export async function exportAndVerify(options: ExportOptions): Promise<Verified> {
  const { client, pins, home, ocid, line } = options
  const bytes = await exportOf(client, ocid)
  const folder = join(home, 'exports')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${ocid}.json`)
  await writeFile(path, bytes)
  line('')
  const verdict = await verifyFile(path, trustIn(pins))
  printVerdict(
    { json: false, line: (text = '') => line(text), answer: () => undefined },
    path,
    verdict,
  )
  return { path, verdict }
}

/** Keeps a vendor's receipt with its statement, entry and proof as a file, and verifies it from there. */
export async function keepReceipt(
  { client, pins, home, ocid, line }: ExportOptions,
  act: Recorded & { envelope: Uint8Array },
): Promise<void> {
  const address = `/api/entries/${act.index}`
  const { entry } = await client.get(address, z.looseObject({ entry: z.string() }))
  const file = encodeReceiptFile({
    format: RECEIPT_FILE_FORMAT,
    receipt: toBase64(encodeCanonical(act.receiptEnvelope)),
    statement: toBase64(act.envelope),
    entry,
    proof: await client.getText(`${address}/proof`),
  })
  const path = join(home, 'exports', `${ocid}.receipt.json`)
  await mkdir(join(home, 'exports'), { recursive: true })
  await writeFile(path, file)
  const verdict = await verifyFile(path, trustIn(pins))
  line(`A vendor's receipt, ${path}: ${sentenceOf(verdict)}`)
}

/** The export, as soon as a checkpoint covers every open entry that the procurement has now. */
export async function exportOf(client: Client, ocid: string): Promise<Uint8Array> {
  const last = (await readProcurement(client, ocid)).steps.at(-1)?.index ?? 0
  for (;;) {
    const text = await client.getText(`/api/procurements/${encodeURIComponent(ocid)}/export`)
    const bytes = utf8(text)
    if (isCovered(parseExport(bytes), last)) return bytes
    await delay(100)
  }
}

function isCovered({ entries }: RecordExport, last: number): boolean {
  return entries.some(({ index }) => index >= last)
}

/** The open state of a procurement, replayed from its verified export. */
async function replayedState(client: Client, pins: Pins, ocid: string): Promise<FileState> {
  const rules = createReplayer(pins.origin)
  const record = parseExport(await exportOf(client, ocid))
  const verdict = await auditExportAsync(record, { vkey: pins.vkey, rules })
  const state = rules.files.get(ocid)
  if (verdict.verdict !== 'verified' || state === undefined)
    throw new Error(`the record of ${ocid} does not verify: ${sentenceOf(verdict)}`)
  return state
}

/** The payload of `payment.schedule` for an invoice: amount, day and rule as the record gives them. */
export async function scheduleIn(
  { client, pins }: { client: Client; pins: Pins },
  ocid: string,
  of: { contract: string; invoice: string },
): Promise<JsonObject> {
  const file = await readProcurement(client, ocid)
  const state = await replayedState(client, pins, ocid)
  const contract = state.open.contracts[of.contract]
  const invoice = contract?.invoices[of.invoice]
  if (contract === undefined || invoice === undefined)
    throw new RangeError(`${ocid} has no invoice ${of.invoice}`)
  const legal = legalAt(file, instantOf(Date.now()))
  return { ...scheduleOf(state, contract, invoice, legal) }
}
