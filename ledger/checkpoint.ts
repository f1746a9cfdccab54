/**
 * Checkpoints, C2SP tlog-checkpoint (ledger-format.md, section 5): `<origin>\n<size>\n<base64 root>\n` in a signed note. The log's key has the
 * origin as its name. Extension lines are never written, but parsed, and covered by the signatures.
 */
import { assertBytes, fromBase64, toBase64 } from './bytes.ts'
import type { SigningKey } from './ed25519.ts'
import { LedgerError } from './error.ts'
import { type NoteKey, openNote, parseVkey, signNote, type VerifiedLine } from './note.ts'
import { isKeyName } from './shape.ts'

/** What a log says of itself: so many entries, under this root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** A checkpoint that the log has signed. */
export interface OpenedCheckpoint extends Checkpoint {
  /** The signed text. */
  readonly text: string
  /** The lines of known keys, the log's among them. */
  readonly verified: readonly VerifiedLine[]
}

/** The text to sign. Throws `argument`. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isKeyName(origin)) throw new LedgerError('argument', 'not a log origin')
  if (!Number.isSafeInteger(size) || size < 0) throw new LedgerError('argument', 'not a size')
  assertBytes(root, 32, 'root')
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/** The checkpoint of a signed text. Throws LedgerError `checkpoint`, `base64`. */
export function parseCheckpoint(text: string): Checkpoint & { extensions: readonly string[] } {
  const [origin = '', size = '', root = '', ...extensions] = text.split('\n')
  if (extensions.pop() !== '') throw new LedgerError('checkpoint', 'the last line has no newline')
  if (!isKeyName(origin)) throw new LedgerError('checkpoint', 'malformed origin')
  if (!/^(?:0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new LedgerError('checkpoint', 'malformed size')
  if (extensions.includes('')) throw new LedgerError('checkpoint', 'an empty extension line')
  const rootBytes = fromBase64(root)
  if (rootBytes.length !== 32) throw new LedgerError('checkpoint', 'the root is not 32 bytes')
  return { origin, size: Number(size), root: rootBytes, extensions }
}

/** Signs a checkpoint with the log's key; the result is the note to publish, still without witnesses. */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): string {
  return signNote(formatCheckpoint(checkpoint), checkpoint.origin, key)
}

/**
 * The checkpoint of a note, once the log's signature has verified.
 * @param vkey the log's pinned key, of which the name must be the origin
 * @param witnesses known witnesses; their lines are verified too, and need not be there
 * @throws LedgerError `note`, `signature`, `checkpoint`, `vkey`
 */
export function openCheckpoint(
  note: string,
  vkey: string | NoteKey,
  witnesses: readonly NoteKey[] = [],
): OpenedCheckpoint {
  const logKey = typeof vkey === 'string' ? parseVkey(vkey) : vkey
  const { text, verified } = openNote(note, [logKey, ...witnesses])
  if (logKey.type !== 'note' || !verified.some(({ key }) => key === logKey))
    throw new LedgerError('signature', 'the log has not signed the checkpoint')
  const { origin, size, root } = parseCheckpoint(text)
  if (origin !== logKey.name)
    throw new LedgerError('checkpoint', 'another origin than that of the key')
  return { origin, size, root, text, verified }
}
