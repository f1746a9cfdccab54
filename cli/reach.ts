/** For commands that talk to the services: those that run, or our own for as long as the command takes. */
import { CliError } from './exit.ts'
import { readPins, type Pins, type Services } from './home.ts'
import type { Report } from './report.ts'
import { runningServices, startServices, unlessEnded } from './services.ts'

/** How long a command asks a service that runs and does not answer: a person waits for it. */
export const PATIENCE_MS = 10_000

export interface Reached {
  services: Services
  pins: Pins
}

/** The services that run here. Throws CliError where none do. */
export async function reachServices(home: string): Promise<Reached> {
  const services = await runningServices(home)
  if (services === undefined)
    throw new CliError(`Tenderbook does not run in ${home}. Start it with \`npm start\`.`, 2)
  return { services, pins: await readPins(home) }
}

/** Works with the services that run, or starts them and stops them again; the signal is aborted when they must stop. */
export async function withServices<T>(
  home: string,
  report: Report,
  work: (reached: Reached & { signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  const running = await runningServices(home)
  if (running !== undefined) return await work({ services: running, pins: await readPins(home) })
  const say = (text: string): void => report.line(`  ${text}`)
  report.line('Starting the services …')
  const { stop, pins, ended, ...services } = await startServices({ home, say })
  // Ctrl+C ends the command; what it started ends with it.
  const interrupted = (): void => void stop().finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const working = new AbortController()
  try {
    return await unlessEnded(ended, work({ services, pins, signal: working.signal }))
  } finally {
    working.abort()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    await stop()
  }
}

/** Where the database of this home is: of the services that run, else DATABASE_URL. */
export async function databaseFor(home: string): Promise<string> {
  const url = (await runningServices(home))?.databaseUrl ?? process.env['DATABASE_URL']
  if (url !== undefined && url !== '') return url
  throw new CliError(
    `Tenderbook does not run in ${home}, and no DATABASE_URL is set. Start with \`npm start\`, or set it.`,
    2,
  )
}
