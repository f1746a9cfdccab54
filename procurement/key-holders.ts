/**
 * Key holders (row P3; security reference 4.3): the recipient that the signer makes for a tender,
 * and the holders who join with a key made for it.
 *
 * Refuses a holder without a proof that its key opens, a key that was used before, two memberships
 * of one person.
 */
import { z } from 'zod'
import { fromBase64Url, gateKey, utf8, verifySignature } from '../ledger/index.ts'
import {
  act,
  refuse,
  type Acting,
  type Context,
  type Duty,
  type Refusal,
  type StageRules,
} from './act.ts'
import { approvedMethod, ruleOf } from './methods.ts'
import { ownRule } from './refusals.ts'
import { logRow, personRow, rowKey, rows } from './register-rows.ts'
import { bytesSchema, hashSchema, idSchema } from './schemas.ts'
import type { OpeningKey, OpenState } from './state.ts'
import { ENVELOPE, envelopeSchema, pointSchema } from './terms.ts'

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

/**
 * What the receipt key signs when a holder has answered a ping: which key opened which challenge,
 * where.
 */
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

export function openingKeyOf({ solicitation }: OpenState): OpeningKey | undefined {
  return solicitation?.terms.openingKey
}

export function isMember(
  { opening }: OpenState,
  person: string,
  { envelope, group, id }: { envelope: string; group: string; id: string },
): boolean {
  return opening.members.some(
    (one) =>
      one.person === person && one.envelope === envelope && one.group === group && one.id === id,
  )
}

export function isNamed(key: OpeningKey | undefined, group: string, id: string): boolean {
  return (
    key?.groups.some(
      ({ name, members }) => name === group && members.some((one) => one.id === id),
    ) ?? false
  )
}

export function notMember(open: OpenState): Refusal {
  return refuse(
    'not-a-key-holder',
    ruleOf(open, 'release'),
    'The person does not hold this key of the tender.',
    'Let the key holder sign.',
    '/payload/id',
  )
}

export const keyHolders: StageRules = {
  acts: { 'opening.recipient': recipient, 'opening.member': member },
  due: ({ open }) => membersOwed(open),
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
