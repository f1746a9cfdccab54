import { Facts } from '../components/facts/facts.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import { tame } from '../format.ts'
import { readText } from '../reading.ts'
import type { ActPage, ActView } from './page.ts'

/** A registrar says what was checked of a vendor: needed before an award, not before bidding. */
export const vendorConfirm: ActPage = {
  t: 'vendor.confirm',
  role: 'RG',
  title: () => 'Confirm a vendor',
  verb: 'Sign and confirm',
  follows: () => ['The vendor can win orders from now on.'],
  rows: (_file, _viewer, { vendor = '' }) => [`vendor/${vendor}`],
  names: ({ vendor = '' }) => [vendor],
  Fields,
}

function Fields({ view }: { view: ActView }) {
  const vendor = view.query['vendor'] ?? ''
  const row = view.row(`vendor/${vendor}`)
  if (row === undefined) return <p>The register has no such vendor.</p>
  return (
    <>
      <Facts
        facts={[
          { label: 'Vendor', value: tame(view.names.get(vendor) ?? vendor) },
          {
            label: 'Says it is',
            value: tame(
              `${readText(row, 'identifier.scheme') ?? ''} ${readText(row, 'identifier.id') ?? ''}`,
            ),
          },
        ]}
      />
      <Fixed path="vendor" value={vendor} />
      <Field path="checks.0.kind" kind="text" label="What was checked" value="identity" max={200} />
      <Field path="checks.0.source" kind="text" label="Where" value="business register" max={200} />
      <Field
        path="checks.0.date"
        kind="date"
        label="When"
        value={view.legalNow.slice(0, 10)}
        short
      />
      <Field path="checks.0.result" kind="text" label="Result" value="confirmed" max={200} />
    </>
  )
}
