/**
 * Checks the receipt of an act in the browser: the same audit of the same file that `tenderbook verify` runs on what the
 * person downloads, with the keys that this browser has pinned.
 */
import './without-eval.ts'
import {
  auditFile,
  fromBase64,
  fromBase64Url,
  gateKey,
  parseEnvelope,
  parseReceipt,
  encodeCanonical,
  type Receipt,
  type Verdict,
} from '../../ledger/index.ts'
import { createReplayer } from '../../procurement/index.ts'
import { duration, exactTime } from '../format.ts'
import { capital } from '../terms.ts'
import { howKnown, knownKey } from './known-key.ts'
import { pinnedLog } from './log-client.ts'
import type { Check, Checked } from './panel.ts'
import { receiptFile, type Kept } from './receipt-file.ts'

export interface CheckedReceipt extends Checked {
  receipt: Receipt
}

/** Throws Error where it cannot be checked at all: no connection, or another log's keys. */
export async function checkReceipt(kept: Kept, zone: string): Promise<CheckedReceipt> {
  const { origin, vkey, receiptKey } = await pinnedLog()
  const options = {
    vkey,
    receiptKey: gateKey(fromBase64Url(receiptKey)).bytes,
    rules: createReplayer(origin),
  }
  const found = await auditFile(await receiptFile(kept), options)
  const { receipt } = parseReceipt(encodeCanonical(kept.receipt))
  const known = howKnown(knownKey(origin, vkey))
  const checks = [...checksOf(found, known), ...inTime(receipt, zone), witnesses]
  return { verdict: found.verdict, summary: '', checks, receipt }
}

/** What was signed, where it is here. */
export const statementIn = ({ envelope }: Kept) =>
  envelope === undefined ? undefined : parseEnvelope(fromBase64(envelope)).statement

const names: Partial<Record<string, string>> = {
  receipt: 'The receipt is signed by the record’s receipt key',
  statement: 'It is about the very bytes you signed',
  entries: 'The entry holds them',
  tree: 'It is in the record',
}

const outcomes = { passed: 'passed', failed: 'failed', undecided: 'open', skipped: 'open' } as const

function checksOf({ checks, rule }: Verdict, known: string): Check[] {
  const own = checks.flatMap(({ name, outcome, detail }): Check[] => {
    const asked = names[name]
    if (asked === undefined) return []
    const more = name === 'receipt' && outcome === 'passed' ? known : detail
    return [{ name: asked, outcome: outcomes[outcome], detail: capital(more) }]
  })
  const isSaid = own.some(({ outcome }) => outcome === 'failed')
  const failed = checks.find(({ outcome }) => outcome === 'failed')
  if (!failed || isSaid) return own
  return [...own, { name: rule ?? failed.name, outcome: 'failed', detail: failed.detail }]
}

/** By the receipt's own words: when it came, and the deadline that it was held to. */
function inTime({ arrivedAt, at, deadline }: Receipt, zone: string): Check[] {
  if (deadline === undefined) return []
  const received = arrivedAt ?? at
  const apartMs = Math.abs(Date.parse(deadline) - Date.parse(received))
  const spell = apartMs < 60_000 ? `${(apartMs / 1000).toFixed(3)} seconds` : duration(apartMs)
  const name = 'It was in time'
  return received <= deadline
    ? [{ name, outcome: 'passed', detail: `Received ${spell} before the deadline` }]
    : [
        {
          name,
          outcome: 'failed',
          detail: `Received ${exactTime(received, zone)}, ${spell} after the deadline`,
        },
      ]
}

const witnesses: Check = {
  name: 'Others have seen that checkpoint',
  outcome: 'open',
  detail: 'No outside witness yet',
}
