/** `tenderbook verify`: each file in turn, with the keys that are pinned here or given. Exit: the worst verdict. */
import type { ExitCode } from './exit.ts'
import { readPins } from './home.ts'
import type { Report } from './report.ts'
import { printVerdict, verifyFile, type Trust } from './verify.ts'

export interface VerifyOptions {
  home: string
  report: Report
  paths: string[]
  vkey?: string
  receiptKey?: string
  proof?: string
}

export async function verify(options: VerifyOptions): Promise<ExitCode> {
  const { home, report, paths, vkey, receiptKey, proof } = options
  const trust: Trust = vkey === undefined ? await readPins(home) : { vkey }
  const codes: ExitCode[] = []
  const verdicts = []
  for (const path of paths) {
    const given = receiptKey === undefined ? trust : { ...trust, receiptKey }
    const verdict = await verifyFile(path, given, proof)
    codes.push(printVerdict(report, path, verdict))
    verdicts.push({ path, ...verdict })
  }
  report.answer(verdicts.length === 1 ? verdicts[0] : verdicts)
  return codes.includes(1) ? 1 : codes.includes(2) ? 2 : 0
}
