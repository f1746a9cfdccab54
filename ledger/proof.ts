/**
 * Proofs of inclusion as files, C2SP tlog-proof (ledger-format.md, section 6): what a person keeps beside an entry, or beside a receipt,
 * to show offline that the log's signed checkpoint covers it. `extra` bytes are not authenticated.
 */
import { fromBase64, toBase64 } from './bytes.ts'
import { openCheckpoint, type OpenedCheckpoint } from './checkpoint.ts'
import { leafHash } from './entry.ts'
import { LedgerError } from './error.ts'
import { NOTE_SIZE_MAX, type NoteKey } from './note.ts'
import { assertQuorum, type Policy } from './policy.ts'
import { verifyInclusion } from './tree.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 leaves needs no more. */
const PATH_MAX = 53
const EXTRA_SIZE_MAX = 65_536

export interface Proof {
  readonly index: number
  /** The leaf's sibling first; 32 bytes each. */
  readonly path: readonly Uint8Array[]
  /** The checkpoint's note. */
  readonly checkpoint: string
  readonly extra?: Uint8Array
}

/** What a proof is checked against. */
export interface Pinned {
  /** The log's key, from a source other than the file under test. */
  readonly vkey: string | NoteKey
  /** Witnesses that must have cosigned. */
  readonly policy?: Policy
  /** Cosignatures before this time (Unix seconds) do not count. */
  readonly timeMin?: number
}

/** The text of a proof. */
export function formatProof({ index, path, checkpoint, extra }: Proof): string {
  const lines = [
    HEADER,
    ...(extra ? [`extra ${toBase64(extra)}`] : []),
    `index ${index}`,
    ...path.map(toBase64),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** The parts of a proof; verifies nothing. Throws LedgerError `proof`, `base64`. */
export function parseProof(text: string): Proof {
  if (text.length > 2 * EXTRA_SIZE_MAX + NOTE_SIZE_MAX)
    throw new LedgerError('proof', 'the proof is too large')
  const end = text.indexOf('\n\n')
  if (end < 0) throw new LedgerError('proof', 'the proof has no checkpoint')
  const [header, ...lines] = text.slice(0, end).split('\n')
  if (header !== HEADER) throw new LedgerError('proof', `a proof begins with ${HEADER}`)
  const extra = lines[0]?.startsWith('extra ')
    ? fromBase64(lines.shift()?.slice(6) ?? '')
    : undefined
  const index = readIndex(lines.shift())
  if (lines.length > PATH_MAX) throw new LedgerError('proof', 'the path is too long')
  const path = lines.map(readHash)
  return { index, path, checkpoint: text.slice(end + 2), ...(extra ? { extra } : {}) }
}

function readIndex(line = ''): number {
  const index = /^index (0|[1-9]\d*)$/.exec(line)?.[1]
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    throw new LedgerError('proof', 'malformed index line')
  return Number(index)
}

function readHash(line: string): Uint8Array {
  const hash = fromBase64(line)
  if (hash.length !== 32) throw new LedgerError('proof', 'a hash of the path is not 32 bytes')
  return hash
}

/**
 * Checks that the log's checkpoint covers these entry bytes, and returns where.
 * @throws LedgerError: `proof` where they are not included, those of `openCheckpoint`, `quorum`
 */
export function verifyProof(
  entry: Uint8Array,
  proof: string,
  pinned: Pinned,
): OpenedCheckpoint & { index: number } {
  return verifyLeafProof(leafHash(entry), proof, pinned)
}

/** As `verifyProof`, for whoever has only the leaf hash: a receipt names it. */
export function verifyLeafProof(
  leaf: Uint8Array,
  proof: string,
  pinned: Pinned,
): OpenedCheckpoint & { index: number } {
  const { index, path, checkpoint } = parseProof(proof)
  const opened = openPinned(checkpoint, pinned)
  if (!verifyInclusion(index, opened.size, leaf, path, opened.root))
    throw new LedgerError('proof', `the checkpoint does not cover this leaf at index ${index}`)
  return { ...opened, index }
}

/** The checkpoint that the pinned log signed and, where a policy is given, enough witnesses. */
export function openPinned(note: string, { vkey, policy, timeMin }: Pinned): OpenedCheckpoint {
  const opened = openCheckpoint(note, vkey, policy?.witnesses)
  if (policy) assertQuorum(policy, opened.verified, timeMin)
  return opened
}
