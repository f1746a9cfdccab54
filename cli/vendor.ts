/**
 * A vendor over HTTP: registers with the key it enrols, and seals and sends a bid. Plaintext never leaves this process
 * before the opening.
 */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  commit,
  encodeCanonical,
  fromBase64,
  fromBase64Url,
  toBase64,
  toBase64Url,
  type JsonObject,
} from '../ledger/index.ts'
import { ONLY_LOT } from '../procurement/index.ts'
import { sealBid, type Answer, type BidFile, type Price } from '../sealing/index.ts'
import type { Client, Signatory } from './client.ts'
import { termsOf, type ProcurementFile } from './file.ts'
import { proofOfPossession } from './founding.ts'
import { readState, writeState, type Pins } from './home.ts'
import type { Vendor } from './people.ts'

/**
 * Documents that a registration cites, kept until they are uploaded: uploading needs a session, and the session the key
 * that the registration enrols. `salt` in base64url, `bytes` in base64, as they are uploaded.
 */
const citedSchema = z.object({
  salt: z.string(),
  bytes: z.string(),
  media: z.string(),
  reader: z.enum(['public', 'file']),
})
const keptSchema = z.object({ profile: citedSchema, payTo: citedSchema })
type Cited = z.output<typeof citedSchema>
type Kept = z.output<typeof keptSchema>

export interface Registration {
  vendor: Vendor
  who: Signatory
  registrar: Signatory
  /** State folder: what is cited and not yet uploaded is kept in it. */
  home: string
}

/**
 * Registers the vendor unless it is registered, uploads what the registration cites, and lets a registrar confirm it.
 * Where it was interrupted, the next call goes on: what was kept is what was cited.
 */
export async function registerVendor(
  client: Client,
  pins: Pins,
  { vendor, who, registrar, home }: Registration,
): Promise<void> {
  const path = join(home, 'vendors', `${vendor.vendor}.json`)
  const row = await vendorRow(client, vendor.vendor)
  if (row === undefined) await register(client, pins, { vendor, who, path })
  await uploadKept(client, who, path)
  if (row?.confirmed === true) return
  const checks = [{ kind: 'identity', source: 'business register', result: 'confirmed' }]
  const payload = {
    vendor: vendor.vendor,
    checks: checks.map((check) => ({ ...check, date: new Date().toISOString().slice(0, 10) })),
  }
  await client.act(registrar, { t: 'vendor.confirm', role: 'RG', payload })
}

async function register(
  client: Client,
  pins: Pins,
  { vendor, who, path }: { vendor: Vendor; who: Signatory; path: string },
): Promise<void> {
  // An interrupted registration may have been sent: the next one cites the same.
  const kept = (await readState(path, keptSchema)) ?? documentsOf(vendor)
  await writeState(path, kept)
  const payload = {
    vendor: vendor.vendor,
    person: who.person,
    kid: who.key.kid,
    pub: toBase64Url(who.key.pub),
    pop: proofOfPossession(pins, who),
    identifier: { ...vendor.identifier },
    profile: commitmentOf(kept.profile),
    payTo: commitmentOf(kept.payTo),
  }
  await client.act(who, { t: 'vendor.register', role: 'VE', payload })
}

/** Uploads what was kept, if anything was; the same again changes nothing. */
async function uploadKept(client: Client, who: Signatory, path: string): Promise<void> {
  const kept = await readState(path, keptSchema)
  if (kept === undefined) return
  for (const document of [kept.profile, kept.payTo])
    await client.post('/api/payloads', document, z.looseObject({}), who)
  await rm(path)
}

/** Commitment of the vendor's bank details, as the register has it. */
export async function payToOf(client: Client, vendor: Vendor): Promise<string> {
  const row = await vendorRow(client, vendor.vendor)
  if (row === undefined) throw new RangeError(`${vendor.vendor} is not registered`)
  return row.payTo
}

const rowSchema = z.looseObject({
  value: z.looseObject({ confirmed: z.boolean(), payTo: z.string() }),
})

async function vendorRow(client: Client, id: string) {
  return (await client.find(`/api/register/vendor/${id}`, rowSchema))?.value
}

function documentsOf({ name, place, contact, account, member }: Vendor): Kept {
  return {
    profile: newDocument({ name, place, contact }, 'public'),
    payTo: newDocument({ name, account, bank: { system: 'USABA', member } }, 'file'),
  }
}

function newDocument(value: JsonObject, reader: Cited['reader']): Cited {
  const bytes = toBase64(encodeCanonical(value))
  return { salt: toBase64Url(randomBytes(32)), bytes, media: 'application/json', reader }
}

function commitmentOf({ salt, bytes }: Cited): string {
  return toBase64Url(commit(fromBase64Url(salt), fromBase64(bytes)))
}

export interface Offer {
  price: Price
  answers: Answer[]
  files: BidFile[]
  /** From 1; with `replaces` for a bid that replaces an earlier one. */
  seq: number
  replaces?: string
  /** Absent: the tender's only lot. */
  lot?: string
}

/** Seals an offer to the tender's key holders and uploads the ciphertexts; the payload of `bid.commit`. */
export async function sealOffer(
  client: Client,
  file: ProcurementFile,
  { vendor, who, offer, aud }: { vendor: Vendor; who: Signatory; offer: Offer; aud: string },
): Promise<JsonObject> {
  const terms = termsOf(file)
  const { tenderHead } = file.place
  if (terms === undefined || tenderHead === undefined)
    throw new RangeError(`${file.ocid} is not published`)
  const { price, answers, files, seq, replaces, lot = ONLY_LOT } = offer
  const { openingKey, capsuleLen, slots } = terms
  const sealed = await sealBid({
    subject: {
      aud,
      tender: file.ocid,
      tenderHead,
      lot,
      vendor: vendor.vendor,
      submitter: who.person,
      kid: who.key.kid,
      seq: String(seq),
      ...(replaces === undefined ? {} : { replaces }),
    },
    ...{ openingKey, capsuleLen, slots, price, answers, files },
  })
  const of = { tender: file.ocid, envelope: openingKey.envelope }
  for (const bytes of [sealed.capsule, ...sealed.blobs]) await client.uploadBlob(who, bytes, of)
  return sealed.payload
}
