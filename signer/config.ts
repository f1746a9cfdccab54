/** What the signer reads from its environment. Anything missing or odd is said at once, by name. */
import { join } from 'node:path'
import { z } from 'zod'

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  TENDERBOOK_ORIGIN: z.string().min(1).default('tenderbook.localhost/granite-lakes/2026'),
  TENDERBOOK_HOME: z.string().min(1).default('.tenderbook'),
  TENDERBOOK_SIGNER_SOCKET: z.string().min(1).optional(),
  TENDERBOOK_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info'),
})

export interface Config {
  databaseUrl: string
  origin: string
  /** Folder of keys, head file and cuts: on another disk than the database. */
  folder: string
  socketPath: string
  logLevel: z.output<typeof environment>['TENDERBOOK_LOG_LEVEL']
}

/** The configuration, or one line for each variable that cannot be used. */
export function readConfig(
  env: Record<string, string | undefined>,
): Config | { problems: string[] } {
  const { data, error } = environment.safeParse(env)
  if (error)
    return { problems: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) }
  const folder = join(data.TENDERBOOK_HOME, 'signer')
  return {
    databaseUrl: data.DATABASE_URL,
    origin: data.TENDERBOOK_ORIGIN,
    folder,
    socketPath: data.TENDERBOOK_SIGNER_SOCKET ?? join(folder, 'signer.sock'),
    logLevel: data.TENDERBOOK_LOG_LEVEL,
  }
}
