/**
 * `tenderbook up`: starts every service, plays one purchase on the first start, prints where to look, and stays up until
 * Ctrl+C, which stops it all in order, the database last. So does a part that must not run: then with its reason.
 */
import { isDemoOwed, runDemo } from './demo.ts'
import type { CliError, ExitCode } from './exit.ts'
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
  const ending = endOfRun()
  const services = await startServices({
    home,
    say: (text) => report.line(style.dim(`  ${text}`)),
    ...(anyPort === undefined ? {} : { anyPort }),
  })
  void services.ended.then(ending.end)
  try {
    report.line(`Everything runs (${((performance.now() - begun) / 1000).toFixed(1)} s).`)
    if (firstDemo && (await isDemoOwed(home))) await playFirst(home, services, report, ending)
    if (!ending.isOver()) printBox(services, report)
    report.answer({ ready: true, url: services.url, temporal: services.temporalUi })
    await ending.over
  } finally {
    report.line('Stopping …')
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
  isOver: () => boolean
  end: (why: CliError) => void
}

/** The first Ctrl+C or SIGTERM, or a part that must not run; a signal after it ends at once what is still being stopped. */
function endOfRun(): Ending {
  let isOver = false
  let whenOver: (why?: CliError) => void = () => undefined
  const over = new Promise<CliError | undefined>((resolve) => (whenOver = resolve))
  const end = (why?: CliError): void => {
    isOver = true
    whenOver(why)
  }
  const interrupted = (): void => {
    if (isOver) process.exit(1)
    end()
  }
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  return { over, isOver: () => isOver, end }
}

async function playFirst(
  home: string,
  { url, pins }: RunningServices,
  report: Report,
  ending: Ending,
): Promise<void> {
  report.line()
  const played = runDemo({ home, url, pins, line: (text) => report.line(text) })
  await Promise.race([played, ending.over]).catch((error: unknown) => {
    // The services are worth keeping; the next start goes on with the purchase.
    report.line(style.red(error instanceof Error ? (error.stack ?? error.message) : String(error)))
  })
  if (ending.isOver()) played.catch(() => undefined)
}

function printBox({ url, temporalUi, temporalAddress }: RunningServices, report: Report): void {
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
  report.line(`  Sign in      keys of all of them are in .tenderbook/people/`)
  report.line(`  Try          npx tenderbook demo      npx tenderbook doctor`)
  report.line()
  report.line('  Ctrl+C stops everything.')
}
