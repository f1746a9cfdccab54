/**
 * A database with a door and a clock that the test sets: for tests of `db/`. `send` puts a recorded statement through the
 * door at its time; `end` checks the whole log again.
 */
import { blindHash, fromBase64Url, parseEnvelope } from '../ledger/index.ts'
import { connect, type Sql } from '../db/connection.ts'
import { createDoor, type Door, type DoorDependencies, type Outcome } from '../db/door.ts'
import type { Appended } from '../db/outcome.ts'
import { createDatabase } from './database.ts'
import { ORIGIN } from './file-builder.ts'
import { checkLog } from './log-checker.ts'
import { type RecordBuilder, type Recorded, testBlind } from './record-builder.ts'

export interface DoorWorld {
  url: string
  /** As the services work: may add entries and change none. */
  sql: Sql
  /** As who migrates: may do anything. */
  owner: Sql
  door: Door
  /** Another process's door to the same log. */
  openDoor(more?: Partial<DoorDependencies>): Door
  /** Sets the clock; undefined: the database's. */
  setClock(at: string | undefined): void
  send(recorded: Recorded): Promise<Outcome>
  /** Sends all in order; each must be appended. */
  play(recorded: readonly Recorded[]): Promise<Appended[]>
  /** Documents and ciphertexts that the builder's statements cite. */
  upload(builder: RecordBuilder): Promise<void>
  end(): Promise<void>
}

/** Blinded hashes as the signer would answer. */
export function blind(envelopes: Uint8Array[]): Promise<Uint8Array[]> {
  return Promise.resolve(
    envelopes.map((envelope) => blindHash(testBlind(parseEnvelope(envelope).hash), envelope)),
  )
}

export async function openDoorWorld(): Promise<DoorWorld> {
  const url = await createDatabase()
  const sql = connect(url, { role: 'tenderbook_writer' })
  const owner = connect(url, { max: 2 })
  const doors: Door[] = []
  let clock: string | undefined

  function openDoor(more: Partial<DoorDependencies> = {}): Door {
    const door = createDoor({ sql, origin: ORIGIN, blind, now: () => clock, ...more })
    doors.push(door)
    return door
  }
  const door = openDoor()

  async function send({ signed, at, arrivedAt }: Recorded): Promise<Outcome> {
    clock = arrivedAt ?? at
    if (arrivedAt === undefined) return await door.append(signed.envelope)
    const arrival = await door.arrive(signed.envelope)
    clock = at
    return await door.append(signed.envelope, {
      arrivalId: arrival.id,
      arrivedAt: arrival.arrivedAt,
    })
  }

  return {
    url,
    sql,
    owner,
    door,
    openDoor,
    send,
    setClock: (at) => {
      clock = at
    },
    async play(recorded) {
      const appended: Appended[] = []
      for (const one of recorded) {
        const outcome = await send(one)
        if (outcome.kind !== 'accepted' && outcome.kind !== 'late')
          throw new Error(`${one.signed.statement.t}: ${JSON.stringify(outcome)}`)
        appended.push(outcome)
      }
      return appended
    },
    upload: (builder) => uploadCited(sql, builder),
    async end() {
      for (const one of doors) await one.close()
      await checkLog(owner, { blindOf: testBlind })
      await Promise.all([sql.end(), owner.end()])
    },
  }
}

/** Documents and ciphertexts that the builder's statements cite. */
export async function uploadCited(sql: Sql, builder: RecordBuilder): Promise<void> {
  const { documents, salts, blobs, ocid } = builder
  for (const [name, bytes] of documents) {
    const salt = salts.get(name)
    if (salt)
      await sql`
        insert into payload (commit, salt, bytes, media, reader, tender)
        values (${fromBase64Url(name)}, ${salt}, ${bytes}, 'application/json', 'public', ${ocid})
        on conflict do nothing`
    else
      await sql`insert into blob (hash, bytes) values (${fromBase64Url(name)}, ${bytes}) on conflict do nothing`
  }
  for (const [name, size] of blobs)
    await sql`
      insert into blob (hash, bytes, tender) values (${fromBase64Url(name)}, ${new Uint8Array(size)}, ${ocid})
      on conflict do nothing`
}
