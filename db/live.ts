/**
 * New steps of procurements as they happen: one connection of the process listens to what the door's commits tell
 * (`outbox.ts`) and passes it on. PostgreSQL forgets what it told while nobody listened, so after a lost connection every
 * subscriber is told that it may have missed something: it reads the record again.
 *
 * Sealed acts are never told of: not that there was one, nor when.
 */
import type { Sql } from './connection.ts'
import { STEPS_CHANNEL } from './outbox.ts'

export interface Subscriber {
  /** The procurement has open steps up to this number; without one, some may have been missed. */
  moved(pseq?: number): void
  /** The process stops: nothing more will be told. */
  ended(): void
}

export interface Live {
  /** Tells of one procurement from now on, until the function that it returns is called. */
  subscribe(tender: string, subscriber: Subscriber): () => void
  /** Ends all subscriptions, and those that still come. */
  end(): Promise<void>
}

/** Begins to listen, on a connection of its own that comes back by itself. Rejects where there is no database. */
export async function openLive(sql: Sql): Promise<Live> {
  const byTender = new Map<string, Set<Subscriber>>()
  let hasEnded = false

  function tell(text: string): void {
    const { tender, pseq } = readStep(text)
    for (const subscriber of byTender.get(tender) ?? []) subscriber.moved(pseq)
  }

  function tellOfGap(): void {
    for (const subscribers of byTender.values())
      for (const subscriber of subscribers) subscriber.moved()
  }

  const listening = await sql.listen(STEPS_CHANNEL, tell, tellOfGap)

  return {
    subscribe(tender, subscriber) {
      if (hasEnded) {
        subscriber.ended()
        return () => undefined
      }
      const subscribers = byTender.get(tender) ?? new Set()
      byTender.set(tender, subscribers.add(subscriber))
      return () => {
        subscribers.delete(subscriber)
        if (subscribers.size === 0 && byTender.get(tender) === subscribers) byTender.delete(tender)
      }
    },
    async end() {
      hasEnded = true
      for (const subscribers of byTender.values())
        for (const subscriber of [...subscribers]) subscriber.ended()
      byTender.clear()
      // Where the database is gone there is nothing to unsubscribe from.
      await listening.unlisten().catch(() => undefined)
    },
  }
}

/** An ocid may contain a space, a number cannot. */
function readStep(text: string): { tender: string; pseq: number } {
  const end = text.lastIndexOf(' ')
  return { tender: text.slice(0, end), pseq: Number(text.slice(end + 1)) }
}
