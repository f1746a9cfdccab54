/**
 * What the signer alone can do for a tender: its key for the opening, the commitment that closes the bidding, the
 * opening itself, and the sealed entries that the method discloses.
 *
 * The signer reads the record and does only what it allows; nothing that it opens passes through the workflow.
 * Capsules and the result are kept beside the record before the statement that cites them is made.
 */
import { type Duty, ENVELOPE } from '../procurement/index.ts'
import { type JsonObject, parseCanonical, toBase64Url } from '../ledger/index.ts'
import type { Dependencies } from './dependencies.ts'
import { fulfil, type Occasion, type Said } from './statement.ts'
import type { Answer, ClockDuty } from './view.ts'

/** The signer's key for one tender and envelope: `opening.key` may name only such. */
export function recipient(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  return fulfil(deps, ocid, duty, occasion, async (_file, owed) => {
    const envelope = envelopeOf(owed)
    const { kid, pub } = await deps.signer.recipient({ tender: ocid, envelope })
    return { payload: { envelope, kid, pub } }
  })
}

/** Closes the bidding over a set that can no longer change: every arrival up to the deadline is in the record first. */
export async function close(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  return fulfil(deps, ocid, duty, occasion, async (_file, owed) => {
    const envelope = envelopeOf(owed)
    await deps.door.drain(duty.at)
    const { commit } = await deps.signer.closing({ tender: ocid, envelope, cause: owed.cause })
    return { payload: { envelope, commit: toBase64Url(commit) } }
  })
}

/** Opens, once enough key holders have released and every bid is decided. */
export function open(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  return fulfil(deps, ocid, duty, occasion, async (_file, owed): Promise<Said> => {
    const envelope = envelopeOf(owed)
    const opened = await deps.signer.open({ tender: ocid, envelope })
    if ('waiting' in opened) return { refused: `opening.${opened.waiting}` }
    for (const { hash, bytes } of opened.capsules)
      if (!(await deps.blobs.put(hash, bytes, { tender: ocid, envelope })))
        throw new Error('a capsule is not what its hash says')
    const media = 'application/json'
    const { document: bytes, salt, released } = opened
    const commit = await deps.payloads.put({ salt, bytes, media, reader: 'file', tender: ocid })
    const result = { name: 'opening.json', media, size: bytes.length, commit: toBase64Url(commit) }
    return { payload: { envelope, released, result } }
  })
}

/** Shows one sealed entry, the one at the index that the duty is about. */
export function reveal(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  return fulfil(deps, ocid, duty, occasion, async (_file, owed): Promise<Said> => {
    const index = Number(owed.subject)
    const { blind, envelope } = await deps.signer.reveal(index)
    // A stored envelope is canonical JSON, and an object by its form.
    const revealed = parseCanonical(envelope) as JsonObject
    return { payload: { index, blind: toBase64Url(blind), revealed } }
  })
}

function envelopeOf({ subject }: Duty): string {
  return subject ?? ENVELOPE
}
