import type { Json, Statement } from '../../ledger/index.ts'
import type { Change, SolicitationTerms } from '../../procurement/index.ts'
import { Choice } from '../components/choice/choice.tsx'
import { Facts } from '../components/facts/facts.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import { Redline } from '../components/redline/redline.tsx'
import { Select } from '../components/select/select.tsx'
import { tame } from '../format.ts'
import { packOfFile, reasonName, reasonOptions } from '../reason-codes.ts'
import { readList, readText, without } from '../reading.ts'
import { termsOf } from '../terms.ts'
import type { ActPage, ActView } from './page.ts'
import { DeliveryDay } from './solicitation-publish.tsx'

/** P4: the officer changes a published request; each changed member is signed with what it was and what it will be. */
export const solicitationAmend: ActPage = {
  t: 'solicitation.amend',
  role: 'CO',
  title: ({ file }) => `Change the ${termsOf(file?.method).solicitation}`,
  verb: 'Sign the change',
  follows: ({ file }) => [
    'Everyone sees at once what changed.',
    'A new deadline counts when an approver has signed it too.',
    `After a material change ${termsOf(file?.method).bids} that were sent must be sent again.`,
  ],
  because: ({ file, legalNow }) =>
    legalNow > (file?.solicitation?.terms.bidsUntil ?? '') ? ['the deadline has passed'] : [],
  islands: ['beside'],
  Fields,
  Aside,
}

/** The second signature on a moved deadline. */
export const solicitationAmendCosign: ActPage = {
  t: 'solicitation.amend.cosign',
  role: 'AP',
  title: () => 'Sign the change as second person',
  verb: 'Sign the change',
  follows: () => ['The change counts from then on, and the deadline moves.'],
  because: (view) => (proposedOf(view) ? [] : ['no change waits for a second signature']),
  Fields: Cosign,
}

function Fields({ view }: { view: ActView }) {
  const { file, zone } = view
  const terms = file?.solicitation?.terms
  const pack = file && packOfFile(file)
  if (!terms || !pack) return <p>Nothing is published that could be changed.</p>
  return (
    <>
      <Members terms={terms} zone={zone} />
      <h2>What kind of change</h2>
      <Choice
        path="material"
        legend="Does it change what vendors offer?"
        kind="boolean"
        hint="A material change makes every sealed offer stale. Give a later deadline with it, so that all can answer anew."
        options={[
          { value: 'false', label: 'No, a correction or more time' },
          { value: 'true', label: 'Yes, it is material' },
        ]}
        value="false"
      />
      <Select
        path="reason.code"
        label="Reason"
        options={reasonOptions(pack, 'amend')}
        value="clarification"
      />
      <Field path="reason.text" kind="text" label="In your words" rows={2} max={4000} />
    </>
  )
}

function Members({ terms, zone }: { terms: SolicitationTerms; zone: string }) {
  return (
    <>
      <Field
        path="bidsUntil"
        kind="instant"
        label="Due"
        hint="A deadline only moves later, and an approver signs it too."
        zone={zone}
        value={terms.bidsUntil}
        short
      />
      <Field
        path="questionsUntil"
        kind="instant"
        label="Questions until"
        zone={zone}
        value={terms.questionsUntil}
        optional
        short
      />
      <Field path="title" kind="text" label="Title" value={terms.title} max={250} />
      <Field
        path="description"
        kind="text"
        label="What is bought"
        value={terms.description}
        rows={4}
        max={4000}
      />
      {terms.requested.map(({ title, kind }, i) => (
        <Field
          key={i}
          path={`requested.${i}.title`}
          kind="text"
          label={`What vendors send, ${i + 1} (${kind})`}
          value={title}
          max={250}
        />
      ))}
      <Field
        path="delivery.place"
        kind="text"
        label="Deliver to"
        value={terms.delivery.place}
        max={250}
      />
      <DeliveryDay by={terms.delivery.by} zone={zone} />
      <Field
        path="payment.days"
        kind="integer"
        label="Payment within so many days"
        value={terms.payment.days}
        short
      />
      <Field
        path="validDays"
        kind="integer"
        label="Offers hold for so many days"
        value={terms.validDays}
        optional
        short
      />
    </>
  )
}

function Aside({ view: { file, zone } }: { view: ActView }) {
  const terms = file?.solicitation?.terms
  if (!terms) return <></>
  const from = JSON.stringify({ terms: shownOf(terms), zone })
  return (
    <section class="tb-card" aria-live="polite">
      <h2>What changes</h2>
      <div data-beside="redline" data-from={from}>
        <Redline changes={[]} zone={zone} />
      </div>
      {(file.solicitation?.amendments ?? []).length > 0 && (
        <p class="tb-second">{`Amended ${file.solicitation?.amendments.length ?? 0} times before.`}</p>
      )}
    </section>
  )
}

/** What the redline is drawn from; keys of the opening do not belong to it. */
const shownOf = (terms: SolicitationTerms) => without({ ...terms }, ['openingKey', 'documents'])

interface Proposed {
  hash: string
  by: string
  payload: Json
}

/** The first half that waits, by the address, the duty, or because it is the only one. */
function proposedOf({ file, of, duty }: ActView): Proposed | undefined {
  const pending = Object.entries(file?.pending ?? {}).filter(
    ([, { t }]) => t === 'solicitation.amend',
  )
  const [hash, found] =
    pending.find(([hash]) => hash === (of ?? duty?.subject)) ??
    (pending.length === 1 ? pending[0] : undefined) ??
    []
  if (hash === undefined || !found) return undefined
  // The engine keeps the statement whole.
  const { payload } = found.statement as unknown as Statement
  return { hash, by: found.actor, payload }
}

function Cosign({ view }: { view: ActView }) {
  const proposed = proposedOf(view)
  const terms = view.file?.solicitation?.terms
  if (!proposed || !terms) return <p>The change was signed in the meantime, or withdrawn.</p>
  const { payload, by, hash } = proposed
  const until = readText(payload, 'bidsUntil')
  const code = readText(payload, 'reason.code') ?? ''
  // The rules' schema has read the payload before it was kept.
  const changes = readList(payload, 'changes') as unknown as Change[]
  const moved =
    until === undefined ? [] : [{ path: '/bidsUntil', from: terms.bidsUntil, to: until }]
  return (
    <>
      <Facts
        facts={[
          { label: 'Asked by', value: tame(view.names.get(by) ?? by) },
          {
            label: 'Why',
            value: tame(`${reasonName(code)}: ${readText(payload, 'reason.text') ?? ''}`),
          },
          { label: 'Material', value: readText(payload, 'material') === 'true' ? 'Yes' : 'No' },
        ]}
      />
      <h2>What changes</h2>
      <Redline changes={[...changes, ...moved]} zone={view.zone} />
      <Fixed path="of" value={hash} />
    </>
  )
}
