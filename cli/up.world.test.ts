/** `tenderbook up` where the database contradicts the head that the signer has signed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../db/connection.ts'
import { Frontier } from '../ledger/index.ts'
import { isAlive, waitUntil } from '../scripts/processes.mjs'
import {
  beginTenderbook,
  createHome,
  killAtOnce,
  partNames,
  removeHome,
  startTenderbook,
  tenderbook,
  type Running,
} from '../tests/processes.ts'

let home: string
let running: Running

beforeAll(async () => {
  home = await createHome()
  running = await startTenderbook(home)
}, 120_000)

afterAll(async () => {
  await running.stop()
  await removeHome(home)
}, 60_000)

const finding = /^signer must not run: the database has \d+ entries, a head of \d+ was signed/m

test('a database that is set back while all runs ends everything in order with 75, and no start goes on with it', async () => {
  const pids = await Promise.all(partNames.map((name) => running.pidOf(name)))
  await setBack()
  await killAtOnce(await running.pidOf('signer'))

  expect(await running.ended).toBe(75)
  expect(running.said()).toContain('signer ended (exit code 75) and is not started again')
  expect(running.said()).toMatch(finding)
  expect(running.said()).toContain('Do not edit or delete signer/head.json')
  expect(pids.filter(isAlive)).toEqual([])

  const again = await tenderbook(home, 'up', '--any-port', '--json')
  expect(again.code).toBe(75)
  expect(again.answer).toBeUndefined()
  expect(again.said).toMatch(finding)
}, 120_000)

test('Ctrl+C in the middle of the purchase ends all of it, and does not wait for a service that is gone', async () => {
  const other = await createHome()
  const begun = beginTenderbook(other, '--first-demo')
  await begun.hears(/asked to buy/)
  await begun.stop()
  expect(await begun.ended).toBe(0)
  expect(begun.said()).toMatch(/^Stopping …\n(.*\n)*Everything is stopped\.$/m)
  await removeHome(other)
  // Less than the two minutes that a client asks a service that does not answer.
}, 100_000)

/** As an old copy of the database would be: its head is one entry behind the one that was signed. */
async function setBack(): Promise<void> {
  const sql = connect(running.services.databaseUrl, { max: 1 })
  try {
    const [head] = await sql<{ size: string }[]>`SELECT size FROM log_head`
    const isSigned = async (): Promise<boolean> => (await signedSize()) === Number(head?.size)
    expect(await waitUntil(isSigned, 30_000)).toBe(true)
    const leaves = await sql<{ leaf: Uint8Array }[]>`SELECT leaf FROM entry ORDER BY index`
    const older = new Frontier()
    for (const { leaf } of leaves.slice(0, -1)) older.append(leaf)
    await sql`UPDATE log_head SET size = ${older.size}, stack = ${older.toBytes()}`
  } finally {
    await sql.end()
  }
}

async function signedSize(): Promise<number> {
  const text = await readFile(join(home, 'signer', 'head.json'), 'utf8')
  return (JSON.parse(text) as { size: number }).size
}
