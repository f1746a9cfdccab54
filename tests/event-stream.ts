/** A reader of server-sent events that keeps every byte, and waits for what it wants to see. */
export interface EventStream {
  status: number
  headers: Headers
  /** Everything that came, as it came. */
  text: () => string
  /** Resolves when what came contains this; rejects when the stream ends without it. */
  hears: (wanted: string) => Promise<void>
  /** Resolves when the service has ended the stream. */
  ended: Promise<void>
  /** Hangs up. */
  close: () => void
}

/** Opens the stream at an address. */
export async function openStream(
  address: URL,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const caller = new AbortController()
  const response = await fetch(address, { headers, signal: caller.signal })
  const waiting = new Set<() => void>()
  let text = ''
  let isOver = false
  const told = (): void => {
    for (const look of waiting) look()
  }
  const ended = read().finally(() => {
    isOver = true
    told()
  })
  // Hanging up ends the reading with an error that nobody needs to hear.
  ended.catch(() => undefined)

  async function read(): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      told()
    }
  }

  return {
    status: response.status,
    headers: response.headers,
    text: () => text,
    hears: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!text.includes(wanted) && !isOver) return
          waiting.delete(look)
          if (text.includes(wanted)) resolve()
          else reject(new Error(`the stream ended without ${wanted}: ${text}`))
        }
        waiting.add(look)
        look()
      }),
    ended,
    close: () => {
      caller.abort()
    },
  }
}
