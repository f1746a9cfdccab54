/**
 * Brings a database to the newest schema. Run by the owner; safe to run by several processes at once. Where a migration
 * has emptied the list, because its rows say more now, the derived tables are made again from the ledger.
 *
 * Refuses a database that other files have made: one of a newer version, or where a file was edited since.
 */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { clientOptions, DatabaseError, type Sql } from './connection.ts'
import { rebuild } from './rebuild.ts'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))
/** Any number that nothing else locks. */
const LOCK = 7_465_746_263

/**
 * Applies what is missing from a folder of migrations, in order, one process at a time. Throws DatabaseError `schema`
 * where those that the database has are not the folder's first.
 */
export async function migrate(sql: Sql, folder = MIGRATIONS): Promise<void> {
  // One connection, so that the session which holds the lock is the one that migrates.
  const session = postgres({ ...clientOptions(sql), max: 1 })
  try {
    await session`select pg_advisory_lock(${LOCK})`
    await checkApplied(session, folder)
    await applyMigrations(drizzle(session), { migrationsFolder: folder })
    if (await isListLost(session)) await rebuild(sql)
  } finally {
    await session.end()
  }
}

const NEW_HOME =
  'or begin with an empty database: another TENDERBOOK_HOME, or another DATABASE_URL where that is set'

/** What is applied is looked at by its bytes: drizzle itself only asks whether a file is newer than the last. */
async function checkApplied(session: Sql, folder: string): Promise<void> {
  const applied = await readApplied(session)
  const files = readMigrationFiles({ migrationsFolder: folder })
  if (applied.length > files.length)
    throw new DatabaseError(
      'schema',
      `A newer version of Tenderbook made this database: it has ${applied.length} migrations, migrations/ has ` +
        `${files.length}. Start that version, ${NEW_HOME}.`,
    )
  const changed = applied.findIndex(
    ({ hash, at }, i) => hash !== files[i]?.hash || at !== String(files[i].folderMillis),
  )
  if (changed === -1) return
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  throw new DatabaseError(
    'schema',
    `migrations/${names[changed] ?? changed} is not what was applied to this database: it was edited since. Restore it ` +
      `(a change goes into a new file), ${NEW_HOME}.`,
  )
}

/** Hash and time of each migration that the database has, in order; drizzle's own table, absent before the first. */
async function readApplied(session: Sql): Promise<{ hash: string; at: string }[]> {
  const [table] = await session<{ known: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as known`
  if (table?.known !== true) return []
  return session<{ hash: string; at: string }[]>`
    select hash, created_at::text as at from drizzle.__drizzle_migrations order by created_at, id`
}

/** Whether there are procurements and no list of them. */
async function isListLost(session: Sql): Promise<boolean> {
  const [row] = await session<{ lost: boolean }[]>`
    select exists (select from state) and not exists (select from procurement) as lost`
  return row?.lost === true
}
