/**
 * Statements (ledger-format.md, section 2): one act, signed by its actor, meant for one log. What is checked here is the form
 * that all types share; what a type's payload means, and whether the act is allowed, is for the rules.
 */
import { assertBytes, fromBase64Url, toBase64Url } from './bytes.ts'
import { encodeCanonical, type JsonObject } from './canonical.ts'
import {
  type DocumentParts,
  pae,
  parseBody,
  parseEnvelopeParts,
  SignedDocument,
  verifyDocument,
  verifyDocumentAsync,
  BODY_SIZE_MAX,
} from './dsse.ts'
import type { PublicKey, SigningKey } from './ed25519.ts'
import { LedgerError } from './error.ts'
import {
  isNonce,
  members,
  readCount,
  readForm,
  readHash,
  readInstant,
  readLabel,
  readObject,
  readOrigin,
  readVersion,
} from './shape.ts'

/** The signed body. Absent members are omitted, never null; instants are `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
export interface Statement {
  readonly v: 1
  /** Type: `noun.verb`, as `solicitation.publish`. */
  readonly t: string
  /** Origin of the log meant. */
  readonly aud: string
  /** OCID of the procurement; omitted by statements of the register. */
  readonly tender?: string
  /** Leaf hash (base64url) of the newest publication or material amendment that the actor saw. */
  readonly tenderHead?: string
  /** Stage that the actor saw. */
  readonly phase?: string
  /** Opaque person id. */
  readonly actor: string
  readonly role: string
  /** Key id of the actor's key, see `keyId`. */
  readonly kid: string
  /** 16 random bytes in base64url; (`kid`, `nonce`) is unique for ever. */
  readonly nonce: string
  /** Claimed time of signing. */
  readonly issuedAt: string
  /** Last time of acceptance. */
  readonly notAfter: string
  /** The body of this type. */
  readonly payload: JsonObject
  /** Last checkpoint that the actor's client verified; `root` in base64url. */
  readonly seen: { readonly size: number; readonly root: string }
  /** Statement hash (base64url) of what caused a statement of the system. */
  readonly cause?: string
}

/** A statement in its envelope: its form is checked, its signature is not. */
export class SignedStatement extends SignedDocument {
  readonly statement: Statement

  constructor(parts: DocumentParts, body: JsonObject) {
    super(parts, body)
    this.statement = readStatement(body)
    if (parts.payloadType !== payloadTypeOf(this.statement.t, this.statement.v))
      throw new LedgerError('statement', 'payloadType disagrees with t and v')
    if (parts.keyid !== this.statement.kid)
      throw new LedgerError('statement', 'keyid disagrees with the signed kid')
  }
}

/** Media type of statements of type `t`: `application/vnd.tenderbook.<t>.v<v>+json`. */
export function payloadTypeOf(t: string, v = 1): string {
  return `application/vnd.tenderbook.${t}.v${v}+json`
}

/** Signs a statement with the key that it names. Throws LedgerError where its form is wrong. */
export function signStatement(statement: Statement, key: SigningKey): SignedStatement {
  if (statement.kid !== key.kid)
    throw new LedgerError('argument', 'kid is not that of the signing key')
  const unsigned = new UnsignedStatement(statement)
  return unsigned.attach(key.sign(unsigned.pae))
}

/** A statement's exact bytes before anybody has signed them, for keys that only answer later. */
export class UnsignedStatement {
  readonly statement: Statement
  /** Canonical JSON. */
  readonly body: Uint8Array
  /** The bytes to sign. */
  readonly pae: Uint8Array
  readonly #payloadType: string
  readonly #value: JsonObject

  /** Throws LedgerError where the form is wrong. */
  constructor(statement: Statement) {
    // A Statement is made of Json members only; the writer refuses whatever else a caller smuggled in.
    this.#value = { ...statement }
    this.statement = readStatement(this.#value)
    this.body = encodeCanonical(this.#value)
    if (this.body.length > BODY_SIZE_MAX)
      throw new LedgerError('size', `the body exceeds ${BODY_SIZE_MAX} bytes`)
    this.#payloadType = payloadTypeOf(statement.t, statement.v)
    this.pae = pae(this.#payloadType, this.body)
  }

  /** The statement with its signature, 64 bytes over `pae`. Checks no signature. */
  attach(signature: Uint8Array): SignedStatement {
    const { body } = this
    const { kid } = this.statement
    const parts = { payloadType: this.#payloadType, body, keyid: kid, signature }
    return new SignedStatement(parts, this.#value)
  }
}

/** The statement of an envelope's bytes. Checks form and size, no signature. Throws LedgerError. */
export function parseEnvelope(bytes: Uint8Array): SignedStatement {
  return statementOf(parseEnvelopeParts(bytes))
}

/** The statement of an envelope's decoded parts. Throws LedgerError. */
export function statementOf(parts: DocumentParts): SignedStatement {
  return new SignedStatement(parts, parseBody(parts.body))
}

/** Whether this key signed the statement and is the one that the statement names. */
export function verifyStatement(signed: SignedStatement, key: PublicKey): boolean {
  return verifyDocument(signed, key)
}

/** As `verifyStatement`, many at once on Node. */
export function verifyStatementAsync(signed: SignedStatement, key: PublicKey): Promise<boolean> {
  return verifyDocumentAsync(signed, key)
}

/** The `nonce` of 16 random bytes, which the caller draws. */
export function newNonce(random: Uint8Array): string {
  assertBytes(random, 16, 'random')
  return toBase64Url(random)
}

/** The 32 bytes of a hash as statements write it. Throws `base64`, `shape`. */
export function hashFromText(base64url: string): Uint8Array {
  return fromBase64Url(readHash(base64url, 'hash'))
}

const REQUIRED = [
  'v',
  't',
  'aud',
  'actor',
  'role',
  'kid',
  'nonce',
  'issuedAt',
  'notAfter',
  'payload',
  'seen',
]
const OPTIONAL = ['tender', 'tenderHead', 'phase', 'cause']

function readStatement(body: JsonObject): Statement {
  members(body, REQUIRED, OPTIONAL)
  readVersion(body['v'])
  readForm(body['t'], 't', isStatementType, 'a type noun.verb')
  readOrigin(body['aud'], 'aud')
  readLabel(body['actor'], 'actor')
  readLabel(body['role'], 'role')
  readHash(body['kid'], 'kid')
  readForm(body['nonce'], 'nonce', isNonce, '16 bytes in base64url')
  const issuedAt = readInstant(body['issuedAt'], 'issuedAt')
  const notAfter = readInstant(body['notAfter'], 'notAfter')
  if (notAfter < issuedAt) throw new LedgerError('statement', 'notAfter is before issuedAt')
  readObject(body['payload'], 'payload')
  readSeen(body['seen'])
  if ('tender' in body) readLabel(body['tender'], 'tender')
  if ('tenderHead' in body) readHash(body['tenderHead'], 'tenderHead')
  if ('phase' in body) readLabel(body['phase'], 'phase')
  if ('cause' in body) readHash(body['cause'], 'cause')
  // Every member has just been read.
  return body as unknown as Statement
}

function readSeen(value: unknown): void {
  const seen = members(value, ['size', 'root'])
  readCount(seen['size'], 'seen.size')
  readHash(seen['root'], 'seen.root')
}

function isStatementType(text: string): boolean {
  return text.length <= 64 && /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/.test(text)
}
