/**
 * What is sent to the door in a benchmark: half open acts, half sealed bids that race their deadline.
 *
 * For each file two acts of the office (`requisition.submit`, `funds.certify`), which make and change a state of their
 * own; and two bids of 2 kB by different vendors, six on each tender, which are journalled, blinded, and change a state that
 * they share. The tenders are new in each round. A training clock puts the present into January 2026, when the
 * example is bought; the entries have the database's own time.
 */
import type { Sql } from '../db/connection.ts'
import type { Door } from '../db/door.ts'
import {
  fromBase64Url,
  newNonce,
  sha256,
  type SignedStatement,
  type Statement,
  toBase64Url,
  utf8,
} from '../ledger/index.ts'
import { isRegisterType, realOf } from '../procurement/index.ts'
import { DUE, enrolment, named } from '../tests/file-builder.ts'
import { RecordBuilder, RecordedLog, signed } from '../tests/record-builder.ts'

const BIDS_A_TENDER = 6
/** Size of a bid's capsule, the smallest that there is. */
const CAPSULE = 16_384

export interface Send {
  signed: SignedStatement
  envelope: Uint8Array
  races: boolean
}

export interface WorkloadOptions {
  sql: Sql
  door: Door
  /** The door's clock while the log is founded; afterwards undefined: the database's own. */
  clock: { at: string | undefined }
  /** Files opened in a round: two open acts and two bids each. */
  files: number
}

export class Workload {
  readonly #clock: WorkloadOptions['clock']
  readonly #sql: Sql
  readonly #door: Door
  readonly #files: number
  readonly #vendors = Array.from({ length: BIDS_A_TENDER }, (_, i) => `v-bench-${i}`)
  #round = 0
  #count = 0
  #tenders: RecordBuilder[] = []

  constructor({ sql, door, clock, files }: WorkloadOptions) {
    this.#sql = sql
    this.#door = door
    this.#clock = clock
    this.#files = files
  }

  /** Founds the log and enrols everybody. */
  async found(): Promise<void> {
    const office = this.#file('ocds-213czf-office')
    for (const { statement, at } of office.entries) {
      this.#clock.at = at
      await this.#send(statement)
    }
    this.#clock.at = undefined
    for (const vendor of this.#vendors) {
      const person = vendor.replace('v-', 'p-')
      const { kid, pub, pop } = enrolment(person)
      const identifier = { scheme: 'US-UEI', id: vendor.toUpperCase() }
      const about = { profile: named(`profile ${vendor}`), payTo: named(`account ${vendor}`) }
      const registration = { vendor, person, kid, pub, pop, identifier, ...about }
      await this.#send(this.#say(office, 'vendor.register', person, registration, { role: 'VE' }))
    }
  }

  /** Publishes the tenders of the next round. */
  async publish(): Promise<void> {
    this.#round++
    const names = Array.from(
      { length: Math.ceil((2 * this.#files) / BIDS_A_TENDER) },
      (_, i) => `ocds-213czf-tender-${this.#round}-${i}`,
    )
    this.#tenders = names.map((ocid) => this.#file(ocid).toOpen())
    await Promise.all(this.#tenders.map((tender) => this.#play(tender)))
  }

  /** Sends what a tender's people did up to its publication. */
  async #play(tender: RecordBuilder): Promise<void> {
    await this.#upload(tender)
    const own = tender.entries.filter(({ statement }) => !isRegisterType(statement.t))
    for (const { statement } of own) {
      const leaf = await this.#send(statement)
      const { solicitation } = tender.state.open
      // The builder predicts a log of its own; bids must name the leaf of the one that there is.
      if (solicitation && statement.t === 'solicitation.publish')
        solicitation.head = toBase64Url(leaf)
    }
  }

  /** Signed statements of the round, in the order in which they are sent; the bids' files are uploaded. */
  async make(): Promise<Send[]> {
    const office = this.#file('ocds-213czf-office')
    const statements: Statement[] = []
    for (let i = 0; i < this.#files; i++) {
      const tender = `ocds-213czf-file-${this.#round}-${i}`
      statements.push(
        this.#say(office, 'requisition.submit', 'p-rosa', office.requisition(), {
          tender,
          role: 'RQ',
        }),
        this.#say(office, 'funds.certify', 'p-sam', office.certificate(), {
          tender,
          role: 'BU',
          phase: 'draft',
        }),
        this.#bid(2 * i),
        this.#bid(2 * i + 1),
      )
    }
    for (const tender of this.#tenders) await this.#upload(tender)
    return statements.map(sendOf)
  }

  /** The bids of a round go round the tenders, each by the next vendor. */
  #bid(i: number): Statement {
    const tender = this.#tenders[i % this.#tenders.length]
    const vendor = this.#vendors[Math.floor(i / this.#tenders.length)]
    if (!tender || vendor === undefined) throw new Error('a round has no more vendors')
    const bid = tender.bid({ vendor, dollars: 19_000 + i })
    const notAfter = realOf(tender.state, DUE)
    return this.#say(tender, 'bid.commit', vendor.replace('v-', 'p-'), bid, {
      notAfter,
      role: 'VE',
    })
  }

  #file(ocid: string): RecordBuilder {
    const now = present()
    const training = { legalStart: '2026-01-08T16:00:00.000000Z', realStart: now, accelerator: 1 }
    const file = new SmallPurchase({ ocid, training, start: now })
    file.join(new RecordedLog())
    return file
  }

  #say(
    file: RecordBuilder,
    t: string,
    actor: string,
    payload: object,
    said: Parameters<RecordBuilder['statement']>[3],
  ): Statement {
    const issuedAt = present()
    const nonce = newNonce(sha256(utf8(`bench ${this.#count++}`)).slice(0, 16))
    return { ...file.statement(t, actor, payload, { issuedAt, ...said }), nonce }
  }

  async #send(statement: Statement): Promise<Uint8Array> {
    const outcome = await this.#door.append(signed(statement).envelope)
    if (outcome.kind === 'accepted') return outcome.leaf
    throw new Error(`${statement.t}: ${JSON.stringify(outcome)}`)
  }

  /** Documents, and ciphertexts of the right size, as far as they are not there yet. */
  async #upload({ documents, blobs, salts }: RecordBuilder): Promise<void> {
    for (const [name, bytes] of documents)
      await this.#sql`
        insert into payload (commit, salt, bytes, media, reader) values
          (${fromBase64Url(name)}, ${salts.get(name) ?? null}, ${bytes}, 'application/json', 'public')
        on conflict do nothing`
    await this.#sql`
      insert into blob (hash, bytes) select hash, decode(repeat('00', size), 'hex') from unnest(
        ${this.#sql.array([...blobs.keys()].map(fromBase64Url), 17)}::bytea[],
        ${[...blobs.values()]}::int[]) as b (hash, size)
      on conflict do nothing`
  }
}

/** A purchase whose bids are small. */
class SmallPurchase extends RecordBuilder {
  override terms(): ReturnType<RecordBuilder['terms']> {
    return { ...super.terms(), capsuleLen: CAPSULE }
  }
}

function sendOf(statement: Statement): Send {
  const act = signed(statement)
  return { signed: act, envelope: act.envelope, races: statement.t === 'bid.commit' }
}

/** The present, in microseconds as the record writes them. */
function present(): string {
  return new Date().toISOString().replace('Z', '000Z')
}
