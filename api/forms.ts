/** Forms that several endpoints share, with the names they have in the OpenAPI document. */
import { z } from 'zod'
import type { AnswerForm } from './endpoint.ts'

/** 32 bytes in base64url without padding. */
export const hashForm = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'Must be 32 bytes in base64url without padding.')

/** Text that PostgreSQL can hold: everything but NUL. */
export const textForm = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/, 'Must not contain NUL.')

/** A name: not empty. */
export const nameForm = (max: number) => textForm(max).min(1)

export const ocidForm = nameForm(128)

/** A position in the log. */
export const indexForm = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,14})$/, 'Must be a whole number from 0.')
  .transform(Number)

/** How many rows a list gives: 1 to 500. */
export const limitForm = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/, 'Must be a whole number from 1 to 500.')
  .transform(Number)
  .refine((limit) => limit <= 500, 'Must be at most 500.')

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    rule: z.string(),
    cite: z.string(),
    next: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    refusal: z.record(z.string(), z.unknown()).optional(),
    traceId: z.string(),
  })
  .meta({ id: 'Problem' })

export const problemForm: AnswerForm = {
  description: 'No, with the code, the rule, where it stands and what to do next',
  media: 'application/problem+json',
  schema: problemSchema,
}

export const envelopeForm = z
  .object({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
  })
  .meta({ id: 'Envelope' })

export const receiptForm = z
  .object({
    receipt: envelopeForm,
    index: z.int(),
    hash: z.string(),
    again: z.boolean(),
  })
  .meta({ id: 'Recorded' })
