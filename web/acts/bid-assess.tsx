import { packOf } from '../../procurement/index.ts'
import { Choice } from '../components/choice/choice.tsx'
import { Facts } from '../components/facts/facts.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import { Select } from '../components/select/select.tsx'
import { money, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { termsOf } from '../terms.ts'
import type { OpenedOffer, OpenedReading } from '../views/opened.ts'
import type { ActPage, ActView } from './page.ts'

/** B6: the officer's finding on one opened bid, and which of two sums counts. */
export const bidAssess: ActPage = {
  t: 'bid.assess',
  role: 'CO',
  title: ({ file, query }) =>
    query['code'] === undefined
      ? `Assess a ${termsOf(file?.method).bid}`
      : 'Decide which sum counts',
  verb: 'Sign the finding',
  follows: ({ file }) => [
    `The record shows the finding and its reason, not whose ${termsOf(file?.method).bid} it is. A later finding replaces it until the award.`,
  ],
  reads: ['opened'],
  next: ({ file }) => fill(paths.page.fileAct, { ocid: file?.ocid ?? '', t: 'award.decide' }),
  because: (view) =>
    bidIn(view) ? [] : [`no opened ${termsOf(view.file?.method).bid} is named in the address`],
  Fields,
}

/** The one that the address or the duty names. */
function bidIn({ more, of, duty }: ActView): OpenedOffer | undefined {
  // Disclosure made the reading, in this form.
  const opened = more['opened'] as OpenedReading | undefined
  const named = of ?? duty?.subject
  return opened?.bids.find(({ commitHash, status }) => commitHash === named && status === 'opened')
}

const labels: Record<string, string> = {
  'meets-terms': 'Meets what was asked for',
  'missing-document': 'A document is missing',
  'not-as-asked': 'Not what was asked for',
  'wrong-sum': 'A sum is wrong',
  unclear: 'Something is unclear',
  'unit-price-counts': 'The unit price counts',
  'stated-sum-counts': 'The stated sum counts',
  conditional: 'It sets conditions',
  late: 'It came late',
  void: 'It is void',
  'as-published': 'As published',
}

/** What a decision on a sum says when nothing else is written. */
const texts: Record<string, string> = {
  'unit-price-counts': 'The sum of a line is wrong; its unit price counts.',
  'stated-sum-counts': 'The sum of a line does not follow from its unit price; the sum counts.',
}

function Fields({ view }: { view: ActView }) {
  const { file, names, query } = view
  const bid = bidIn(view)
  if (!file || !bid) return <p>There is nothing to assess.</p>
  const { offer } = bid
  const price = offer === undefined || offer === 'unreadable' ? undefined : offer
  const code = query['code'] ?? 'meets-terms'
  return (
    <>
      <Facts
        facts={[
          { label: 'Vendor', value: tame(names.get(bid.vendor) ?? bid.vendor) },
          ...(price
            ? [
                { label: 'It states', value: money(price.stated) },
                { label: 'Multiplied again', value: money(price.recomputed) },
              ]
            : [{ label: 'Price', value: 'The price sheet cannot be read' }]),
        ]}
      />
      <Fixed path="commitHash" value={bid.commitHash} />
      <Choice
        path="finding"
        legend="Your finding"
        options={[
          { value: 'responsive', label: 'It is in the competition' },
          { value: 'rejected', label: 'It is rejected' },
          {
            value: 'cure',
            label: 'The vendor may cure a defect',
            hint: 'Once for each defect, until the time below.',
          },
        ]}
        value="responsive"
      />
      <Field
        path="until"
        kind="instant"
        label="The vendor may answer until"
        hint="Only where it may cure a defect."
        zone={view.zone}
        optional
        short
      />
      <Select
        path="reason.code"
        label="Why"
        value={code}
        options={(packOf(file)?.reasons.assess ?? []).map((value) => ({
          value,
          label: labels[value] ?? value,
        }))}
      />
      <Field
        path="reason.text"
        kind="text"
        label="Your reason, as the public will read it"
        hint="Name no vendor and no price."
        value={texts[code]}
        rows={3}
        max={1000}
      />
    </>
  )
}
