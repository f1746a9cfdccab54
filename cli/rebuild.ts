/**
 * `tenderbook rebuild`: drops every derived table of the database and makes it again from the ledger, then says whether
 * the tables came out byte for byte as they were.
 */
import { createHash } from 'node:crypto'
import type { Sql } from '../db/connection.ts'
import { rebuild as rebuildTables } from '../db/rebuild.ts'
import { openDatabase } from './database.ts'
import type { ExitCode } from './exit.ts'
import { style, type Report } from './report.ts'

const derived = [
  'log_head',
  'tile',
  'state',
  'register',
  'register_change',
  'procurement',
  'outbox',
]

export async function rebuild(databaseUrl: string, report: Report): Promise<ExitCode> {
  const sql = await openDatabase(databaseUrl, { max: 2 })
  try {
    const before = await hashesOf(sql)
    const begun = performance.now()
    const entries = await rebuildTables(sql)
    const after = await hashesOf(sql)
    const changed = derived.filter((table) => before.get(table) !== after.get(table))
    const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`
    for (const table of derived)
      report.line(`  ${changed.includes(table) ? style.red('changed') : 'equal  '} ${table}`)
    const text = `${derived.length} tables made again from ${entries} entries in ${took}`
    report.answer(
      { entries, tables: derived, changed },
      changed.length === 0
        ? style.green(`${text}, byte for byte as they were.`)
        : style.red(
            `${text}. What was there before in ${changed.join(', ')} was not what the ledger gives.`,
          ),
    )
    return changed.length === 0 ? 0 : 1
  } finally {
    await sql.end()
  }
}

/** SHA-256 over the rows of each derived table, in the order of their text. */
async function hashesOf(sql: Sql): Promise<Map<string, string>> {
  const hashes = new Map<string, string>()
  for (const table of derived) {
    const hash = createHash('sha256')
    const rows = sql<{ row: string }[]>`SELECT t::text AS row FROM ${sql(table)} t ORDER BY t::text`
    for await (const page of rows.cursor(500)) for (const { row } of page) hash.update(`${row}\n`)
    hashes.set(table, hash.digest('hex'))
  }
  return hashes
}
