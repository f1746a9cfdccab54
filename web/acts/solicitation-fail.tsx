import { packOf } from '../../procurement/index.ts'
import { Choice } from '../components/choice/choice.tsx'
import { Field } from '../components/field/field.tsx'
import { termsOf } from '../terms.ts'
import type { ActPage, ActView } from './page.ts'

/** P10: the officer ends the attempt without an award, and says why. */
export const solicitationFail: ActPage = {
  t: 'solicitation.fail',
  role: 'CO',
  title: () => 'End without an award',
  verb: 'Sign and end',
  follows: () => ['Nothing is bought by this request. The reason becomes public at once.'],
  because: ({ file }) =>
    file?.stage === 'closed' ? ['what was sent is not opened yet: wait for the opening'] : [],
  Fields,
}

const labels: Record<string, string> = {
  'no-bids': 'None came',
  'too-few-bids': 'Too few came',
  'not-opened': 'They could not be opened',
  'all-rejected': 'All are rejected',
  'price-unreasonable': 'No price is fair',
  'need-ended': 'It is not needed any more',
  'as-published': 'As published',
}

function Fields({ view }: { view: ActView }) {
  const { file } = view
  const codes = file ? (packOf(file)?.reasons.fail ?? []) : []
  return (
    <>
      <p>{`All ${termsOf(file?.method).bids} are turned down.`}</p>
      <Choice
        path="reason.code"
        legend="Why"
        options={codes
          .filter((value) => value !== 'as-published')
          .map((value) => ({ value, label: labels[value] ?? value }))}
      />
      <Field
        path="reason.text"
        kind="text"
        label="Your reason, as the public will read it"
        hint="Name no vendor and no price."
        rows={4}
        max={1000}
      />
    </>
  )
}
