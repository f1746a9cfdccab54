/**
 * The registrar of the demonstration: a process that speaks only HTTP and countersigns each new key of an enrolled person,
 * so that a browser signs in with one click. Where people are real, a person compares a code from another channel first.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { createClient, type Client, type Signatory } from './client.ts'
import { homeFolder, readPins } from './home.ts'
import { registrar, signatory } from './people.ts'

export interface RegistrarOptions {
  url: string
  home?: string
  signal: AbortSignal
  pollMs?: number
  log: (line: string) => void
}

const pendingSchema = z.looseObject({
  rows: z.array(z.looseObject({ hash: z.string(), t: z.string(), actor: z.string() })),
})

/** Works until the signal. What cannot be done now is done later. */
export async function runRegistrar(options: RegistrarOptions): Promise<void> {
  const { url, signal, pollMs = 300, log } = options
  const home = options.home ?? homeFolder()
  const client = createClient({ url, pins: await readPins(home) })
  const who = await signatory(home, registrar.person)
  while (!signal.aborted) {
    await countersign(client, who, log).catch((error: unknown) =>
      log(error instanceof Error ? error.message : String(error)),
    )
    await delay(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

async function countersign(
  client: Client,
  who: Signatory,
  log: RegistrarOptions['log'],
): Promise<void> {
  const { rows } = await client.get('/api/pending', pendingSchema)
  for (const { hash, t, actor } of rows) {
    if (t !== 'key.enrol' || actor === who.person) continue
    const payload = { of: hash }
    const { index } = await client.act(who, { t: 'key.enrol.cosign', role: 'RG', payload })
    log(`the key of ${actor} counts from entry ${index} on`)
  }
}
