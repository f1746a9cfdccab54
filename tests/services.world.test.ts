import { Connection } from '@temporalio/client'
import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import { createDatabase } from './database.ts'

test('a test database is a real PostgreSQL that is durable and checks its pages', async () => {
  const sql = postgres(await createDatabase(), { max: 1 })
  const [row] = await sql<{ fsync: string; checksums: string; encoding: string }[]>`
    SELECT current_setting('fsync') AS fsync, current_setting('data_checksums') AS checksums,
      current_setting('server_encoding') AS encoding`
  expect(row).toEqual({ fsync: 'on', checksums: 'on', encoding: 'UTF8' })
  await sql.end()
})

test('two tests get two databases', async () => {
  const [first, second] = await Promise.all([createDatabase(), createDatabase()])
  expect(first).not.toBe(second)
})

test('the Temporal server has the search attributes of a procurement', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') })
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: 'default',
  })
  expect(Object.keys(customAttributes)).toEqual(
    expect.arrayContaining(['Ocid', 'Agency', 'Stage', 'Method', 'WaitingFor', 'DueAt']),
  )
  await connection.close()
})
