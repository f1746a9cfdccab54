/**
 * The API over a record: door, database and signer are real, the statements are those of a `RecordBuilder`, and the clock
 * is the builder's, so that a test stands at any day of the example at once. `catchUp` puts what the builder has added
 * through the door, each at its time; `end` checks the whole log again.
 *
 * Blinds are the signer's own, so entries of sealed acts have other leaves here than in the builder.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createApp } from '../api/app.ts'
import { createBlobs } from '../db/blobs.ts'
import { createCheckpoints } from '../db/checkpoints.ts'
import { connect, type Sql } from '../db/connection.ts'
import { createDoor } from '../db/door.ts'
import { openLive } from '../db/live.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders } from '../db/readers.ts'
import { createSessions } from '../db/sessions.ts'
import { sha256, toBase64Url, utf8 } from '../ledger/index.ts'
import { CLOCK } from '../procurement/index.ts'
import { openKeys } from '../signer/keys.ts'
import { createSigning } from '../signer/operations.ts'
import { recordOf } from '../signer/record.ts'
import { createDatabase } from './database.ts'
import { uploadCited } from './door-world.ts'
import { keyOf, ORIGIN } from './file-builder.ts'
import { checkLog } from './log-checker.ts'
import type { RecordBuilder } from './record-builder.ts'
import { close, listen } from './world.ts'

export interface RecordedWorld {
  url: string
  /** May do anything in the database. */
  owner: Sql
  /** Public key of the receipts, base64url. */
  receiptKey: string
  /** Puts what the builder has added through the door, and sets the clock to the builder's. */
  catchUp(): Promise<void>
  /** Sets the clock to the builder's. */
  setClock(): void
  /** Documents and ciphertexts that the builder's statements cite. */
  upload(): Promise<void>
  /** Signs the head and keeps it, as the sequencer does. */
  sequence(): Promise<void>
  end(): Promise<void>
}

/** Keys that the founding of the builder's log names, in the order in which the signer makes them; then its secret. */
const SEEDS = ['service receipt', 'service checkpoint', CLOCK, 'secret']

export async function openRecordedWorld(builder: RecordBuilder): Promise<RecordedWorld> {
  const home = await mkdtemp(join(tmpdir(), 'trw-'))
  const database = await createDatabase()
  const owner = connect(database, { max: 2 })
  const sql = connect(database, { max: 10, role: 'tenderbook_writer' })
  let clock = builder.at

  const folder = join(home, 'signer')
  const seeds = SEEDS.map((name) => sha256(utf8(`key of ${name}`)))
  const keys = await openKeys(folder, ORIGIN, () => seeds.shift() ?? new Uint8Array())
  const record = recordOf(createReaders(sql))
  const { signer, verify } = await createSigning({
    folder,
    keys,
    record,
    now: () => Date.parse(clock),
  })
  await verify()
  const door = createDoor({
    sql,
    origin: ORIGIN,
    blind: (envelopes) => signer.blindHashes(envelopes),
    now: () => clock,
  })
  const live = await openLive(sql)
  const server = createServer()
  const url = await listen(server)
  server.on(
    'request',
    createApp({
      door,
      readers: createReaders(sql),
      live,
      payloads: createPayloads(sql),
      blobs: createBlobs(sql),
      sessions: createSessions(sql),
      signer,
      config: { origin: ORIGIN, publicUrl: url },
      logger: pino({ level: 'silent' }),
      now: () => new Date(clock),
    }),
  )
  let played = 0

  return {
    url,
    owner,
    receiptKey: toBase64Url(keyOf('service receipt').pub),
    setClock() {
      clock = builder.at
    },
    upload: () => uploadCited(owner, builder),
    async catchUp() {
      await uploadCited(owner, builder)
      for (const { signed, at, arrivedAt } of builder.log.entries.slice(played)) {
        clock = arrivedAt ?? at
        const arrival = arrivedAt === undefined ? undefined : await door.arrive(signed.envelope)
        clock = at
        const outcome = await door.append(
          signed.envelope,
          arrival && { arrivalId: arrival.id, arrivedAt: arrival.arrivedAt },
        )
        if (outcome.kind !== 'accepted' && outcome.kind !== 'late')
          throw new Error(`${signed.statement.t}: ${JSON.stringify(outcome)}`)
        played += 1
      }
      clock = builder.at
    },
    async sequence() {
      const checkpoints = createCheckpoints(sql)
      await checkpoints.pinKey((await signer.identity()).vkey)
      await checkpoints.put({ ...(await signer.checkpoint()), at: clock })
    },
    async end() {
      await live.end()
      await close(server)
      await door.close()
      await checkLog(owner)
      await Promise.all([sql.end(), owner.end()])
      await rm(home, { recursive: true, force: true })
    },
  }
}
