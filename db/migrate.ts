/**
 * Brings a database to the newest schema. Run by the owner; safe to run by several processes at once. Where a migration
 * has emptied the list, because its rows say more now, the derived tables are made again from the ledger.
 */
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { clientOptions, type Sql } from './connection.ts'
import { rebuild } from './rebuild.ts'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))
/** Any number that nothing else locks. */
const LOCK = 7_465_746_263

/** Applies what is missing from migrations/, in order, one process at a time. */
export async function migrate(sql: Sql): Promise<void> {
  // One connection, so that the session which holds the lock is the one that migrates.
  const session = postgres({ ...clientOptions(sql), max: 1 })
  try {
    await session`select pg_advisory_lock(${LOCK})`
    await applyMigrations(drizzle(session), { migrationsFolder: MIGRATIONS })
    if (await isListLost(session)) await rebuild(sql)
  } finally {
    await session.end()
  }
}

/** Whether there are procurements and no list of them. */
async function isListLost(session: Sql): Promise<boolean> {
  const [row] = await session<{ lost: boolean }[]>`
    select exists (select from state) and not exists (select from procurement) as lost`
  return row?.lost === true
}
