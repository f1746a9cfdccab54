import type { OpenState, OrgRow } from '../../procurement/index.ts'
import { Choice } from '../components/choice/choice.tsx'
import { Field } from '../components/field/field.tsx'
import { Fold } from '../components/fold/fold.tsx'
import { HowBoughtCard } from '../components/how-bought/how-bought.tsx'
import { Rows } from '../components/rows/rows.tsx'
import { monthDay, tame } from '../format.ts'
import { howBought } from '../how-bought.ts'
import { fill, paths } from '../paths.ts'
import { estimateOf, rowsOf, rowsShown, type ItemRow } from '../requisition-form.ts'
import type { Colleague, PastPurchase } from '../views/desk.ts'
import type { ActPage, ActView } from './page.ts'

const CURRENCY = 'USD'

/** P1: whoever needs something says what; the method follows from value and kind, and the page says why. */
export const requisitionSubmit: ActPage = {
  t: 'requisition.submit',
  role: 'RQ',
  title: () => 'What do you need?',
  button: 'Continue to check and sign',
  verb: 'Sign and request',
  follows: () => [
    'The budget officer is asked to certify the money, then the approver decides.',
    'It opens a file of the record: it can be ended, never erased.',
  ],
  reads: ['people', 'pasts', 'copied'],
  islands: ['rows', 'beside'],
  isAsideInForm: true,
  Fields,
  Aside,
}

const currencyOf = (past: OpenState | undefined): string =>
  past?.requisition.value.currency ?? CURRENCY

// The desk made the readings, in these forms.
const pastOf = ({ more }: ActView): OpenState | undefined => more['copied'] as OpenState | undefined

function Fields({ view }: { view: ActView }) {
  const past = pastOf(view)
  const begun = past?.requisition
  return (
    <>
      <p class="tb-progress">
        <strong>Step 1 of 2: What you need</strong> <span aria-hidden="true">›</span>{' '}
        <span class="tb-second">Step 2: Check and sign</span>
      </p>
      <PastPurchases view={view} />
      <Field
        path="title"
        kind="text"
        label="Name of the purchase"
        hint="As the public will read it. Say what and for whom."
        value={begun && tame(begun.title)}
        max={250}
      />
      <Field
        path="need"
        kind="text"
        label="Why do you need it?"
        value={begun && tame(begun.need)}
        rows={3}
        max={4000}
      />
      <Choice
        path="category"
        legend="Kind"
        options={[
          { value: 'goods', label: 'Goods' },
          { value: 'services', label: 'Services' },
          { value: 'works', label: 'Construction' },
        ]}
        value={begun?.category ?? 'goods'}
      />
      <Items rows={past ? rowsOf(past) : []} currency={currencyOf(past)} />
      <h2>Where, when, from which money</h2>
      <Field path="delivery.by" kind="date" label="Needed by" short />
      <Field
        path="delivery.place"
        kind="text"
        label="Deliver to"
        value={begun && tame(begun.delivery.place)}
        max={250}
      />
      <Field
        path="budget.line"
        kind="text"
        label="Budget line"
        hint="As in the budget, for example PK-2026-5140. The budget officer certifies the money; that is another signature than yours."
        value={begun?.budget.line}
        short
        max={64}
      />
      {view.mayTrain === true && <Practice />}
    </>
  )
}

/** What was bought before fills the form of a new purchase. */
function PastPurchases({ view }: { view: ActView }) {
  const pasts = (view.more['pasts'] as PastPurchase[] | undefined) ?? []
  const past = pastOf(view)
  if (past)
    return (
      <p class="tb-second">{`Copied from: ${tame(past.requisition.title)}. Check the day and the prices.`}</p>
    )
  if (pasts.length === 0) return null
  return (
    <Fold label="Copy a past purchase">
      <ul class="usa-list">
        {pasts.map(({ ocid, title }) => (
          <li key={ocid}>
            <a href={fill(paths.page.act, { t: 'requisition.submit' }, { from: ocid })}>
              {tame(title)}
            </a>
          </li>
        ))}
      </ul>
    </Fold>
  )
}

function Items({ rows, currency }: { rows: ItemRow[]; currency: string }) {
  return (
    <section data-currency={currency}>
      <h2>Items</h2>
      <p class="tb-second">
        Estimate what one costs today. Vendors never see your estimate before the order.
      </p>
      <Rows
        path="items"
        noun="Line"
        add="Add an item"
        count={Math.max(rows.length, rowsShown)}
        Row={({ at }) => (
          <ItemFields at={at} row={at === '#' ? undefined : rows[at]} currency={currency} />
        )}
      >
        <p class="tb-estimate">
          <span>{`Estimate in ${currency}`}</span> <output data-row-sum data-exponent="2"></output>
        </p>
      </Rows>
    </section>
  )
}

const ItemFields = ({
  at,
  row,
  currency,
}: {
  at: number | '#'
  row: ItemRow | undefined
  currency: string
}) => (
  <div class="tb-item">
    <Field
      path={`items.${at}.description`}
      kind="text"
      label="Item"
      value={row && tame(row.description)}
      max={250}
      lenient
    />
    <Field
      path={`items.${at}.must`}
      kind="text"
      label="What it must do"
      value={row?.must === undefined ? undefined : tame(row.must)}
      rows={2}
      max={3700}
      lenient
    />
    <Field
      path={`items.${at}.quantity`}
      kind="decimal"
      label="Quantity"
      value={row?.quantity}
      lenient
    />
    <Field
      path={`items.${at}.unitPrice`}
      kind="money"
      currency={currency}
      label="Unit price"
      value={row?.unitPrice}
      lenient
    />
    <p class="tb-item__total">
      <span>Line total</span> <output data-row-total>–</output>
    </p>
  </div>
)

/** Marked clearly: such a file is no purchase. Offered in development only, never to a live agency. */
const Practice = () => (
  <section class="tb-practice">
    <h2>Practice only</h2>
    <Choice
      path="practice"
      legend="How fast do its days pass?"
      hint="A purchase on a training clock is marked as practice on every page. A real agency has no such choice."
      options={[
        { value: 'none', label: 'As in life' },
        { value: '1440', label: 'Practice at 1 day a minute' },
        { value: '86400', label: 'Practice at 1 day a second' },
      ]}
      value="none"
    />
  </section>
)

function Aside({ view }: { view: ActView }) {
  // Rows of the register have their type by their key.
  const agency = view.row(`org/${view.org ?? ''}`) as OrgRow | undefined
  const past = pastOf(view)
  if (!agency) return <></>
  const { org, zone, calendar } = agency
  const currency = currencyOf(past)
  const value = past?.requisition.value ?? estimateOf({}, currency)
  const from = { agency: { org, zone, calendar }, at: view.legalNow, currency }
  return (
    <>
      <div class="tb-how" data-beside="how" data-from={JSON.stringify(from)}>
        <HowBoughtCard how={howBought({ value, agency: from.agency, at: from.at })} />
      </div>
      <p class="usa-sr-only" role="status" data-beside-said></p>
      <WhoDoesWhat view={view} />
    </>
  )
}

const parts = [
  { role: 'BU', does: 'certifies the funds' },
  { role: 'AP', does: 'approves' },
  { role: 'CO', does: 'publishes, chooses, orders' },
  { role: 'PO', does: 'pays' },
]

function WhoDoesWhat({ view }: { view: ActView }) {
  const people = (view.more['people'] as Colleague[] | undefined) ?? []
  const rows = parts.map(({ role, does }) => {
    const holders = people.filter(({ roles }) => roles.includes(role))
    const names = holders.slice(0, 2).map(({ person }) => view.names.get(person) ?? person)
    return { does, who: names.length === 0 ? 'Nobody yet' : names.join(' or ') }
  })
  return (
    <>
      <h3>Who does what</h3>
      <dl class="tb-facts">
        <div class="tb-facts__row">
          <dt>You</dt>
          <dd>ask for it; accept what comes</dd>
        </div>
        {rows.map(({ who, does }) => (
          <div key={does} class="tb-facts__row">
            <dt>{tame(who)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="tb-second tb-small">{`Today is ${monthDay(view.legalNow, view.zone)}.`}</p>
    </>
  )
}
