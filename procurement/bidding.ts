/**
 * Sealed bids (rows B1 to B4): a bid counts by its commitment, which must arrive before the
 * deadline.
 *
 * The last bid of a vendor for a lot counts; it replaces the one before. A material amendment makes
 * bids stale until they are signed anew; a withdrawn one does not count. On time is what arrived
 * not later than the deadline, by the journalled time of arrival. A late bid is kept as a sealed
 * entry and is not in the competition.
 */
import { z } from 'zod'
import {
  act,
  refuse,
  type Acting,
  type Context,
  type Decision,
  type Refusal,
  type StageRules,
} from './act.ts'
import { ruleOf } from './methods.ts'
import { ownRule } from './refusals.ts'
import { vendorKeys, vendorOf } from './register-rows.ts'
import { bytesSchema, hashSchema, idSchema, ocidSchema } from './schemas.ts'
import type { OpenState, SealedBid, SealedState, Stage } from './state.ts'
import { openingKeyId, pointSchema } from './terms.ts'
import { realTime } from './training.ts'

/** Whole numbers are decimal strings in sealed bodies. */
const decimalSchema = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'must be a decimal string')
const seqSchema = z.string().regex(/^[1-9]\d{0,8}$/, 'must be a decimal string from 1')
/** AES-GCM tag behind every ciphertext, in bytes. */
const TAG = 16

const headerSchema = z.strictObject({
  t: z.literal('bid-header/1'),
  aud: z.string().min(1).max(250),
  tender: ocidSchema,
  tenderHead: hashSchema,
  lot: idSchema,
  envelope: idSchema,
  vendor: idSchema,
  submitter: idSchema,
  kid: hashSchema,
  seq: seqSchema,
  replaces: hashSchema.exactOptional(),
  keyId: hashSchema,
  suite: z.string().max(32),
  capsuleLen: decimalSchema,
  blobs: z.array(z.strictObject({ len: decimalSchema })).max(32),
  publicCommit: hashSchema,
  nonce: bytesSchema(16),
})

const commitSchema = z.strictObject({
  header: headerSchema,
  keyCommit: hashSchema,
  shares: z.record(
    idSchema,
    z.array(z.strictObject({ id: idSchema, enc: pointSchema, ct: bytesSchema(49) })).max(7),
  ),
  ctHash: hashSchema,
  ctLen: decimalSchema,
  blobHashes: z.array(hashSchema).max(32),
})
type Commit = z.infer<typeof commitSchema>

/** Stages in which a bid may still come: in time in the first, late in the others. */
const comingStages: readonly Stage[] = ['open', 'closed', 'opened', 'contracted', 'unsuccessful']

const bidCommit = act({
  row: 'B1',
  roles: ['VE'],
  stages: comingStages,
  sealed: true,
  racesDeadline: true,
  validUntilDeadline: true,
  schema: commitSchema,
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  blobs: ({ payload: { header, ctHash, ctLen, blobHashes } }) => [
    { hash: ctHash, size: Number(ctLen) },
    ...blobHashes.map((hash, i) => ({ hash, size: Number(header.blobs[i]?.len ?? '0') })),
  ],
  decide: ({ open, sealed }, acting, context) =>
    checkHeader(open, acting, context) ??
    checkSealing(open, acting) ??
    checkArrival(open, acting, context) ??
    (sealed === undefined ? hidden(open) : checkSequence(open, sealed, acting.payload)),
  evolve: ({ open, sealed }, { statement, payload }, { hash, index, legal, at, arrivedAt }) => {
    if (sealed === undefined) return undefined
    const { header } = payload
    const isLate = legal > deadlineOf(open)
    const bid: SealedBid = {
      commitHash: hash,
      index,
      vendor: header.vendor,
      person: statement.actor,
      envelope: header.envelope,
      lot: header.lot,
      seq: Number(header.seq),
      head: header.tenderHead,
      keyId: header.keyId,
      arrivedReal: arrivedAt ?? at,
      status: isLate ? 'late' : 'counts',
      publicCommit: header.publicCommit,
      ctHash: payload.ctHash,
      ctLen: Number(payload.ctLen),
      blobHashes: payload.blobHashes,
    }
    const replaced = isLate ? undefined : newestOf(sealed, header)
    sealed.bids = [
      ...sealed.bids.map((one) =>
        one === replaced ? { ...one, status: 'replaced' as const } : one,
      ),
      bid,
    ]
    return undefined
  },
})

/**
 * That the header says what the statement and the register say: nobody can be made to bid elsewhere
 * or for another.
 */
function checkHeader(
  open: OpenState,
  { statement, payload: { header } }: Acting<Commit>,
  { register }: Context,
): Refusal | undefined {
  const differs = (member: string): Refusal =>
    refuse(
      'commitment',
      ruleOf(open, 'bid'),
      `The header's ${member} is not that of the statement.`,
      'Seal the bid again.',
      `/payload/header/${member}`,
    )
  if (header.aud !== statement.aud) return differs('aud')
  if (header.tender !== statement.tender) return differs('tender')
  if (header.tenderHead !== statement.tenderHead) return differs('tenderHead')
  if (header.submitter !== statement.actor) return differs('submitter')
  if (header.kid !== statement.kid) return differs('kid')
  if (vendorOf(register, statement.actor)?.vendor === header.vendor) return undefined
  return refuse(
    'other-person',
    ruleOf(open, 'bid'),
    `${statement.actor} does not act for ${header.vendor}.`,
    'Bid for your own vendor.',
    '/payload/header/vendor',
  )
}

/**
 * That the bid is sealed as this tender wants it: lot, envelope, key, sizes, a share for each key
 * holder.
 */
function checkSealing(
  open: OpenState,
  { statement, payload }: Acting<Commit>,
): Refusal | undefined {
  const { header, shares, ctLen, blobHashes } = payload
  const no = (message: string, at: string): Refusal =>
    refuse(
      'commitment',
      ruleOf(open, 'bid'),
      message,
      'Seal the bid again under the terms.',
      `/payload${at}`,
    )
  const terms = open.solicitation?.terms
  if (terms === undefined) return no('Nothing is published.', '')
  const { openingKey } = terms
  if (!Object.hasOwn(open.lots, header.lot))
    return no(`There is no lot ${header.lot}.`, '/header/lot')
  if (header.envelope !== openingKey.envelope)
    return no('There is no such envelope.', '/header/envelope')
  const keyId = openingKeyId(openingKey, { aud: statement.aud, tender: open.ocid })
  if (header.keyId !== keyId || header.suite !== openingKey.suite)
    return no('The bid is sealed to another opening key.', '/header/keyId')
  if (header.capsuleLen !== String(terms.capsuleLen) || ctLen !== String(terms.capsuleLen + TAG))
    return no('The capsule is not of the size that the terms say.', '/header/capsuleLen')
  if (header.blobs.length !== terms.slots || blobHashes.length !== terms.slots)
    return no(`There must be ${terms.slots} sealed files, dummies included.`, '/blobHashes')
  const names = openingKey.groups.map(({ name }) => name).sort()
  const areAll = openingKey.groups.every(({ name, members }) =>
    isSameSet(
      members.map(({ id }) => id),
      (shares[name] ?? []).map(({ id }) => id),
    ),
  )
  return areAll && isSameSet(names, Object.keys(shares))
    ? undefined
    : no('There is not one share for each key holder.', '/shares')
}

function isSameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && new Set(b).size === b.length && b.every((one) => a.includes(one))
}

/** On time, or late. A bid may also end before the deadline by its own `notAfter`. */
function checkArrival(
  open: OpenState,
  { statement: { notAfter } }: Acting<Commit>,
  { legal, at, arrivedAt }: Context,
): Decision | Refusal | undefined {
  const until = deadlineOf(open)
  if (legal > until) return { kind: 'late', code: 'late', rule: ruleOf(open, 'late') }
  return checkEnd(open, notAfter, arrivedAt ?? at) ?? checkOpenYet(open)
}

/** `notAfter` of acts that race a deadline: not beyond it, and not over. */
function checkEnd(open: OpenState, notAfter: string, received: string): Refusal | undefined {
  const until = realTime(open.training, deadlineOf(open))
  if (notAfter > until)
    return refuse(
      'validity',
      ownRule('time'),
      'notAfter is after the deadline.',
      `Sign again with notAfter ${until} or earlier.`,
      '/notAfter',
    )
  if (received <= notAfter) return undefined
  return refuse(
    'expired',
    ownRule('time'),
    'The statement came after its notAfter.',
    'Sign again.',
    '/notAfter',
  )
}

/** An act in time comes before the close: the close waits for what has arrived. */
function checkOpenYet(open: OpenState): Refusal | undefined {
  if (open.stage === 'open') return undefined
  return refuse(
    'out-of-turn',
    ownRule('turn'),
    `The procurement is ${open.stage}.`,
    'Nothing more can be sent.',
  )
}

/** One more than before, naming what it replaces. */
function checkSequence(
  open: OpenState,
  sealed: SealedState,
  { header }: Commit,
): Refusal | undefined {
  const replaced = newestOf(sealed, header)
  const last = Math.max(0, ...chainOf(sealed, header).map(({ seq }) => seq))
  if (Number(header.seq) === last + 1 && header.replaces === replaced?.commitHash) return undefined
  return refuse(
    'sequence',
    ruleOf(open, 'bid'),
    `The next bid of this vendor for this lot has seq ${last + 1} and replaces ` +
      `${replaced === undefined ? 'none' : replaced.commitHash}.`,
    'Seal the bid again with these.',
    '/payload/header/seq',
  )
}

interface Chain {
  vendor: string
  lot: string
  envelope: string
}

/** Every bid in time of a vendor for one lot and envelope. */
function chainOf({ bids }: SealedState, { vendor, lot, envelope }: Chain): SealedBid[] {
  return bids.filter(
    (bid) =>
      bid.vendor === vendor &&
      bid.lot === lot &&
      bid.envelope === envelope &&
      bid.status !== 'late',
  )
}

/** The one that stands: it counts, or waits for a new signature. */
function newestOf(sealed: SealedState, chain: Chain): SealedBid | undefined {
  return chainOf(sealed, chain).find(({ status }) => status === 'counts' || status === 'stale')
}

const bidWithdraw = act({
  row: 'B3',
  roles: ['VE'],
  stages: comingStages,
  sealed: true,
  racesDeadline: true,
  validUntilDeadline: true,
  schema: z.strictObject({
    envelope: idSchema,
    vendor: idSchema,
    seq: seqSchema,
    withdraws: hashSchema,
  }),
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  decide: ({ open, sealed }, { statement, payload }, { register, legal, at, arrivedAt }) => {
    const { vendor, envelope, seq, withdraws } = payload
    const rule = ruleOf(open, 'withdraw')
    if (vendorOf(register, statement.actor)?.vendor !== vendor)
      return refuse(
        'other-person',
        rule,
        `${statement.actor} does not act for ${vendor}.`,
        'Withdraw a bid of your own vendor.',
        '/payload/vendor',
      )
    if (legal > deadlineOf(open))
      return refuse(
        'late',
        rule,
        'Bids were due already; a bid is withdrawn before.',
        'The bid stands.',
      )
    const refusal = checkEnd(open, statement.notAfter, arrivedAt ?? at) ?? checkOpenYet(open)
    if (refusal !== undefined) return refusal
    if (sealed === undefined) return hidden(open)
    const bid = sealed.bids.find((one) => one.commitHash === withdraws && one.vendor === vendor)
    if (bid !== undefined && bid.envelope === envelope && String(bid.seq) === seq)
      return checkStanding(open, bid)
    return refuse(
      'unknown-reference',
      rule,
      'This vendor has no such bid.',
      'Cite the statement hash, envelope and seq of the bid.',
      '/payload/withdraws',
    )
  },
  evolve: ({ sealed }, { payload: { withdraws } }) => {
    if (sealed === undefined) return undefined
    sealed.bids = sealed.bids.map((bid) =>
      bid.commitHash === withdraws ? { ...bid, status: 'withdrawn' as const } : bid,
    )
    return undefined
  },
})

function checkStanding(open: OpenState, { status }: SealedBid): Refusal | undefined {
  if (status === 'counts' || status === 'stale') return undefined
  return refuse(
    'already-done',
    ruleOf(open, 'withdraw'),
    `This bid does not stand any more (${status}).`,
    'Withdraw the one that stands.',
    '/payload/withdraws',
  )
}

function deadlineOf(open: OpenState): string {
  return open.solicitation?.terms.bidsUntil ?? ''
}

function hidden(open: OpenState): Refusal {
  return refuse(
    'hidden',
    ruleOf(open, 'bid'),
    'The sealed part was not disclosed.',
    'Replay with the sealed part.',
  )
}

/** The real deadline that an act of this kind is held to; undefined where it races none. */
export function deadlineFor({ open }: { open: OpenState }, t: string): string | undefined {
  if (bidding.acts[t] === undefined || open.solicitation === undefined) return undefined
  return realTime(open.training, deadlineOf(open))
}

/** The bids that count, in the order of their entries: what an opening opens. */
export function countingBids({ bids }: SealedState, envelope: string): SealedBid[] {
  return bids
    .filter((bid) => bid.envelope === envelope && bid.status === 'counts')
    .sort((a, b) => a.index - b.index)
}

export const bidding: StageRules = {
  acts: { 'bid.commit': bidCommit, 'bid.withdraw': bidWithdraw },
  // Nobody owes a bid, and what a vendor might do stays sealed.
  due: () => [],
}
