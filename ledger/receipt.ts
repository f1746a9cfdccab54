/**
 * Receipts and refusals (ledger-format.md, section 6): what the service answers at once, signed by its receipt key.
 * A receipt promises that a checkpoint covers `leaf` at `index` within `mmdMs`; the inclusion proof keeps the promise.
 * A refusal says which rule said no, so that it can be contested. Bytes inside are base64url, as in every signed body.
 */
import type { JsonObject } from './canonical.ts'
import { parseDocument, signDocument, type SignedDocument, verifyDocument } from './dsse.ts'
import type { PublicKey, SigningKey } from './ed25519.ts'
import { LedgerError } from './error.ts'
import {
  members,
  readCount,
  readForm,
  readHash,
  readInstant,
  readLabel,
  readOrigin,
  readString,
} from './shape.ts'

export const RECEIPT_TYPE = 'application/vnd.tenderbook.receipt.v1+json'
export const REFUSAL_TYPE = 'application/vnd.tenderbook.refusal.v1+json'

export interface Receipt {
  readonly t: 'receipt/1'
  /** Origin of the log. */
  readonly log: string
  readonly statementHash: string
  /** Time of receipt, where the arrival was journalled; else it was `at`. */
  readonly arrivedAt?: string
  /** The entry's time. */
  readonly at: string
  /** Where the time comes from, and how far it may be off. */
  readonly clock: { readonly src: string; readonly maxErrMs: number }
  /** `late`: recorded, and to be treated as late by `rule`, under `code`. */
  readonly decision: 'accepted' | 'late'
  readonly code?: string
  readonly rule?: string
  readonly index: number
  /** Leaf hash of the entry. */
  readonly leaf: string
  /** The last checkpoint signed before this receipt. */
  readonly lastHead: { readonly size: number; readonly root: string }
  /** Within how many milliseconds a checkpoint covers the entry. */
  readonly mmdMs: number
  /** Of sealed entries: the secret that opens `blindHash`. */
  readonly blind?: string
  /** Of bids: the deadline that was applied. */
  readonly deadline?: string
  /** Of bids: until when the sealed bytes may be uploaded. */
  readonly uploadUntil?: string
}

export interface Refusal {
  readonly t: 'refusal/1'
  readonly statementHash: string
  readonly arrivedAt: string
  /** For programs. */
  readonly code: string
  /** The rule that refused, for people. */
  readonly rule: string
}

/** Signs a receipt. Throws LedgerError where its form is wrong. */
export function signReceipt(receipt: Receipt, key: SigningKey): SignedDocument {
  return sign(RECEIPT_TYPE, receipt, readReceipt, key)
}

/** Signs a refusal. Throws LedgerError where its form is wrong. */
export function signRefusal(refusal: Refusal, key: SigningKey): SignedDocument {
  return sign(REFUSAL_TYPE, refusal, readRefusal, key)
}

/** The receipt of an envelope's bytes, its signature unchecked. Throws LedgerError. */
export function parseReceipt(envelope: Uint8Array): { document: SignedDocument; receipt: Receipt } {
  const document = parseTyped(RECEIPT_TYPE, envelope)
  return { document, receipt: readReceipt(document.value) }
}

/** The refusal of an envelope's bytes, its signature unchecked. Throws LedgerError. */
export function parseRefusal(envelope: Uint8Array): { document: SignedDocument; refusal: Refusal } {
  const document = parseTyped(REFUSAL_TYPE, envelope)
  return { document, refusal: readRefusal(document.value) }
}

/** The receipt that this key signed. Throws LedgerError, `signature` where it did not. */
export function verifyReceipt(envelope: Uint8Array, receiptKey: PublicKey): Receipt {
  const { document, receipt } = parseReceipt(envelope)
  assertSigned(document, receiptKey)
  return receipt
}

/** The refusal that this key signed. Throws LedgerError, `signature` where it did not. */
export function verifyRefusal(envelope: Uint8Array, receiptKey: PublicKey): Refusal {
  const { document, refusal } = parseRefusal(envelope)
  assertSigned(document, receiptKey)
  return refusal
}

function sign<Body extends Receipt | Refusal>(
  type: string,
  body: Body,
  read: (value: JsonObject) => Body,
  key: SigningKey,
): SignedDocument {
  // Both bodies are made of Json members only; the writer refuses whatever else a caller smuggled in.
  const value = { ...body } as unknown as JsonObject
  read(value)
  return signDocument(type, value, key)
}

function parseTyped(type: string, envelope: Uint8Array): SignedDocument {
  const document = parseDocument(envelope)
  if (document.payloadType !== type)
    throw new LedgerError('receipt', `not a document of type ${type}`)
  return document
}

function assertSigned(document: SignedDocument, key: PublicKey): void {
  if (!verifyDocument(document, key))
    throw new LedgerError('signature', 'the receipt key did not sign this document')
}

const RECEIPT_REQUIRED = [
  't',
  'log',
  'statementHash',
  'at',
  'clock',
  'decision',
  'index',
  'leaf',
  'lastHead',
  'mmdMs',
]
const RECEIPT_OPTIONAL = ['arrivedAt', 'code', 'rule', 'blind', 'deadline', 'uploadUntil']

function readReceipt(value: JsonObject): Receipt {
  members(value, RECEIPT_REQUIRED, RECEIPT_OPTIONAL)
  readForm(value['t'], 't', (t) => t === 'receipt/1', 'receipt/1')
  readOrigin(value['log'], 'log')
  readHash(value['statementHash'], 'statementHash')
  readInstant(value['at'], 'at')
  const clock = members(value['clock'], ['src', 'maxErrMs'])
  readLabel(clock['src'], 'clock.src')
  readCount(clock['maxErrMs'], 'clock.maxErrMs')
  const decision = readForm(value['decision'], 'decision', isDecision, 'accepted or late')
  readCount(value['index'], 'index')
  readHash(value['leaf'], 'leaf')
  const lastHead = members(value['lastHead'], ['size', 'root'])
  readCount(lastHead['size'], 'lastHead.size')
  readHash(lastHead['root'], 'lastHead.root')
  readCount(value['mmdMs'], 'mmdMs')
  for (const name of ['arrivedAt', 'deadline', 'uploadUntil'])
    if (name in value) readInstant(value[name], name)
  if ('blind' in value) readHash(value['blind'], 'blind')
  for (const name of ['code', 'rule']) {
    if (name in value !== (decision === 'late'))
      throw new LedgerError('receipt', `${name} is there exactly where the decision is late`)
    if (name in value) readString(value[name], name)
  }
  // Every member has just been read.
  return value as unknown as Receipt
}

function isDecision(text: string): boolean {
  return text === 'accepted' || text === 'late'
}

function readRefusal(value: JsonObject): Refusal {
  members(value, ['t', 'statementHash', 'arrivedAt', 'code', 'rule'])
  readForm(value['t'], 't', (t) => t === 'refusal/1', 'refusal/1')
  readHash(value['statementHash'], 'statementHash')
  readInstant(value['arrivedAt'], 'arrivedAt')
  readString(value['code'], 'code')
  readString(value['rule'], 'rule')
  // Every member has just been read.
  return value as unknown as Refusal
}
