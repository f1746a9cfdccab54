/**
 * The sequencer: a signed head within a second of growth, and once a minute anyway (ledger.md section 11).
 *
 * The signer proves each head consistent with the last one that it signed, from its own file, and refuses where the
 * database is behind it or disagrees. Such a refusal is no matter of trying again: the log is halted for every process,
 * the alarm raised, and a person looks at the evidence. A signer that was started again and signs has compared all.
 */
import type { Checkpoints } from '../db/checkpoints.ts'
import { DatabaseError } from '../db/connection.ts'
import { type Signer, SignerError } from '../signer/client.ts'

export interface SequencerDependencies {
  signer: Pick<Signer, 'checkpoint' | 'identity'>
  checkpoints: Checkpoints
  /** Size of the log in the database. */
  size: () => Promise<number>
  /** The time that a head is stored with. */
  now: () => string
  /** Called once, when the database contradicts a signed head: raises the alarm. */
  alarm: (reason: string) => void
  /** Monotonic milliseconds. */
  nowMs: () => number
}

const anywayMs = 60_000

/** One round; call it each second. */
export function createSequencer(deps: SequencerDependencies): () => Promise<void> {
  let signed: { size: number; atMs: number } | undefined
  let alarmed = false
  let halted = false

  async function begin(): Promise<void> {
    await deps.checkpoints.pinKey((await deps.signer.identity()).vkey)
    await deps.checkpoints.resume()
  }

  async function halt(reason: string): Promise<void> {
    if (!alarmed) deps.alarm(reason)
    alarmed = true
    await deps.checkpoints.halt(reason)
    halted = true
  }

  return async () => {
    if (halted) return
    const size = await deps.size()
    if (signed && size === signed.size && deps.nowMs() - signed.atMs < anywayMs) return
    try {
      // Asked of an empty log too: one that was emptied is behind the head that was signed.
      const head = await deps.signer.checkpoint()
      // The log begins with its first entry; before it there is none to pin a key to.
      if (head.size > 0) {
        if (!signed) await begin()
        await deps.checkpoints.put({ ...head, at: deps.now() })
        signed = { size: head.size, atMs: deps.nowMs() }
      }
    } catch (error) {
      if (!isContradiction(error)) throw error
      await halt(String(error))
    }
  }
}

/** What no second attempt repairs. */
function isContradiction(error: unknown): boolean {
  // Another key is pinned for this log.
  if (error instanceof DatabaseError) return error.code === 'origin'
  return error instanceof SignerError && ['rollback', 'fork', 'head-moved'].includes(error.code)
}
