/** What the worker reads from its environment. Anything missing or odd is said at once, by name. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Party } from '../activities/iso20022.ts'

const environment = z.object({
  DATABASE_URL: z.url(),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TENDERBOOK_ORIGIN: z.string().default('tenderbook.localhost/granite-lakes/2026'),
  TENDERBOOK_HOME: z.string().default('.tenderbook'),
  TENDERBOOK_SIGNER_SOCKET: z.string().optional(),
  TENDERBOOK_BANK_DIR: z.string().optional(),
  TENDERBOOK_TASK_QUEUE: z.string().default('procurement'),
  TENDERBOOK_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info'),
  TENDERBOOK_PAYER_NAME: z.string().default('Granite Lakes Treasury'),
  TENDERBOOK_PAYER_ACCOUNT: z.string().default('000111222'),
  TENDERBOOK_PAYER_BIC: z.string().optional(),
  // Workflow code sees the host's time zone; a replay elsewhere would differ.
  TZ: z.literal('UTC', { error: 'the worker runs with TZ=UTC only' }),
})

export interface Config {
  databaseUrl: string
  temporal: { address: string; namespace: string; taskQueue: string }
  origin: string
  home: string
  signerSocket: string
  bankDir: string
  logLevel: string
  payer: Party
}

/** The configuration, or one line for each variable that is missing or odd. */
export function readConfig(
  env: Record<string, string | undefined>,
): Config | { problems: string[] } {
  const read = environment.safeParse(env)
  if (!read.success)
    return {
      problems: read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    }
  const given = read.data
  const home = given.TENDERBOOK_HOME
  const bic = given.TENDERBOOK_PAYER_BIC
  return {
    databaseUrl: given.DATABASE_URL,
    temporal: {
      address: given.TEMPORAL_ADDRESS,
      namespace: given.TEMPORAL_NAMESPACE,
      taskQueue: given.TENDERBOOK_TASK_QUEUE,
    },
    origin: given.TENDERBOOK_ORIGIN,
    home,
    signerSocket: given.TENDERBOOK_SIGNER_SOCKET ?? join(home, 'signer', 'signer.sock'),
    bankDir: given.TENDERBOOK_BANK_DIR ?? join(home, 'bank'),
    logLevel: given.TENDERBOOK_LOG_LEVEL,
    payer: {
      name: given.TENDERBOOK_PAYER_NAME,
      account: { number: given.TENDERBOOK_PAYER_ACCOUNT },
      ...(bic !== undefined && { bank: { bic } }),
    },
  }
}
