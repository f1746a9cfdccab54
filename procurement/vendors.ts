/**
 * Vendors: they register themselves and may bid at once; a registrar confirms them before an award;
 * a change of bank details holds payments until it is confirmed over the old contact.
 */
import { z } from 'zod'
import { registerAct, type RegisterView } from './act.ts'
import { isPossessed } from './possession.ts'
import { ownRule, refuse } from './refusals.ts'
import { enrolled, notPossessed, registered, unknown, unknownVendor } from './register-refusals.ts'
import {
  activeKey,
  changeVendor,
  EVERY_ORG,
  keyRow,
  keyRows,
  personRow,
  personRows,
  rowKey,
  rows,
  vendorOf,
  vendorRow,
  type PersonRow,
  type VendorRow,
} from './register-rows.ts'
import {
  bytesSchema,
  dateSchema,
  hashSchema,
  identifierSchema,
  idSchema,
  personSchema,
  titleSchema,
} from './schemas.ts'

const vendorRegister = registerAct({
  row: '',
  roles: ['VE'],
  register: true,
  anyRole: true,
  schema: z.strictObject({
    vendor: idSchema,
    person: personSchema,
    kid: hashSchema,
    pub: bytesSchema(32),
    pop: bytesSchema(64),
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
  // Anybody can claim an identifier: it is the vendor's that is confirmed with it.
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
  needs: (_file, { payload: { vendor } }, register) => {
    const row = vendorRow(register, vendor)
    return [
      rowKey.vendor(vendor),
      ...(row === undefined ? [] : [rowKey.identifier(row.identifier)]),
    ]
  },
  decide: ({ payload: { vendor } }, { register }) => {
    const row = vendorRow(register, vendor)
    if (row === undefined) return unknownVendor(vendor)
    if (row.confirmed) return enrolled(vendor, '/payload/vendor')
    const holder = register(rowKey.identifier(row.identifier)) as string | undefined // written below
    if (holder === undefined || holder === vendor) return undefined
    return unknown(
      'already-enrolled',
      `${row.identifier.scheme} ${row.identifier.id} is confirmed as ${holder}’s.`,
      'Two vendors claim this identifier: check which of them it belongs to.',
      '/payload/vendor',
    )
  },
  evolve: ({ payload: { vendor } }, { register }) => ({
    ...changeVendor(register, vendor, (row) => ({ ...row, confirmed: true })),
    // `decide` has seen the row.
    [rowKey.identifier((vendorRow(register, vendor) as VendorRow).identifier)]: vendor,
  }),
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

export const vendorActs = {
  'vendor.register': vendorRegister,
  'vendor.confirm': vendorConfirm,
  'vendor.bank': vendorBank,
  'vendor.bank.confirm': vendorBankConfirm,
}
