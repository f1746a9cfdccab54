/**
 * Agencies, people, roles and warrants in the register.
 *
 * Refuses registrars and auditors in any other role, offices for people of vendors, and any role
 * but that of opening for key holders of other organisations.
 */
import { z } from 'zod'
import { registerAct } from './act.ts'
import { isZone } from './calendar.ts'
import { ownRule, refuse, type Refusal } from './refusals.ts'
import { checkCode, enrolled, unknown, unknownPerson } from './register-refusals.ts'
import {
  changePerson,
  EVERY_ORG,
  orgRow,
  personRow,
  personRows,
  rowKey,
  rows,
  vendorRow,
  warrantsOf,
  type PersonRow,
} from './register-rows.ts'
import {
  dateSchema,
  hashSchema,
  identifierSchema,
  idSchema,
  momentSchema,
  moneySchema,
  personSchema,
  reasonSchema,
  titleSchema,
} from './schemas.ts'

const orgEnrol = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({
    org: idSchema,
    name: titleSchema,
    identifier: identifierSchema,
    units: z.array(z.strictObject({ unit: idSchema, name: titleSchema })).max(500),
    zone: z.string().refine(isZone, 'must be a zone of the IANA database'),
    calendar: z.enum(['us-federal', 'eu', 'weekend']),
    live: z.boolean(),
  }),
  needs: (_file, { payload }) => [rowKey.org(payload.org)],
  decide: ({ payload }, { register }) =>
    orgRow(register, payload.org) && enrolled(payload.org, '/payload/org'),
  evolve: ({ payload }) => rows({ [rowKey.org(payload.org)]: payload }),
})

const personEnrol = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({
    person: personSchema,
    kind: z.enum(['official', 'holder', 'vendor']),
    org: idSchema,
    unit: idSchema.exactOptional(),
    profile: hashSchema,
  }),
  needs: (_file, { payload }) => [
    rowKey.person(payload.person),
    rowKey.org(payload.org),
    rowKey.vendor(payload.org),
  ],
  decide: ({ payload: { person, kind, org } }, { register }) => {
    if (personRow(register, person) !== undefined) return enrolled(person, '/payload/person')
    if (kind === 'official' && orgRow(register, org) === undefined)
      return unknown(
        'unknown-org',
        `${org} is no agency of this log.`,
        'Enrol the agency first.',
        '/payload/org',
      )
    if (kind === 'vendor' && vendorRow(register, org) === undefined)
      return unknown(
        'unknown-vendor',
        `${org} is no vendor of this log.`,
        'Register the vendor first.',
        '/payload/org',
      )
    return undefined
  },
  evolve: ({ payload: { person, kind, org, unit } }, { register }) => {
    const row: PersonRow = {
      person,
      kind,
      org,
      ...(unit === undefined ? {} : { unit }),
      roles: [],
      keys: [],
    }
    const vendor = kind === 'vendor' ? vendorRow(register, org) : undefined
    if (vendor === undefined) return personRows([row])
    const member: PersonRow = { ...row, vendor: org, roles: [{ role: 'VE', org: EVERY_ORG }] }
    return {
      ...personRows([member]),
      ...rows({ [rowKey.vendor(org)]: { ...vendor, persons: [...vendor.persons, person] } }),
    }
  },
})

const grantable = z.enum(['RQ', 'BU', 'CO', 'AP', 'OO', 'AC', 'PO', 'TR', 'AU', 'RG'])

const roleGrant = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({
    person: idSchema,
    role: grantable,
    org: idSchema,
    until: momentSchema.exactOptional(),
  }),
  needs: (_file, { payload }) => [rowKey.person(payload.person), rowKey.org(payload.org)],
  decide: ({ payload: { person: id, role, org } }, { register }) => {
    const person = personRow(register, id)
    if (person === undefined) return unknownPerson(id)
    if (orgRow(register, org) === undefined)
      return unknown(
        'unknown-org',
        `${org} is no agency of this log.`,
        'Enrol the agency first.',
        '/payload/org',
      )
    if (person.roles.some((held) => held.role === role && held.org === org))
      return enrolled(role, '/payload/role')
    return checkGrant(person, role)
  },
  evolve: ({ payload: { person, ...role } }, { register }) =>
    changePerson(register, person, (row) => ({ ...row, roles: [...row.roles, role] })),
})

/**
 * Registrars and auditors hold nothing else, in the whole log; holders open; vendors hold no
 * office.
 */
function checkGrant(person: PersonRow, role: z.infer<typeof grantable>): Refusal | undefined {
  const apart = (message: string): Refusal =>
    refuse(
      'separation',
      ownRule('separation'),
      message,
      'Give the role to another person, or end the other role first.',
      '/payload/role',
    )
  const isAlone = (one: string): boolean => one === 'RG' || one === 'AU'
  const other = person.roles.find(
    (held) => held.role !== role && (isAlone(held.role) || isAlone(role)),
  )
  if (other !== undefined)
    return apart(`${person.person} is ${other.role}: nobody is that and ${role} too.`)
  if (person.kind === 'vendor')
    return apart(`${person.person} acts for a vendor and holds no office.`)
  if (person.kind === 'service') return apart(`${person.person} is a service and holds no office.`)
  if (person.kind === 'holder' && role !== 'OO')
    return apart(`${person.person} is a key holder only.`)
  return undefined
}

const roleEnd = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({
    person: idSchema,
    role: grantable,
    org: idSchema,
    reason: reasonSchema,
  }),
  needs: (_file, { payload }) => [rowKey.person(payload.person)],
  decide: ({ payload: { person: id, role, org, reason } }, { register }) => {
    const person = personRow(register, id)
    if (person === undefined) return unknownPerson(id)
    if (!person.roles.some((held) => held.role === role && held.org === org))
      return unknown(
        'unknown-reference',
        `${id} does not hold ${role}.`,
        'Nothing to end.',
        '/payload/role',
      )
    return checkCode('role-end', reason.code)
  },
  evolve: ({ payload: { person, role, org } }, { register }) =>
    changePerson(register, person, (row) => ({
      ...row,
      roles: row.roles.filter((held) => held.role !== role || held.org !== org),
    })),
})

const warrantGrant = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z
    .strictObject({
      person: idSchema,
      limit: moneySchema,
      from: dateSchema,
      to: dateSchema,
      authority: titleSchema,
    })
    .refine(({ from, to }) => from <= to, { message: 'must not be before from', path: ['to'] }),
  needs: (_file, { payload }) => [rowKey.person(payload.person), rowKey.warrant(payload.person)],
  decide: ({ payload: { person } }, { register }) =>
    personRow(register, person) === undefined ? unknownPerson(person) : undefined,
  evolve: ({ payload: { person, ...warrant } }, { register }) =>
    rows({ [rowKey.warrant(person)]: [...warrantsOf(register, person), warrant] }),
})

export const peopleActs = {
  'org.enrol': orgEnrol,
  'person.enrol': personEnrol,
  'role.grant': roleGrant,
  'role.end': roleEnd,
  'warrant.grant': warrantGrant,
}
