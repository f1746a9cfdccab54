/**
 * The opening of the sealed bids, as everyone may watch it: who has released, what that means, what happened. It is made
 * from the open part of the state and depends on nothing that tells how many bids there are; what only the officer may see
 * is a part of its own, for whoever disclosure gives it.
 */
import { legalOf, methodOf, ruleOf, type Money, type OpenState } from '../../procurement/index.ts'
import { termsOf, type Terms } from '../terms.ts'
import { nameIn, type Names } from './entry.ts'
import type { OpenedReading } from './opened.ts'
import type { ProcurementView } from './procurement.ts'

export interface HolderRow {
  id: string
  name: string
  org: string
  state: 'released' | 'waiting' | 'not-needed'
  /** Legal. */
  at?: string
}

export interface OpeningView {
  ocid: string
  title: string
  zone: string
  words: Terms
  training?: NonNullable<ProcurementView['training']>
  /** The server's clock, real and legal. */
  now: string
  legalNow: string
  /** Number of the last open step, and where newer ones are told. */
  after: number
  live: string
  /** Legal end of bidding; absent: nothing is published. */
  until?: string
  stage: 'sealed' | 'closing' | 'releasing' | 'opened' | 'never'
  k: number
  n: number
  released: number
  holders: HolderRow[]
  /** Since when the record says that it is late. */
  delayed?: { at: string; released: number }
  happened: { at: string; what: string }[]
  /** What the method tells the public, with its rule. */
  disclosure: { text: string; cite: string }
  isAwarded: boolean
  /** Of a key holder that looks: what it can do. */
  own?: 'release' | 'too-early' | 'released'
  /** Only for whom disclosure gives it. */
  opened?: { bids: OpenedRow[]; canCompare: boolean }
}

export interface OpenedRow {
  commitHash: string
  name: string
  /** When it was recorded, legal; its entry. */
  at: string
  index: number
  status: 'opened' | 'void'
  code?: string
  price?: Money
}

export interface OpeningSources {
  file: OpenState
  names: Names
  person?: string | undefined
  isOfficer: boolean
  opened?: OpenedReading | undefined
  after: number
  live: string
  now: string
}

export function openingView(from: OpeningSources): OpeningView {
  const { file, names, after, live, now } = from
  const { opening, solicitation } = file
  const terms = solicitation?.terms
  const group = terms?.openingKey.groups[0]
  const legalNow = legalOf({ open: file }, now)
  const own = ownPart(from)
  const opened = openedPart(from)
  return {
    ocid: file.ocid,
    title: terms?.title ?? file.requisition.title,
    zone: file.zone,
    words: termsOf(file.method),
    ...(file.training === undefined ? {} : { training: { ...file.training, legalNow } }),
    ...{ now, legalNow, after, live },
    ...(terms ? { until: terms.bidsUntil } : {}),
    stage: stageOf(file, legalNow),
    k: group?.k ?? 0,
    n: group?.members.length ?? 0,
    released: opening.releases.length,
    holders: holdersOf(file, names),
    ...(opening.delayed
      ? {
          delayed: {
            at: legalIn(file, opening.delayed.real),
            released: opening.delayed.released.length,
          },
        }
      : {}),
    happened: happenedIn(file),
    disclosure: {
      text: methodOf(file)?.disclose.text ?? '',
      cite: ruleOf(file, 'disclosure').cite,
    },
    isAwarded: file.award !== undefined,
    ...(own ? { own } : {}),
    ...(opened ? { opened } : {}),
  }
}

const legalIn = (file: OpenState, real: string): string => legalOf({ open: file }, real)

function stageOf(
  { opening, failed, ended, solicitation }: OpenState,
  legalNow: string,
): OpeningView['stage'] {
  if (opening.result) return 'opened'
  if (failed ?? ended) return 'never'
  if (opening.close) return 'releasing'
  const until = solicitation?.terms.bidsUntil
  return until !== undefined && legalNow > until ? 'closing' : 'sealed'
}

function holdersOf(file: OpenState, names: Names): HolderRow[] {
  const { opening, solicitation } = file
  const name = nameIn(names)
  const members = solicitation?.terms.openingKey.groups.flatMap((group) => group.members) ?? []
  return members.map(({ id }) => {
    const member = opening.members.find((each) => each.id === id)
    const release = opening.releases.find((each) => each.id === id)
    const org = member?.org ?? ''
    return {
      id,
      name: name(member?.person ?? id),
      org: org === '' ? '' : name(org),
      state: release ? 'released' : opening.result ? 'not-needed' : 'waiting',
      ...(release ? { at: legalIn(file, release.real) } : {}),
    }
  })
}

const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh']

function happenedIn(file: OpenState): OpeningView['happened'] {
  const { opening, solicitation } = file
  const { bids } = termsOf(file.method)
  const { close, releases, delayed, result } = opening
  if (!close) return []
  return [
    { at: solicitation?.terms.bidsUntil ?? close.legal, what: 'Deadline' },
    { at: close.legal, what: `Bidding closed, the number of ${bids} locked.` },
    ...releases.map(({ real }, i) => ({
      at: legalIn(file, real),
      what: `${ordinals[i] ?? String(i + 1)} release.`,
    })),
    ...(delayed ? [{ at: legalIn(file, delayed.real), what: 'The opening is late.' }] : []),
    ...(result
      ? [{ at: result.legal, what: 'Opened; the number is the one that was locked.' }]
      : []),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function ownPart({ file: { opening }, person }: OpeningSources): OpeningView['own'] {
  const member = opening.members.find((each) => person !== undefined && each.person === person)
  if (!member || opening.result) return undefined
  if (opening.releases.some(({ id }) => id === member.id)) return 'released'
  return opening.close ? 'release' : 'too-early'
}

function openedPart({ opened, names, file, isOfficer }: OpeningSources): OpeningView['opened'] {
  if (!opened) return undefined
  const name = nameIn(names)
  return {
    canCompare: isOfficer && file.stage === 'opened',
    bids: opened.bids.map(({ commitHash, vendor, arrived, index, status, code, price }) => ({
      ...{ commitHash, index, status },
      name: name(vendor),
      at: arrived,
      ...(code === undefined ? {} : { code }),
      ...(price ? { price } : {}),
    })),
  }
}
