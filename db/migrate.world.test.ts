import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabase } from '../tests/database.ts'
import { connect, type Sql } from './connection.ts'
import { migrate } from './migrate.ts'

const OWN = fileURLToPath(new URL('../migrations', import.meta.url))
const journalSchema = z.looseObject({ entries: z.array(z.looseObject({ when: z.number() })) })

let sql: Sql
/** A copy of the migrations that a test may change. */
let folder: string
beforeAll(async () => {
  sql = connect(await createDatabase(), { max: 2 })
})
afterAll(() => sql.end())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await cp(OWN, folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

const journal = () => join(folder, 'meta', '_journal.json')
async function changeJournal(change: (entries: { when: number }[]) => object[]): Promise<void> {
  const read = journalSchema.parse(JSON.parse(await readFile(journal(), 'utf8')))
  await writeFile(journal(), JSON.stringify({ ...read, entries: change(read.entries) }))
}
async function tables(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`
  return rows.map(({ name }) => name)
}

test('a migration that was edited after it was applied is refused by its name, with the way on', async () => {
  const before = await tables()
  for (const name of (await readdir(OWN)).filter((one) => one.endsWith('.sql'))) {
    await appendFile(
      join(folder, name),
      '--> statement-breakpoint\ncreate table edited (id int);\n',
    )
    await expect(migrate(sql, folder)).rejects.toMatchObject({
      name: 'DatabaseError',
      code: 'schema',
      message:
        `migrations/${name} is not what was applied to this database: it was edited since. Restore it (a change goes ` +
        'into a new file), or begin with an empty database: another TENDERBOOK_HOME, or another DATABASE_URL where that is set.',
    })
    await cp(join(OWN, name), join(folder, name))
    await migrate(sql, folder)
  }
  expect(await tables()).toEqual(before)
})

test('a migration that was given another time is not applied again', async () => {
  await changeJournal((entries) => entries.map((entry) => ({ ...entry, when: entry.when + 1e12 })))
  await expect(migrate(sql, folder)).rejects.toMatchObject({ code: 'schema' })
})

test('a database of a newer version is refused', async () => {
  await changeJournal((entries) => entries.slice(0, -1))
  await expect(migrate(sql, folder)).rejects.toMatchObject({
    code: 'schema',
    message: expect.stringMatching(
      /^A newer version of Tenderbook made this database: .* Start that/,
    ) as string,
  })
})

test('a new migration is applied, once', async () => {
  await writeFile(join(folder, '9999_more.sql'), 'create table more (id int);')
  await changeJournal((entries) => [
    ...entries,
    { ...entries.at(-1), tag: '9999_more', when: 9e12 },
  ])
  await Promise.all([migrate(sql, folder), migrate(sql, folder)])
  expect(await tables()).toContain('more')
  // The files without it are those of an older version now.
  await expect(migrate(sql)).rejects.toMatchObject({ code: 'schema' })
})
