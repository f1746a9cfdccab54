/**
 * A file as its recorded entries say it: the record is fetched, audited here with the pinned key and the rules, and what
 * an act takes from it (the key of the opening, the terms that it changes) is taken from there, never from the page.
 */
import { auditFile } from '../../ledger/index.ts'
import { createReplayer, type OpenState } from '../../procurement/index.ts'
import { fill, paths } from '../paths.ts'
import { summaryOf } from './check-procurement.ts'
import type { Pins } from './log-client.ts'

/** Throws Error where the record cannot be had or does not hold. */
export async function auditedFile({ origin, vkey }: Pins, tender: string): Promise<OpenState> {
  const answer = await fetch(fill(paths.api.procurementExport, { ocid: tender }))
  if (!answer.ok) throw new Error(`The file could not be fetched (${answer.status})`)
  const rules = createReplayer(origin)
  const found = await auditFile(new Uint8Array(await answer.arrayBuffer()), { vkey, rules })
  const file = rules.files.get(tender)
  if (found.verdict !== 'verified' || !file)
    throw new Error(`The file does not check out in this browser. ${summaryOf(found)}`)
  return file.open
}
