import {
  addDays,
  addMicroseconds,
  instantOf,
  soonestBidsUntil,
  workingDayFrom,
  type OpenState,
} from '../../procurement/index.ts'
import { Field } from '../components/field/field.tsx'
import { Fold } from '../components/fold/fold.tsx'
import { Preview } from '../components/preview/preview.tsx'
import { Rows } from '../components/rows/rows.tsx'
import { Select } from '../components/select/select.tsx'
import { plainDay, tame } from '../format.ts'
import { factorKinds, missingHolders, requestKinds, usualFactors } from '../solicitation-form.ts'
import { termsOf } from '../terms.ts'
import type { ActPage, ActView } from './page.ts'

/** P3: the officer publishes; from the requisition as far as it says, with the soonest lawful dates shown. */
export const solicitationPublish: ActPage = {
  t: 'solicitation.publish',
  role: 'CO',
  title: ({ file }) => `Publish the ${termsOf(file?.method).solicitation}`,
  verb: 'Sign and publish',
  follows: ({ file }) => [
    'You cannot take it back. You can amend it, in public.',
    `Until the deadline you will not see who has sent ${termsOf(file?.method).bids}, or how many.`,
  ],
  because: ({ file }) => (file?.approval ? missingHolders(file) : ['it is not approved yet']),
  islands: ['rows', 'beside'],
  Fields,
  Aside,
}

/** What a person needs to fill in the form, real time; on a training clock it is days. */
const FILLING_SECONDS = 600
/** Days beyond the soonest that are proposed. */
const ROOM_DAYS = 5
const QUESTION_DAYS = 4

/** The days that are proposed: working days, two in the afternoon at the agency. */
function proposedDays(file: OpenState, legalNow: string) {
  const pace = file.training?.accelerator ?? 1
  const begun = addMicroseconds(legalNow, BigInt(FILLING_SECONDS * pace) * 1_000_000n)
  const soonest = soonestBidsUntil(file, begun).date
  const due = workingDayFrom(addDays(soonest, ROOM_DAYS), file.calendar)
  const asked = workingDayFrom(addDays(due, -QUESTION_DAYS), file.calendar)
  const at = (date: string): string => instantOf(date, '14:00', file.zone)
  return { bidsUntil: at(due), questionsUntil: at(asked) }
}

function Fields({ view }: { view: ActView }) {
  const { file, zone, legalNow } = view
  if (!file?.approval) return <p>There is no approved purchase to publish.</p>
  const { delivery } = file.requisition
  const title = tame(file.requisition.title)
  const need = tame(file.requisition.need)
  const { bids } = termsOf(file.method)
  return (
    <>
      <Field path="title" kind="text" label="Title" value={title} max={250} />
      <Field
        path="description"
        kind="text"
        label="What is bought"
        value={need}
        rows={4}
        max={4000}
      />
      <Field
        path="naics"
        kind="text"
        label="NAICS code"
        hint="The industry that vendors search by, for example 334111."
        optional
        short
        max={6}
      />
      <Dates file={file} zone={zone} legalNow={legalNow} />
      <Factors />
      <Requests />
      <Field
        path="documents"
        kind="documents"
        label="Documents for vendors"
        hint="Specification, price sheet. Everyone may read them."
        optional
      />
      <h2>Delivery and payment</h2>
      <Field
        path="delivery.place"
        kind="text"
        label="Deliver to"
        value={tame(delivery.place)}
        max={250}
      />
      <DeliveryDay by={delivery.by} zone={zone} />
      <Field
        path="payment.days"
        kind="integer"
        label="Payment within so many days"
        value={30}
        short
      />
      <Field
        path="validDays"
        kind="integer"
        label={`Each of the ${bids} holds for so many days`}
        value={60}
        short
      />
      <Fold label="As the public will see it">
        <div data-beside="preview" data-from={JSON.stringify({ zone })}>
          <Preview form={{ title, description: need }} zone={zone} />
        </div>
      </Fold>
    </>
  )
}

/** A plain date or an instant, as the request has it. */
export const DeliveryDay = ({ by, zone }: { by: string; zone: string }) => (
  <Field
    path="delivery.by"
    kind={by.length === 10 ? 'date' : 'instant'}
    label="Needed by"
    value={by}
    zone={zone}
    short
  />
)

function Dates({ file, zone, legalNow }: { file: OpenState; zone: string; legalNow: string }) {
  const soonest = soonestBidsUntil(file, legalNow)
  const proposed = proposedDays(file, legalNow)
  const cites = soonest.rules.map(({ cite }) => cite).join('; ')
  return (
    <section>
      <h2>Dates</h2>
      <Field
        path="bidsUntil"
        kind="instant"
        label="Due"
        hint={`${plainDay(soonest.date)} at the soonest (${cites}). Times are of the agency.`}
        zone={zone}
        value={proposed.bidsUntil}
        short
      />
      <Field
        path="questionsUntil"
        kind="instant"
        label="Questions until"
        zone={zone}
        value={proposed.questionsUntil}
        short
      />
    </section>
  )
}

const Factors = () => (
  <section>
    <h2>How you choose</h2>
    <p class="tb-second">In the order in which they count. Price is always the first.</p>
    <Rows
      path="factors"
      noun="Factor"
      add="Add a factor"
      count={2}
      Row={({ at }) => {
        const usual = at === '#' ? undefined : usualFactors[at]
        return (
          <div class="tb-pair">
            <Field
              path={`factors.${at}.name`}
              kind="text"
              label="Factor"
              value={usual?.name}
              max={250}
              lenient
            />
            <Select
              path={`factors.${at}.kind`}
              label="Is about"
              options={[...factorKinds]}
              value={usual?.kind}
            />
          </div>
        )
      }}
    />
  </section>
)

const usualRequests = [
  { title: 'Delivery date', kind: 'answer' },
  { title: 'Maker and model', kind: 'answer' },
]

const Requests = () => (
  <section>
    <h2>What vendors send</h2>
    <p class="tb-second">
      One unit price a line is always asked for. Each answer and each document has its own slot.
    </p>
    <Rows
      path="requested"
      noun="Slot"
      add="Ask for one more"
      count={3}
      Row={({ at }) => {
        const usual = at === '#' ? undefined : usualRequests[at]
        return (
          <div class="tb-pair">
            <Field
              path={`requested.${at}.title`}
              kind="text"
              label="What you ask for"
              value={usual?.title}
              max={250}
              lenient
            />
            <Select
              path={`requested.${at}.kind`}
              label="As"
              options={[...requestKinds]}
              value={usual?.kind}
            />
            <Select
              path={`requested.${at}.required`}
              label="Needed"
              options={[
                { value: 'yes', label: 'Yes' },
                { value: 'no', label: 'May be left out' },
              ]}
            />
          </div>
        )
      }}
    />
  </section>
)

function Aside({ view: { file, names } }: { view: ActView }) {
  if (!file?.approval) return <></>
  const missing = missingHolders(file)
  return (
    <section class="tb-card">
      <h2>Key holders</h2>
      <ul class="usa-list">
        {file.opening.members.map(({ person }) => (
          <li key={person}>{`${tame(names.get(person) ?? person)} has accepted`}</li>
        ))}
      </ul>
      <p class="tb-second">
        {missing.length === 0
          ? 'Their keys are named in what you sign. Nobody can read an offer before they release them.'
          : 'Reload this page to see who has accepted since.'}
      </p>
    </section>
  )
}
