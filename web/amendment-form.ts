/**
 * The form of an amendment: what differs from the terms as they are becomes a signed diff, each member with what it was
 * and what it will be. Pure: the same lines are the redline beside the form and the changes in the statement.
 */
import type { Json, JsonObject } from '../ledger/index.ts'
import { isMaterialPath, type Change, type SolicitationTerms } from '../procurement/index.ts'
import { read } from './reading.ts'

/** Members that the form changes, by their paths in the terms, and what they are called. */
export const amendable: readonly { path: string; label: string }[] = [
  { path: 'title', label: 'Title' },
  { path: 'description', label: 'What is bought' },
  { path: 'delivery.place', label: 'Deliver to' },
  { path: 'delivery.by', label: 'Needed by' },
  { path: 'questionsUntil', label: 'Questions until' },
  { path: 'validDays', label: 'Offers hold for so many days' },
  { path: 'payment.days', label: 'Payment within so many days' },
]

/** What is called so in the terms: "Deliver to" of `/delivery/place`, "What you send, 2" of `/requested/1/title`. */
export function nameOfPath(path: string): string {
  const dotted = path.slice(1).replaceAll('/', '.')
  const known = amendable.find((each) => each.path === dotted)
  if (known) return known.label
  const place = /^requested\.(\d+)\.title$/.exec(dotted)
  if (place) return `What vendors send, ${Number(place[1]) + 1}`
  return dotted === 'bidsUntil' ? 'Due' : dotted
}

/** The redline: every member of the form that is another than in the terms, as the record will say it. */
export function changesOf(form: JsonObject, terms: SolicitationTerms): Change[] {
  const paths = [
    ...amendable.map(({ path }) => path),
    ...terms.requested.map((_, i) => `requested.${i}.title`),
  ]
  return paths.flatMap((path): Change[] => {
    // Terms are made of Json members only.
    const from = read(terms as unknown as Json, path)
    const to = read(form, path)
    if (to === from || isSameMinute(from, to)) return []
    const pointer = `/${path.replaceAll('.', '/')}`
    return [
      {
        path: pointer,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      },
    ]
  })
}

/** A field shows an instant to the minute: what was not touched is not changed. */
const isSameMinute = (a: Json | undefined, b: Json | undefined): boolean =>
  typeof a === 'string' &&
  typeof b === 'string' &&
  /^\d{4}-\d{2}-\d{2}T/.test(a) &&
  a.slice(0, 16) === b.slice(0, 16)

/** The same with the deadline, which moves by a member of its own. */
export function redlineOf(form: JsonObject, terms: SolicitationTerms): Change[] {
  const to = movedTo(form, terms)
  const from = terms.bidsUntil
  return [
    ...changesOf(form, terms),
    ...(to === undefined ? [] : [{ path: '/bidsUntil', from, to }]),
  ]
}

function movedTo(form: JsonObject, { bidsUntil }: SolicitationTerms): Json | undefined {
  const to = read(form, 'bidsUntil')
  return isSameMinute(to, bidsUntil) ? undefined : to
}

/** The payload of `solicitation.amend` of what the form holds. */
export function amendmentOf(form: JsonObject, terms: SolicitationTerms): JsonObject {
  const changes = changesOf(form, terms)
  const bidsUntil = movedTo(form, terms)
  return {
    changes: changes as unknown as Json,
    material: read(form, 'material') === true || changes.some(({ path }) => isMaterialPath(path)),
    ...(bidsUntil === undefined ? {} : { bidsUntil }),
    reason: read(form, 'reason') ?? {},
  }
}
