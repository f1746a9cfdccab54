/**
 * Founds the log of the demonstration over HTTP and enrols who works in it: the roots sign entry 0, the registrar enrols
 * the agency, the people, their keys, roles and the officer's warrant. Each step looks first whether it is done, so a
 * founding that was interrupted is simply done again.
 */
import { z } from 'zod'
import { encodeCanonical, toBase64Url, type JsonObject } from '../ledger/index.ts'
import { possessionMessage, rootName } from '../procurement/index.ts'
import type { Client, Recorded, Signatory } from './client.ts'
import type { Pins } from './home.ts'
import { holders, officials, org, registrar, signatory } from './people.ts'

const ROOTS = 3
const THRESHOLD = 2
/** Prefix of the ocids of this log; fictional, as the agency is. */
export const ocidPrefix = 'ocds-gr4n1t'

export interface FoundingOptions {
  home: string
  client: Client
  pins: Pins
  /** Public keys of the service, from the signer itself. */
  services: { purpose: string; kid: string; pub: string }[]
}

const rowSchema = z.looseObject({ value: z.unknown() })
const keySchema = z.looseObject({ status: z.string() })

/** Founds and enrols what is missing. Returns whether anything was. */
export async function found(options: FoundingOptions): Promise<boolean> {
  const { home, client } = options
  const head = await client.get('/api/log', z.looseObject({ size: z.int() }))
  if (head.size === 0) await foundLog(options)
  else await finishFounding(options)
  const rg = await signatory(home, registrar.person)
  const isComplete = await hasRow(client, 'warrant', officials.dana.person)
  if (isComplete) return head.size === 0
  await enrolAgency(options, rg)
  await enrolPeople(options, rg)
  await loadExclusions(options, rg)
  await grantWarrant(options, rg)
  return true
}

async function foundLog({ home, client, services }: FoundingOptions): Promise<void> {
  const roots = await rootKeys(home)
  const rg = await signatory(home, registrar.person)
  const payload = {
    publisher: { name: 'Granite Lakes (fictional)', uri: 'https://granite-lakes.example' },
    ocidPrefix,
    roots: roots.map(({ key }) => ({ kid: key.kid, pub: toBase64Url(key.pub) })),
    threshold: THRESHOLD,
    services,
    registrars: [{ person: rg.person, kid: rg.key.kid, pub: toBase64Url(rg.key.pub) }],
  }
  const [first, second] = roots
  if (first === undefined || second === undefined) throw new RangeError('a log has roots')
  const { hash } = await client.act(first, { t: 'log.found', role: 'root', payload })
  await cosignFounding(client, second, hash)
}

/** Entry 0 is there; the second root may have been interrupted. */
async function finishFounding({ home, client }: FoundingOptions): Promise<void> {
  if (await hasRow(client, 'person', registrar.person)) return
  const entry = await client.get('/api/entries/0', z.looseObject({ statementHash: z.string() }))
  const [, second] = await rootKeys(home)
  if (second !== undefined) await cosignFounding(client, second, entry.statementHash)
}

async function cosignFounding(client: Client, root: Signatory, of: string): Promise<void> {
  await client.act(root, { t: 'log.found.cosign', role: 'root', payload: { of } })
}

async function rootKeys(home: string): Promise<Signatory[]> {
  return await Promise.all(
    Array.from({ length: ROOTS }, (_, index) => signatory(home, rootName(index))),
  )
}

async function enrolAgency({ client }: FoundingOptions, rg: Signatory): Promise<void> {
  if (await hasRow(client, 'org', org.org)) return
  // A plain copy: the payload is JSON.
  const payload = { ...org, units: [...org.units] } as unknown as JsonObject
  await client.act(rg, { t: 'org.enrol', role: 'RG', payload })
}

async function enrolPeople(options: FoundingOptions, rg: Signatory): Promise<void> {
  for (const { person, name, unit, roles } of Object.values(officials))
    await enrolPerson(options, rg, { person, name, kind: 'official', org: org.org, unit, roles })
  for (const { person, name, org: of } of Object.values(holders))
    await enrolPerson(options, rg, { person, name, kind: 'holder', org: of, roles: ['OO'] })
}

interface Enrolment {
  person: string
  name: string
  kind: 'official' | 'holder'
  org: string
  unit?: string
  roles: readonly string[]
}

async function enrolPerson(
  { home, client, pins }: FoundingOptions,
  rg: Signatory,
  { person, name, kind, org: of, unit, roles }: Enrolment,
): Promise<void> {
  if (!(await hasRow(client, 'person', person))) {
    const profile = await uploadProfile(client, rg, name)
    const payload = { person, kind, org: of, profile, ...(unit === undefined ? {} : { unit }) }
    await client.act(rg, { t: 'person.enrol', role: 'RG', payload })
  }
  const who = await signatory(home, person)
  if (!(await isActive(client, who.key.kid))) await enrolKey(client, pins, who, rg)
  const row = await client.get(
    `/api/register/person/${person}`,
    z.looseObject({
      value: z.looseObject({ roles: z.array(z.looseObject({ role: z.string() })) }),
    }),
  )
  const held = new Set(row.value.roles.map(({ role }) => role))
  for (const role of roles.filter((each) => !held.has(each)))
    await client.act(rg, { t: 'role.grant', role: 'RG', payload: { person, role, org: org.org } })
}

/** The person signs with the new key, the registrar cosigns what came with a code over another channel. */
async function enrolKey(
  client: Client,
  pins: Pins,
  who: Signatory,
  rg: Signatory,
): Promise<Recorded> {
  const { person, key } = who
  const payload = {
    person,
    kid: key.kid,
    pub: toBase64Url(key.pub),
    device: 'demonstration',
    purpose: 'identity-sign',
    pop: proofOfPossession(pins, who),
  }
  const { hash } = await client.act(who, { t: 'key.enrol', role: roleOfKeyOwner, payload })
  return await client.act(rg, { t: 'key.enrol.cosign', role: 'RG', payload: { of: hash } })
}

/** `key.enrol` is signed in no office: any role of a person will do, and a new person has none yet. */
const roleOfKeyOwner = 'RQ'

export function proofOfPossession({ origin }: Pins, { person, key }: Signatory): string {
  return toBase64Url(key.sign(possessionMessage(origin, person, key.kid)))
}

/** Names of people and firms are documents beside the record, so that they can be erased. */
async function uploadProfile(client: Client, as: Signatory, name: string): Promise<string> {
  const bytes = encodeCanonical({ name })
  return await client.uploadDocument(as, { bytes, media: 'application/json', reader: 'public' })
}

/** The list that the rules check awards against; empty here. */
async function loadExclusions({ client }: FoundingOptions, rg: Signatory): Promise<void> {
  const payload = { source: 'sam', date: '2026-01-02', entries: [] }
  await client.act(rg, { t: 'exclusion.set', role: 'RG', payload })
}

async function grantWarrant({ client }: FoundingOptions, rg: Signatory): Promise<void> {
  const limits = [
    { amount: '15000000', currency: 'USD' },
    // Published processes of other countries are run again under the same officer.
    ...['AMD', 'COP', 'PYG', 'EUR'].map((currency) => ({ amount: '999999999999', currency })),
  ]
  for (const limit of limits.reverse()) {
    const payload = {
      person: officials.dana.person,
      limit,
      from: '2000-01-01',
      to: '2030-12-31',
      authority: 'Head of procurement, Granite Lakes',
    }
    await client.act(rg, { t: 'warrant.grant', role: 'RG', payload })
  }
}

async function hasRow(client: Client, kind: string, id: string): Promise<boolean> {
  return (await row(client, kind, id)) !== undefined
}

async function isActive(client: Client, kid: string): Promise<boolean> {
  return keySchema.safeParse(await row(client, 'key', kid)).data?.status === 'active'
}

/** A row of the register; undefined where there is none. */
async function row(client: Client, kind: string, id: string): Promise<unknown> {
  return (await client.find(`/api/register/${kind}/${id}`, rowSchema))?.value
}
