/**
 * The forms that payloads are made of, as zod schemas; conventions of the statement catalogue.
 *
 * Everything is strict: an unknown member is a problem, an absent one is omitted, nothing is null,
 * no text is empty.
 */
import { z } from 'zod'
import { isInstant } from '../ledger/index.ts'
import { isCurrency, isQuantity } from './money.ts'

/** Unseen, but changing what is seen: control characters, and marks that reorder the text around. */
const unseen = '\\p{Cc}\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069'
const linePattern = new RegExp(`^[^${unseen}\\u2028\\u2029]*$`, 'u')
const textPattern = new RegExp(`^(?:[^${unseen}]|[\\n\\t])*$`, 'u')

/** What people read in one line: a name, a number. */
export const lineSchema = (max: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max)
    .regex(linePattern, 'must not hold control characters or marks that reorder text')

/** Text as it was signed: nothing is trimmed here, so it must come trimmed. */
const trimmed = (text: z.ZodString): z.ZodString =>
  text.regex(/^\S(?:[\s\S]*\S)?$/, 'must not begin or end with a space')

/** One line for people. */
export const titleSchema = trimmed(lineSchema(250))
/** Text for people, of several lines where need be; longer texts are documents. */
export const textSchema = trimmed(
  z
    .string()
    .min(1, 'must not be empty')
    .max(4000)
    .regex(textPattern, 'must not hold control characters or marks that reorder text'),
)
/**
 * Opaque ids of persons, vendors, lots, items, factors and the like. They become member names of
 * states, so no name that every object has (`constructor`, `toString`).
 */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'must be an id: letters, digits, . _ : -')
  .refine((id) => !(id in Object.prototype), 'is no id')
/** Ids of people; those of roots and services are taken. */
export const personSchema = idSchema.refine(
  (id) => !/^(?:root-\d+|clock|service)$/.test(id),
  'is the name of a service',
)
/** Open Contracting id of a procurement: the publisher's prefix and what the client minted. */
export const ocidSchema = z
  .string()
  .regex(/^ocds-[a-z0-9]{6}-[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be an ocid')
/** A code of a closed list of the pack: `no-bids`. */
export const codeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be a code in kebab-case')
  .max(64)
/** Identifier in a public scheme, as a tax or company number. */
export const identifierSchema = z.strictObject({
  scheme: lineSchema(64),
  id: lineSchema(128),
})

/** 32 bytes in base64url without padding: hashes, leaves, commitments, key ids. */
export const hashSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes in base64url')
/** `n` bytes in base64url without padding. */
export const bytesSchema = (n: number): z.ZodString =>
  z.string().regex(new RegExp(`^${base64UrlPattern(n)}$`), `must be ${n} bytes in base64url`)

/** Plain date where the law counts days, `YYYY-MM-DD`. */
export const dateSchema = z
  .string()
  .refine(
    (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isInstant(`${text}T00:00:00.000000Z`),
    'must be a date',
  )
/** Instant with six decimals, `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
export const instantSchema = z
  .string()
  .refine(isInstant, 'must be an instant as 2026-01-27T21:00:00.000000Z')
/** Either; a plain date stands for the whole day in the zone of the file. */
export const momentSchema = z.union([instantSchema, dateSchema])

const currencySchema = z.string().refine(isCurrency, 'must be a currency of ISO 4217')
/** Money, not negative. */
export const moneySchema = z.strictObject({
  amount: z.string().regex(/^(0|[1-9]\d{0,17})$/, 'must be whole minor units'),
  currency: currencySchema,
})
/** Money that may be negative: credit notes, differences. */
export const signedMoneySchema = z.strictObject({
  amount: z.string().regex(/^(0|-?[1-9]\d{0,17})$/, 'must be whole minor units'),
  currency: currencySchema,
})

/** Quantity, zero allowed. */
export const quantitySchema = z
  .string()
  .refine(isQuantity, 'must be a decimal of at most six places')
/** Quantity above zero. */
export const positiveQuantitySchema = quantitySchema.refine(
  (text) => /[1-9]/.test(text),
  'must be more than zero',
)

/** A document by salted commitment; `size` in bytes. */
export const docSchema = z.strictObject({
  name: lineSchema(255),
  media: z
    .string()
    .regex(/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/, 'must be a media type')
    .max(127),
  size: z.int().min(0).max(1_073_741_824),
  commit: hashSchema,
})

/** A reason: a code of the pack's closed list, a text for people. */
export const reasonSchema = z.strictObject({ code: codeSchema, text: textSchema })

/** A line of what is bought; unit codes by UN/ECE Recommendation 20. */
export const itemSchema = z.strictObject({
  id: idSchema,
  lot: idSchema,
  description: textSchema,
  classification: identifierSchema.exactOptional(),
  quantity: positiveQuantitySchema,
  unit: z.strictObject({
    name: lineSchema(64),
    code: z.string().regex(/^[A-Z0-9]{2,3}$/),
  }),
  estimate: moneySchema.exactOptional(),
})

/** Where and by when. */
export const deliverySchema = z.strictObject({ place: titleSchema, by: momentSchema })

/** A list that may also be a document, where it is long. */
export const listOrDoc = <T extends z.ZodType>(
  element: T,
): z.ZodUnion<[z.ZodArray<T>, typeof docSchema]> =>
  z.union([z.array(element).min(1).max(500), docSchema])

/** Statements answered by their hash. */
export const cosignSchema = z.strictObject({ of: hashSchema })

function base64UrlPattern(n: number): string {
  const whole = `[A-Za-z0-9_-]{${Math.floor(n / 3) * 4}}`
  // The last character of a rest of one or two bytes carries 2 or 4 bits: only canonical spellings
  // are accepted.
  if (n % 3 === 1) return `${whole}[A-Za-z0-9_-][AQgw]`
  if (n % 3 === 2) return `${whole}[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048]`
  return whole
}
