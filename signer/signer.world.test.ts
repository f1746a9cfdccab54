/** The signer over a real database, in the process and as the process that operators run. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCheckpoints } from '../db/checkpoints.ts'
import { connect, type Sql } from '../db/connection.ts'
import type { Door } from '../db/door.ts'
import { createReaders } from '../db/readers.ts'
import {
  blindHash,
  fromBase64Url,
  Frontier,
  gateKey,
  openCheckpoint,
  parseEntry,
  sha256,
  toBase64Url,
  utf8,
  verifyReceipt,
} from '../ledger/index.ts'
import { CLOCK } from '../procurement/index.ts'
import { openDoorWorld, type DoorWorld } from '../tests/door-world.ts'
import { ORIGIN } from '../tests/file-builder.ts'
import { checkLog } from '../tests/log-checker.ts'
import { createRecord, type Recorded } from '../tests/record-builder.ts'
import { createSigner } from './client.ts'
import type { Signer } from './contract.ts'
import { openKeys, type ServiceKeys } from './keys.ts'
import { createSigning } from './operations.ts'
import { recordOf } from './record.ts'
import { createSecrets } from './secrets.ts'

const AT = '2026-03-12T18:00:00.000000Z'
const isSealed = ({ row }: Recorded) => row.hidden !== undefined

let world: DoorWorld
let home: string
let keys: ServiceKeys
let reader: Sql
const doors: Door[] = []

beforeEach(async () => {
  world = await openDoorWorld()
  home = await mkdtemp(join(tmpdir(), 'w-'))
  // The keys that the example's log is founded with, then the secret.
  const seeds = ['service receipt', 'service checkpoint', CLOCK, 'secret']
  keys = await openKeys(folderOf(home), ORIGIN, () => sha256(utf8(`key of ${seeds.shift() ?? ''}`)))
  reader = connect(world.url, { max: 2, role: 'tenderbook_reader' })
})

afterEach(async () => {
  for (const door of [world.door, ...doors.splice(0)]) await door.close()
  await Promise.all([reader.end(), world.sql.end(), world.owner.end()])
})

const folderOf = (at: string) => join(at, 'signer')

function begin(): Promise<{ signer: Signer; verify: () => Promise<void> }> {
  const record = recordOf(createReaders(reader))
  return createSigning({ folder: folderOf(home), keys, record, now: () => Date.parse(AT) })
}

/** Signs the head and keeps it, as the sequencer does. */
async function sequence(signer: Signer): Promise<void> {
  await createCheckpoints(world.sql).put({ ...(await signer.checkpoint()), at: AT })
}

/** Sets the database back to its first `size` entries, with every table in agreement. */
async function setBack(size: number): Promise<void> {
  const { owner } = world
  await owner`delete from sealed where index >= ${size}`
  await owner`delete from checkpoint where size > ${size}`
  await owner`delete from entry where index >= ${size}`
  const frontier = new Frontier()
  for (const leaf of await createReaders(owner).leaves(0, size)) frontier.append(leaf)
  await owner`update log_head set size = ${size}, stack = ${frontier.toBytes()}`
}

describe('over a database with a purchase', () => {
  test('every entry has its receipt, sealed ones with the blind that opens them', async () => {
    const { signer, verify } = await begin()
    await verify()
    const purchase = createRecord().toPaid()
    await world.upload(purchase)
    // The door asks the signer for the blinded hashes.
    const door = world.openDoor({ blind: (envelopes) => signer.blindHashes(envelopes) })
    doors.push(door)
    world.door.append = (...sent) => door.append(...sent)
    world.door.arrive = (...sent) => door.arrive(...sent)
    const { entries } = purchase.log
    const half = Math.floor(entries.length / 2)
    await world.play(entries.slice(0, half))
    await sequence(signer)
    await world.play(entries.slice(half))

    const hashes = entries.map(({ signed }) => signed.hash)
    const receipts = await signer.receipts(hashes)
    expect(entries.filter(isSealed).length).toBeGreaterThan(0)
    for (const [i, bytes] of receipts.entries()) {
      const receipt = verifyReceipt(bytes, gateKey(keys.receipt.pub))
      const row = await createReaders(reader).recordedAt(i)
      const entry = parseEntry(row?.bytes ?? new Uint8Array(0))
      expect(receipt).toMatchObject({
        index: i,
        statementHash: toBase64Url(hashes[i] ?? new Uint8Array(0)),
      })
      expect(receipt.lastHead.size).toBe(i < half ? 0 : half)
      if (row?.sealed)
        expect(blindHash(fromBase64Url(receipt.blind ?? ''), row.sealed.envelope)).toEqual(
          entry.blindHash,
        )
    }
    await sequence(signer)
    // The same again, proved under the signed head this time.
    expect(await signer.receipts(hashes)).toEqual(receipts)
    const secrets = createSecrets(keys.secret)
    await checkLog(world.owner, { blindOf: (hash) => secrets.blind(hash) })
  })

  test('an empty database, a growing one and a restart give one line of heads', async () => {
    const { signer, verify } = await begin()
    await verify()
    expect(await signer.checkpoint()).toMatchObject({ size: 0 })
    const { entries } = createRecord().log
    await world.play(entries)
    const head = await signer.checkpoint()
    expect(head.size).toBe(entries.length)
    const again = await begin()
    await again.verify()
    expect(await again.signer.checkpoint()).toEqual(head)
    await checkLog(world.owner)
  })

  test('that was set back, or whose entry was changed with its leaf, is refused', async () => {
    const { signer, verify } = await begin()
    await verify()
    await world.play(createRecord().log.entries)
    const { size } = await signer.checkpoint()
    await world.owner`
      update entry set bytes = changed, leaf = sha256('\\x00'::bytea || changed)
      from (select index as i, overlay(bytes placing '1'::bytea from position('"at":"20'::bytea in bytes) + 24) as changed
            from entry where index = ${size - 1}) as c where index = c.i`
    await expect((await begin()).verify()).rejects.toMatchObject({ code: 'fork' })
    await setBack(size - 2)
    const behind = await begin()
    await expect(behind.verify()).rejects.toMatchObject({ code: 'rollback' })
    await expect(behind.signer.checkpoint()).rejects.toMatchObject({ code: 'rollback' })
    await expect(signer.checkpoint()).rejects.toMatchObject({ code: 'rollback' })
  })
})

describe('new keys over an old log', () => {
  test('are refused: there is no fresh start', async () => {
    await world.play(createRecord().log.entries)
    home = await mkdtemp(join(tmpdir(), 'w-'))
    keys = await openKeys(folderOf(home), ORIGIN, (n) => crypto.getRandomValues(new Uint8Array(n)))
    const { signer, verify } = await begin()
    await expect(verify()).rejects.toMatchObject({ code: 'keys' })
    await expect(signer.checkpoint()).rejects.toMatchObject({ code: 'fault' })
  })
})

describe('the process', () => {
  interface Started {
    child: ChildProcess
    /** The line that it prints when it is ready; undefined where it ended before. */
    line: string | undefined
  }

  async function start(changes: Record<string, string> = {}): Promise<Started> {
    const env = {
      ...process.env,
      DATABASE_URL: world.url,
      TENDERBOOK_HOME: home,
      TENDERBOOK_ORIGIN: ORIGIN,
      TENDERBOOK_LOG_LEVEL: 'silent',
      ...changes,
    }
    const main = join(import.meta.dirname, 'main.ts')
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    const child = spawn(process.execPath, ['--import', 'tsx', main], { env, stdio: [...stdio] })
    const lines = createInterface({ input: child.stdout })
    const first = await Promise.race([once(lines, 'line'), once(lines, 'close')])
    return { child, line: first[0] as string | undefined } // a line, or nothing
  }

  const ended = async ({ child }: Started): Promise<number | null> => {
    if (child.exitCode !== null) return child.exitCode
    const [code] = (await once(child, 'exit')) as [number | null] // what `exit` tells
    return code
  }

  test('says when it is ready, signs, ends in order, and starts again after a kill', async () => {
    await world.play(createRecord().log.entries)
    const started = await start()
    const { socket } = JSON.parse(started.line ?? '') as { socket: string } // its own line
    const signer = createSigner(socket)
    const { vkey } = await signer.identity()
    const head = await signer.checkpoint()
    expect(openCheckpoint(head.note, vkey).size).toBe(head.size)
    signer.close()
    started.child.kill('SIGKILL')
    await once(started.child, 'exit')

    const again = await start()
    expect(JSON.parse(again.line ?? '')).toMatchObject({ ready: true, size: head.size })
    const other = createSigner(socket)
    expect(await other.checkpoint()).toEqual(head)
    other.close()
    again.child.kill('SIGTERM')
    expect(await ended(again)).toBe(0)
  })

  test('refuses to start over a database that is behind its head, and over bad configuration', async () => {
    await world.play(createRecord().log.entries)
    const { signer, verify } = await begin()
    await verify()
    const { size } = await signer.checkpoint()
    await setBack(size - 1)
    const behind = await start()
    expect(behind.line).toBeUndefined()
    expect(await ended(behind)).toBe(75)
    const other = await start({ TENDERBOOK_ORIGIN: 'tenderbook.localhost/other/2026' })
    expect(await ended(other)).toBe(78)
    const none = await start({ DATABASE_URL: 'none' })
    expect(await ended(none)).toBe(78)
  })
})
