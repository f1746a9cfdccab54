/**
 * Connections to PostgreSQL, and what the database must promise before anything is written to it.
 *
 * Two roles: the owner, who migrates and rebuilds, and the writer (`tenderbook_writer`), as which the services work:
 * it can add entries and never change one. Signed instants are text in the database too, so no time passes through `Date`.
 */
import postgres from 'postgres'

/** What int8 columns hold here: positions and sizes, far below 2^53. */
const integer = {
  to: 20,
  from: [20],
  serialize: (value: number) => String(value),
  parse(text: string): number {
    const value = Number(text)
    if (!Number.isSafeInteger(value)) throw new DatabaseError('range', `${text} is no safe integer`)
    return value
  },
}

/** Plain bytes: the driver's Buffers have a `slice` and a `toJSON` that mean other things. */
const bytea = {
  to: 17,
  from: [17],
  serialize: ({ buffer, byteOffset, length }: Uint8Array) =>
    `\\x${Buffer.from(buffer, byteOffset, length).toString('hex')}`,
  parse(text: string): Uint8Array {
    const { buffer, byteOffset, length } = Buffer.from(text.slice(2), 'hex')
    return new Uint8Array(buffer, byteOffset, length)
  },
}

/** Types of parameters and columns that the driver itself would read otherwise. */
interface Types extends Record<string, unknown> {
  bigint: number
  bytea: Uint8Array
}

export type Sql = postgres.Sql<Types>
/** What runs queries: a pool, or the connection of a transaction. */
export type Transaction = postgres.ISql<Types>

/** - `durability`: a setting of the server may lose what it acknowledged
 *  - `range`: a number in the database that cannot be counted with
 *  - `schema`: other files than those of migrations/ made its tables
 *  - `origin`, `head`: the database belongs to another log; its tables disagree with one another
 *  - `arrivals`, `busy`: one could not be answered; too many wait
 *  - `payload`: stored bytes are not those that were committed to */
export type DatabaseErrorCode =
  'durability' | 'range' | 'schema' | 'origin' | 'head' | 'arrivals' | 'busy' | 'payload'

export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatabaseError'
    this.code = code
  }
}

export interface ConnectOptions {
  /** Greatest number of connections; 10 where absent. */
  max?: number
  /** Work as this role; absent: as the role that logged in. */
  role?: 'tenderbook_writer' | 'tenderbook_reader'
}

/** A pool of connections, opened as they are needed. `end()` closes them. */
export function connect(url: string, { max = 10, role }: ConnectOptions = {}): Sql {
  return postgres(url, {
    max,
    types: { bigint: integer, bytea },
    onnotice: () => undefined,
    connection: {
      application_name: 'tenderbook',
      // A process that stops while it holds the log's lock must not hold up the others.
      idle_in_transaction_session_timeout: 10_000,
      ...(role && { role }),
    },
  })
}

/** The options that a client was made with, to make another to the same database. */
export function clientOptions(
  sql: Sql,
): postgres.Options<{ bigint: typeof integer; bytea: typeof bytea }> {
  // The driver takes its parsed options as options again; only their type is narrower.
  return { ...sql.options } as unknown as postgres.Options<{
    bigint: typeof integer
    bytea: typeof bytea
  }>
}

/**
 * Whether the connection was lost, so that the outcome of what was sent is not known. Everything else that PostgreSQL
 * answers is an error of a transaction that it has rolled back.
 */
export function isConnectionLost(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return LOST.has(code) || code.startsWith('08')
}

const LOST = new Set([
  ...['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECTION_ENDED', 'CONNECT_TIMEOUT'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT'],
  // The server shuts down, has crashed, is not up yet; an idle transaction was ended.
  ...['57P01', '57P02', '57P03', '25P03'],
])

const DURABLE = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  data_checksums: 'on',
} as const

/** Throws DatabaseError `durability` unless the server keeps what it acknowledged and notices what its disk corrupted. */
export async function assertDurability(sql: Sql): Promise<void> {
  const rows = await sql<{ name: string; setting: string }[]>`
    select name, setting from pg_settings where name = any(${Object.keys(DURABLE)})`
  const found = new Map(rows.map(({ name, setting }) => [name, setting]))
  for (const [name, wanted] of Object.entries(DURABLE)) {
    const setting = found.get(name)
    if (setting !== wanted)
      throw new DatabaseError(
        'durability',
        `PostgreSQL runs with ${name} = ${setting ?? 'unknown'}; the record needs ${wanted}`,
      )
  }
}
