/**
 * Audits of exports (ledger-format.md, section 8): one procurement or a whole log. The answer is verified, refuted or undecided, and nothing is
 * thrown for the input's sake. Pinned keys come from the caller: a file that brings its own key proves nothing.
 */
import { ExportWalk, type SignatureCheck } from './audit-export.ts'
import { damagedEntry } from './audit-form.ts'
import { type AuditOptions, openHead, pinnedKey } from './audit-head.ts'
import {
  auditReceipt,
  parseReceiptFile,
  type ReceiptFile,
  RECEIPT_FILE_FORMAT,
} from './audit-proof.ts'
import { equalBytes, utf8 } from './bytes.ts'
import { verifySignature, verifySignatureAsync } from './ed25519.ts'
import { LedgerError } from './error.ts'
import { parseExport, type RecordExport } from './export.ts'
import { Breach, Report, type Verdict } from './verdict.ts'

/**
 * Audits a file, an export or a receipt file, whatever its bytes are.
 * @param bytes the file
 * @param options what is pinned, and the rules
 */
export async function auditFile(bytes: Uint8Array, options: AuditOptions): Promise<Verdict> {
  try {
    const file = parseFile(bytes)
    return file.format === RECEIPT_FILE_FORMAT
      ? auditReceipt(file, options)
      : await auditExportAsync(file, options)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const report = new Report()
    report.fail(new Breach('file.form', `${error.code}: ${error.message}`, damagedEntry(bytes)))
    return report.verdict()
  }
}

function parseFile(bytes: Uint8Array): RecordExport | ReceiptFile {
  // A receipt file says so in its first bytes, in the only form that it has.
  const start = utf8(`{"format":"${RECEIPT_FILE_FORMAT}"`)
  return equalBytes(bytes.subarray(0, start.length), start)
    ? parseReceiptFile(bytes)
    : parseExport(bytes)
}

/** Audits an export. */
export function auditExport(record: RecordExport, options: AuditOptions): Verdict {
  const audit = new ExportAudit(record, options)
  try {
    verifyInTurn(audit.steps())
  } catch (error) {
    audit.stop(error)
  }
  return audit.verdict()
}

/** Audits an export with the signatures verified many at once, where Node's thread pool is there. */
export async function auditExportAsync(
  record: RecordExport,
  options: AuditOptions,
): Promise<Verdict> {
  const audit = new ExportAudit(record, options)
  try {
    await verifyInParallel(audit.steps())
  } catch (error) {
    audit.stop(error)
  }
  return audit.verdict()
}

function verifyInTurn(checks: Iterable<SignatureCheck>): void {
  const waiting: SignatureCheck[] = []
  const settle = () => {
    for (const { key, message, signature, index } of waiting.splice(0))
      if (!verifySignature(key, message, signature)) throw invalidSignature(index)
  }
  try {
    for (const check of checks) if (waiting.push(check) === RUN) settle()
  } finally {
    settle()
  }
}

/** Signatures checked in one go: the processor's cache holds either what the walk needs or what they need. */
const RUN = 512
/** Signatures in flight: enough to keep the pool busy while the walk goes on. */
const BATCH = 64

/** Lets the walk run ahead of the signatures. An invalid one counts before whatever the walk met after it. */
async function verifyInParallel(checks: Iterable<SignatureCheck>): Promise<void> {
  const running: Promise<number | undefined>[] = []
  const settle = async (count: number) => {
    const invalid = (await Promise.all(running.splice(0, count))).find(
      (index) => index !== undefined,
    )
    if (invalid !== undefined) throw invalidSignature(invalid)
  }
  try {
    for (const check of checks) {
      running.push(indexIfInvalid(check))
      if (running.length === 2 * BATCH) await settle(BATCH)
    }
  } finally {
    await settle(running.length)
  }
}

async function indexIfInvalid(check: SignatureCheck): Promise<number | undefined> {
  const { key, message, signature, index } = check
  return (await verifySignatureAsync(key, message, signature)) ? undefined : index
}

function invalidSignature(index: number): Breach {
  return new Breach('signatures.invalid', 'the signature does not verify', index)
}

/** One audit: the questions about the head, then the walk, then the report. */
class ExportAudit {
  readonly #record: RecordExport
  readonly #options: AuditOptions
  readonly #report = new Report()
  #walk: ExportWalk | undefined

  constructor(record: RecordExport, options: AuditOptions) {
    this.#record = record
    this.#options = options
  }

  /** Asks in order; hands out the signatures to check. Throws Breach. */
  *steps(): Generator<SignatureCheck, void, void> {
    const key = pinnedKey(this.#options, this.#report)
    if (!key) return
    if (this.#record.vkey !== this.#options.vkey)
      throw new Breach('pin.vkey', 'the export names another log key than the one you gave')
    const checkpoint = openHead(this.#record.checkpoint, key, this.#options, this.#report)
    if (this.#record.origin !== checkpoint.origin)
      throw new Breach('checkpoint.origin', 'the export names another log than its checkpoint')
    const { rules, savedHeads = [] } = this.#options
    this.#walk = new ExportWalk(this.#record, {
      checkpoint,
      logKey: key.key.bytes,
      rules,
      savedHeads,
    })
    yield* this.#walk.steps()
  }

  /** Ends the audit at a breach; rethrows faults. */
  stop(error: unknown): void {
    if (!(error instanceof Breach)) throw error
    this.#report.fail(error)
  }

  verdict(): Verdict {
    const report = this.#report
    report.entries = this.#record.entries.length
    if (this.#walk) {
      report.verified = this.#verifiedCount(this.#walk)
      report.hidden = this.#walk.hidden
      this.#reportWalk(this.#walk)
    }
    return report.verdict()
  }

  /** Entries before the first bad one; all that were walked, where no single one is bad. */
  #verifiedCount({ walked }: ExportWalk): number {
    const firstBad = this.#report.breach?.index
    if (firstBad === undefined) return walked
    return Math.min(walked, this.#record.entries.filter(({ index }) => index < firstBad).length)
  }

  #reportWalk(walk: ExportWalk): void {
    const record = this.#record
    const { rules, savedHeads = [] } = this.#options
    const failed = this.#report.breach?.check
    const isWhole = record.scope === 'log'
    const details: Record<string, string> = {
      entries: `${walk.walked} entries are canonical, in order and linked`,
      tree: isWhole
        ? 'the tree of all entries has the signed root'
        : 'each entry is proved under the signed root',
      signatures: 'each statement is signed by a key valid at its index',
      chains: isWhole ? "no procurement's chain has a gap" : "the procurement's chain has no gap",
      seals: `${record.revealed.length} sealed statements revealed, ${walk.hidden} entries hidden`,
      heads: `${savedHeads.length} saved heads and the heads that statements cite, but for ${walk.unprovedHeads}`,
      payloads: `${record.payloads.length} payloads open their commitments`,
      rules: decidedBy(walk),
    }
    for (const [name, detail] of Object.entries(details)) {
      if (name === failed) continue
      if (failed !== undefined) this.#report.skip(name, 'the audit stopped at what is wrong')
      else if (!rules && (name === 'signatures' || name === 'rules'))
        this.#report.undecided(name, 'no rules were given to say which keys count')
      else this.#report.pass(name, detail)
    }
    this.#reportLimits(walk, isWhole)
  }

  #reportLimits(walk: ExportWalk, isWhole: boolean): void {
    this.#report.limit(
      'who the persons behind the ids are',
      "that the times are right: they are the log's own, bounded only by cosignatures",
    )
    if (!isWhole)
      this.#report.limit(
        'that nothing came after the last entry shown',
        'that no entry of the register was left out (a key taken back, a role ended, a newer list): a whole log shows it',
      )
    if (walk.hidden > 0) this.#report.limit(`what the ${walk.hidden} hidden entries say`)
    if (walk.unprovedHeads > 0)
      this.#report.limit(
        `that ${walk.unprovedHeads} heads of other sizes are of this log: a whole log shows it`,
      )
  }
}

/** How far the rules could judge, and which entries they could not. */
function decidedBy({ walked, unjudged }: ExportWalk): string {
  if (unjudged.length === 0) return `the rules, replayed, decide all ${walked} entries the same`
  const decided = walked - unjudged.length
  return (
    `the rules, replayed, decide ${decided} of ${walked} entries the same; ${unjudged.length} could not be judged ` +
    `by what is disclosed: ${rangesOf(unjudged)}`
  )
}

/** Ranges that a line can name. */
const RANGES_MAX = 40

/** Ascending indexes in words: `3, 5–8`. */
function rangesOf(indexes: readonly number[]): string {
  const ranges: [first: number, last: number][] = []
  for (const index of indexes) {
    const range = ranges.at(-1)
    if (range && range[1] === index - 1) range[1] = index
    else ranges.push([index, index])
  }
  const named = ranges.slice(0, RANGES_MAX).map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`))
  const rest = ranges.length - named.length
  return named.join(', ') + (rest === 0 ? '' : ` and ${rest} more ranges`)
}
