/**
 * Lists of those who may not be awarded to: who is on one, and the act that sets a list (FAR 9.405;
 * the exclusion sources of other laws). A new list replaces the source's old one as a whole: an
 * entry counts only while its list is the newest.
 */
import { z } from 'zod'
import { parseCanonical } from '../ledger/index.ts'
import { registerAct, type RegisterView } from './act.ts'
import { hiddenBy, ownRule, refuse } from './refusals.ts'
import {
  rowKey,
  rows,
  type ExcludedRow,
  type ExclusionsRow,
  type VendorRow,
} from './register-rows.ts'
import { dateSchema, docSchema, identifierSchema, idSchema, textSchema } from './schemas.ts'

const entrySchema = z.strictObject({
  identifier: identifierSchema,
  from: dateSchema,
  to: dateSchema.exactOptional(),
  cause: textSchema,
})
const entriesSchema = z.array(entrySchema).max(200_000)

const exclusionSet = registerAct({
  row: '',
  roles: ['RG'],
  register: true,
  schema: z.strictObject({
    source: idSchema,
    date: dateSchema,
    entries: z.union([z.array(entrySchema).max(500), docSchema]),
  }),
  documents: (_file, { payload: { entries } }) => (Array.isArray(entries) ? [] : [entries.commit]),
  needs: (_file, { payload: { source, entries } }) => [
    rowKey.exclusions(source),
    ...(Array.isArray(entries) ? entries : []).map(({ identifier }) => rowKey.excluded(identifier)),
  ],
  decide: ({ payload: { source, date, entries } }, { register, document }) => {
    const newest = register(rowKey.exclusions(source)) as ExclusionsRow | undefined // written below
    if (newest !== undefined && date < newest.date)
      return refuse(
        'too-late',
        ownRule('exclusions'),
        `The list of ${source} of ${newest.date} is newer than this one.`,
        'Set the newest list of the source.',
        '/payload/date',
      )
    if (!Array.isArray(entries) && document(entries.commit) === undefined)
      return hiddenBy(ownRule('documents'))
    if (readEntries(entries, document) !== undefined) return undefined
    return refuse(
      'payload-missing',
      ownRule('documents'),
      'The list in the document is not of the form.',
      'Upload the list as canonical JSON: [{identifier, from, to?, cause}].',
      '/payload/entries',
    )
  },
  evolve: ({ payload: { source, date, entries } }, { register, document, hash, index }) => {
    const known = readEntries(entries, document)
    const listed = known ?? []
    const written: Record<string, ExcludedRow[]> = {}
    for (const { identifier, ...entry } of listed) {
      const key = rowKey.excluded(identifier)
      written[key] ??= excludedRows(register, key).filter((row) => row.source !== source)
      written[key].push({ source, list: hash, ...entry })
    }
    const unseen = known === undefined ? { isUnseen: true as const } : {}
    const head: ExclusionsRow = { list: hash, index, date, count: listed.length, ...unseen }
    return rows({ ...written, [rowKey.exclusions(source)]: head })
  },
})

export const exclusionActs = { 'exclusion.set': exclusionSet }

/** Register keys by which a vendor's exclusions are found; for `needs`. */
export function exclusionKeys(register: RegisterView, vendor: VendorRow): string[] {
  const key = rowKey.excluded(vendor.identifier)
  return [key, ...excludedRows(register, key).map(({ source }) => rowKey.exclusions(source))]
}

/**
 * The entries of current lists that exclude a vendor on a day, a plain date. Empty: it may be
 * awarded to.
 */
export function exclusionsOf(
  register: RegisterView,
  vendor: VendorRow,
  day: string,
): ExcludedRow[] {
  return excludedRows(register, rowKey.excluded(vendor.identifier)).filter(
    ({ source, list, from, to }) =>
      from <= day &&
      (to === undefined || day <= to) &&
      (register(rowKey.exclusions(source)) as ExclusionsRow | undefined)?.list === list, // written above
  )
}

function excludedRows(register: RegisterView, key: string): ExcludedRow[] {
  return (register(key) as ExcludedRow[] | undefined) ?? [] // written above
}

type Entries = z.infer<typeof entriesSchema>

function readEntries(
  entries: Entries | z.infer<typeof docSchema>,
  document: (commit: string) => Uint8Array | undefined,
): Entries | undefined {
  if (Array.isArray(entries)) return entries
  const bytes = document(entries.commit)
  if (bytes === undefined) return undefined
  try {
    return entriesSchema.parse(parseCanonical(bytes))
  } catch {
    // The list is somebody's document: of another form it is refused, not a fault.
    return undefined
  }
}
