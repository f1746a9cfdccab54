/**
 * A loop that outlives its failures: it runs a task again and again with a pause between, reports what went wrong and
 * goes on, and ends when it is told to, after the round that is under way.
 */
import { setTimeout as pause } from 'node:timers/promises'

export interface Loop {
  /** Resolves when the round that is under way is over. */
  stop: () => Promise<void>
}

export interface LoopOptions {
  /** Pause between two rounds. */
  everyMs: number
  /** Told of a round that failed; the next one comes all the same. */
  failed: (error: unknown) => void
}

export function startLoop(round: () => Promise<void>, { everyMs, failed }: LoopOptions): Loop {
  const ending = new AbortController()
  const done = run()
  return {
    stop: () => {
      ending.abort()
      return done
    },
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      await round().catch(failed)
      await pause(everyMs, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }
}
