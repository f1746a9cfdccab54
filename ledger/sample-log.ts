/**
 * A small log for tests and measurements: three persons, two procurements, sealed acts, heads that statements cite. Seeds are fixed,
 * so a sample is the same bytes in every run. Its rules are a toy: who may sign when, and that `payload.ok` is not false.
 */
import { toBase64, toBase64Url } from './bytes.ts'
import { encodeCanonical, type JsonObject } from './canonical.ts'
import { signCheckpoint } from './checkpoint.ts'
import { commit } from './commitment.ts'
import { type SigningKey, signingKey } from './ed25519.ts'
import { blindHash, encodeEntry, type Entry, genesisHash, leafHash } from './entry.ts'
import type { DisclosedPayload, RecordExport, RevealedStatement } from './export.ts'
import { formatVkey } from './note.ts'
import { formatProof } from './proof.ts'
import type { Replayer } from './audit-export.ts'
import { newNonce, type SignedStatement, signStatement } from './statement.ts'
import { emptyRoot, MemoryTree } from './tree.ts'

export const ORIGIN = 'ledger.example.gov/agency/042'
export const TENDER = 'ocds-213czf-042-1'
export const OTHER_TENDER = 'ocds-213czf-042-2'

export const logKey = seeded(0x01)
export const receiptKey = seeded(0x02)
export const officer = seeded(0x03)
export const vendor = seeded(0x04)
export const stranger = seeded(0x05)
export const vkey = formatVkey(ORIGIN, logKey.pub)

export function seeded(byte: number): SigningKey {
  return signingKey(new Uint8Array(32).fill(byte))
}

export interface Act {
  readonly key?: SigningKey
  readonly t?: string
  /** None: an act of the register. */
  readonly tender?: string
  readonly payload?: JsonObject
  readonly isSealed?: boolean
  /** Members to set over the usual ones. */
  readonly over?: JsonObject
}

/** An appended act, with all that its actor keeps. */
export interface Recorded {
  readonly index: number
  readonly signed: SignedStatement
  readonly bytes: Uint8Array
  readonly leaf: Uint8Array
  readonly at: string
  readonly blind?: Uint8Array
}

export class SampleLog {
  readonly tree = new MemoryTree()
  readonly records: Recorded[] = []
  readonly payloads: DisclosedPayload[] = []
  readonly #chains = new Map<string, { pseq: number; pprev: Uint8Array }>()
  readonly #origin: string

  constructor(origin = ORIGIN) {
    this.#origin = origin
  }

  get size(): number {
    return this.records.length
  }

  append(act: Act = {}): Recorded {
    const index = this.size
    const at = instant(index)
    const signed = this.sign(act)
    const { tender } = signed.statement
    const position = { v: 1, log: this.#origin, index, prev: this.#prev(), at } as const
    const blind = act.isSealed ? new Uint8Array(32).fill(index + 1) : undefined
    const entry: Entry = blind
      ? { ...position, blindHash: blindHash(blind, signed.envelope) }
      : tender === undefined
        ? { ...position, dsse: signed }
        : { ...position, chain: this.#link(tender), dsse: signed }
    const bytes = encodeEntry(entry)
    const leaf = leafHash(bytes)
    if (entry.chain)
      this.#chains.set(entry.chain.tender, { pseq: entry.chain.pseq + 1, pprev: leaf })
    this.tree.append(leaf)
    const recorded = { index, signed, bytes, leaf, at, ...(blind ? { blind } : {}) }
    this.records.push(recorded)
    return recorded
  }

  /** The statement of an act, as it would be signed now. */
  sign({ key = officer, t = 'file.note', tender, payload = {}, over = {} }: Act): SignedStatement {
    // The client verified the head of the last ten entries.
    const size = this.size - (this.size % 10)
    const root = size === 0 ? emptyRoot : this.tree.root(size)
    const statement = {
      v: 1,
      t,
      aud: this.#origin,
      ...(tender === undefined ? {} : { tender, phase: 'planning' }),
      actor: `p-${key.kid.slice(0, 6)}`,
      role: 'CO',
      kid: key.kid,
      nonce: newNonce(new Uint8Array(16).fill(this.size + 1)),
      issuedAt: instant(this.size),
      notAfter: instant(this.size + 300),
      payload,
      seen: { size, root: toBase64Url(root) },
      ...over,
    } as const
    return signStatement(statement, key)
  }

  /** Adds a payload for disclosure; returns its commitment. */
  disclose(value: JsonObject): string {
    const salt = new Uint8Array(32).fill(0x60 + this.payloads.length)
    const bytes = encodeCanonical(value)
    const commitment = toBase64Url(commit(salt, bytes))
    this.payloads.push({ commit: commitment, salt: toBase64Url(salt), bytes: toBase64(bytes) })
    return commitment
  }

  checkpoint(size = this.size): string {
    const root = size === 0 ? emptyRoot : this.tree.root(size)
    return signCheckpoint({ origin: this.#origin, size, root }, logKey)
  }

  proof(index: number, size = this.size): string {
    const path = this.tree.inclusionProof(index, size)
    return formatProof({ index, path, checkpoint: this.checkpoint(size) })
  }

  /** The whole log, at this size; sealed acts revealed but those listed as hidden. */
  exportLog(size = this.size, hidden: readonly number[] = []): RecordExport {
    const records = this.records.slice(0, size)
    return {
      format: 'tenderbook-export/1',
      scope: 'log',
      origin: this.#origin,
      vkey: formatVkey(this.#origin, logKey.pub),
      checkpoint: this.checkpoint(size),
      entries: records.map(({ index, bytes }) => ({ index, entry: toBase64(bytes) })),
      revealed: revealsOf(records.filter(({ index }) => !hidden.includes(index))),
      payloads: this.payloads,
    }
  }

  /** One procurement, with the register's entries. */
  exportProcurement(tender = TENDER): RecordExport {
    const records = this.records.filter(({ signed }) =>
      [tender, undefined].includes(signed.statement.tender),
    )
    const path = (index: number) => this.tree.inclusionProof(index).map(toBase64)
    return {
      ...this.exportLog(),
      scope: 'procurement',
      tender,
      entries: records.map(({ index, bytes }) => ({
        index,
        entry: toBase64(bytes),
        path: path(index),
      })),
      revealed: revealsOf(records),
    }
  }

  #prev(): Uint8Array {
    return this.records.at(-1)?.leaf ?? genesisHash(this.#origin)
  }

  #link(tender: string): { tender: string; pseq: number; pprev?: Uint8Array } {
    const chain = this.#chains.get(tender)
    return chain ? { tender, ...chain } : { tender, pseq: 0 }
  }
}

/** The sample of the audit tests. */
export function sampleLog(size = 36, origin = ORIGIN): SampleLog {
  const log = new SampleLog(origin)
  log.append({ t: 'log.found', payload: { threshold: 1 } })
  while (log.size < size) log.append(actAt(log))
  return log
}

function actAt(log: SampleLog): Act {
  const tender = log.size % 3 === 0 ? OTHER_TENDER : TENDER
  const key = log.size % 2 === 0 ? officer : vendor
  if (log.size % 5 === 4) return { t: 'bid.commit', tender, key, isSealed: true }
  if (log.size === 7) return { t: 'person.enrol', payload: { person: 'p-1' } }
  if (log.size === 11) return { tender, payload: { profile: log.disclose({ name: 'Ada' }) } }
  return { tender, key, payload: { title: `Café ${log.size}`, n: log.size } }
}

/** Rules of the sample: the officer and the vendor may sign, the vendor up to an index. */
export function sampleRules(vendorUntil = Infinity): Replayer {
  return {
    keyFor({ statement: { kid } }, index) {
      if (kid === officer.kid) return officer.pub
      return kid === vendor.kid && index < vendorUntil ? vendor.pub : undefined
    },
    apply({ signed }) {
      if (!signed) return 'hidden'
      return signed.statement.payload['ok'] === false ? { differs: 'not ok' } : 'agrees'
    },
  }
}

function revealsOf(records: readonly Recorded[]): RevealedStatement[] {
  return records.flatMap(({ index, blind, signed }) =>
    blind ? [{ index, blind: toBase64(blind), envelope: toBase64(signed.envelope) }] : [],
  )
}

/** A second after the one before. */
function instant(seconds: number): string {
  const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + seconds * 1000).toISOString()
  return time.replace('Z', '000Z')
}
