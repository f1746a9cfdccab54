/** Makes the entry of an accepted statement: its place in chain and tree, its bytes, and the row that holds them. */
import {
  encodeEntry,
  type Entry,
  leafHash,
  type SignedStatement,
  type SealedEntry,
} from '../ledger/index.ts'
import type { RuleReference } from '../procurement/index.ts'

/** A row of `entry`, and of `sealed` where the act is. */
export interface NewEntry {
  index: number
  prev: Uint8Array
  leaf: Uint8Array
  bytes: Uint8Array
  statementHash: Uint8Array
  kid: string
  nonce: string
  /** What an open entry shows. */
  shown?: { t: string; actor: string; tender?: string; pseq?: number }
  /** What a sealed one hides. */
  hidden?: Hidden
}

interface Hidden extends Judged {
  tender?: string
  envelope: Uint8Array
}

/** How a sealed act was judged. */
export interface Judged {
  /** The real deadline that it was held to. */
  deadline?: string | undefined
  late?: Late | undefined
}

export interface Late {
  code: string
  rule: RuleReference
}

/** Where an entry goes. */
export interface Place {
  origin: string
  index: number
  prev: Uint8Array
  at: string
  arrivedAt?: string
}

/** The end of a tender's chain of open entries: number and leaf hash of the last; −1 where there is none. */
export interface ChainEnd {
  pseq: number
  leaf?: Uint8Array
}

/** The entry that shows its statement, as the next link of its tender's chain. */
export function makeOpenEntry(place: Place, signed: SignedStatement, end: ChainEnd): NewEntry {
  const { t, actor, tender } = signed.statement
  const position = positionOf(place)
  if (tender === undefined)
    return rowOf({ ...position, dsse: signed }, signed, { shown: { t, actor } })
  const pseq = end.pseq + 1
  const chain = { tender, pseq, ...(end.leaf && { pprev: end.leaf }) }
  return rowOf({ ...position, chain, dsse: signed }, signed, { shown: { t, actor, tender, pseq } })
}

/** The entry that shows only a blinded hash. */
export function makeSealedEntry(
  place: Place,
  signed: SignedStatement,
  blindHash: Uint8Array,
  judged: Judged = {},
): NewEntry {
  const { tender } = signed.statement
  const entry: SealedEntry = { ...positionOf(place), blindHash }
  return rowOf(entry, signed, {
    hidden: {
      ...(tender !== undefined && { tender }),
      envelope: signed.envelope,
      ...judged,
    },
  })
}

function positionOf({ origin, index, prev, at, arrivedAt }: Place) {
  return {
    v: 1 as const,
    log: origin,
    index,
    prev,
    at,
    ...(arrivedAt !== undefined && { arrivedAt }),
  }
}

function rowOf(
  entry: Entry,
  signed: SignedStatement,
  more: Pick<NewEntry, 'shown' | 'hidden'>,
): NewEntry {
  const bytes = encodeEntry(entry)
  const { kid, nonce } = signed.statement
  const { index, prev } = entry
  return {
    index,
    prev,
    leaf: leafHash(bytes),
    bytes,
    statementHash: signed.hash,
    kid,
    nonce,
    ...more,
  }
}
