/**
 * What the tests of the project `world` run on: one PostgreSQL with a migrated template database, one Temporal
 * development server, and where the time-skipping server and Chromium are. Vitest runs it once, before all files.
 *
 * Everything lives in a folder of its own below the system's temporary one and goes with the run.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { connect } from '../db/connection.ts'
import { migrate } from '../db/migrate.ts'
import { obtainChromium } from '../scripts/chromium.mjs'
import { startPostgres } from '../scripts/postgres.mjs'
import { startTemporal } from '../scripts/temporal-server.mjs'
import { obtainTemporal, obtainTestServer } from '../scripts/temporal.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Maintenance database of the server, for creating others; see database.ts. */
    databaseUrl: string
    /** Host and port of the Temporal development server. */
    temporalAddress: string
    /** Program of the time-skipping Temporal server. */
    testServerPath: string
    /** Program of a Chromium, '' where none can be had. */
    chromiumPath: string
  }
}

/** Name of the database that every test's own is cloned from. */
export const template = 'tenderbook_template'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'tenderbook-test-'))
  // Walkable for the unprivileged user that PostgreSQL runs as when we are root.
  await chmod(home, 0o755)
  const [database, temporal] = await Promise.all([
    startPostgres(join(home, 'postgres'), { settings: { max_connections: '300' } }),
    obtainTemporal().then((program) => startTemporal(join(home, 'temporal'), { program })),
  ])
  const stop = async (): Promise<void> => {
    await temporal.stop()
    await database.stop()
    await rm(home, { recursive: true, force: true })
  }
  try {
    await makeTemplate(database.url('postgres'), database.url(template))
    project.provide('databaseUrl', database.url('postgres'))
    project.provide('temporalAddress', temporal.address)
    project.provide('testServerPath', await obtainTestServer())
    project.provide('chromiumPath', await obtainChromium().catch(() => ''))
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function makeTemplate(maintenanceUrl: string, templateUrl: string): Promise<void> {
  const maintenance = connect(maintenanceUrl, { max: 1 })
  await maintenance`CREATE DATABASE ${maintenance(template)}`
  await maintenance.end()
  const sql = connect(templateUrl, { max: 1 })
  await migrate(sql).finally(() => sql.end())
}
