/**
 * A rehearsal for the tests of this folder: a log in memory that can be tampered with, and a signer over it with its state
 * in a temporary folder. Nothing outside of tests may import it.
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  blindHash,
  encodeEntry,
  Frontier,
  genesisHash,
  leafHash,
  MemoryTree,
  parseEnvelope,
  sha256,
  signingKey,
  signStatement,
  toBase64Url,
  utf8,
  type JsonObject,
  type SignedStatement,
  type Statement,
} from '../ledger/index.ts'
import type { Signer, UnsignedStatement } from './contract.ts'
import { identityOf, openKeys, type ServiceKeys } from './keys.ts'
import { createSigning } from './operations.ts'
import type { Judged, OpeningState, RecordedEntry, RecordReader } from './record.ts'
import { createSecrets, type Secrets } from './secrets.ts'

export const ORIGIN = 'tenderbook.localhost/granite-lakes/2026'
export const TENDER = 'ocds-000000-1'
const AT = '2026-01-02T03:04:05.000000Z'
export const PERSON = signingKey(new Uint8Array(32).fill(7))

/** A statement of anyone; the nonce counts. */
let nonces = 0
export function statementOf(
  t: string,
  payload: JsonObject,
  changes: Partial<Statement> = {},
): SignedStatement {
  const nonce = new Uint8Array(16)
  new DataView(nonce.buffer).setUint32(0, ++nonces)
  const statement: Statement = {
    v: 1,
    t,
    aud: ORIGIN,
    actor: 'p-rosa',
    role: 'RQ',
    kid: PERSON.kid,
    nonce: toBase64Url(nonce),
    issuedAt: AT,
    notAfter: '2026-01-02T03:09:05.000000Z',
    payload,
    seen: { size: 0, root: toBase64Url(sha256()) },
    ...changes,
  }
  return signStatement(statement, PERSON)
}

/** A statement of the clock as it comes to be signed. */
export function clockStatement(
  t: string,
  payload: JsonObject,
  cause: SignedStatement,
  changes: Partial<UnsignedStatement> = {},
): UnsignedStatement {
  const unsigned = without(statementOf(t, payload).statement, 'kid')
  const ofClock = { actor: 'clock', role: 'CK', tender: TENDER, cause: toBase64Url(cause.hash) }
  return { ...unsigned, ...ofClock, ...changes }
}

/** A copy that lacks one member. */
export function without<T extends object, Name extends keyof T>(
  whole: T,
  name: Name,
): Omit<T, Name> {
  const copy = { ...whole }
  Reflect.deleteProperty(copy, name)
  return copy
}

/** Entries in memory. Its members are open, so that tests can spoil them. */
export class MemoryLog {
  readonly rows: RecordedEntry[] = []
  readonly tree = new MemoryTree()
  readonly notes = new Map<number, string>()
  readonly blobs = new Map<string, Uint8Array>()
  readonly openings = new Map<string, OpeningState>()
  /** Instead of what the rows give. */
  spoiledRoot: Uint8Array | undefined
  readonly spoiledLeaves = new Map<number, Uint8Array>()
  /** The database was set back to so many entries. */
  size: number | undefined
  readonly #secrets: Secrets
  #headSize = 0

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  append(signed: SignedStatement): number {
    return this.#push(
      (place) => encodeEntry({ ...place, ...chainOf(signed, this), dsse: signed }),
      signed,
    )
  }

  appendSealed(signed: SignedStatement, judged: Judged = {}): number {
    const hidden = blindHash(this.#secrets.blind(signed.hash), signed.envelope)
    return this.#push(
      (place) => encodeEntry({ ...place, arrivedAt: AT, blindHash: hidden }),
      signed,
      judged,
    )
  }

  /** Keeps a signed head, as the sequencer does. */
  keep({ size, note }: { size: number; note: string }): void {
    this.notes.set(size, note)
    this.#headSize = size
  }

  #push(
    encode: (place: {
      v: 1
      log: string
      index: number
      prev: Uint8Array
      at: string
    }) => Uint8Array,
    signed: SignedStatement,
    judged?: Judged,
  ): number {
    const index = this.tree.size
    const prev = index === 0 ? genesisHash(ORIGIN) : this.tree.leaf(index - 1)
    const bytes = encode({ v: 1, log: ORIGIN, index, prev, at: AT })
    this.tree.append(leafHash(bytes))
    const isSealed = judged !== undefined
    const sealed = { envelope: signed.envelope, ...judged }
    this.rows.push({ index, bytes, headSize: this.#headSize, ...(isSealed && { sealed }) })
    this.#hashes.set(toBase64Url(signed.hash), index)
    this.#statements.push({ index, signed, isSealed })
    return index
  }

  readonly #hashes = new Map<string, number>()
  readonly #statements: { index: number; signed: SignedStatement; isSealed: boolean }[] = []

  get chainEnd(): { pseq: number; leaf: Uint8Array } | undefined {
    const open = this.#statements.filter(
      ({ signed, isSealed }) => !isSealed && signed.statement.tender === TENDER,
    )
    const last = open.at(-1)
    return last && { pseq: open.length - 1, leaf: this.tree.leaf(last.index) }
  }

  reader(): RecordReader {
    const leaf = (index: number) => this.spoiledLeaves.get(index) ?? this.tree.leaf(index)
    const size = () => this.size ?? this.tree.size
    const rootOfRows = () => {
      const frontier = new Frontier()
      for (let i = 0; i < size(); i++) frontier.append(leaf(i))
      return frontier.root()
    }
    const found = (isSealed: boolean, tender: string) =>
      this.#statements.filter(
        (one) => one.isSealed === isSealed && one.signed.statement.tender === tender,
      )
    return {
      head: () => Promise.resolve({ size: size(), root: this.spoiledRoot ?? rootOfRows() }),
      leaves: (from, limit) => {
        const count = Math.max(0, Math.min(limit, 3, size() - from))
        return Promise.resolve(Array.from({ length: count }, (_, i) => leaf(from + i)))
      },
      findEntry: (hash) => {
        const index = this.#hashes.get(toBase64Url(hash))
        return Promise.resolve(index === undefined ? undefined : this.rows[index])
      },
      entryAt: (index) => Promise.resolve(this.rows[index]),
      inclusion: (index, ofSize) => Promise.resolve(this.tree.inclusionProof(index, ofSize)),
      noteAt: (ofSize) => Promise.resolve(this.notes.get(ofSize)),
      opening: ({ tender, envelope }) =>
        Promise.resolve(this.openings.get(`${tender} ${envelope}`)),
      statements: (tender, t) =>
        Promise.resolve(found(false, tender).filter(({ signed }) => signed.statement.t === t)),
      sealedStatements: (tender) => Promise.resolve(found(true, tender)),
      blob: (hash) => Promise.resolve(this.blobs.get(toBase64Url(hash))),
    }
  }
}

function chainOf({ statement }: SignedStatement, log: MemoryLog) {
  if (statement.tender === undefined) return {}
  const end = log.chainEnd
  return {
    chain: {
      tender: statement.tender,
      ...(end ? { pseq: end.pseq + 1, pprev: end.leaf } : { pseq: 0 }),
    },
  }
}

export interface RehearsedSigner {
  folder: string
  keys: ServiceKeys
  log: MemoryLog
  signer: Signer
  /** Another signer over the same state, as after a restart; not verified yet. */
  restart(): Promise<{ signer: Signer; verify: () => Promise<void> }>
  /** What the signer takes for the time. */
  clock: { now: number }
}

export async function rehearseSigner(): Promise<RehearsedSigner> {
  const folder = await mkdtemp(join(tmpdir(), 'signer-'))
  let seed = 0
  const random = (length: number) => sha256(utf8(`seed ${++seed}`)).slice(0, length)
  const keys = await openKeys(folder, ORIGIN, random)
  const log = new MemoryLog(createSecrets(keys.secret))
  const { receipt, checkpoint, worker } = identityOf(keys)
  const services = Object.entries({ receipt, checkpoint, worker })
  log.append(
    statementOf('log.found', { services: services.map(([purpose, key]) => ({ purpose, ...key })) }),
  )
  const clock = { now: Date.parse(AT) }
  const restart = () => createSigning({ folder, keys, record: log.reader(), now: () => clock.now })
  const { signer, verify } = await restart()
  await verify()
  return { folder, keys, log, signer, restart, clock }
}

/** The statement of an envelope that was signed, appended. */
export function appendEnvelope(log: MemoryLog, envelope: Uint8Array): SignedStatement {
  const signed = parseEnvelope(envelope)
  log.append(signed)
  return signed
}
