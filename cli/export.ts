/** `tenderbook export`: the record of one procurement, or of the whole log, as the file that `verify` and `audit` read. */
import { writeFile } from 'node:fs/promises'
import { utf8 } from '../ledger/index.ts'
import { createClient } from './client.ts'
import { CliError, type ExitCode } from './exit.ts'
import { exportOf } from './exported.ts'
import { reasonOf } from './input.ts'
import { PATIENCE_MS, reachServices } from './reach.ts'
import type { Report } from './report.ts'

export interface ExportCommand {
  home: string
  report: Report
  ocid?: string
  out?: string
}

export async function exportRecord({ home, report, ocid, out }: ExportCommand): Promise<ExitCode> {
  const { services, pins } = await reachServices(home)
  const client = createClient({ url: services.url, pins, patienceMs: PATIENCE_MS })
  const bytes =
    ocid === undefined
      ? utf8(await client.getText('/api/log/export'))
      : await exportOf(client, ocid)
  if (out === undefined) {
    process.stdout.write(bytes)
    return 0
  }
  await writeFile(out, bytes).catch((error: unknown) => {
    throw new CliError(`${out} cannot be written: ${reasonOf(error)}.`, 2, { cause: error })
  })
  report.answer({ path: out, bytes: bytes.length }, `${out}: ${bytes.length} bytes`)
  return 0
}
