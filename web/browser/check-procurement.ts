/**
 * Checks a whole procurement in the browser: the same audit, with the same rules, that `tenderbook verify` runs on the
 * same file. The key is the one this browser knows, not the one in the file.
 */
import './without-eval.ts'
import { auditFile, parseExport, type Verdict } from '../../ledger/index.ts'
import { createReplayer } from '../../procurement/index.ts'
import { howKnown, knownKey } from './known-key.ts'
import type { Check, Checked } from './panel.ts'

export async function checkProcurement(source: string): Promise<Checked> {
  const response = await fetch(source)
  if (!response.ok) throw new Error(`${source} answered ${response.status}`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { origin, vkey } = parseExport(bytes)
  const known = knownKey(origin, vkey)
  const verdict = await auditFile(bytes, { vkey: known.vkey, rules: createReplayer(origin) })
  return {
    verdict: verdict.verdict,
    summary: summaryOf(verdict),
    checks: checksOf(verdict, howKnown(known)),
  }
}

/** The verdict in a sentence; never without how much of it nobody could judge. */
export function summaryOf(found: Verdict): string {
  const { verdict, verified, entries, hidden, firstBadIndex, rule } = found
  const open = hidden === 0 ? '' : ` ${hidden} of them only as far as they are disclosed.`
  if (verdict === 'verified') return `Verified, ${verified} of ${entries} entries.${open}`
  if (verdict === 'undecided') return `Cannot be decided: ${verified} of ${entries} entries hold.`
  return `Refuted${firstBadIndex === undefined ? '' : `: entry ${firstBadIndex}`}, ${rule ?? 'see below'}.`
}

const outcomes = { passed: 'passed', failed: 'failed', undecided: 'open', skipped: 'open' } as const

/** The audit's questions, as a reader asks them. */
const names: Partial<Record<string, string>> = {
  pin: 'The log is the one this browser knows',
  checkpoint: 'The record stands by it',
  quorum: 'Outsiders saw the same record',
  entries: 'Every entry is unchanged',
  tree: 'Every entry is in the record',
  signatures: 'Every signature is good',
  chains: 'No step is missing',
  seals: 'What was sealed is what was shown',
  heads: 'Everybody who signed saw this record',
  payloads: 'Documents are the ones that were signed for',
  rules: 'The rules decide as the record did',
}

/** Every check, and after them what even a good answer leaves open. */
export const checksOf = ({ checks, doesNotProve }: Verdict, known: string): Check[] => [
  ...checks.map(({ name, outcome, detail }) => ({
    outcome: outcomes[outcome],
    name: names[name] ?? name,
    detail: name === 'pin' ? known : detail,
  })),
  ...doesNotProve.map((detail) => ({ outcome: 'open' as const, name: 'Not proved', detail })),
]
