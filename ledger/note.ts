/**
 * Signed notes, C2SP signed-note (ledger-format.md, section 5): a text, an empty line, and lines `— <name> <base64(key id ‖ signature)>`.
 * Written keys are `<name>+<key id in hex>+<base64(type ‖ public key)>`, called vkeys.
 * Lines of unknown keys are ignored. A known key's line that does not verify refuses the whole note, and so does a note
 * without any known key. Refused too: over 64 KiB, over 16 signature lines, two lines of one key, any second spelling.
 */
import { concatBytes, equalBytes, fromBase64, toBase64, toHex, u64be, utf8 } from './bytes.ts'
import { gateKey, type PublicKey, type SigningKey, signingKey, verifySignature } from './ed25519.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import { isKeyName } from './shape.ts'

export const NOTE_SIZE_MAX = 65_536
export const NOTE_SIGNATURES_MAX = 16

/** What a key signs: a note's text as it is, or a checkpoint with the time of seeing it. */
export type NoteKeyType = 'note' | 'cosignature'

const TYPE_BYTES: Record<NoteKeyType, number> = { note: 0x01, cosignature: 0x04 }

/** A public key under a name. */
export interface NoteKey {
  readonly name: string
  readonly type: NoteKeyType
  /** 4 bytes: a hint, not an identity. */
  readonly id: Uint8Array
  readonly key: PublicKey
}

/** One signature line, unverified; `signature` follows the key id. */
export interface NoteSignature {
  readonly name: string
  readonly id: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** The signed text, with its last newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** H(name ‖ newline ‖ type ‖ public key), the first 4 bytes. */
export function noteKeyId(name: string, type: NoteKeyType, pub: Uint8Array): Uint8Array {
  return sha256(utf8(`${name}\n`), Uint8Array.of(TYPE_BYTES[type]), pub).slice(0, 4)
}

/** The vkey text of a public key. */
export function formatVkey(name: string, pub: Uint8Array, type: NoteKeyType = 'note'): string {
  assertName(name)
  return `${name}+${toHex(noteKeyId(name, type, pub))}+${toBase64(concatBytes(Uint8Array.of(TYPE_BYTES[type]), pub))}`
}

/** The key of a vkey text. Throws LedgerError `vkey`, or `key` where the gate refuses it. */
export function parseVkey(vkey: string): NoteKey {
  const [name = '', hexId = '', base64 = '', ...rest] = splitWrittenKey(vkey)
  const [type, pub] = readTypedKey(base64)
  if (rest.length > 0 || !isKeyName(name)) throw new LedgerError('vkey', 'not a vkey name+id+key')
  const id = noteKeyId(name, type, pub)
  if (hexId !== toHex(id)) throw new LedgerError('vkey', 'the key id does not belong to the key')
  return { name, type, id, key: gateKey(pub) }
}

/** The secret text of a note key's seed: `PRIVATE+KEY+<name>+<key id>+<base64(0x01 ‖ seed)>`. */
export function formatNoteSecret(name: string, seed: Uint8Array): string {
  assertName(name)
  const id = toHex(noteKeyId(name, 'note', signingKey(seed).pub))
  return `${SECRET_PREFIX}${name}+${id}+${toBase64(concatBytes(Uint8Array.of(TYPE_BYTES.note), seed))}`
}

/** Name and seed of a secret text. Throws LedgerError `vkey`; the message never shows the text. */
export function parseNoteSecret(secret: string): { name: string; seed: Uint8Array } {
  if (!secret.startsWith(SECRET_PREFIX)) throw new LedgerError('vkey', 'not a secret note key')
  const [name = '', hexId = '', base64 = '', ...rest] = splitWrittenKey(
    secret.slice(SECRET_PREFIX.length),
  )
  const [type, seed] = readTypedKey(base64)
  if (rest.length > 0 || !isKeyName(name) || type !== 'note')
    throw new LedgerError('vkey', 'not a secret note key')
  if (hexId !== toHex(noteKeyId(name, 'note', signingKey(seed).pub)))
    throw new LedgerError('vkey', 'the key id does not belong to the secret key')
  return { name, seed }
}

const SECRET_PREFIX = 'PRIVATE+KEY+'

/** Name, id and key: base64 itself may contain `+`. */
function splitWrittenKey(written: string): string[] {
  const [name = '', hexId = '', ...base64] = written.split('+')
  return [name, hexId, base64.join('+')]
}

function readTypedKey(base64: string): [NoteKeyType, Uint8Array] {
  const bytes = fromBase64(base64)
  const type = bytes[0] === 0x01 ? 'note' : bytes[0] === 0x04 ? 'cosignature' : undefined
  if (!type || bytes.length !== 33)
    throw new LedgerError(
      'vkey',
      'only Ed25519 keys of the types note (1) and cosignature (4) are known',
    )
  return [type, bytes.subarray(1)]
}

/** One signature line, with its newline. */
export function signatureLine({ name, id, signature }: NoteSignature): string {
  return `— ${name} ${toBase64(concatBytes(id, signature))}\n`
}

/** Signs a text under a name; the result is a note with one signature line. */
export function signNote(text: string, name: string, key: SigningKey): string {
  assertName(name)
  assertText(text)
  const id = noteKeyId(name, 'note', key.pub)
  return `${text}\n${signatureLine({ name, id, signature: key.sign(utf8(text)) })}`
}

/** The parts of a note; verifies nothing. Throws LedgerError `note`, `base64`. */
export function parseNote(note: string): Note {
  if (note.length > NOTE_SIZE_MAX || utf8(note).length > NOTE_SIZE_MAX)
    throw new LedgerError('note', 'the note exceeds 64 KiB')
  const end = note.lastIndexOf('\n\n')
  if (end < 0) throw new LedgerError('note', 'the note has no signatures')
  const text = note.slice(0, end + 1)
  assertText(text)
  const lines = note.slice(end + 2).split('\n')
  if (lines.pop() !== '' || lines.length === 0)
    throw new LedgerError('note', 'the note must end with a signature line and a newline')
  if (lines.length > NOTE_SIGNATURES_MAX)
    throw new LedgerError('note', `more than ${NOTE_SIGNATURES_MAX} signatures`)
  const signatures = lines.map(parseSignatureLine)
  const keys = new Set(signatures.map(({ name, id }) => `${name} ${toHex(id)}`))
  if (keys.size !== signatures.length) throw new LedgerError('note', 'two signatures of one key')
  return { text, signatures }
}

function parseSignatureLine(line: string): NoteSignature {
  const match = /^— ([^ ]+) ([^ ]+)$/.exec(line)
  const [, name = '', base64 = ''] = match ?? []
  if (!isKeyName(name)) throw new LedgerError('note', 'malformed signature line')
  const bytes = fromBase64(base64)
  if (bytes.length < 5) throw new LedgerError('note', 'a signature line without signature')
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) }
}

/** A line of a known key that verified; `time` in Unix seconds, of cosignatures only. */
export interface VerifiedLine {
  readonly key: NoteKey
  readonly time?: number
}

/**
 * Parses the note and verifies the lines of the known keys.
 * @throws LedgerError `note`; `signature` where a known key's line fails or no known key signed
 */
export function openNote(
  note: string,
  known: readonly NoteKey[],
): Note & { verified: readonly VerifiedLine[] } {
  const parsed = parseNote(note)
  const verified: VerifiedLine[] = []
  for (const line of parsed.signatures) {
    const key = known.find((k) => k.name === line.name && equalBytes(k.id, line.id))
    if (key) verified.push(verifyLine(parsed.text, line, key))
  }
  if (verified.length === 0) throw new LedgerError('signature', 'no known key signed the note')
  return { ...parsed, verified }
}

function verifyLine(text: string, { signature }: NoteSignature, key: NoteKey): VerifiedLine {
  const failed = () => new LedgerError('signature', `the signature of ${key.name} does not verify`)
  if (key.type === 'note') {
    if (!verifySignature(key.key, utf8(text), signature)) throw failed()
    return { key }
  }
  if (signature.length !== 72) throw failed()
  const view = new DataView(signature.buffer, signature.byteOffset, signature.length)
  const time = Number(view.getBigUint64(0))
  if (time === 0 || !Number.isSafeInteger(time)) throw failed()
  if (!verifySignature(key.key, cosignedBytes(text, time), signature.subarray(8))) throw failed()
  return { key, time }
}

/** A witness's signature line over a checkpoint's whole text, C2SP tlog-cosignature; `time` in Unix seconds, not 0. */
export function cosignatureLine(
  text: string,
  witness: { name: string; key: SigningKey; time: number },
): string {
  const { name, key, time } = witness
  assertName(name)
  if (!Number.isSafeInteger(time) || time < 1)
    throw new LedgerError('argument', 'a cosignature needs a time')
  const signature = concatBytes(u64be(time), key.sign(cosignedBytes(text, time)))
  return signatureLine({ name, id: noteKeyId(name, 'cosignature', key.pub), signature })
}

function cosignedBytes(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

function assertName(name: string): void {
  if (!isKeyName(name)) throw new LedgerError('argument', 'a key name has no spaces and no +')
}

function assertText(text: string): void {
  if (!text.endsWith('\n')) throw new LedgerError('note', 'the text must end with a newline')
  if (/[^\P{Cc}\n]|\p{Cs}/u.test(text))
    throw new LedgerError('note', 'control characters in the text')
}
