/**
 * Who may read what is not public. Every private read of the API goes through this file, and nothing else in api/
 * touches the sealed part of a state, a sealed envelope or a document that is not public.
 *
 * The law behind it: before the opening neither who bid nor how many (FAR 14.401, FAR 3.104-4); after it what the
 * method discloses (reference/procurement.md section 5, `disclose`). Deny is the default: a case that is not listed
 * here is refused.
 */
import type { Payloads } from '../db/payloads.ts'
import type { Readers } from '../db/readers.ts'
import {
  encodeCanonical,
  fromBase64Url,
  parseCanonical,
  parseEntry,
  parseEnvelope,
  toBase64,
  toBase64Url,
  type Json,
  type JsonObject,
  type SignedStatement,
} from '../ledger/index.ts'
import {
  countingBids,
  disclosedBids,
  EVERY_ORG,
  legalOf,
  methodOf,
  rowKey,
  vendorRow,
  type ExcludedRow,
  type FileState,
  type Money,
  type OpenedBid,
  type OpenState,
  type Role,
} from '../procurement/index.ts'
import type { Signer } from '../signer/client.ts'
import { resultOf, type OwnResult } from '../web/views/own-result.ts'
import { listKeys, openedReading, type OpenedReading } from '../web/views/opened.ts'
import type { OwnBids } from '../web/views/own-bids.ts'

/** Whoever asks: nobody in particular, or the person of a session with the roles the register gives now. */
export interface Viewer {
  person?: string
  kid?: string
  vendor?: string
  roles: { role: Role; org: string }[]
}

export const anyone: Viewer = { roles: [] }

export type Disclosure = ReturnType<typeof createDisclosure>

/** A private read: what was asked for, or that it is not there, or that it is not for this viewer. */
export type Reading<T> =
  { kind: 'given'; value: T } | { kind: 'absent' } | { kind: 'withheld'; why: string }

export interface OpeningWork {
  tender: string
  envelope: string
  group: string
  id: string
  /** The recorded close, and what opens its commitment. */
  close: { index: number; commit: string; hash: string; salt: string; count: string; root: string }
  bids: { commitHash: string; index: number; envelope: string; share: Json }[]
}

/** A sealed entry and what it seals. `by`: the open entry that showed it; absent where only auditors may see it. */
export interface RevealedEntry {
  index: number
  blind: Uint8Array
  signed: SignedStatement
  by?: number
}

export interface PublicBids {
  bids: { commitHash: string; vendor: string; status: 'opened' | 'void'; price?: Money }[]
  /** How many were opened, once the method tells it. */
  count?: number
}

export interface DisclosureDeps {
  readers: Readers
  payloads: Payloads
  signer: Signer
}

export function createDisclosure({ readers, payloads, signer }: DisclosureDeps) {
  return {
    opened,
    ownBids,
    ownResult,
    questions,
    openingWork,
    payload,
    publicBids,
    fileFor,
    ownsSealed,
    revealOf,
    revealed,
  }

  /**
   * Bids as the opening brought them to light: all of them to the file's officer and to auditors, to a vendor its own.
   * Nothing before the opening's result is recorded.
   */
  async function opened(
    viewer: Viewer,
    ocid: string,
  ): Promise<Reading<OpenedReading | { bids: OpenedBid[] }>> {
    const file = await readers.file(ocid)
    if (!file) return absent
    if (!isOpened(file.open)) return withheld('The bids are sealed until the opening.')
    if (readsOpenedBids(viewer, file.open)) return given(await offersOf(file))
    const { vendor } = viewer
    if (vendor === undefined) return withheld('The method does not disclose the bids to you.')
    return given({ bids: (file.sealed?.opened ?? []).filter((bid) => bid.vendor === vendor) })
  }

  /** What was opened, with lines and answers, and what the register says of the vendors. */
  async function offersOf(file: FileState): Promise<OpenedReading> {
    const bids = file.sealed?.opened ?? []
    const capsules = new Map<string, Uint8Array>()
    for (const { capsuleHash } of bids) {
      const bytes =
        capsuleHash === undefined ? undefined : await readers.blob(fromBase64Url(capsuleHash))
      if (capsuleHash !== undefined && bytes) capsules.set(capsuleHash, bytes)
    }
    const vendorKeys = bids.map(({ vendor }) => rowKey.vendor(vendor))
    const vendors = await readers.register(vendorKeys)
    const excludedKeys = bids.flatMap(({ vendor }) => {
      const row = vendorRow(vendors, vendor)
      return row ? [rowKey.excluded(row.identifier)] : []
    })
    const excluded = await readers.register(excludedKeys)
    const sourceKeys = excludedKeys.flatMap((key) => {
      // Written by `exclusion.set`.
      const found = (excluded(key) as ExcludedRow[] | undefined) ?? []
      return found.map(({ source }) => rowKey.exclusions(source))
    })
    const keys = [...vendorKeys, ...excludedKeys, ...sourceKeys, ...listKeys(file)]
    return openedReading({
      file,
      capsule: (hash) => capsules.get(hash),
      register: await readers.register(keys),
      legalNow: legalOf(file, await readers.clock()),
      legalOf: (real) => legalOf(file, real),
    })
  }

  /** What became of a vendor's own bids at the award, with the reason: to that vendor, of no other. */
  async function ownResult({ vendor }: Viewer, ocid: string): Promise<Reading<OwnResult[]>> {
    if (vendor === undefined) return withheld('Only a vendor reads what became of its own bids.')
    const file = await readers.file(ocid)
    if (!file) return absent
    const { award } = file.open
    if (!award) return withheld('Nothing is decided yet.')
    const { others } = award
    const document = Array.isArray(others)
      ? undefined
      : await payloads.find(fromBase64Url(others.commit))
    const reasons = Array.isArray(others) ? others : parseReasons(document?.bytes)
    const own = (file.sealed?.opened ?? []).filter((bid) => bid.vendor === vendor)
    return given(own.map((bid) => resultOf(bid, award, reasons)))
  }

  /** A vendor's own bids, at any time: to that vendor, and as if there were no others. */
  async function ownBids({ vendor }: Viewer, ocid: string): Promise<Reading<OwnBids>> {
    if (vendor === undefined) return withheld('Only a vendor reads its own bids.')
    const file = await readers.file(ocid)
    if (!file) return absent
    const own = (file.sealed?.bids ?? []).filter((bid) => bid.vendor === vendor)
    return given({
      bids: own.map(({ commitHash, index, lot, envelope, seq, status, arrivedReal }) => ({
        ...{ commitHash, index, lot, envelope, seq, status },
        arrived: arrivedReal,
      })),
    })
  }

  /** Questions, without their askers: to the file's officer. */
  async function questions(
    viewer: Viewer,
    ocid: string,
  ): Promise<Reading<{ questions: { hash: string; text: string; asked: string }[] }>> {
    const file = await readers.file(ocid)
    if (!file) return absent
    if (!isOfficerOf(viewer, file.open)) return withheld('Only the contracting officer reads them.')
    const asked = file.sealed?.questions ?? []
    return given({
      questions: asked.map(({ hash, text, legal }) => ({ hash, text, asked: legal })),
    })
  }

  /** What a key holder works on once bidding has closed: the commitments that count, with its own shares. */
  async function openingWork(viewer: Viewer, ocid: string): Promise<Reading<OpeningWork>> {
    const file = await readers.file(ocid)
    if (!file) return absent
    const member = membershipOf(viewer, file.open)
    if (!member) return withheld('Only a key holder of this tender reads its shares.')
    const { close } = file.open.opening
    if (!close || !file.sealed) return withheld('Bidding has not closed.')
    const index = await readers.statementIndex(fromBase64Url(close.hash))
    if (index === undefined) return absent
    const { envelope, group, id } = member
    const opened = await signer.closed({ tender: ocid, envelope })
    const counting = countingBids(file.sealed, envelope)
    const bids = await Promise.all(counting.map((bid) => shareOf(bid, member)))
    return given({
      tender: ocid,
      envelope,
      group,
      id,
      close: { index, commit: close.commit, hash: close.hash, ...opened },
      bids,
    })
  }

  async function shareOf(
    bid: { commitHash: string; index: number },
    member: { group: string; id: string },
  ): Promise<OpeningWork['bids'][number]> {
    const sealed = await readers.sealed(bid.index)
    if (!sealed) throw new Error(`sealed entry ${bid.index} has no envelope`)
    const { payload } = sealed.signed.statement
    // The door has checked the payload by its schema: every member of the opening key has a share.
    const { shares } = payload as {
      shares: Record<string, { id: string; enc: string; ct: string }[]>
    }
    const share = shares[member.group]?.find(({ id }) => id === member.id)
    const { commitHash, index } = bid
    return { commitHash, index, envelope: toBase64(sealed.envelope), share: { ...share } }
  }

  /** A document beside the record: public ones to all, others to those its file concerns. */
  async function payload(viewer: Viewer, commit: Uint8Array) {
    const found = await payloads.find(commit)
    if (!found) return absent
    if (found.reader === 'public') return given(found)
    const file = found.tender === undefined ? undefined : await readers.openFile(found.tender)
    const isOwn = viewer.person !== undefined && found.uploader === viewer.person
    const isRead = isOwn || readsDocument(viewer, file)
    return isRead || (file && (await isHandedTo(viewer, file, commit)))
      ? given(found)
      : withheld('The document is for the officers of this file and for auditors.')
  }

  /** Whether an act of the file hands the document to a role of this viewer. */
  async function isHandedTo(viewer: Viewer, file: OpenState, commit: Uint8Array): Promise<boolean> {
    const name = toBase64Url(commit)
    for (const { t, role, cited } of handed) {
      if (!holds(viewer, role, file.org)) continue
      const acts = await readers.statements(file.ocid, t)
      if (acts.some(({ signed }) => cited(signed.statement.payload) === name)) return true
    }
    return false
  }

  /** Bids as far as anyone may see them, by the method: none before the opening, whatever is in the box. */
  async function publicBids(open: OpenState): Promise<PublicBids> {
    const disclose = methodOf(open)?.disclose
    const isToldAtAward = disclose !== undefined && open.award !== undefined
    if (!isOpened(open) || (disclose?.opening !== 'all' && !isToldAtAward)) return { bids: [] }
    const file = await readers.file(open.ocid)
    const all = file?.sealed?.opened
    if (!file || !all) return { bids: [] }
    const disclosed = new Set(disclosedBids(file))
    return {
      count: all.length,
      bids: all.filter((bid) => disclosed.has(bid.commitHash)).map(publicBid),
    }
  }

  /** The state that this viewer's duties are reckoned from: with the sealed part only for whoever may read the bids. */
  async function fileFor(viewer: Viewer, ocid: string): Promise<FileState | undefined> {
    const open = await readers.openFile(ocid)
    if (!open) return undefined
    return readsOpenedBids(viewer, open) ? readers.file(ocid) : { open }
  }

  /** Whether this viewer may see that a sealed statement is recorded, and its receipt: its signer may. */
  async function ownsSealed(viewer: Viewer, index: number): Promise<boolean> {
    if (viewer.person === undefined) return false
    const sealed = await readers.sealed(index)
    return sealed !== undefined && sealed.signed.statement.actor === viewer.person
  }

  /** What a sealed entry seals, once an open entry has shown it to everyone. */
  async function revealOf(index: number): Promise<(RevealedEntry & { by: number }) | undefined> {
    const tender = (await readers.sealed(index))?.signed.statement.tender
    if (tender === undefined) return undefined
    return (await revealsOf(tender)).find((each) => each.index === index)
  }

  /** Sealed entries of a file that this viewer may open: those shown to all; after the opening, to auditors every one. */
  async function revealed(viewer: Viewer, ocid: string): Promise<RevealedEntry[]> {
    const shown = await revealsOf(ocid)
    const file = await readers.file(ocid)
    if (!file || !isOpened(file.open) || !holds(viewer, 'AU', file.open.org)) return shown
    const rest = (file.sealed?.opened ?? []).flatMap(({ commitHash }) => {
      const bid = file.sealed?.bids.find((each) => each.commitHash === commitHash)
      return bid && !shown.some((each) => each.index === bid.index) ? [bid.index] : []
    })
    const own = await Promise.all(rest.map(revealBySigner))
    return [...shown, ...own].sort((a, b) => a.index - b.index)
  }

  async function revealBySigner(index: number): Promise<RevealedEntry> {
    const { blind, envelope } = await signer.reveal(index)
    return { index, blind, signed: parseEnvelope(envelope) }
  }

  async function revealsOf(tender: string): Promise<(RevealedEntry & { by: number })[]> {
    const entries = await readers.entriesOf(tender)
    return entries.flatMap(revealIn)
  }
}

/** The sealed entry that an `opening.reveal` shows; of any other entry none. */
export function revealIn({
  index: by,
  bytes,
}: {
  index: number
  bytes: Uint8Array
}): (RevealedEntry & { by: number })[] {
  const statement = parseEntry(bytes).dsse?.statement
  if (statement?.t !== 'opening.reveal') return []
  const { index, blind, revealed } = statement.payload
  if (typeof index !== 'number' || typeof blind !== 'string' || revealed === undefined) return []
  const signed = parseEnvelope(envelopeBytes(revealed))
  return [{ index, blind: fromBase64Url(blind), signed, by }]
}

/** `revealed` is the envelope itself, as JSON: its canonical bytes are those that were blinded. */
const envelopeBytes = (revealed: Json): Uint8Array => encodeCanonical(revealed)

function publicBid({ commitHash, vendor, status, price }: OpenedBid): PublicBids['bids'][number] {
  const open = { commitHash, vendor, status }
  return price ? { ...open, price: { amount: price.amount, currency: price.currency } } : open
}

/** The reasons of an award, where they lie in a document. */
function parseReasons(bytes: Uint8Array | undefined): Json[] {
  const reasons = bytes && parseCanonical(bytes)
  return Array.isArray(reasons) ? reasons : []
}

const absent = { kind: 'absent' } as const
const given = <T>(value: T) => ({ kind: 'given', value }) as const
const withheld = (why: string) => ({ kind: 'withheld', why }) as const

export const isOpened = (file: OpenState): boolean => file.opening.result !== undefined

/** Whether the viewer holds a role in an agency, or in every one; `org` absent: in any. */
const holds = (viewer: Viewer, role: Role, org?: string): boolean =>
  viewer.roles.some(
    (each) =>
      each.role === role && (org === undefined || each.org === org || each.org === EVERY_ORG),
  )

/** The officer the file is assigned to, or any officer of the agency while it is assigned to nobody. */
export function isOfficerOf(viewer: Viewer, file: OpenState): boolean {
  const assigned = file.assigned.CO
  return holds(viewer, 'CO', file.org) && (assigned === undefined || assigned === viewer.person)
}

/** After the opening: the file's officer and auditors. */
export const readsOpenedBids = (viewer: Viewer, file: OpenState): boolean =>
  isOpened(file) && (isOfficerOf(viewer, file) || holds(viewer, 'AU', file.org))

/** Whom a vendor's act gives a document to work with: the contact for defects of an invoice, the note of a delivery. */
const handed: readonly { t: string; role: Role; cited: (payload: JsonObject) => unknown }[] = [
  { t: 'invoice.submit', role: 'PO', cited: ({ contact }) => contact },
  {
    t: 'delivery.announce',
    role: 'AC',
    cited: ({ note }) => (typeof note === 'object' && 'commit' in note ? note.commit : undefined),
  },
]

/** Documents of a file: its officer and auditors. Documents of no file (bank details, profiles): who pays, registers, audits. */
function readsDocument(viewer: Viewer, file: OpenState | undefined): boolean {
  if (file) return isOfficerOf(viewer, file) || holds(viewer, 'AU', file.org)
  return (['PO', 'TR', 'RG', 'AU'] as const).some((role) => holds(viewer, role))
}

const membershipOf = (viewer: Viewer, file: OpenState) =>
  file.opening.members.find((each) => each.person === viewer.person)
