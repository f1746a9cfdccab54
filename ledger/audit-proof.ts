/**
 * Audits of single things (ledger-format.md, section 8): one entry by its proof, one act by its receipt. What a receipt file
 * leaves out makes the answer undecided, never better.
 */
import { type AuditOptions, compareHeads, openHead, pinnedKey } from './audit-head.ts'
import { equalBytes, fromBase64, text, toBase64Url, utf8 } from './bytes.ts'
import { parseJson } from './canonical.ts'
import { gateKey } from './ed25519.ts'
import { blindHash, type Entry, leafHash, parseEntry } from './entry.ts'
import { LedgerError } from './error.ts'
import type { NoteKey } from './note.ts'
import { parseProof } from './proof.ts'
import { type Receipt, verifyReceipt } from './receipt.ts'
import { members, readForm, readString } from './shape.ts'
import { hashFromText, parseEnvelope, type SignedStatement } from './statement.ts'
import { verifyInclusion } from './tree.ts'
import { Breach, breachOf, Report, type Verdict } from './verdict.ts'

export const RECEIPT_FILE_FORMAT = 'tenderbook-receipt/1'

/** What a person keeps of an act. All but `proof` and `format` are standard base64. */
export interface ReceiptFile {
  readonly format: typeof RECEIPT_FILE_FORMAT
  /** The signed receipt's envelope. */
  readonly receipt: string
  /** The statement's envelope. */
  readonly statement?: string
  readonly entry?: string
  /** The `.tlog-proof`, once a checkpoint covers the entry. */
  readonly proof?: string
}

/** The file of a receipt. */
export function encodeReceiptFile(file: ReceiptFile): Uint8Array {
  return utf8(receiptFileText(file))
}

function receiptFileText({ format, receipt, statement, entry, proof }: ReceiptFile): string {
  return JSON.stringify({ format, receipt, statement, entry, proof })
}

/** The receipt file of its bytes. Throws LedgerError. */
export function parseReceiptFile(bytes: Uint8Array): ReceiptFile {
  const received = text(bytes)
  const file = members(parseJson(received), ['format', 'receipt'], ['statement', 'entry', 'proof'])
  readForm(
    file['format'],
    'format',
    (format) => format === RECEIPT_FILE_FORMAT,
    RECEIPT_FILE_FORMAT,
  )
  for (const name of ['receipt', 'statement', 'entry', 'proof'])
    if (name in file) readString(file[name], name)
  // Every member has just been read.
  const parsed = file as unknown as ReceiptFile
  const written = receiptFileText(parsed)
  if (received !== written && received !== `${written}\n`)
    throw new LedgerError(
      'receipt',
      'the file is not as it was written: spacing, order or spelling differ',
    )
  return parsed
}

/** Audits one entry by its proof: the log's signed checkpoint covers these bytes at the index that they name. */
export function auditProof(entry: Uint8Array, proof: string, options: AuditOptions): Verdict {
  return judge(options, (inquiry) => {
    const { report } = inquiry
    const parsed = breachOf('entries.form', () => parseEntry(entry))
    const index = proveLeaf(leafHash(entry), proof, inquiry)
    if (parsed.index !== index || parsed.log !== report.log)
      throw new Breach(
        'entries.index',
        'the entry names another place than the proof',
        parsed.index,
      )
    report.pass('entries', `the entry is canonical and names index ${index}`)
    report.verified = 1
    report.hidden = parsed.dsse ? 0 : 1
    report.limit(
      "that the actor's key was valid and the act allowed: the procurement's export shows it",
    )
  })
}

/** Audits a receipt file: the service promised this entry for this statement, and the log kept the promise. */
export function auditReceipt(file: ReceiptFile, options: AuditOptions): Verdict {
  return judge(options, (inquiry) => {
    const { report } = inquiry
    const receipt = openReceipt(file.receipt, inquiry)
    if (!receipt) return
    const statement =
      file.statement === undefined ? undefined : checkStatement(file.statement, receipt)
    if (statement) report.pass('statement', 'the receipt is for this statement')
    else report.skip('statement', 'the file holds no statement')
    if (file.entry === undefined) report.skip('entries', 'the file holds no entry')
    else checkEntry(file.entry, receipt, statement)
    if (file.entry !== undefined) report.pass('entries', 'the entry is the one promised')
    checkPromise(file.proof, receipt, inquiry)
  })
}

/** What the checks of one audit share. */
interface Inquiry {
  readonly logKey: NoteKey
  readonly options: AuditOptions
  readonly report: Report
}

/** Runs the checks in order up to the first breach; none without a pinned key. */
function judge(options: AuditOptions, check: (inquiry: Inquiry) => void): Verdict {
  const report = new Report()
  report.entries = 1
  const logKey = pinnedKey(options, report)
  try {
    if (logKey) check({ logKey, options, report })
  } catch (error) {
    if (!(error instanceof Breach)) throw error
    report.fail(error)
  }
  return report.verdict()
}

/** The receipt, signed by the pinned receipt key of the pinned log. */
function openReceipt(envelope: string, { logKey, options, report }: Inquiry): Receipt | undefined {
  const { receiptKey } = options
  if (!receiptKey) {
    report.undecided('receipt', 'the receipt key must be known from elsewhere: none was given')
    return undefined
  }
  const verify = () => verifyReceipt(fromBase64(envelope), gateKey(receiptKey))
  const receipt = breachOf('receipt.signature', verify)
  if (receipt.log !== logKey.name) throw new Breach('receipt.log', 'the receipt is of another log')
  report.log = receipt.log
  report.pass('receipt', `signed: ${receipt.decision}, at index ${receipt.index}`)
  return receipt
}

function checkStatement(envelope: string, receipt: Receipt): SignedStatement {
  const signed = breachOf(
    'statement.form',
    () => parseEnvelope(fromBase64(envelope)),
    receipt.index,
  )
  if (toBase64Url(signed.hash) !== receipt.statementHash)
    throw new Breach('statement.hash', 'the receipt is for another statement', receipt.index)
  return signed
}

/** The entry's bytes are those whose leaf hash was promised, and hold the statement in the open or blinded. */
function checkEntry(
  base64: string,
  receipt: Receipt,
  statement: SignedStatement | undefined,
): void {
  const { index } = receipt
  const bytes = breachOf('entries.form', () => fromBase64(base64), index)
  const entry = breachOf('entries.form', () => parseEntry(bytes), index)
  if (toBase64Url(leafHash(bytes)) !== receipt.leaf)
    throw new Breach('entries.leaf', 'the entry is not the one promised', index)
  if (entry.index !== index || entry.log !== receipt.log || entry.at !== receipt.at)
    throw new Breach(
      'entries.index',
      'the entry names another place or time than the receipt',
      index,
    )
  if (!holds(entry, receipt, statement))
    throw new Breach('entries.statement', 'the entry holds another statement', index)
}

function holds(entry: Entry, receipt: Receipt, statement: SignedStatement | undefined): boolean {
  if (entry.dsse) return toBase64Url(entry.dsse.hash) === receipt.statementHash
  // Without the statement or the blind nothing speaks against it: `statement` is then reported as skipped.
  if (!statement || receipt.blind === undefined) return true
  return equalBytes(blindHash(hashFromText(receipt.blind), statement.envelope), entry.blindHash)
}

function checkPromise(proof: string | undefined, receipt: Receipt, inquiry: Inquiry): void {
  const { report } = inquiry
  if (proof === undefined) {
    report.undecided('tree', `promised within ${receipt.mmdMs} ms; the file holds no proof yet`)
    return
  }
  if (proveLeaf(hashFromText(receipt.leaf), proof, inquiry) !== receipt.index)
    throw new Breach('tree.index', 'the proof is for another index than promised', receipt.index)
  report.verified = 1
  report.limit('what was decided later: the export of the procurement shows it')
}

/** The index at which a checkpoint of the pinned log covers this leaf. */
function proveLeaf(leaf: Uint8Array, proof: string, { logKey, options, report }: Inquiry): number {
  const { index, path, checkpoint } = breachOf('tree.proof', () => parseProof(proof))
  const head = openHead(checkpoint, logKey, options, report)
  if (!verifyInclusion(index, head.size, leaf, path, head.root))
    throw new Breach('tree.inclusion', 'the checkpoint does not cover this leaf', index)
  report.pass('tree', `the checkpoint covers the leaf at index ${index}`)
  compareHeads(head, options.savedHeads ?? [], report)
  return index
}
