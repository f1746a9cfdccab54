/** The database by its address, for commands: it answers, or the person is told where it was looked for. */
import { connect, type ConnectOptions, type Sql } from '../db/connection.ts'
import { CliError } from './exit.ts'
import { reasonOf } from './input.ts'

/** A pool on a database that answers. Throws CliError where the address is none or nobody answers there. */
export async function openDatabase(url: string, options: ConnectOptions): Promise<Sql> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new CliError(
      'DATABASE_URL is no address of a PostgreSQL database, as postgres://user:password@host:5432/name.',
      2,
    )
  const sql = connect(url, options)
  try {
    await sql`SELECT`
    return sql
  } catch (error) {
    await sql.end()
    // Never the whole address: it holds a password.
    const { host, pathname } = new URL(url)
    throw new CliError(
      `The database ${pathname.slice(1)} at ${host} cannot be used: ${reasonOf(error)}. Start it, or correct DATABASE_URL; without DATABASE_URL \`npm start\` runs its own.`,
      2,
      { cause: error },
    )
  }
}
