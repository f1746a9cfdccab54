/**
 * That the log was founded with this signer's keys. Who lost the keys and makes new ones would else begin afresh over an old
 * database, under a head file that knows nothing: there is no such way.
 */
import { z } from 'zod'
import { parseEntry } from '../ledger/index.ts'
import { SignerError, type Identity } from './contract.ts'
import type { RecordReader } from './record.ts'

const foundingSchema = z.looseObject({
  services: z.array(z.looseObject({ purpose: z.string(), kid: z.string() })),
})
const PURPOSES = ['receipt', 'checkpoint', 'worker'] as const

/** Throws SignerError `keys` where entry 0 names other service keys. An empty log waits to be founded. */
export async function assertFounded(record: RecordReader, identity: Identity): Promise<void> {
  const first = await record.entryAt(0)
  if (!first) return
  const { statement } = parseEntry(first.bytes).dsse ?? {}
  const { data } = foundingSchema.safeParse(statement?.payload)
  const isOurs = PURPOSES.every((purpose) =>
    data?.services.some((key) => key.purpose === purpose && key.kid === identity[purpose].kid),
  )
  if (!isOurs)
    throw new SignerError('keys', `the log ${identity.origin} was founded with other service keys`)
}
