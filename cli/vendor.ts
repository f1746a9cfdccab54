/**
 * A vendor over HTTP: registers with the key it enrols, and seals and sends a bid. Plaintext never leaves this process
 * before the opening.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { commit, encodeCanonical, toBase64, toBase64Url, type JsonObject } from '../ledger/index.ts'
import { ONLY_LOT } from '../procurement/index.ts'
import { sealBid, type Answer, type BidFile, type Price } from '../sealing/index.ts'
import { ClientError, type Client, type Signatory } from './client.ts'
import { termsOf, type ProcurementFile } from './file.ts'
import { proofOfPossession } from './founding.ts'
import type { Pins } from './home.ts'
import type { Vendor } from './people.ts'

/** A document that is cited before it can be uploaded: the session needs the key that the statement enrols. */
interface Cited {
  commit: string
  upload: (client: Client, as: Signatory) => Promise<void>
}

/** Registers the vendor unless it is registered, and lets a registrar confirm it. */
export async function registerVendor(
  client: Client,
  pins: Pins,
  { vendor, who, registrar }: { vendor: Vendor; who: Signatory; registrar: Signatory },
): Promise<void> {
  const row = await vendorRow(client, vendor.vendor)
  if (row === undefined) await register(client, pins, vendor, who)
  if (row?.confirmed === true) return
  const checks = [{ kind: 'identity', source: 'business register', result: 'confirmed' }]
  const payload = {
    vendor: vendor.vendor,
    checks: checks.map((check) => ({ ...check, date: new Date().toISOString().slice(0, 10) })),
  }
  await client.act(registrar, { t: 'vendor.confirm', role: 'RG', payload })
}

async function register(client: Client, pins: Pins, vendor: Vendor, who: Signatory): Promise<void> {
  const { name, place, contact, account, member } = vendor
  const profile = cite({ name, place, contact }, 'public')
  const payTo = cite({ name, account, bank: { system: 'USABA', member } }, 'file')
  const payload = {
    vendor: vendor.vendor,
    person: who.person,
    kid: who.key.kid,
    pub: toBase64Url(who.key.pub),
    pop: proofOfPossession(pins, who),
    identifier: { ...vendor.identifier },
    profile: profile.commit,
    payTo: payTo.commit,
  }
  await client.act(who, { t: 'vendor.register', role: 'VE', payload })
  await profile.upload(client, who)
  await payTo.upload(client, who)
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
  try {
    return (await client.get(`/api/register/vendor/${id}`, rowSchema)).value
  } catch (error) {
    if (error instanceof ClientError && error.status === 404) return undefined
    throw error
  }
}

function cite(document: JsonObject, reader: 'public' | 'file'): Cited {
  const bytes = encodeCanonical(document)
  const salt = randomBytes(32)
  const media = 'application/json'
  return {
    commit: toBase64Url(commit(salt, bytes)),
    upload: async (client, as) => {
      const body = { salt: toBase64Url(salt), bytes: toBase64(bytes), media, reader }
      await client.post('/api/payloads', body, z.looseObject({}), as)
    },
  }
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
