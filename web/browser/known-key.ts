/**
 * The log's key as this browser knows it. First contact trusts what the service says and says so; from then on another
 * key for the same log is refused.
 */
export interface KnownKey {
  vkey: string
  /** When this browser first saw it; absent: just now. */
  since?: string
}

const place = (origin: string): string => `tenderbook:log:${origin}`

/** The pinned key of a log; pins the offered one where none is known. */
export function knownKey(origin: string, offered: string): KnownKey {
  const stored = recall(origin)
  if (stored) return stored
  remember(origin, { vkey: offered, since: new Date().toISOString() })
  return { vkey: offered }
}

function recall(origin: string): KnownKey | undefined {
  try {
    const text = localStorage.getItem(place(origin))
    const value: unknown = text === null ? undefined : JSON.parse(text)
    return isKnownKey(value) ? value : undefined
  } catch {
    // Storage is off, or holds what we did not write: then every contact is the first one.
    return undefined
  }
}

function remember(origin: string, key: KnownKey): void {
  try {
    localStorage.setItem(place(origin), JSON.stringify(key))
  } catch {
    // Storage is off: the next visit will be a first contact again, and say so.
  }
}

const isKnownKey = (value: unknown): value is KnownKey =>
  typeof value === 'object' && value !== null && 'vkey' in value && typeof value.vkey === 'string'

/** For people: how well this browser knows the key. */
export function howKnown({ since }: KnownKey): string {
  if (since === undefined)
    return 'Your browser sees this log’s key for the first time; compare it elsewhere'
  return `Your browser has known this log’s key since ${new Date(since).toLocaleDateString()}`
}
