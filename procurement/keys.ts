/**
 * Keys of people: enrolment and revocation (ledger format, section 10).
 *
 * A key counts from the entry that enrolled it, or from the registrar's cosign where no older key
 * of the same person signed for it, until the entry that revokes it; never by a claimed time.
 * Refuses keys whose holder did not prove possession, and revocation by anyone but the holder or
 * two registrars.
 */
import { z } from 'zod'
import { registerAct } from './act.ts'
import { isPossessed } from './possession.ts'
import { ownRule, refuse } from './refusals.ts'
import { checkCode, enrolled, notPossessed, unknown, unknownPerson } from './register-refusals.ts'
import { changePerson, keyRow, keyRows, personRow, rowKey, type KeyRow } from './register-rows.ts'
import {
  bytesSchema,
  hashSchema,
  idSchema,
  instantSchema,
  reasonSchema,
  titleSchema,
} from './schemas.ts'

const enrolSchema = z.strictObject({
  person: idSchema,
  kid: hashSchema,
  pub: bytesSchema(32),
  device: titleSchema,
  purpose: z.literal('identity-sign'),
  pop: bytesSchema(64),
})

const keyEnrol = registerAct({
  row: '',
  roles: [],
  register: true,
  anyRole: true,
  schema: enrolSchema,
  ownKeys: ({ payload: { kid, pub, person } }) => [{ kid, pub, person, purpose: 'identity-sign' }],
  // Signed by an older key of the same person it needs nobody else.
  cosign: { roles: ['RG'], when: ({ statement, payload }) => statement.kid === payload.kid },
  needs: (_file, { payload }) => [rowKey.person(payload.person), rowKey.key(payload.kid)],
  decide: ({ statement, payload }, { register }) => {
    const { person, kid } = payload
    if (statement.actor !== person)
      return refuse(
        'other-person',
        ownRule('key'),
        'A key is enrolled by its own holder.',
        'Sign as that person.',
      )
    if (personRow(register, person) === undefined) return unknownPerson(person)
    if (keyRow(register, kid) !== undefined) return enrolled(kid, '/payload/kid')
    if (isPossessed({ aud: statement.aud, ...payload })) return undefined
    return notPossessed
  },
  evolve: ({ payload: { person, kid, pub, device, purpose } }, { register }) => ({
    ...keyRows([{ kid, pub, person, purpose, device, status: 'active' }]),
    ...changePerson(register, person, (row) => ({ ...row, keys: [...row.keys, kid] })),
  }),
})

const keyRevoke = registerAct({
  row: '',
  roles: [],
  register: true,
  anyRole: true,
  schema: z.strictObject({
    kid: hashSchema,
    reason: reasonSchema,
    compromisedSince: instantSchema.exactOptional(),
  }),
  // The holder alone, or two registrars.
  cosign: {
    roles: ['RG'],
    when: ({ statement, payload }, register) =>
      keyRow(register, payload.kid)?.person !== statement.actor,
  },
  needs: (_file, { payload }) => [rowKey.key(payload.kid)],
  decide: ({ statement, payload: { kid, reason } }, { register }) => {
    const key = keyRow(register, kid)
    if (key === undefined)
      return unknown(
        'unknown-key',
        'No such key is enrolled.',
        'Nothing to revoke.',
        '/payload/kid',
      )
    if (key.status === 'revoked')
      return refuse('already-done', ownRule('key'), 'The key is revoked already.', 'Nothing.')
    const isRegistrar =
      personRow(register, statement.actor)?.roles.some(({ role }) => role === 'RG') ?? false
    if (key.person !== statement.actor && !(isRegistrar && statement.role === 'RG'))
      return refuse(
        'other-person',
        ownRule('key'),
        'A key is revoked by its holder, or by two registrars.',
        'Ask the holder or a registrar.',
      )
    return checkCode('revoke', reason.code)
  },
  evolve: ({ payload: { kid, compromisedSince } }, { register }) => {
    // `decide` has seen the row.
    const key = keyRow(register, kid) as KeyRow
    const since = compromisedSince === undefined ? {} : { compromisedSince }
    return keyRows([{ ...key, status: 'revoked', ...since }])
  },
})

export const keyActs = { 'key.enrol': keyEnrol, 'key.revoke': keyRevoke }
