/** `tenderbook demo`: the example or a published process, with the services that run or with our own for the time. */
import { CliError, type ExitCode } from './exit.ts'
import { runDemo } from './demo.ts'
import { runPublished } from './demo-from.ts'
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
  const line = (text: string): void => report.line(text)
  return await withServices(home, report, async ({ services: { url }, pins }) => {
    if (from !== undefined && ocid !== undefined) {
      const played = await runPublished({ home, url, pins, line, path: from, source: ocid })
      const { ocid: own, verdict, filledIn } = played
      const { entries, verified } = verdict
      report.answer({ ocid: own, source: ocid, entries, verified, filledIn })
      return verdict.verdict === 'verified' ? 0 : 1
    }
    const { ocid: own, verdict } = await runDemo({ home, url, pins, line })
    const { entries, verified } = verdict
    report.answer({ ocid: own, entries, verified })
    return verdict.verdict === 'verified' ? 0 : 1
  })
}
