/**
 * `tenderbook verify`: audits files (or what an address serves) offline, with the log's keys as pinned here or given, and
 * nothing else. Exports of a procurement or of a whole log, receipt files, and an entry with its `.tlog-proof`. The
 * verdict and every check are the pure code's own; this file only reads and prints.
 */
import {
  auditFile,
  auditProof,
  EXIT_CODES,
  fromBase64Url,
  gateKey,
  hashFromText,
  parseProof,
  text,
  type AuditOptions,
  type Verdict,
} from '../ledger/index.ts'
import { createReplayer } from '../procurement/index.ts'
import { CliError, type ExitCode } from './exit.ts'
import type { Head, Pins } from './home.ts'
import { readInput, reasonOf } from './input.ts'
import { style, type Report } from './report.ts'

/** What is verified against: pinned keys, and heads that were verified before. */
export interface Trust {
  vkey: string
  receiptKey?: string
  heads?: readonly Head[]
}

/** Origin of a verifier key: the key's name is the log's. */
export function originOf(vkey: string): string {
  return vkey.split('+')[0] ?? ''
}

export function trustIn({ vkey, receiptKey }: Pins, heads: readonly Head[] = []): Trust {
  return { vkey, receiptKey, heads }
}

/** Audits one file's bytes. `proof`: the text of the `.tlog-proof` where the file is a single entry. */
export async function verifyBytes(
  bytes: Uint8Array,
  trust: Trust,
  proof?: string,
): Promise<Verdict> {
  const options = optionsOf(trust)
  return proof === undefined ? await auditFile(bytes, options) : auditProof(bytes, proof, options)
}

/** Audits a file; an entry's proof lies beside it as `<file>.tlog-proof` or is given. */
export async function verifyFile(path: string, trust: Trust, proofPath?: string): Promise<Verdict> {
  const bytes = await readInput(path)
  const proof = proofPath === undefined ? undefined : await readProof(proofPath)
  return await verifyBytes(bytes, trust, proof)
}

/** A proof that is none is a wrong file, not a refuted entry. */
async function readProof(path: string): Promise<string> {
  const bytes = await readInput(path)
  try {
    const proof = text(bytes)
    parseProof(proof)
    return proof
  } catch (error) {
    throw new CliError(`${path} is no .tlog-proof: ${reasonOf(error)}.`, 2, { cause: error })
  }
}

function optionsOf({ vkey, receiptKey, heads = [] }: Trust): AuditOptions {
  return {
    vkey,
    rules: createReplayer(originOf(vkey)),
    savedHeads: heads.map(({ size, root }) => ({ size, root: hashFromText(root) })),
    ...(receiptKey === undefined ? {} : { receiptKey: readKey(receiptKey) }),
  }
}

function readKey(receiptKey: string): Uint8Array {
  try {
    return gateKey(fromBase64Url(receiptKey)).bytes
  } catch (error) {
    const why = reasonOf(error)
    throw new CliError(`The receipt key is no Ed25519 key in base64url: ${why}.`, 2, {
      cause: error,
    })
  }
}

/** "verified, 41 of 41", or what is wrong and where. */
export function sentenceOf(verdict: Verdict): string {
  const { verified, entries, hidden, firstBadIndex, rule } = verdict
  const count = `${verified} of ${entries}`
  const hides = hidden === 0 ? '' : ` (${hidden} only as far as they are disclosed)`
  if (verdict.verdict === 'verified') return style.green(`verified, ${count}${hides}`)
  const where = firstBadIndex === undefined ? '' : ` at entry ${firstBadIndex}`
  if (verdict.verdict === 'refuted') return style.red(`refuted${where}: ${rule ?? ''}, ${count}`)
  return `undecided: ${verdict.checks.find(({ outcome }) => outcome === 'undecided')?.detail ?? ''}`
}

/** One line for each check, the verdict, and what it does not prove. */
export function printVerdict(report: Report, name: string, verdict: Verdict): ExitCode {
  report.line(style.bold(name))
  for (const { name: check, outcome, detail } of verdict.checks)
    report.line(`  ${marks[outcome]} ${check.padEnd(12)} ${detail}`)
  for (const limit of verdict.doesNotProve) report.line(style.dim(`    does not prove ${limit}`))
  report.line(`  ${sentenceOf(verdict)}`)
  if (verdict.rule === 'file.form')
    report.line(
      '  This is no export, no receipt and no entry as Tenderbook writes them. Is it the right file?',
    )
  return EXIT_CODES[verdict.verdict] as ExitCode
}

const marks = { passed: '✓', failed: '✗', undecided: '?', skipped: '–' }
