/**
 * Key holders, the close and the opening (rows P3, P7, P9, B5; security reference 4).
 *
 * A holder joins with a key made for this tender and shows that it opens; at the deadline the clock commits to count and
 * root of the bids; holders release; with k of n the bids are opened, all at once. Refuses a close before the deadline is
 * over, a release before the close, and a result that is not that of the bids that count.
 */
import { z } from 'zod'
import {
  concatBytes,
  encodeCanonical,
  equalBytes,
  fromBase64Url,
  gateKey,
  leafHash,
  parseCanonical,
  parseEnvelope,
  rootOf,
  sha256,
  toBase64Url,
  u64be,
  utf8,
  verifySignature,
} from '../ledger/index.ts'
import {
  act,
  refuse,
  type Acting,
  type Context,
  type Duty,
  type Refusal,
  type StageRules,
} from './act.ts'
import { countingBids } from './bidding.ts'
import { approvedMethod, ruleOf } from './methods.ts'
import { ownRule } from './refusals.ts'
import { logRow, personRow, rowKey, rows, vendorKeys, vendorOf } from './register-rows.ts'
import { bytesSchema, docSchema, hashSchema, idSchema, moneySchema } from './schemas.ts'
import { isReleased } from './solicitation.ts'
import type { FileState, OpenedBid, OpeningKey, OpenState, SealedBid, Stage } from './state.ts'
import { ENVELOPE, pointSchema } from './terms.ts'
import { addMicroseconds, MINUTE } from './training.ts'

const envelopeSchema = z.literal(ENVELOPE)
/** Holders have so long before the delay is put on record. */
const PATIENCE = 60n * MINUTE

/* Before publication */

const recipient = act({
  row: 'P3',
  roles: ['CK'],
  stages: ['approved'],
  schema: z.strictObject({ envelope: envelopeSchema, kid: hashSchema, pub: pointSchema }),
  // The key is the signer's own: the record can only take note of it.
  decide: () => undefined,
  evolve: ({ open }, { payload }) => {
    open.opening.recipients.push(payload)
    return undefined
  },
})

const memberSchema = z.strictObject({
  envelope: envelopeSchema,
  group: idSchema,
  id: idSchema,
  org: idSchema,
  pub: pointSchema,
  pop: z.strictObject({ challenge: hashSchema, opened: hashSchema, sig: bytesSchema(64) }),
})

const member = act({
  row: 'P3',
  roles: ['OO'],
  stages: ['approved'],
  schema: memberSchema,
  needs: (_file, { payload }) => [rowKey.opening(payload.pub)],
  decide: ({ open }, acting, { register }) => {
    const { statement, payload } = acting
    const rule = ruleOf(open, 'opening-key')
    const { members } = open.opening
    if (payload.group !== approvedMethod(open).holders.group)
      return refuse(
        'opening-key',
        rule,
        `The method has no group ${payload.group}.`,
        'Join its group.',
        '/payload/group',
      )
    if (members.some(({ person, id }) => person === statement.actor || id === payload.id))
      return refuse(
        'already-done',
        rule,
        'This person or id has joined already.',
        'One membership each.',
        '/payload/id',
      )
    if (personRow(register, statement.actor)?.org !== payload.org)
      return refuse(
        'unknown-org',
        rule,
        'The holder is of another organisation.',
        'Say your own.',
        '/payload/org',
      )
    if (register(rowKey.opening(payload.pub)) !== undefined)
      return refuse(
        'opening-key',
        rule,
        'This key was used before.',
        'Make a key for this tender.',
        '/payload/pub',
      )
    return checkPong(open, acting, register)
  },
  evolve: ({ open }, { statement, payload: { envelope, group, id, org, pub } }) => {
    open.opening.members.push({ envelope, group, id, org, pub, person: statement.actor })
    return rows({ [rowKey.opening(pub)]: { tender: open.ocid, envelope, id } })
  },
})

/** What the receipt key signs when a holder has answered a ping: which key opened which challenge, where. */
export function pongMessage(of: {
  aud: string
  tender: string
  envelope: string
  id: string
  pub: string
  challenge: string
  opened: string
}): Uint8Array {
  const { aud, tender, envelope, id, pub, challenge, opened } = of
  return utf8(['tenderbook/pong/v1', aud, tender, envelope, id, pub, challenge, opened].join('\0'))
}

function checkPong(
  open: OpenState,
  { statement: { aud }, payload: { envelope, id, pub, pop } }: Acting<z.infer<typeof memberSchema>>,
  register: Context['register'],
): Refusal | undefined {
  const { sig, ...answer } = pop
  const message = pongMessage({ aud, tender: open.ocid, envelope, id, pub, ...answer })
  const keys = logRow(register)?.services.filter(({ purpose }) => purpose === 'receipt') ?? []
  // Service keys passed the gate when the log was founded.
  if (
    keys.some((key) =>
      verifySignature(gateKey(fromBase64Url(key.pub)), message, fromBase64Url(sig)),
    )
  )
    return undefined
  return refuse(
    'possession',
    ruleOf(open, 'opening-key'),
    'The proof that this key opens is not signed by the log for this tender, holder and key.',
    'Ask for a ping and answer it with the new key.',
    '/payload/pop',
  )
}

const ping = act({
  row: 'P3',
  roles: ['OO'],
  stages: ['open'],
  schema: z.strictObject({
    envelope: envelopeSchema,
    group: idSchema,
    id: idSchema,
    challenge: hashSchema,
    opened: hashSchema,
  }),
  decide: ({ open }, { statement, payload }) =>
    isMember(open, statement.actor, payload) ? undefined : notMember(open),
  evolve: ({ open }, { payload: { envelope, group, id } }, { legal }) => {
    open.opening.pings.push({ envelope, group, id, legal })
    return undefined
  },
})

/* Close */

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

/* Release */

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
    if (sealed === undefined)
      return refuse('hidden', rule, 'The sealed part was not disclosed.', '')
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

/* Result */

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
        public: moneySchema,
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
    const opened = readResult(document(payload.result.commit))
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
        ? refuse('hidden', rule, 'The sealed part was not disclosed.', '')
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

/** That every bid that counts has its verdict, and each price read out is the one committed to before the deadline. */
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

/* Disclosure */

const revealSchema = z.strictObject({
  index: z.int().min(0),
  blind: bytesSchema(32),
  revealed: z.strictObject({
    payload: z.string().max(65_536),
    payloadType: z.string().max(128),
    signatures: z.array(z.strictObject({ keyid: hashSchema, sig: z.string().max(128) })).length(1),
  }),
})

/** Once opened, what the method discloses is shown even if the file is over before. */
const shownStages: readonly Stage[] = ['opened', 'contracted', 'complete', 'unsuccessful']

const reveal = act({
  row: 'P9',
  roles: ['CK'],
  stages: shownStages,
  schema: revealSchema,
  decide: (file, { payload }) => {
    const { open, sealed } = file
    const rule = ruleOf(open, 'disclosure')
    const commitHash = revealedHash(payload.revealed)
    if (commitHash === undefined || !disclosedBids(file).includes(commitHash))
      return refuse(
        'not-disclosed',
        rule,
        'The method does not disclose this now.',
        'Reveal what it discloses.',
      )
    if (open.opening.revealed.some((one) => one.commitHash === commitHash))
      return refuse('already-done', rule, 'This bid is revealed.', 'Nothing.')
    if (sealed === undefined)
      return refuse('hidden', rule, 'The sealed part was not disclosed.', '')
    // That blind and envelope are those of the entry is shown by its own bytes: every audit recomputes the blinded hash.
    if (sealed.bids.some((bid) => bid.commitHash === commitHash && bid.index === payload.index))
      return undefined
    return refuse(
      'commitment',
      rule,
      'This is not the entry of that bid.',
      'Reveal the entry of the bid.',
      '/payload/index',
    )
  },
  evolve: ({ open }, { payload }) => {
    const commitHash = revealedHash(payload.revealed)
    if (commitHash !== undefined) open.opening.revealed.push({ index: payload.index, commitHash })
    return undefined
  },
})

/** Statement hash of a revealed envelope; undefined where it is none. */
function revealedHash(envelope: z.infer<typeof revealSchema>['revealed']): string | undefined {
  try {
    return toBase64Url(parseEnvelope(encodeCanonical(envelope)).hash)
  } catch {
    // An envelope that does not parse reveals nothing.
    return undefined
  }
}

/** commitHashes that anyone may see now, by the method: all at the opening, all at the award, or the winners'. */
export function disclosedBids({ open, sealed }: FileState): string[] {
  if (open.opening.result === undefined) return []
  const { disclose } = approvedMethod(open)
  const opened = (sealed?.opened ?? []).map(({ commitHash }) => commitHash)
  if (disclose.opening === 'all') return opened
  if (open.award === undefined) return []
  return disclose.award === 'all'
    ? opened
    : [...new Set(open.award.lots.map(({ commitHash }) => commitHash))]
}

/* Members */

function openingKeyOf({ solicitation }: OpenState): OpeningKey | undefined {
  return solicitation?.terms.openingKey
}

function isMember(
  { opening }: OpenState,
  person: string,
  { envelope, group, id }: { envelope: string; group: string; id: string },
): boolean {
  return opening.members.some(
    (one) =>
      one.person === person && one.envelope === envelope && one.group === group && one.id === id,
  )
}

function isNamed(key: OpeningKey | undefined, group: string, id: string): boolean {
  return (
    key?.groups.some(
      ({ name, members }) => name === group && members.some((one) => one.id === id),
    ) ?? false
  )
}

function notMember(open: OpenState): Refusal {
  return refuse(
    'not-a-key-holder',
    ruleOf(open, 'release'),
    'The person does not hold this key of the tender.',
    'Let the key holder sign.',
    '/payload/id',
  )
}

function releasedIds({ opening }: OpenState): string[] {
  return opening.releases.map(({ id }) => id).sort()
}

/* Duties */

export const opening: StageRules = {
  acts: {
    'opening.recipient': recipient,
    'opening.member': member,
    'opener.ping': ping,
    'deadline.close': close,
    'opening.delayed': delayed,
    'opening.release': release,
    'bid.prove': prove,
    'opening.result': result,
    'opening.reveal': reveal,
  },
  due: (file) => [
    ...membersOwed(file.open),
    ...closeOwed(file.open),
    ...releasesOwed(file.open),
    ...resultOwed(file.open),
    ...revealsOwed(file),
  ],
}

function membersOwed(open: OpenState): Duty[] {
  if (open.stage !== 'approved' || open.approval === undefined) return []
  const { hash, legal } = open.approval
  const { recipients, members } = open.opening
  const duty = {
    subject: ENVELOPE,
    from: legal,
    clock: 'legal' as const,
    rule: ownRule('opening-key'),
    otherwise: 'The request cannot be published.',
    cause: hash,
  }
  const owed: Duty[] = []
  if (recipients.length === 0)
    owed.push({
      ...duty,
      key: `opening.recipient/${ENVELOPE}/${hash}`,
      type: 'opening.recipient',
      role: 'CK',
      by: legal,
    })
  if (members.length < approvedMethod(open).holders.n)
    owed.push({
      ...duty,
      key: `opening.member/${ENVELOPE}/${hash}`,
      type: 'opening.member',
      role: 'OO',
    })
  return owed
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

function revealsOwed(file: FileState): Duty[] {
  const { open, sealed } = file
  const { result: opened, revealed } = open.opening
  if (opened === undefined || !shownStages.includes(open.stage)) return []
  const isAtOpening = approvedMethod(open).disclose.opening === 'all'
  const since = isAtOpening || open.award === undefined ? opened : open.award
  const disclosed = disclosedBids(file)
  const waiting = (sealed?.bids ?? []).filter(
    ({ commitHash }) =>
      disclosed.includes(commitHash) && !revealed.some((one) => one.commitHash === commitHash),
  )
  return waiting.map(({ commitHash, index }) => ({
    key: `opening.reveal/${commitHash}`,
    type: 'opening.reveal',
    role: 'CK',
    subject: String(index),
    from: since.legal,
    by: since.legal,
    clock: 'legal',
    rule: ownRule('disclosure'),
    otherwise: 'What the method discloses stays hidden.',
    cause: since.hash,
  }))
}
