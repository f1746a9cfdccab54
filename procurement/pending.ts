/**
 * First halves of acts of two persons that have lost their object: another act has settled the
 * matter.
 */
import type { Statement } from '../ledger/index.ts'
import type { FileState, PendingAct } from './state.ts'

/** The payload of a first half, as it was signed. */
function pendingPayload(pending: PendingAct): Statement['payload'] {
  // The engine keeps the statement whole.
  return (pending.statement as unknown as Statement).payload
}

/** Whether a first half of type `t` waits whose payload has this member. */
export function isPending(file: FileState, t: string, member: string, value: string): boolean {
  return Object.values(file.open.pending).some(
    (one) => one.t === t && pendingPayload(one)[member] === value,
  )
}

/** Forgets first halves of type `t` whose payload has this member. */
export function dropPending(file: FileState, t: string, member: string, value: string): void {
  file.open.pending = Object.fromEntries(
    Object.entries(file.open.pending).filter(
      ([, one]) => one.t !== t || pendingPayload(one)[member] !== value,
    ),
  )
}
