/**
 * `tenderbook up`: starts every service, plays one purchase on the first start, prints where to look, and stays up until
 * Ctrl+C, which stops it all in order, the database last. So does a part that must not run: then with its reason.
 */
import { join } from 'node:path'
import { isDemoOwed, runDemo } from './demo.ts'
import { CliError, type ExitCode } from './exit.ts'
import { officials, vendors } from './people.ts'
import { style, type Report } from './report.ts'
import { startServices, type RunningServices } from './services.ts'

export interface UpOptions {
  home: string
  report: Report
  /** Play the purchase unless one was played to its end. */
  firstDemo: boolean
  /** Take any free ports, for tests. */
  anyPort?: boolean
}

export async function up({ home, report, firstDemo, anyPort }: UpOptions): Promise<ExitCode> {
  const begun = performance.now()
  const ending = endOfRun(() => report.line('Stopping …'))
  const services = await startServices({
    home,
    say: (text) => report.line(style.dim(`  ${text}`)),
    ...(anyPort === undefined ? {} : { anyPort }),
  })
  void services.ended.then(ending.end)
  try {
    report.line(`Everything runs (${((performance.now() - begun) / 1000).toFixed(1)} s).`)
    if (firstDemo && !ending.signal.aborted && (await isDemoOwed(home)))
      await playFirst(home, services, report, ending)
    if (!ending.signal.aborted) {
      printBox(home, services, report)
      report.answer({ ready: true, url: services.url, temporal: services.temporalUi })
    }
    await ending.over
  } finally {
    await services.stop()
    report.line('Everything is stopped.')
  }
  const why = await ending.over
  if (why !== undefined) throw why
  return 0
}

interface Ending {
  /** Resolves at the end: with the reason, unless it was asked for. */
  over: Promise<CliError | undefined>
  /** Aborted at the end. */
  signal: AbortSignal
  end: (why: CliError) => void
}

/** The first Ctrl+C or SIGTERM, or a part that must not run; a signal after it ends at once what is still being stopped. */
function endOfRun(tell: () => void): Ending {
  const controller = new AbortController()
  let whenOver: (why?: CliError) => void = () => undefined
  const over = new Promise<CliError | undefined>((resolve) => (whenOver = resolve))
  const end = (why?: CliError): void => {
    tell()
    controller.abort()
    whenOver(why)
  }
  const interrupted = (): void => {
    if (controller.signal.aborted) process.exit(1)
    end()
  }
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  return { over, signal: controller.signal, end }
}

async function playFirst(
  home: string,
  { url, pins }: RunningServices,
  report: Report,
  ending: Ending,
): Promise<void> {
  report.line()
  const line = (text: string): void => report.line(text)
  const played = runDemo({ home, url, pins, line, signal: ending.signal })
  await Promise.race([played, ending.over]).catch((error: unknown) => {
    if (ending.signal.aborted) return
    // The services are worth keeping.
    report.line(style.red(textOf(error)))
    report.line('The purchase is not finished; the next `npm start` goes on with it.')
  })
}

function textOf(error: unknown): string {
  if (error instanceof CliError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function printBox(
  home: string,
  { url, temporalUi, temporalAddress }: RunningServices,
  report: Report,
): void {
  const people = Object.entries(officials)
    .map(([name, { title }]) => `${name} (${title})`)
    .join('  ')
  const firms = Object.keys(vendors).join('  ')
  report.line()
  report.line(`  Web          ${style.bold(url)}`)
  report.line(`  API          ${url}/api`)
  report.line(`  Temporal UI  ${temporalUi ?? `(server at ${temporalAddress})`}`)
  report.line(`  People       ${people}`)
  report.line(`  Vendors      ${firms}`)
  report.line(`  Sign in      keys of all of them are in ${join(home, 'people')}`)
  report.line(`  Try          npx tenderbook demo      npx tenderbook doctor`)
  report.line()
  report.line('  Ctrl+C stops everything.')
}
