/**
 * Signed documents: DSSE v1.0.2 with exactly one Ed25519 signature over canonical JSON.
 * The signature covers PAE(payloadType, body); the envelope around them is rebuilt from the decoded parts, so nothing that
 * is not signed can ride along. A document's identity is the hash of its PAE, never of its signature: one key can make many
 * valid signatures over the same bytes. `keyid` is a hint only; who reads a document decides which key must have signed it.
 */
import { concatBytes, fromBase64, text, toBase64, utf8 } from './bytes.ts'
import { encodeCanonical, type JsonObject, parseCanonical } from './canonical.ts'
import {
  type PublicKey,
  type SigningKey,
  verifySignature,
  verifySignatureAsync,
} from './ed25519.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import { members, readArray, readForm, readHash, readObject, readString } from './shape.ts'

/** Greatest body, in bytes: base64 adds a third, and an entry must stay below 65,536. */
export const BODY_SIZE_MAX = 32_768
/** Greatest envelope, in bytes: the greatest body in base64 and room for the other members. */
const ENVELOPE_SIZE_MAX = 44_800

/** Pre-authentication encoding: the bytes that are signed. Lengths count bytes. */
export function pae(payloadType: string, body: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} ${payloadType} ${body.length} `), body)
}

export interface DocumentParts {
  readonly payloadType: string
  readonly body: Uint8Array
  readonly keyid: string
  readonly signature: Uint8Array
}

/** A document whose form has been checked, and whose signature has not. */
export class SignedDocument {
  readonly payloadType: string
  /** The signed bytes: canonical JSON. */
  readonly body: Uint8Array
  /** The key that is said to have signed. */
  readonly keyid: string
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** What the body says. */
  readonly value: JsonObject
  #pae: Uint8Array | undefined
  #hash: Uint8Array | undefined

  constructor(parts: DocumentParts, value: JsonObject) {
    this.payloadType = parts.payloadType
    this.body = parts.body
    this.keyid = parts.keyid
    this.signature = parts.signature
    this.value = value
  }

  /** The bytes that the signature covers. */
  get pae(): Uint8Array {
    return (this.#pae ??= pae(this.payloadType, this.body))
  }

  /** SHA-256 of the PAE, 32 bytes: the identity of the document. */
  get hash(): Uint8Array {
    return (this.#hash ??= sha256(this.pae))
  }

  /** The envelope's canonical bytes, rebuilt from the parts. */
  get envelope(): Uint8Array {
    return utf8(envelopeText(this))
  }
}

/** The envelope's canonical text. No part of it is of a form that JSON would escape. */
export function envelopeText({ payloadType, body, keyid, signature }: DocumentParts): string {
  return `{"payload":"${toBase64(body)}","payloadType":"${payloadType}","signatures":[{"keyid":"${keyid}","sig":"${toBase64(signature)}"}]}`
}

/** The same text, to read an envelope within a larger text: payload, payloadType, keyid and sig for `decodeParts`. */
export const ENVELOPE_PATTERN =
  '\\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"([a-z0-9/.+-]+)","signatures":\\[\\{"keyid":"([\\w-]{43})","sig":"([A-Za-z0-9+/]{86}==)"\\}\\]\\}'

/** Signs `value` as a document of this type. Throws as `encodeCanonical`, and `size` over 32 KiB. */
export function signDocument(
  payloadType: string,
  value: JsonObject,
  key: SigningKey,
): SignedDocument {
  assertPayloadType(payloadType)
  const body = encodeCanonical(value)
  if (body.length > BODY_SIZE_MAX)
    throw new LedgerError('size', `the body exceeds ${BODY_SIZE_MAX} bytes`)
  const signature = key.sign(pae(payloadType, body))
  return new SignedDocument({ payloadType, body, keyid: key.kid, signature }, value)
}

/**
 * The document of an envelope's bytes, which must be exactly the canonical envelope around a canonical body.
 * Checks no signature. Throws LedgerError.
 */
export function parseDocument(bytes: Uint8Array): SignedDocument {
  const parts = parseEnvelopeParts(bytes)
  return new SignedDocument(parts, parseBody(parts.body))
}

/** Whether this key signed the document, and is the one that the document names. */
export function verifyDocument(document: SignedDocument, key: PublicKey): boolean {
  return document.keyid === key.kid && verifySignature(key, document.pae, document.signature)
}

/** As `verifyDocument`, many at once on Node. */
export async function verifyDocumentAsync(
  document: SignedDocument,
  key: PublicKey,
): Promise<boolean> {
  return (
    document.keyid === key.kid &&
    (await verifySignatureAsync(key, document.pae, document.signature))
  )
}

/** The decoded parts of an envelope's bytes. Throws LedgerError. */
export function parseEnvelopeParts(bytes: Uint8Array): DocumentParts {
  if (bytes.length > ENVELOPE_SIZE_MAX)
    throw new LedgerError('size', `more than ${ENVELOPE_SIZE_MAX} bytes`)
  const found = ENVELOPE.exec(text(bytes))
  return found ? decodeParts(found[1], found[2], found[3], found[4]) : readParts(bytes)
}

const ENVELOPE = new RegExp(`^${ENVELOPE_PATTERN}$`)

/** The same, member by member: slower, and says what is wrong with an envelope that is not of its form. */
function readParts(bytes: Uint8Array): DocumentParts {
  const envelope = members(parseCanonical(bytes), ['payload', 'payloadType', 'signatures'])
  const signatures = readArray(envelope['signatures'], 'signatures')
  if (signatures.length !== 1)
    throw new LedgerError('envelope', 'an envelope holds exactly one signature')
  const { keyid, sig } = members(signatures[0], ['keyid', 'sig'])
  return decodeParts(envelope['payload'], envelope['payloadType'], keyid, sig)
}

/** The parts of an envelope from the strings that stand for them. Throws LedgerError. */
export function decodeParts(
  payload: unknown,
  payloadType: unknown,
  keyid: unknown,
  sig: unknown,
): DocumentParts {
  const signature = fromBase64(readString(sig, 'sig'))
  if (signature.length !== 64) throw new LedgerError('envelope', 'a signature is 64 bytes')
  return {
    payloadType: readForm(payloadType, 'payloadType', isPayloadType, 'a media type'),
    body: fromBase64(readString(payload, 'payload')),
    keyid: readHash(keyid, 'keyid'),
    signature,
  }
}

/** What a body says, as a JSON object. */
export function parseBody(body: Uint8Array): JsonObject {
  return readObject(parseCanonical(body, BODY_SIZE_MAX), 'the body')
}

function assertPayloadType(payloadType: string): void {
  if (!isPayloadType(payloadType)) throw new LedgerError('envelope', 'not a payload type')
}

function isPayloadType(type: string): boolean {
  return type.length <= 128 && /^[a-z]+\/[a-z0-9.+-]+$/.test(type)
}
