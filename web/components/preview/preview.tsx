import type { JsonObject } from '../../../ledger/index.ts'
import { longInstant, tame } from '../../format.ts'
import { readList, readText } from '../../reading.ts'
import { Facts } from '../facts/facts.tsx'

export interface PreviewProps {
  /** What the form holds. */
  form: JsonObject
  zone: string
}

/** A request as the public will see it, from what the form holds now. */
export function Preview({ form, zone }: PreviewProps) {
  const factors = namesIn(form, 'factors', 'name')
  const requested = namesIn(form, 'requested', 'title')
  return (
    <section class="tb-preview" aria-label="As the public will see it">
      <p class="tb-preview__title">{tame(readText(form, 'title') ?? 'No title yet')}</p>
      <p>{tame(readText(form, 'description') ?? '')}</p>
      <Facts
        facts={[
          { label: 'Due', value: instantAt(form, 'bidsUntil', zone) },
          { label: 'Questions until', value: instantAt(form, 'questionsUntil', zone) },
          { label: 'We choose by', value: ['Price', ...factors].join(', then ') },
          { label: 'You send', value: ['One unit price a line', ...requested].join('; ') },
          { label: 'Deliver to', value: tame(readText(form, 'delivery.place') ?? '') },
          { label: 'We pay', value: `within ${readText(form, 'payment.days') ?? '…'} days` },
        ]}
      />
    </section>
  )
}

const namesIn = (form: JsonObject, list: string, name: string): string[] =>
  readList(form, list).flatMap((row) => {
    const said = readText(row, name)
    return said === undefined ? [] : [tame(said)]
  })

function instantAt(form: JsonObject, path: string, zone: string): string {
  const at = readText(form, path)
  return at === undefined || Number.isNaN(Date.parse(at)) ? 'Not set yet' : longInstant(at, zone)
}
