/**
 * The payloads of statements that the signer reads, as far as it reads them. What the door lets in has these forms; should
 * it ever not, the statement counts for nothing here, so that nobody can hold up an opening by a malformed one.
 */
import { z } from 'zod'
import { isHashText } from '../ledger/index.ts'

const hash = z.string().refine(isHashText)

/** `opening.release`. */
export const releaseSchema = z.looseObject({
  envelope: z.string(),
  group: z.string(),
  id: z.string(),
  to: z.array(z.looseObject({ kid: z.string(), enc: z.string(), ctHash: hash })),
})
export type ReleasePayload = z.infer<typeof releaseSchema>

/** `bid.prove`. */
export const proofSchema = z.looseObject({
  commitHash: hash,
  shares: z.record(z.string(), z.array(z.looseObject({ id: z.string(), share: z.string() }))),
})
export type ProofPayload = z.infer<typeof proofSchema>

/** `opening.result`. */
export const resultSchema = z.looseObject({
  envelope: z.string(),
  released: z.array(z.string()),
  result: z.looseObject({ size: z.int(), commit: hash }),
})

/** `deadline.close` and `opening.recipient`. */
export const closeSchema = z.looseObject({ envelope: z.string(), commit: hash })
export const recipientSchema = z.looseObject({ envelope: z.string(), kid: hash, pub: z.string() })

/** `opening.reveal`. */
export const revealSchema = z.looseObject({
  index: z.int().min(0),
  blind: hash,
  revealed: z.unknown(),
})
