/**
 * One statement of the clock: drawn up from a duty and the occasion on which it fell due, signed, taken to the door.
 *
 * What it is about keys it, never how it ran: the duty's key is looked up first, and the earlier entry is the answer
 * (temporal.md 2.2). The same input gives the same bytes: the nonce comes from the duty's key and `issuedAt`, and all
 * else from the input or from the record. A refusal is a value; only what is broken throws, and is tried again.
 */
import { CLOCK, due, type Duty, type FileState } from '../procurement/index.ts'
import {
  type JsonObject,
  newNonce,
  sha256,
  type Statement,
  toBase64Url,
  utf8,
} from '../ledger/index.ts'
import type { Dependencies } from './dependencies.ts'
import type { Answer, ClockDuty, Sight } from './view.ts'

export type Occasion = Sight & { issuedAt: string }

/** What the clock says: a payload, of the duty's own type or of another that fulfils it; or why it cannot say it yet. */
export type Said = { payload: JsonObject; t?: string; refused?: undefined } | { refused: string }

/** Draws up a payload from the file as it stands and the duty as the rules state it now. */
export type Compose = (file: FileState, duty: Duty) => Promise<Said> | Said

/** Does a duty of the clock, unless it is done. */
export async function fulfil(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
  compose: Compose,
): Promise<Answer> {
  const done = await findDone(deps, ocid, duty)
  if (done) return done
  const file = await deps.readers.file(ocid)
  if (!file) return { refused: 'unknown-tender' }
  const owed = due(file).find(({ key, role }) => key === duty.key && role === 'CK')
  if (!owed) return { refused: 'not-owed' }
  const said = await compose(file, owed)
  if (said.refused !== undefined) return said
  const t = said.t ?? owed.type
  const envelope = await deps.signer.sign(
    drawUp(deps.origin, ocid, { t, payload: said.payload, duty: owed }, occasion),
  )
  return append(deps, ocid, duty, envelope)
}

/** The entry of a duty that is done already. */
export async function findDone(
  { readers }: Dependencies,
  ocid: string,
  duty: ClockDuty,
): Promise<Answer | undefined> {
  const entry = await readers.duty(ocid, duty.key)
  if (!entry) return undefined
  const { index, leaf, pseq } = entry
  return { index, leaf: toBase64Url(leaf), again: true, ...(pseq !== undefined && { pseq }) }
}

function drawUp(
  aud: string,
  tender: string,
  said: { t: string; payload: JsonObject; duty: Duty },
  { tenderHead, phase, seen, issuedAt }: Occasion,
): Omit<Statement, 'kid'> {
  return {
    v: 1,
    t: said.t,
    aud,
    tender,
    ...(tenderHead !== undefined && { tenderHead }),
    phase,
    actor: CLOCK,
    role: 'CK',
    nonce: nonceOf(tender, said.duty.key, issuedAt),
    issuedAt,
    notAfter: later(issuedAt, 5),
    payload: said.payload,
    seen,
    cause: said.duty.cause,
  }
}

/** The same for the same duty and time, and for no other. */
function nonceOf(ocid: string, key: string, issuedAt: string): string {
  const name = ['tenderbook/clock-nonce/v1', ocid, key, issuedAt].join('\0')
  return newNonce(sha256(utf8(name)).slice(0, 16))
}

/** The workflow's clock has whole milliseconds. */
function later(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString().replace('Z', '000Z')
}

async function append(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  envelope: Uint8Array,
): Promise<Answer> {
  const outcome = await deps.door.append(envelope, { duty: duty.key })
  switch (outcome.kind) {
    case 'accepted':
    case 'late': {
      const { index, leaf, pseq, again } = outcome
      const entry = { index, leaf: toBase64Url(leaf), ...(pseq !== undefined && { pseq }) }
      return again ? { ...entry, again } : entry
    }
    case 'refused':
      return { refused: outcome.refusal.code }
    case 'invalid':
      // Ours to repair. Given as a refusal, so that it does not hold up the file's other duties.
      deps.alarm('the clock drew up what is not of the form', { ocid, duty: duty.key, ...outcome })
      return { refused: `invalid.${outcome.code}` }
    case 'conflict': {
      // An attempt that was given up has won in the meantime; the record may have changed between the two.
      const done = await findDone(deps, ocid, duty)
      if (done) return done
      deps.alarm('a nonce of the clock was used with other bytes', { ocid, duty: duty.key })
      return { refused: 'conflict' }
    }
    case 'busy':
      throw new Error(`the door is busy: ${outcome.reason ?? 'ask again'}`)
    case 'unknown':
      throw new Error('the door does not know whether it was recorded')
  }
}
