/** Configuration of the API's process, from its environment: every bad variable is named at once. */
import { join } from 'node:path'
import { z } from 'zod'

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  TENDERBOOK_ORIGIN: z.string().min(1).default('tenderbook.localhost/granite-lakes/2026'),
  TENDERBOOK_HOME: z.string().min(1).default('.tenderbook'),
  TENDERBOOK_SIGNER_SOCKET: z.string().min(1).max(100).optional(),
  TENDERBOOK_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  TENDERBOOK_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TENDERBOOK_DEVELOPMENT: z.enum(['0', '1']).default('0'),
  TENDERBOOK_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info'),
})

export interface Config {
  databaseUrl: string
  origin: string
  signerSocket: string
  port: number
  /** With the ready people of the demonstration. */
  isDevelopment: boolean
  /** Absent: the address that the process listens on. */
  publicUrl?: string
  logLevel: z.output<typeof environment>['TENDERBOOK_LOG_LEVEL']
}

/** The configuration, or one line for each variable that cannot be used. */
export function readConfig(
  env: Record<string, string | undefined>,
): Config | { problems: string[] } {
  const result = environment.safeParse(env)
  if (!result.success) {
    return {
      problems: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    }
  }
  const read = result.data
  return {
    databaseUrl: read.DATABASE_URL,
    origin: read.TENDERBOOK_ORIGIN,
    signerSocket:
      read.TENDERBOOK_SIGNER_SOCKET ?? join(read.TENDERBOOK_HOME, 'signer', 'signer.sock'),
    port: read.TENDERBOOK_PORT,
    isDevelopment: read.TENDERBOOK_DEVELOPMENT === '1',
    logLevel: read.TENDERBOOK_LOG_LEVEL,
    ...(read.TENDERBOOK_PUBLIC_URL === undefined ? {} : { publicUrl: read.TENDERBOOK_PUBLIC_URL }),
  }
}
