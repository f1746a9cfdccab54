/** The first questions of every audit (ledger-format.md, section 8): is there a pinned key, did it sign the checkpoint, did enough witnesses. */
import { toBase64 } from './bytes.ts'
import { openCheckpoint, type OpenedCheckpoint } from './checkpoint.ts'
import type { Replayer, SavedHead } from './audit-export.ts'
import { LedgerError } from './error.ts'
import { type NoteKey, parseVkey } from './note.ts'
import { assertQuorum, type Policy } from './policy.ts'
import { verifyConsistency } from './tree.ts'
import { Breach, breachOf, type Report } from './verdict.ts'

export interface AuditOptions {
  /** The log's key, from a source other than the files under audit. Without it: undecided. */
  readonly vkey?: string
  /** Witnesses that must have cosigned the checkpoint. */
  readonly policy?: Policy
  /** Cosignatures before this time (Unix seconds) do not count. */
  readonly timeMin?: number
  /** Heads of this log seen before. */
  readonly savedHeads?: readonly SavedHead[]
  /** The rules, for exports: fresh for each audit. Without them signatures and decisions stay undecided. */
  readonly rules?: Replayer
  /** The receipt key's 32 bytes, for receipts, pinned like `vkey`. */
  readonly receiptKey?: Uint8Array
}

/** The pinned key; undefined, and reported, where the caller has none. */
export function pinnedKey({ vkey }: AuditOptions, report: Report): NoteKey | undefined {
  if (vkey === undefined) {
    report.undecided('pin', 'the key of the log must be known from elsewhere: none was given')
    return undefined
  }
  try {
    const key = parseVkey(vkey)
    report.pass('pin', `the log is ${key.name}, by the key that you gave`)
    return key
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    report.undecided('pin', `the key that you gave cannot be used: ${error.message}`)
    return undefined
  }
}

/** The checkpoint that this key signed, with its witnesses. Throws Breach. */
export function openHead(
  note: string,
  key: NoteKey,
  { policy, timeMin }: AuditOptions,
  report: Report,
): OpenedCheckpoint {
  const opened = breachOf('checkpoint.note', () => openCheckpoint(note, key, policy?.witnesses))
  report.log = opened.origin
  report.size = opened.size
  report.root = toBase64(opened.root)
  report.pass('checkpoint', `signed by the log, at size ${opened.size}`)
  const cosigned = opened.verified.filter(({ time }) => time !== undefined).length
  if (policy) {
    breachOf('quorum.missing', () => assertQuorum(policy, opened.verified, timeMin))
    report.pass('quorum', `${cosigned} witnesses have cosigned`)
  } else {
    report.skip('quorum', 'no policy of witnesses was given')
    report.limit('that everyone is shown the same log: no witnesses were asked for')
  }
  return opened
}

/** Compares a lone checkpoint with heads seen before. Throws Breach. */
export function compareHeads(
  { size, root }: OpenedCheckpoint,
  savedHeads: readonly SavedHead[],
  report: Report,
): void {
  let unproved = 0
  for (const head of savedHeads) {
    const [older, newer] = head.size <= size ? [head, { size, root }] : [{ size, root }, head]
    if (older.size === 0) continue
    if (older.size < newer.size && !head.path) unproved++
    else if (!verifyConsistency(older.size, newer.size, older.root, newer.root, head.path ?? []))
      throw new Breach(
        'heads.fork',
        `the checkpoint and the head of size ${head.size} are not of one log`,
      )
  }
  report.pass(
    'heads',
    `${savedHeads.length - unproved} of ${savedHeads.length} saved heads compared`,
  )
  if (unproved > 0)
    report.limit(`that the checkpoint agrees with ${unproved} saved heads of other sizes`)
}
