/**
 * The people of the demonstration and their keys, `people/<id>.json` in the state folder: names and roles are the cast of
 * the example GL-26-014. A file holds a secret key; it is readable by its owner only and never travels.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { fromBase64Url, signingKey, toBase64Url } from '../ledger/index.ts'
import type { Signatory } from './client.ts'
import { CliError } from './exit.ts'
import { readState, writeState } from './home.ts'

export interface Official {
  person: string
  name: string
  /** For people: what they are here. */
  title: string
  unit: string
  roles: readonly string[]
}

export interface Vendor {
  vendor: string
  person: string
  name: string
  /** Who signs for it. */
  contact: string
  place: string
  identifier: { scheme: string; id: string }
  account: { number: string }
  member: string
}

export interface Holder {
  person: string
  name: string
  org: string
}

export const org = {
  org: 'granite-lakes',
  name: 'Bureau of Parks, Granite Lakes',
  identifier: { scheme: 'XX-DEMO', id: 'granite-lakes' },
  units: [
    { unit: 'parks', name: 'Bureau of Parks' },
    { unit: 'treasury', name: 'Treasury' },
    { unit: 'audit', name: 'Audit office' },
  ],
  zone: 'America/Denver',
  calendar: 'us-federal',
  live: false,
} as const

export const officials = {
  rosa: {
    person: 'p-rosa',
    name: 'Rosa Delgado',
    title: 'requester, acceptor',
    unit: 'parks',
    roles: ['RQ', 'AC'],
  },
  sam: {
    person: 'p-sam',
    name: 'Sam Okoro',
    title: 'budget, approver, pay officer, key holder',
    unit: 'parks',
    roles: ['BU', 'AP', 'PO', 'OO'],
  },
  dana: {
    person: 'p-dana',
    name: 'Dana Whitlock',
    title: 'contracting officer',
    unit: 'parks',
    roles: ['CO'],
  },
  priya: {
    person: 'p-priya',
    name: 'Priya Raman',
    title: 'treasury',
    unit: 'treasury',
    roles: ['TR'],
  },
  ines: {
    person: 'p-ines',
    name: 'Ines Castellan',
    title: 'auditor',
    unit: 'audit',
    roles: ['AU'],
  },
  noor: {
    person: 'p-noor',
    name: 'Noor Haddad',
    title: 'registrar',
    unit: 'audit',
    roles: ['RG'],
  },
} as const satisfies Record<string, Official>

/** The first registrar, named by the founding statement. */
export const registrar = { person: 'p-reg', name: 'Registrar of Granite Lakes' } as const

export const holders = {
  inspector: {
    person: 'h-inspector',
    name: "Inspector General's office",
    org: 'inspector-general',
  },
  cascade: { person: 'h-cascade', name: 'Cascade Records Trust', org: 'cascade-trust' },
} as const satisfies Record<string, Holder>

export const vendors = {
  ironwood: {
    vendor: 'v-ironwood',
    person: 'p-ironwood',
    name: 'Ironwood Mobile Supply, Inc.',
    contact: 'Theo Barnes',
    place: 'Copper Bend, Montana',
    identifier: { scheme: 'XX-DEMO', id: 'ironwood' },
    account: { number: '7700418830' },
    member: '092900383',
  },
  northfork: {
    vendor: 'v-northfork',
    person: 'p-northfork',
    name: 'Northfork Field Systems LLC',
    contact: 'Maya Lindgren',
    place: 'Pine Hollow, Montana',
    identifier: { scheme: 'XX-DEMO', id: 'northfork' },
    account: { number: '5500124471' },
    member: '092905278',
  },
  pinyon: {
    vendor: 'v-pinyon',
    person: 'p-pinyon',
    name: 'Pinyon Data & Radio Co.',
    contact: 'June Albers',
    place: 'Alder Falls, Montana',
    identifier: { scheme: 'XX-DEMO', id: 'pinyon' },
    account: { number: '8800770092' },
    member: '092901337',
  },
} as const satisfies Record<string, Vendor>

const personSchema = z.object({ person: z.string(), kid: z.string(), seed: z.string() })

/** The person with its key, from its file. Throws CliError where there is none. */
export async function knownSignatory(home: string, person: string): Promise<Signatory> {
  const known = await fromFile(home, person)
  if (known === undefined) throw new CliError(`There is no key of ${person} in ${home}/people.`, 2)
  return known
}

async function fromFile(home: string, person: string): Promise<Signatory | undefined> {
  const known = await readState(pathOf(home, person), personSchema)
  return known && { person, key: signingKey(fromBase64Url(known.seed)) }
}

const pathOf = (home: string, person: string): string => join(home, 'people', `${person}.json`)

/** The person with its key, from its file; the key is made where there is none. */
export async function signatory(home: string, person: string): Promise<Signatory> {
  const known = await fromFile(home, person)
  if (known !== undefined) return known
  const seed = randomBytes(32)
  const key = signingKey(seed)
  await writeState(pathOf(home, person), {
    person,
    kid: key.kid,
    pub: toBase64Url(key.pub),
    seed: toBase64Url(seed),
  })
  return { person, key }
}
