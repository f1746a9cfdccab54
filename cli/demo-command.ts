/** `tenderbook demo`: the example or a published process, with the services that run or with our own for the time. */
import { CliError, type ExitCode } from './exit.ts'
import { runDemo } from './demo.ts'
import { runPublished } from './demo-from.ts'
import { readInput } from './input.ts'
import { readPublished } from './published.ts'
import { withServices } from './reach.ts'
import type { Report } from './report.ts'

export interface DemoCommand {
  home: string
  report: Report
  from?: string
  ocid?: string
}

export async function demo({ home, report, from, ocid }: DemoCommand): Promise<ExitCode> {
  if (from !== undefined && ocid === undefined)
    throw new CliError('Say which process of the package: --ocid <ocid>.', 2)
  if (from === undefined && ocid !== undefined)
    throw new CliError(
      '--ocid names a process of a package: give the package, too, with --from.',
      2,
    )
  const line = (text: string): void => report.line(text)
  // Read before anything is started: a wrong file is said at once.
  const facts =
    from === undefined || ocid === undefined
      ? undefined
      : readPublished(new TextDecoder().decode(await readInput(from)), ocid)
  return await withServices(home, report, async ({ services: { url }, pins, signal }) => {
    const options = { home, url, pins, line, ...(signal === undefined ? {} : { signal }) }
    if (facts !== undefined) {
      const played = await runPublished({ ...options, facts })
      const { ocid: own, verdict, filledIn } = played
      const { entries, verified } = verdict
      report.answer({ ocid: own, source: facts.source.ocid, entries, verified, filledIn })
      return verdict.verdict === 'verified' ? 0 : 1
    }
    const { ocid: own, verdict } = await runDemo(options)
    const { entries, verified } = verdict
    report.answer({ ocid: own, entries, verified })
    return verdict.verdict === 'verified' ? 0 : 1
  })
}
