/**
 * The register: who founded the log, which keys, people, agencies and vendors it knows, and who may do what (ledger
 * format, section 10). Its statements belong to no file.
 *
 * A key counts from the entry that enrolled it, or from the registrar's cosign, until the entry that revokes it; never by
 * a claimed time. Refuses everything before enough roots have signed `log.found`; keys whose holder did not prove
 * possession; registrars and auditors in any other role; vendors in offices.
 */
import { z } from 'zod'
import { registerAct, type RegisterAct, type RegisterChange, type RegisterView } from './act.ts'
import { isZone } from './calendar.ts'
import { exclusionActs } from './exclusions.ts'
import { plain } from './policies/plain.ts'
import { isKey, isPossessed } from './possession.ts'
import { ownRule, refuse, type Refusal } from './refusals.ts'
import {
  CLOCK,
  EVERY_ORG,
  keyRow,
  logRow,
  orgRow,
  personRow,
  rowKey,
  rows,
  SERVICE,
  vendorOf,
  vendorRow,
  warrantsOf,
  type KeyRow,
  type LogRow,
  type PersonRow,
  type VendorRow,
} from './register-rows.ts'
import {
  bytesSchema,
  cosignSchema,
  dateSchema,
  hashSchema,
  identifierSchema,
  idSchema,
  instantSchema,
  moneySchema,
  momentSchema,
  reasonSchema,
  titleSchema,
} from './schemas.ts'

const keySchema = { kid: hashSchema, pub: bytesSchema(32) }
const popSchema = bytesSchema(64)
const registered = ownRule('register')

/* The log */

const found = registerAct({
  row: '',
  roles: ['root'],
  register: true,
  schema: z.strictObject({
    publisher: z.strictObject({ name: titleSchema, uri: z.url().max(250) }),
    ocidPrefix: z.string().regex(/^ocds-[a-z0-9]{6}$/, 'must be an OCDS prefix'),
    roots: z.array(z.strictObject(keySchema)).min(1).max(15),
    threshold: z.int().min(1).max(15),
    services: z
      .array(
        z.strictObject({
          purpose: z.enum(['receipt', 'checkpoint', 'witness', 'worker']),
          ...keySchema,
        }),
      )
      .min(1)
      .max(16),
    registrars: z
      .array(z.strictObject({ person: idSchema, ...keySchema }))
      .min(1)
      .max(16),
    head: z
      .strictObject({ origin: z.string().min(1).max(250), size: z.int().min(1), root: hashSchema })
      .exactOptional(),
  }),
  ownKeys: ({ payload }) =>
    payload.roots.map((root, i) => ({ ...root, person: rootName(i), purpose: 'root' })),
  decide: ({ payload }, { register }) => {
    if (logRow(register) !== undefined)
      return refuse(
        'already-done',
        ownRule('founding'),
        'The log is founded already.',
        'Nothing: it is done once.',
      )
    return checkFounding(payload)
  },
  evolve: ({ statement, payload }, { hash }) => {
    const log: LogRow = {
      origin: statement.aud,
      hash,
      ...payload,
      signed: [statement.kid],
      founded: false,
    }
    const roots = payload.roots.map(({ kid, pub }, i): KeyRow =>
      activeKey(kid, pub, rootName(i), 'root'),
    )
    return { ...keyRows(roots), ...signedBy(log) }
  },
})

const foundCosign = registerAct({
  row: '',
  roles: ['root'],
  register: true,
  schema: cosignSchema,
  decide: ({ statement, payload }, { register }) => {
    const log = logRow(register)
    if (log === undefined || log.hash !== payload.of)
      return refuse(
        'nothing-pending',
        ownRule('founding'),
        'This log.found is not in the log.',
        'Sign entry 0.',
      )
    if (log.founded || log.signed.includes(statement.kid))
      return refuse(
        'already-done',
        ownRule('founding'),
        'This root has signed, or enough have.',
        'Nothing.',
      )
    return undefined
  },
  evolve: ({ statement }, { register }) => {
    // `decide` has seen the row.
    const log = logRow(register) as LogRow
    return signedBy({ ...log, signed: [...log.signed, statement.kid] })
  },
})

interface Founding {
  roots: { kid: string; pub: string }[]
  threshold: number
  services: { purpose: string; kid: string; pub: string }[]
  registrars: { person: string; kid: string; pub: string }[]
}

function checkFounding({ roots, threshold, services, registrars }: Founding): Refusal | undefined {
  const no = (message: string): Refusal =>
    refuse(
      'threshold',
      ownRule('founding'),
      message,
      'Correct the founding statement and sign it anew.',
      '/payload',
    )
  const keys = [...roots, ...services, ...registrars]
  if (threshold > roots.length) return no('The threshold is greater than the number of roots.')
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) return no('A key is named twice.')
  if (new Set(registrars.map(({ person }) => person)).size !== registrars.length)
    return no('A registrar is named twice.')
  if (keys.some(({ kid, pub }) => !isKey(kid, pub)))
    return no('A key is not admitted, or its id is another’s.')
  for (const purpose of ['receipt', 'checkpoint', 'worker'])
    if (!services.some((service) => service.purpose === purpose))
      return no(`There is no ${purpose} key.`)
  return undefined
}

/** The log row, and with the last signature that is needed everything that the founding makes known. */
function signedBy(log: LogRow): RegisterChange {
  if (log.signed.length < log.threshold) return rows({ [rowKey.log]: log })
  const worker = log.services.filter(({ purpose }) => purpose === 'worker').map(({ kid }) => kid)
  const clock: PersonRow = {
    person: CLOCK,
    kind: 'service',
    roles: [{ role: 'CK', org: EVERY_ORG }],
    keys: worker,
  }
  const registrars = log.registrars.map(({ person, kid }): PersonRow => ({
    person,
    kind: 'official',
    org: EVERY_ORG,
    roles: [{ role: 'RG', org: EVERY_ORG }],
    keys: [kid],
  }))
  const services = log.services.map(({ purpose, kid, pub }) =>
    activeKey(kid, pub, purpose === 'worker' ? CLOCK : SERVICE, purpose),
  )
  const first = log.registrars.map(({ person, kid, pub }) =>
    activeKey(kid, pub, person, 'identity-sign'),
  )
  return {
    ...rows({ [rowKey.log]: { ...log, founded: true } }),
    ...keyRows([...services, ...first]),
    ...personRows([clock, ...registrars]),
  }
}

/** Actor of the statements of the root at position `i`, from 0. */
export function rootName(i: number): string {
  return `root-${i + 1}`
}

/* Agencies and people */

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
    person: idSchema,
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

/** Registrars and auditors hold nothing else, in the whole log; holders open; vendors hold no office. */
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

/* Keys */

const enrolSchema = z.strictObject({
  person: idSchema,
  ...keySchema,
  device: titleSchema,
  purpose: z.literal('identity-sign'),
  pop: popSchema,
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

/* Vendors */

const vendorRegister = registerAct({
  row: '',
  roles: ['VE'],
  register: true,
  anyRole: true,
  schema: z.strictObject({
    vendor: idSchema,
    person: idSchema,
    ...keySchema,
    pop: popSchema,
    identifier: identifierSchema,
    profile: hashSchema,
    payTo: hashSchema,
  }),
  ownKeys: ({ payload: { kid, pub, person } }) => [{ kid, pub, person, purpose: 'identity-sign' }],
  needs: (_file, { payload: { vendor, person, kid, identifier } }) => [
    rowKey.vendor(vendor),
    rowKey.person(person),
    rowKey.key(kid),
    rowKey.identifier(identifier),
  ],
  decide: ({ statement, payload }, { register }) => {
    const { vendor, person, kid, identifier } = payload
    if (statement.kid !== kid || statement.actor !== person)
      return refuse(
        'other-person',
        ownRule('key'),
        'A vendor registers with the key that it enrols.',
        'Sign with it.',
      )
    if (vendorRow(register, vendor) !== undefined) return enrolled(vendor, '/payload/vendor')
    if (personRow(register, person) !== undefined) return enrolled(person, '/payload/person')
    if (keyRow(register, kid) !== undefined) return enrolled(kid, '/payload/kid')
    if (register(rowKey.identifier(identifier)) !== undefined)
      return enrolled(`${identifier.scheme} ${identifier.id}`, '/payload/identifier')
    return isPossessed({ aud: statement.aud, ...payload }) ? undefined : notPossessed
  },
  evolve: ({ payload: { vendor, person, kid, pub, identifier, payTo } }) => {
    const row: VendorRow = { vendor, persons: [person], identifier, confirmed: false, payTo }
    const holder: PersonRow = {
      person,
      kind: 'vendor',
      vendor,
      roles: [{ role: 'VE', org: EVERY_ORG }],
      keys: [kid],
    }
    return {
      ...rows({ [rowKey.vendor(vendor)]: row }),
      ...personRows([holder]),
      ...keyRows([activeKey(kid, pub, person, 'identity-sign')]),
      [rowKey.identifier(identifier)]: vendor,
    }
  },
})

const vendorConfirm = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({
    vendor: idSchema,
    checks: z
      .array(
        z.strictObject({
          kind: titleSchema,
          source: titleSchema,
          date: dateSchema,
          result: titleSchema,
        }),
      )
      .min(1)
      .max(50),
  }),
  needs: (_file, { payload }) => [rowKey.vendor(payload.vendor)],
  decide: ({ payload: { vendor } }, { register }) => {
    const row = vendorRow(register, vendor)
    if (row === undefined) return unknownVendor(vendor)
    return row.confirmed ? enrolled(vendor, '/payload/vendor') : undefined
  },
  evolve: ({ payload: { vendor } }, { register }) =>
    changeVendor(register, vendor, (row) => ({ ...row, confirmed: true })),
})

const vendorBank = registerAct({
  row: '',
  roles: ['VE'],
  register: true,
  schema: z.strictObject({ vendor: idSchema, payTo: hashSchema }),
  needs: (_file, { payload }) => [rowKey.vendor(payload.vendor)],
  decide: ({ statement, payload: { vendor, payTo } }, { register }) => {
    const row = vendorRow(register, vendor)
    if (row === undefined) return unknownVendor(vendor)
    if (vendorOf(register, statement.actor)?.vendor !== vendor)
      return refuse(
        'other-person',
        registered,
        'Bank details are changed by the vendor itself.',
        'Sign for it.',
      )
    if (row.payTo === payTo && row.pendingPayTo === undefined)
      return refuse('already-done', registered, 'These are the details on record.', 'Nothing.')
    return undefined
  },
  evolve: ({ payload: { vendor, payTo } }, { register, hash }) => ({
    ...changeVendor(register, vendor, (row) => ({ ...row, pendingPayTo: { of: hash, payTo } })),
    ...rows({ [rowKey.bank(hash)]: { vendor } }),
  }),
})

const vendorBankConfirm = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({ of: hashSchema, contacted: z.literal('old'), date: dateSchema }),
  needs: (_file, { payload: { of } }, register) => {
    const vendor = vendorOfChange(register, of)
    return [rowKey.bank(of), ...(vendor === undefined ? [] : [rowKey.vendor(vendor)])]
  },
  decide: ({ payload: { of } }, { register }) => {
    const vendor = vendorRow(register, vendorOfChange(register, of) ?? '')
    if (vendor?.pendingPayTo?.of === of) return undefined
    return unknown(
      'nothing-pending',
      'This change of bank details does not wait for confirmation.',
      'Confirm the newest change of the vendor.',
      '/payload/of',
    )
  },
  evolve: ({ payload: { of } }, { register, legal }) =>
    changeVendor(register, vendorOfChange(register, of) ?? '', ({ pendingPayTo, ...row }) => ({
      ...row,
      payTo: pendingPayTo?.payTo ?? row.payTo,
      payToSince: legal,
    })),
})

function vendorOfChange(register: RegisterView, of: string): string | undefined {
  // Written by `vendor.bank`.
  return (register(rowKey.bank(of)) as { vendor: string } | undefined)?.vendor
}

/** Every statement type of the register. */
export const registerActs: Record<string, RegisterAct<never>> = {
  'log.found': found,
  'log.found.cosign': foundCosign,
  'org.enrol': orgEnrol,
  'person.enrol': personEnrol,
  'key.enrol': keyEnrol,
  'key.revoke': keyRevoke,
  'role.grant': roleGrant,
  'role.end': roleEnd,
  'warrant.grant': warrantGrant,
  'vendor.register': vendorRegister,
  'vendor.confirm': vendorConfirm,
  'vendor.bank': vendorBank,
  'vendor.bank.confirm': vendorBankConfirm,
  ...exclusionActs,
}

/* Rows */

function activeKey(kid: string, pub: string, person: string, purpose: KeyRow['purpose']): KeyRow {
  return { kid, pub, person, purpose, device: purpose, status: 'active' }
}

function keyRows(keys: readonly KeyRow[]): RegisterChange {
  return rows(Object.fromEntries(keys.map((key) => [rowKey.key(key.kid), key])))
}

function personRows(people: readonly PersonRow[]): RegisterChange {
  return rows(Object.fromEntries(people.map((person) => [rowKey.person(person.person), person])))
}

function changePerson(
  register: RegisterView,
  id: string,
  change: (row: PersonRow) => PersonRow,
): RegisterChange {
  // `decide` has seen the row.
  return personRows([change(personRow(register, id) as PersonRow)])
}

function changeVendor(
  register: RegisterView,
  id: string,
  change: (row: VendorRow) => VendorRow,
): RegisterChange {
  // `decide` has seen the row.
  return rows({ [rowKey.vendor(id)]: change(vendorRow(register, id) as VendorRow) })
}

/* Refusals */

const notPossessed = refuse(
  'possession',
  ownRule('possession'),
  'The proof of possession is not a signature of this key for this person and log.',
  'Make the proof again with the key that is enrolled.',
  '/payload/pop',
)

function enrolled(what: string, at: string): Refusal {
  return refuse(
    'already-enrolled',
    registered,
    `${what} is in the register already.`,
    'Use another id.',
    at,
  )
}

function unknown(code: Refusal['code'], message: string, next: string, at: string): Refusal {
  return refuse(code, registered, message, next, at)
}

function unknownPerson(id: string): Refusal {
  return unknown(
    'unknown-person',
    `${id} is not in the register.`,
    'Enrol the person first.',
    '/payload/person',
  )
}

function unknownVendor(id: string): Refusal {
  return unknown(
    'unknown-vendor',
    `${id} is no vendor of this log.`,
    'Register the vendor first.',
    '/payload/vendor',
  )
}

function checkCode(list: 'revoke' | 'role-end', code: string): Refusal | undefined {
  const codes = plain.reasons[list]
  if (codes.includes(code)) return undefined
  return refuse(
    'reason-code',
    ownRule('reasons'),
    `${code} is not a reason for this.`,
    `Choose one of: ${codes.join(', ')}.`,
    '/payload/reason/code',
  )
}
