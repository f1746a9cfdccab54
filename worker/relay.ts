/**
 * The relay: tells each procurement's workflow that its record has grown (temporal.md 2.1).
 *
 * Of many steps only the newest is told: the first at once, then at most one signal a second for a procurement. A
 * step is cleared only when the signal was taken; a refused one is told again after a growing wait. So a signal may
 * come twice, late, or for several steps at once, and never not at all.
 */
import type { Outbox, PendingStep } from '../db/outbox.ts'

export interface RelayDependencies {
  outbox: Outbox
  /** Delivers one signal; rejects when it could not. */
  tell: (ocid: string, pseq: number) => Promise<void>
  /** Told of signals that could not be delivered. */
  failed: (ocid: string, error: unknown) => void
  /** Monotonic milliseconds. */
  nowMs: () => number
}

const restMs = 1000
const waitMaxMs = 30_000
const batchMax = 200

/** One round of the relay; call it as often as news should be quick. */
export function createRelay({
  outbox,
  tell,
  failed,
  nowMs,
}: RelayDependencies): () => Promise<void> {
  /** When a procurement may be told again, and how often telling it has failed in a row. */
  const resting = new Map<string, { untilMs: number; failures: number }>()

  async function deliver({ tender, pseq }: PendingStep): Promise<void> {
    const failures = resting.get(tender)?.failures ?? 0
    try {
      await tell(tender, pseq)
      await outbox.clear(tender, pseq)
      resting.set(tender, { untilMs: nowMs() + restMs, failures: 0 })
    } catch (error) {
      const waitMs = Math.min(restMs * 2 ** failures, waitMaxMs)
      resting.set(tender, { untilMs: nowMs() + waitMs, failures: failures + 1 })
      failed(tender, error)
    }
  }

  return async () => {
    const now = nowMs()
    for (const [tender, { untilMs, failures }] of resting)
      if (failures === 0 && untilMs <= now) resting.delete(tender)
    const pending = await outbox.pending(batchMax)
    const ready = pending.filter(({ tender }) => (resting.get(tender)?.untilMs ?? 0) <= now)
    await Promise.all(ready.map(deliver))
  }
}
