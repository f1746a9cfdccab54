/**
 * The log as this browser knows it: its pinned keys, the last head that was verified here, and how signed bytes are sent
 * until the outcome is known. Nothing counts as recorded before the receipt has been verified with the pinned key.
 */
import { createStore, get, set, type UseStore } from 'idb-keyval'
import {
  emptyRoot,
  encodeCanonical,
  fromBase64,
  fromBase64Url,
  gateKey,
  hashFromText,
  openCheckpoint,
  toBase64Url,
  verifyConsistency,
  verifyReceipt,
  type JsonObject,
  type Receipt,
  type SignedStatement,
} from '../../ledger/index.ts'
import { racesDeadline } from '../../procurement/index.ts'
import { fill, paths } from '../paths.ts'
import { knownKey } from './known-key.ts'
import { fetchJson } from './panel.ts'

export interface Pins {
  origin: string
  vkey: string
  /** Base64url. */
  receiptKey: string
}

export interface Head {
  size: number
  /** Base64url. */
  root: string
}

/** A problem document, as far as it is shown. */
export interface Problem {
  code: string
  title: string
  detail: string
  cite?: string
  next?: string
  errors?: { pointer: string; detail: string }[]
  /** A refusal that the log has signed: it can be kept. */
  refusal?: JsonObject
}

export type Sent =
  | { kind: 'recorded'; receipt: Receipt; file: JsonObject }
  | { kind: 'refused'; problem: Problem }
  /** It is recorded or it is not: send the same bytes again. */
  | { kind: 'unknown'; why: string }
  /** A receipt came and does not check out. */
  | { kind: 'false-receipt'; why: string }

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-log', 'log'))

/** The log's keys: pinned at first contact, compared ever after. Throws Error where another one is offered. */
export async function pinnedLog(): Promise<Pins> {
  const said = (await fetchJson(paths.api.log)) as {
    origin: string
    vkey: string
    receiptKey: { pub: string }
  }
  const { origin } = said
  const { vkey } = knownKey(origin, said.vkey)
  const receiptKey = (await get<string>(`receipt ${origin}`, store())) ?? said.receiptKey.pub
  if (vkey !== said.vkey || receiptKey !== said.receiptKey.pub)
    throw new Error('This log has other keys than those that this browser knows. Do not sign')
  await set(`receipt ${origin}`, receiptKey, store())
  return { origin, vkey, receiptKey }
}

/** The newest head, verified with the pinned key and as a continuation of the last one. Throws Error. */
export async function verifiedHead({ origin, vkey }: Pins): Promise<Head> {
  const place = `head ${origin}`
  const last = (await get<Head>(place, store())) ?? { size: 0, root: toBase64Url(emptyRoot) }
  const answer = await fetch(paths.api.checkpoint)
  if (answer.status === 404) return last
  if (!answer.ok) throw new Error(`the checkpoint could not be fetched (${answer.status})`)
  const { size, root } = openCheckpoint(await answer.text(), vkey)
  if (size <= last.size) return last
  if (last.size > 0) await assertContinues(last, size, root)
  const head = { size, root: toBase64Url(root) }
  await set(place, head, store())
  return head
}

async function assertContinues(last: Head, size: number, root: Uint8Array): Promise<void> {
  const address = fill(paths.api.consistency, {}, { from: last.size, to: size })
  const { path } = (await fetchJson(address)) as { path: string[] }
  const before = hashFromText(last.root)
  if (!verifyConsistency(last.size, size, before, root, path.map(fromBase64)))
    throw new Error('The log does not continue what this browser has seen. Do not sign')
}

const attemptsMax = 5

/** Sends signed bytes; the same bytes again where the answer got lost. */
export async function sendStatement(signed: SignedStatement, pins: Pins): Promise<Sent> {
  const { t } = signed.statement
  const address = racesDeadline(t) ? paths.api.arrivals : paths.api.statements
  let why = ''
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt))
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array(signed.envelope),
    }).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    if (answer instanceof Error) why = answer.message
    else if (answer.ok) return readReceipt(signed, pins, await answer.json())
    else {
      const problem = await problemOf(answer)
      if (answer.status < 500 && answer.status !== 429) return { kind: 'refused', problem }
      why = problem.detail
    }
  }
  return { kind: 'unknown', why }
}

function readReceipt(signed: SignedStatement, pins: Pins, answer: unknown): Sent {
  try {
    const { receipt: envelope } = answer as { receipt: JsonObject }
    const key = gateKey(fromBase64Url(pins.receiptKey))
    const receipt = verifyReceipt(encodeCanonical(envelope), key)
    if (receipt.log !== pins.origin || receipt.statementHash !== toBase64Url(signed.hash))
      return { kind: 'false-receipt', why: 'the receipt is for something else' }
    return { kind: 'recorded', receipt, file: envelope }
  } catch (error) {
    return { kind: 'false-receipt', why: error instanceof Error ? error.message : String(error) }
  }
}

/** What a no says; something readable whatever came back. */
export async function problemOf(answer: Response): Promise<Problem> {
  const said: unknown = await answer.json().catch(() => undefined)
  const isProblem = typeof said === 'object' && said !== null && 'code' in said && 'detail' in said
  // The service's own form of a no.
  if (isProblem) return said as Problem
  return { code: 'fault', title: 'No answer', detail: `The service answered ${answer.status}.` }
}
