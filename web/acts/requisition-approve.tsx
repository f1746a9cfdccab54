import {
  methodsFor,
  packs,
  whenIn,
  type OpenState,
  type Pack,
  type Rule,
  ruleIn,
} from '../../procurement/index.ts'
import { Choice } from '../components/choice/choice.tsx'
import { Facts } from '../components/facts/facts.tsx'
import { Field } from '../components/field/field.tsx'
import { HowBoughtCard } from '../components/how-bought/how-bought.tsx'
import { Select } from '../components/select/select.tsx'
import { dayOf, money, tame } from '../format.ts'
import { howBought, lawOf, methodFor } from '../how-bought.ts'
import { reasonOptions } from '../reason-codes.ts'
import type { ActPage, ActView } from './page.ts'

/** P1: the approver pins method and rules; each proposal says its reason, and is changed by choice. */
export const requisitionApprove: ActPage = {
  t: 'requisition.approve',
  role: 'AP',
  title: () => 'Approve the purchase',
  verb: 'Sign and approve',
  follows: () => [
    'Method and rules are fixed for this purchase.',
    'The key holders are asked to accept, and the contracting officer prepares the request.',
  ],
  because: ({ file, viewer }) => [
    ...(file?.funds === undefined ? ['no funds are certified yet'] : []),
    ...(file?.requisition.by === viewer.person ? ['you wrote the request yourself'] : []),
  ],
  islands: [],
  Fields,
  Aside,
}

const needOf = (file: OpenState, at: string) => ({
  value: file.requisition.value,
  agency: { org: file.org, zone: file.zone, calendar: file.calendar },
  at,
})

interface Proposal {
  value: string
  label: string
  hint: string
}

/** The law's own method first; the plain one is practice. */
function methodsOf(file: OpenState, at: string): Proposal[] {
  const law = lawOf(file)
  const ordered = [...(law ? [law] : []), ...packs.filter((pack) => pack !== law)]
  return ordered
    .filter((pack) => pack === law || pack.id === 'plain')
    .flatMap((pack) =>
      methodsFor(pack, file.requisition.value, whenIn(file, at)).map(({ id, title }) => ({
        value: id,
        label: title,
        hint: pack === law ? pack.title : pack.notice,
      })),
    )
}

const rule = (file: OpenState, pack: Pack, name: string, at: string): Rule | undefined =>
  ruleIn(pack, name, whenIn(file, at))

/** A rule in its own words with its citation. */
const hintOf = (found: Rule | undefined): string =>
  found === undefined ? '' : `${found.text} (${found.cite})`

const usualClauses = ['52.212-4', '52.219-6', '52.232-33']

function Fields({ view }: { view: ActView }) {
  const { file, legalNow, zone } = view
  const law = file && lawOf(file)
  if (!file || !law) return <p>There is no request to approve.</p>
  const { value, delivery, need, budget } = file.requisition
  const proposed = methodFor(law, needOf(file, legalNow))
  const methods = methodsOf(file, legalNow)
  return (
    <>
      <Facts
        facts={[
          { label: 'Why', value: tame(need) },
          { label: 'Estimate', value: money(value) },
          { label: 'Funds', value: fundsText(file) },
          { label: 'Budget line', value: tame(budget.line) },
          { label: 'Needed by', value: dayOf(delivery.by, zone) },
        ]}
      />
      <Choice
        path="method"
        legend="How it is bought"
        options={methods}
        value={proposed?.id ?? methods[0]?.value}
      />
      <Competition file={file} law={law} at={legalNow} />
      <SetAside file={file} law={law} at={legalNow} />
      <Field
        path="clauses"
        kind="list"
        label="Clauses that the order will carry, one a line"
        hint={hintOf(rule(file, law, 'clauses', legalNow))}
        value={usualClauses}
        rows={4}
      />
    </>
  )
}

const fundsText = ({ funds }: OpenState): string =>
  funds === undefined
    ? 'Not certified yet'
    : `${money(funds.amount)} certified, available until ${dayOf(funds.availableUntil, 'UTC')}`

interface Part {
  file: OpenState
  law: Pack
  at: string
}

const Competition = ({ file, law, at }: Part) => (
  <section>
    <h2>Who may compete</h2>
    <Choice
      path="competition.kind"
      legend="Asked"
      hint={hintOf(rule(file, law, 'sources', at))}
      options={[
        { value: 'open', label: 'Everybody, by public notice' },
        { value: 'invited', label: 'The vendors that I name' },
      ]}
      value="open"
    />
    <Field
      path="sources"
      kind="list"
      label="Vendors asked, one a line, where you name them"
      rows={3}
      optional
    />
    <Select
      path="competition.reason.code"
      label="Reason"
      options={reasonOptions(law, 'competition')}
      value="public-notice"
    />
    <Field
      path="competition.reason.text"
      kind="text"
      label="In your words"
      value="Shown in public; anyone may send an offer."
      rows={2}
      max={4000}
    />
  </section>
)

const SetAside = ({ file, law, at }: Part) => (
  <section>
    <h2>Set aside for small business</h2>
    <Choice
      path="setAside.kind"
      legend="Who may offer"
      hint={hintOf(rule(file, law, 'set-aside', at))}
      options={[
        { value: 'small-business', label: 'Small businesses only' },
        { value: 'none', label: 'Everybody' },
      ]}
      value="small-business"
    />
    <Select
      path="setAside.reason.code"
      label="Reason"
      options={reasonOptions(law, 'set-aside')}
      value="small-business"
    />
    <Field
      path="setAside.reason.text"
      kind="text"
      label="In your words"
      value="Market research found at least two small businesses that can deliver."
      rows={2}
      max={4000}
    />
  </section>
)

function Aside({ view: { file, legalNow } }: { view: ActView }) {
  if (!file) return <></>
  return (
    <section class="tb-card tb-how">
      <HowBoughtCard how={howBought(needOf(file, legalNow))} />
    </section>
  )
}
