/**
 * The close and the opening (rows P7, P9, B5; security reference 4).
 *
 * At the deadline the clock commits to count and root of the bids; holders release; with k of n the
 * bids are opened, all at once. Refuses a close before the deadline is over, a release before the
 * close, and a result that is not that of the bids that count or reads out another price than the
 * one committed to.
 */
import { z } from 'zod'
import {
  concatBytes,
  encodeCanonical,
  equalBytes,
  fromBase64Url,
  leafHash,
  parseCanonical,
  rootOf,
  sha256,
  toBase64Url,
  u64be,
} from '../ledger/index.ts'
import { act, refuse, type Duty, type Refusal, type StageRules } from './act.ts'
import { countingBids } from './bidding.ts'
import { isMember, isNamed, notMember, openingKeyOf } from './key-holders.ts'
import { ruleOf } from './methods.ts'
import { hiddenBy, ownRule } from './refusals.ts'
import { vendorKeys, vendorOf } from './register-rows.ts'
import { bytesSchema, docSchema, hashSchema, idSchema, moneySchema } from './schemas.ts'
import { isReleased } from './solicitation.ts'
import type { OpenedBid, OpenState, SealedBid } from './state.ts'
import { ENVELOPE, envelopeSchema, pointSchema } from './terms.ts'
import { addMicroseconds, MINUTE } from './training.ts'

/** Holders have so long before the delay is put on record. */
const PATIENCE = 60n * MINUTE

const close = act({
  row: 'P7',
  roles: ['CK'],
  stages: ['open'],
  schema: z.strictObject({ envelope: envelopeSchema, commit: hashSchema }),
  decide: ({ open }, _acting, { legal }) => {
    const until = open.solicitation?.terms.bidsUntil ?? ''
    if (legal > until) return undefined
    return refuse(
      'too-early',
      ruleOf(open, 'close'),
      `Bids are due until ${until}.`,
      'Close after that.',
    )
  },
  evolve: ({ open }, { payload }, { hash, at, legal }) => {
    open.stage = 'closed'
    open.opening.close = { ...payload, hash, real: at, legal }
    return undefined
  },
})

const delayed = act({
  row: 'P9',
  roles: ['CK'],
  stages: ['closed'],
  schema: z.strictObject({ envelope: envelopeSchema, released: z.array(idSchema).max(7) }),
  // The engine has compared the payload with the duty's.
  decide: () => undefined,
  evolve: ({ open }, { payload: { released } }, { hash, at }) => {
    open.opening.delayed = { hash, real: at, released }
    return undefined
  },
})

const decimalSchema = z.string().regex(/^[1-9]\d{0,11}$/, 'must be a decimal string')

const release = act({
  row: 'P9',
  roles: ['OO'],
  stages: ['closed'],
  schema: z.strictObject({
    envelope: envelopeSchema,
    group: idSchema,
    id: idSchema,
    to: z
      .array(
        z.strictObject({
          kid: hashSchema,
          enc: pointSchema,
          ctHash: hashSchema,
          ctLen: decimalSchema,
        }),
      )
      .min(1)
      .max(8),
  }),
  blobs: ({ payload: { to } }) =>
    to.map(({ ctHash, ctLen }) => ({ hash: ctHash, size: Number(ctLen) })),
  decide: ({ open }, { statement, payload }) => {
    const { envelope, group, id, to } = payload
    const key = openingKeyOf(open)
    if (!isMember(open, statement.actor, payload) || !isNamed(key, group, id))
      return notMember(open)
    if (open.opening.releases.some((one) => one.envelope === envelope && one.id === id))
      return refuse(
        'already-done',
        ruleOf(open, 'release'),
        'A release is final.',
        'Nothing: yours is on record.',
      )
    const wanted = key?.recipients.map(({ kid }) => kid).sort() ?? []
    if (
      wanted.join() ===
      to
        .map(({ kid }) => kid)
        .sort()
        .join()
    )
      return undefined
    return refuse(
      'opening-key',
      ruleOf(open, 'release'),
      'The release must be sealed to every recipient of the opening key, once.',
      'Seal it to the recipients that the solicitation names.',
      '/payload/to',
    )
  },
  evolve: ({ open }, { payload: { envelope, group, id } }, { hash, at }) => {
    open.opening.releases.push({ envelope, group, id, hash, real: at })
    return undefined
  },
})

const prove = act({
  row: 'B5',
  roles: ['VE'],
  stages: ['closed'],
  sealed: true,
  schema: z.strictObject({
    commitHash: hashSchema,
    shares: z.record(
      idSchema,
      z.array(z.strictObject({ id: idSchema, share: bytesSchema(33) })).max(7),
    ),
  }),
  needs: (_file, { statement }, register) => vendorKeys(register, statement.actor),
  decide: ({ open, sealed }, { statement, payload: { commitHash } }, { register }) => {
    const rule = ruleOf(open, 'opening')
    if (sealed === undefined) return hiddenBy(rule)
    const bid = countingBids(sealed, ENVELOPE).find((one) => one.commitHash === commitHash)
    const vendor = vendorOf(register, statement.actor)?.vendor
    if (bid !== undefined && bid.vendor === vendor) return undefined
    return refuse(
      'unknown-reference',
      rule,
      'This vendor has no such bid that counts.',
      'Cite your bid.',
      '/payload/commitHash',
    )
  },
  evolve: ({ sealed }, { payload: { commitHash, shares } }, { hash }) => {
    if (sealed !== undefined) sealed.proofs = { ...sealed.proofs, [commitHash]: { hash, shares } }
    return undefined
  },
})

/**
 * As the vendor sealed it: an odd currency is for a person to decide, and must not hold up the
 * opening.
 */
const sealedMoneySchema = z.strictObject({
  amount: moneySchema.shape.amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
})

const resultDocumentSchema = z.strictObject({
  close: z.strictObject({
    salt: bytesSchema(32),
    count: z.string().regex(/^(0|[1-9]\d{0,8})$/),
    root: hashSchema,
  }),
  bids: z.array(
    z.discriminatedUnion('status', [
      z.strictObject({
        commitHash: hashSchema,
        status: z.literal('opened'),
        capsuleHash: hashSchema,
        public: sealedMoneySchema,
        salt: bytesSchema(32),
      }),
      z.strictObject({
        commitHash: hashSchema,
        status: z.literal('void'),
        code: z.enum(['V2', 'V3', 'V4', 'V5']),
      }),
    ]),
  ),
  faults: z.array(z.strictObject({ id: idSchema, commitHash: hashSchema })),
  /** Zeros: its size, which is public, tells nothing. */
  pad: z.string().regex(/^0*$/).exactOptional(),
})
/** The document that an opening's result commits to. */
export type ResultDocument = z.infer<typeof resultDocumentSchema>

const result = act({
  row: 'P9',
  roles: ['CK'],
  stages: ['closed'],
  schema: z.strictObject({
    envelope: envelopeSchema,
    released: z.array(idSchema).min(2).max(7),
    result: docSchema,
  }),
  documents: (_file, { payload }) => [payload.result.commit],
  decide: ({ open, sealed }, { payload }, { document }) => {
    const rule = ruleOf(open, 'opening')
    const released = releasedIds(open)
    if (!isReleased(open))
      return refuse(
        'not-enough-shares',
        rule,
        'Too few key holders have released.',
        'Wait for more releases.',
      )
    if ([...payload.released].sort().join() !== released.join())
      return refuse(
        'not-a-key-holder',
        rule,
        'Others released than it says.',
        'Name who released.',
        '/payload/released',
      )
    const bytes = document(payload.result.commit)
    if (bytes === undefined) return hiddenBy(rule)
    const opened = readResult(bytes)
    if (opened === undefined)
      return refuse(
        'payload-missing',
        rule,
        'The result is not of the form.',
        'Open again.',
        '/payload/result',
      )
    return (
      checkClose(open, opened) ??
      (sealed === undefined
        ? hiddenBy(rule)
        : checkBids(open, opened, countingBids(sealed, ENVELOPE)))
    )
  },
  evolve: ({ open, sealed }, { payload }, { hash, legal, at, document }) => {
    open.stage = 'opened'
    open.opening.result = { hash, result: payload.result, legal, real: at }
    const opened = readResult(document(payload.result.commit))
    if (sealed !== undefined && opened !== undefined)
      sealed.opened = opened.bids.flatMap((bid) => openedBid(sealed.bids, bid))
    return undefined
  },
})

/** The document as it lies beside the record; undefined where it is absent or not of the form. */
export function readResult(bytes: Uint8Array | undefined): ResultDocument | undefined {
  if (bytes === undefined) return undefined
  try {
    return resultDocumentSchema.parse(parseCanonical(bytes))
  } catch {
    // A document of another form is refused, not a fault.
    return undefined
  }
}

/** SHA-256(salt ‖ count ‖ root), root over the commitHashes: what the close has committed to. */
export function closeCommitment(salt: Uint8Array, commitHashes: readonly string[]): Uint8Array {
  const root = rootOf(commitHashes.map((commitHash) => leafHash(fromBase64Url(commitHash))))
  return sha256(concatBytes(salt, u64be(commitHashes.length), root))
}

/** That the document opens the commitment of the close. */
function checkClose(open: OpenState, { close: opened, bids }: ResultDocument): Refusal | undefined {
  const hashes = bids.map(({ commitHash }) => commitHash)
  const commit = toBase64Url(closeCommitment(fromBase64Url(opened.salt), hashes))
  const root = toBase64Url(rootOf(hashes.map((commitHash) => leafHash(fromBase64Url(commitHash)))))
  if (
    commit === open.opening.close?.commit &&
    opened.count === String(bids.length) &&
    opened.root === root
  )
    return undefined
  return refuse(
    'commitment',
    ruleOf(open, 'opening'),
    'Count and root are not those that the close has committed to.',
    'Open the bids of the close.',
    '/payload/result',
  )
}

/**
 * That every bid that counts has its verdict, and each price read out is the one committed to
 * before the deadline.
 */
function checkBids(
  open: OpenState,
  { bids }: ResultDocument,
  counting: SealedBid[],
): Refusal | undefined {
  const no = (message: string): Refusal =>
    refuse('commitment', ruleOf(open, 'opening'), message, 'Open again.', '/payload/result')
  if (
    bids.map(({ commitHash }) => commitHash).join() !==
    counting.map(({ commitHash }) => commitHash).join()
  )
    return no('These are not the bids that count.')
  for (const [i, bid] of bids.entries()) {
    if (bid.status === 'void') continue
    const commit = sha256(fromBase64Url(bid.salt), encodeCanonical(bid.public))
    if (!equalBytes(commit, fromBase64Url(counting[i]?.publicCommit ?? '')))
      return no(`The price of ${bid.commitHash} is not the one committed to.`)
  }
  return undefined
}

function openedBid(sealed: readonly SealedBid[], bid: ResultDocument['bids'][number]): OpenedBid[] {
  const { commitHash, status } = bid
  const found = sealed.find((one) => one.commitHash === commitHash)
  if (found === undefined) return []
  const { vendor, lot } = found
  if (bid.status === 'void') return [{ commitHash, vendor, lot, status, code: bid.code }]
  return [{ commitHash, vendor, lot, status, capsuleHash: bid.capsuleHash, price: bid.public }]
}

function releasedIds({ opening }: OpenState): string[] {
  return opening.releases.map(({ id }) => id).sort()
}

export const opening: StageRules = {
  acts: {
    'deadline.close': close,
    'opening.delayed': delayed,
    'opening.release': release,
    'bid.prove': prove,
    'opening.result': result,
  },
  due: ({ open }) => [...closeOwed(open), ...releasesOwed(open), ...resultOwed(open)],
}

function closeOwed({ stage, solicitation }: OpenState): Duty[] {
  if (stage !== 'open' || solicitation === undefined) return []
  const { deadlineBy, terms } = solicitation
  return [
    {
      key: `deadline.close/${ENVELOPE}/${deadlineBy}`,
      type: 'deadline.close',
      role: 'CK',
      subject: ENVELOPE,
      from: terms.bidsUntil,
      by: terms.bidsUntil,
      clock: 'legal',
      rule: ownRule('close'),
      otherwise: 'Bids cannot be opened. None that comes after the deadline counts.',
      cause: deadlineBy,
    },
  ]
}

function releasesOwed(open: OpenState): Duty[] {
  const { close: closed, releases, members, delayed: delay } = open.opening
  if (open.stage !== 'closed' || closed === undefined) return []
  const by = addMicroseconds(closed.real, PATIENCE)
  const duty = {
    from: closed.real,
    by,
    clock: 'real' as const,
    rule: ownRule('release'),
    otherwise:
      'The delay is put on record; after 24 hours the bids stay sealed and the procurement fails.',
    cause: closed.hash,
  }
  const named = members.filter(({ group, id }) => isNamed(openingKeyOf(open), group, id))
  const waiting = named.filter(({ id }) => !releases.some((one) => one.id === id))
  const owed: Duty[] = waiting.map(({ id, person }) => ({
    ...duty,
    key: `opening.release/${ENVELOPE}/${id}/${closed.hash}`,
    type: 'opening.release',
    role: 'OO',
    person,
    subject: id,
  }))
  if (delay !== undefined || isReleased(open)) return owed
  const payload = { envelope: ENVELOPE, released: releasedIds(open) }
  const key = `opening.delayed/${ENVELOPE}/${closed.hash}`
  return [
    ...owed,
    { ...duty, key, type: 'opening.delayed', role: 'CK', subject: ENVELOPE, from: by, payload },
  ]
}

function resultOwed(open: OpenState): Duty[] {
  const { close: closed, releases } = open.opening
  if (open.stage !== 'closed' || closed === undefined || !isReleased(open)) return []
  const from = releases.at(-1)?.real ?? closed.real
  return [
    {
      key: `opening.result/${ENVELOPE}/${closed.hash}`,
      type: 'opening.result',
      role: 'CK',
      subject: ENVELOPE,
      from,
      by: from,
      clock: 'real',
      rule: ownRule('opening'),
      otherwise: 'The bids stay sealed.',
      cause: closed.hash,
    },
  ]
}
