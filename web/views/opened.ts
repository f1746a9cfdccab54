/**
 * Opened bids as the officer of a file and auditors read them: what each offers line by line, its answers and files, and
 * whether its vendor may be awarded to. A vendor's words are read as they come: what is of another form is left out.
 */
import { parseCanonical, type Json } from '../../ledger/index.ts'
import {
  dateIn,
  exclusionsOf,
  findRule,
  offerOf,
  rowKey,
  vendorRow,
  type ExclusionsRow,
  type FileState,
  type Offer,
  type OpenedBid,
  type RegisterView,
} from '../../procurement/index.ts'
import { readList, readText } from '../reading.ts'

export interface OpenedOffer extends OpenedBid {
  /** Of the sealed entry, and when it came in, legal. */
  index: number
  arrived: string
  /** Absent: void. `unreadable`: its price sheet is not of the form. */
  offer?: Offer | 'unreadable'
  answers: { id: string; value: string }[]
  files: { name: string; media: string; size: number }[]
  /** What the register says of the vendor now. */
  isConfirmed: boolean
  excluded?: { from: string; source: string }
}

export interface OpenedReading {
  bids: OpenedOffer[]
  /** The list of exclusions that the law names: its entry and its day. Absent: never loaded. */
  list?: { index: number; date: string }
}

export interface OpenedSources {
  file: FileState
  /** The bytes of an opened capsule by its hash. */
  capsule: (hash: string) => Uint8Array | undefined
  register: RegisterView
  legalNow: string
  legalOf: (real: string) => string
}

/** Every opened bid, in the order of the opening. */
export function openedReading(from: OpenedSources): OpenedReading {
  const { file, register } = from
  const [listKey] = listKeys(file)
  // Written by `exclusion.set`.
  const list = listKey === undefined ? undefined : (register(listKey) as ExclusionsRow | undefined)
  return {
    bids: (file.sealed?.opened ?? []).map((bid) => offerView(bid, from)),
    ...(list ? { list: { index: list.index, date: list.date } } : {}),
  }
}

/** Register keys of the lists of exclusions that count for a file. */
export function listKeys({ open }: FileState): string[] {
  const source = findRule(open, 'exclusions')?.value
  return source === undefined ? [] : [rowKey.exclusions(source)]
}

function offerView(bid: OpenedBid, from: OpenedSources): OpenedOffer {
  const { file, capsule, register, legalNow, legalOf } = from
  const sealed = file.sealed?.bids.find(({ commitHash }) => commitHash === bid.commitHash)
  const offer = bid.status === 'opened' ? offerOf(file, bid, capsule) : 'hidden'
  const contents = contentsOf(bid.capsuleHash === undefined ? undefined : capsule(bid.capsuleHash))
  const vendor = vendorRow(register, bid.vendor)
  const [excluded] = vendor ? exclusionsOf(register, vendor, dateIn(file.open.zone, legalNow)) : []
  return {
    ...bid,
    index: sealed?.index ?? 0,
    arrived: legalOf(sealed?.arrivedReal ?? file.open.opening.result?.real ?? legalNow),
    ...(offer === 'hidden' ? {} : { offer }),
    answers: readList(contents, 'answers').flatMap(answerIn),
    files: readList(contents, 'files').map((each) => ({
      name: readText(each, 'name') ?? '',
      media: readText(each, 'media') ?? '',
      size: Number(readText(each, 'plainLen') ?? 0),
    })),
    isConfirmed: vendor?.confirmed === true,
    ...(excluded ? { excluded: { from: excluded.from, source: excluded.source } } : {}),
  }
}

function answerIn(answer: Json): { id: string; value: string }[] {
  const [id, value] = [readText(answer, 'id'), readText(answer, 'value')]
  return id === undefined || value === undefined ? [] : [{ id, value }]
}

/** A capsule was opened and its price agrees; the rest of it is the vendor's own affair. */
function contentsOf(bytes: Uint8Array | undefined): Json | undefined {
  if (!bytes) return undefined
  try {
    return parseCanonical(bytes)
  } catch {
    // Not canonical: nothing in it is read.
    return undefined
  }
}
