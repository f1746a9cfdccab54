/**
 * A database for one test file: a clone of the migrated template on the server that services.ts started.
 */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { connect } from '../db/connection.ts'
import { template } from './services.ts'

/** Makes a fresh, migrated database and returns its URL. It goes with the server at the end of the run. */
export async function createDatabase(): Promise<string> {
  const maintenanceUrl = inject('databaseUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const maintenance = connect(maintenanceUrl, { max: 1 })
  try {
    await maintenance`CREATE DATABASE ${maintenance(name)} TEMPLATE ${maintenance(template)}`
  } finally {
    await maintenance.end()
  }
  const url = new URL(maintenanceUrl)
  url.pathname = `/${name}`
  return url.href
}
