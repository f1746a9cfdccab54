import type { ComponentChildren } from 'preact'
import { Facts, type Fact } from '../components/facts/facts.tsx'
import { Fold } from '../components/fold/fold.tsx'
import { Instant } from '../components/instant/instant.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { Stages } from '../components/stages/stages.tsx'
import { StateBox } from '../components/state-box/state-box.tsx'
import { Steps } from '../components/steps/steps.tsx'
import { Sums } from '../components/sums/sums.tsx'
import { Training } from '../components/training/training.tsx'
import { Verify } from '../components/verify/verify.tsx'
import { dayOf, money, number, percent, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { list } from '../sentences.ts'
import { capital, termsOf } from '../terms.ts'
import type { ProcurementView } from '../views/procurement.ts'
import type { PageContext } from './procurements.tsx'

/** One procurement: what anyone may know of it, from request to last payment, each step with its entry. */
export function ProcurementPage({
  view,
  context,
}: {
  view: ProcurementView
  context: PageContext
}) {
  const isOpen = view.stage === 'open'
  const parent = isOpen
    ? { label: 'Opportunities', href: `${paths.page.procurements}?status=open` }
    : { label: 'Purchases', href: paths.page.procurements }
  return (
    <Layout
      title={view.title}
      section={isOpen ? 'opportunities' : 'purchases'}
      crumbs={[parent, { label: view.ocid }]}
      islands={['deadline', 'live', 'verify-procurement']}
      jsonHref={`${view.links.page}.json`}
      {...context}
    >
      <div
        hidden
        data-island="live"
        data-after={view.steps.at(-1)?.pseq}
        data-source={view.links.live}
        data-now={view.now}
      ></div>
      {view.training && <Training training={view.training} zone={view.zone} />}
      <div class="tb-columns">
        <div>
          <p class="tb-over">{`${view.ocid} · ${tame(view.org.name)}`}</p>
          <h1>{tame(view.title)}</h1>
          <p class="tb-lede">{ledeOf(view)}</p>
        </div>
        <div>
          <StateBox
            box={view.box}
            zone={view.zone}
            now={view.now}
            terms={termsOf(view.method)}
            action={<Prepare view={view} />}
          />
        </div>
      </div>
      <Stages stages={view.stages} zone={view.zone} />
      <div class="tb-columns">
        <div>
          {view.contracts.length > 0 || view.award ? (
            <InShort view={view} />
          ) : (
            <WhatWeBuy view={view} />
          )}
          {view.money.length > 0 && <Money view={view} />}
        </div>
        <aside>
          <Aside view={view} />
        </aside>
      </div>
      <Part title="What happened">
        <Steps steps={view.steps} zone={view.zone} />
      </Part>
      <Papers view={view} />
    </Layout>
  )
}

/** Everyone sees it: whoever is not signed in as a vendor is asked to. */
const Prepare = ({ view }: { view: ProcurementView }) => (
  <p>
    <a
      class="usa-button tb-box__action"
      href={fill(paths.page.fileAct, { ocid: view.ocid, t: 'bid.commit' })}
    >
      {`Prepare a ${termsOf(view.method).bid}`}
    </a>
  </p>
)

const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
)

/** The sentence that answers: who bought what from whom; before an order, what is asked for. */
function ledeOf(view: ProcurementView): ComponentChildren {
  const { contracts } = view
  if (contracts.length === 0) return tame(view.lede)
  const from = list(contracts.map((contract) => tame(contract.name)))
  const amounts = list(contracts.map((contract) => money(contract.amount)))
  return (
    <>
      Bought from <strong>{from}</strong> for <strong>{amounts}</strong>.
    </>
  )
}

const InShort = ({ view }: { view: ProcurementView }) => (
  <Part title="In short">
    <Facts facts={shortFacts(view)} />
  </Part>
)

function shortFacts(view: ProcurementView): Fact[] {
  const { award, contracts, bids } = view
  return [
    { label: 'Who bought', value: tame(view.org.name) },
    { label: 'What', value: whatIsBought(view) },
    ...(contracts.length === 0
      ? []
      : [
          { label: 'From whom', value: list(contracts.map((contract) => tame(contract.name))) },
          { label: 'For how much', value: howMuch(view) },
        ]),
    ...(bids.count === undefined
      ? []
      : [
          {
            label: 'How many offers',
            value: `${offers(bids.count, view)}. The number was locked at the deadline, before any could be opened.`,
          },
        ]),
    ...(award ? [{ label: 'Why this vendor', value: <Why view={view} /> }] : []),
    ...(bids.disclosed.length > 1 ? [{ label: 'The offers', value: <Offers view={view} /> }] : []),
    { label: 'What is published', value: bids.note },
  ]
}

/** "3 quotations" */
const offers = (count: number, { method }: ProcurementView): string => {
  const { bid, bids } = termsOf(method)
  return `${number(count)} ${count === 1 ? bid : bids}`
}

function whatIsBought({ items, title }: ProcurementView): string {
  if (!Array.isArray(items) || items.length === 0) return tame(title)
  return list(
    items.map((item) => `${tame(item.description)} (${item.quantity} ${tame(item.unit.name)})`),
  )
}

function howMuch({ contracts, estimate }: ProcurementView): string {
  const total = contracts.map((contract) => money(contract.amount)).join(', ')
  const only = contracts.length === 1 ? contracts[0] : undefined
  if (!only || !estimate || estimate.currency !== only.amount.currency) return total
  const difference = BigInt(estimate.amount) - BigInt(only.amount.amount)
  if (difference === 0n || estimate.amount === '0') return `${total}, as estimated`
  const share = percent(difference < 0n ? -difference : difference, BigInt(estimate.amount))
  return `${total}, which is ${share} ${difference > 0n ? 'below' : 'above'} the estimate of ${money(estimate)}`
}

function Why({ view }: { view: ProcurementView }) {
  const { award } = view
  if (!award) return null
  const reasons = [
    ...new Set([
      ...(award.lowestNotChosen === undefined ? [] : [award.lowestNotChosen]),
      ...award.lots.map((lot) => lot.reason),
    ]),
  ]
  return (
    <>
      {award.lowestNotChosen !== undefined && 'Not the lowest price. '}
      {reasons.map((reason) => `“${tame(reason)}” `)}
      <span class="tb-second tb-small">
        Signed by {tame(award.by)}, contracting officer, {dayOf(award.legal, view.zone)}.
      </span>
    </>
  )
}

const Offers = ({ view }: { view: ProcurementView }) => (
  <ul class="tb-rows">
    {view.bids.disclosed.map((bid) => (
      <li key={bid.commitHash}>
        {tame(bid.name)}
        {bid.price && `: ${money(bid.price)}`}
        {bid.status === 'void' && ': void'}
      </li>
    ))}
  </ul>
)

const Money = ({ view }: { view: ProcurementView }) => (
  <Part title="The money">
    <p class="tb-second tb-small">{`In ${view.money[0]?.amount.currency ?? ''}`}</p>
    <Sums rows={view.money} zone={view.zone} />
  </Part>
)

const WhatWeBuy = ({ view }: { view: ProcurementView }) => (
  <>
    <Part title="What we want to buy">
      <Items view={view} />
      <p>
        Deliver everything by <strong>{dayOf(view.delivery.by, view.zone)}</strong> to{' '}
        {tame(view.delivery.place)}.
      </p>
    </Part>
    {view.terms && <HowWeChoose terms={view.terms} />}
    {view.terms && <WhatYouSend terms={view.terms} method={view.method} />}
    {view.stage === 'open' && view.terms && <Ask view={view} terms={view.terms} />}
  </>
)

function Ask({ view, terms }: { view: ProcurementView; terms: Terms }) {
  const until = terms.questionsUntil ?? terms.bidsUntil
  return (
    <Part title="Questions">
      <p>
        Ask until <Instant at={until} zone={view.zone} form="due" />. Everyone gets the answer,
        nobody learns who asked.{' '}
        <a href={fill(paths.page.fileAct, { ocid: view.ocid, t: 'question.ask' })}>
          Ask a question
        </a>
      </p>
    </Part>
  )
}

function Items({ view }: { view: ProcurementView }) {
  if (!Array.isArray(view.items)) {
    return <p>The items are in the document “{tame(view.items.document)}”.</p>
  }
  return (
    <table class="usa-table usa-table--borderless tb-table tb-items">
      <caption class="usa-sr-only">Items</caption>
      <thead>
        <tr>
          <th scope="col">Line</th>
          <th scope="col">Item</th>
          <th scope="col" class="tb-number">
            Quantity
          </th>
        </tr>
      </thead>
      <tbody>
        {view.items.map((item) => (
          <tr key={item.id}>
            <td>{item.id}</td>
            <th scope="row">{tame(item.description)}</th>
            <td class="tb-number">{`${item.quantity} ${tame(item.unit.name)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type Terms = NonNullable<ProcurementView['terms']>

const HowWeChoose = ({ terms }: { terms: Terms }) => (
  <Part title="How we choose">
    <p>By {list(terms.factors.map((factor) => tame(weighted(factor))))}, in this order.</p>
  </Part>
)

const weighted = ({ name, weight }: Terms['factors'][number]): string =>
  weight === undefined ? name : `${name} (${weight})`

const kinds = { price: 'Price', answer: 'Answer', document: 'Document', declaration: 'Declaration' }

const WhatYouSend = ({ terms, method }: { terms: Terms; method: string | undefined }) => (
  <Part title="What you send">
    <Facts
      facts={[
        ...terms.requested.map((each) => ({
          label: kinds[each.kind],
          value: `${tame(each.title)}${each.required ? '' : ' (optional)'}`,
        })),
        {
          label: 'Late',
          value:
            terms.late === 'refuse'
              ? `${capital(termsOf(method).bids)} after the deadline are not considered`
              : `The officer may consider a late ${termsOf(method).bid}, and must say why`,
        },
      ]}
    />
  </Part>
)

/** Before the order the secrecy comes first, after it the check. */
function Aside({ view }: { view: ProcurementView }) {
  const isRunning = view.contracts.length === 0
  return (
    <>
      {!isRunning && <CheckIt view={view} />}
      {view.opening && <Secrecy view={view} opening={view.opening} />}
      <HowBought view={view} />
      <Next view={view} />
      {isRunning && <CheckIt view={view} />}
      <ul class="tb-links">
        {view.box.kind === 'deadline' && (
          <li>
            <a href={fill(paths.file.deadline, { ocid: view.ocid })}>
              Add the deadline to my calendar
            </a>
          </li>
        )}
        <li>
          This page as <a href={`${view.links.page}.json`}>JSON</a>
        </li>
      </ul>
    </>
  )
}

const CheckIt = ({ view }: { view: ProcurementView }) => (
  <div class="tb-card">
    <Verify
      island="verify-procurement"
      source={view.links.export}
      title="Check it yourself"
      text="Your browser recomputes every entry of this purchase from its bytes and replays the rules. To trust nothing from this site, download the evidence and verify it offline."
      button="Verify in your browser"
      doesNotProve={[
        'That what was signed is true, or the choice wise.',
        'Whose names stand behind the ids: they come from the agency’s register.',
        'That no entry of the register was left out, as a key taken back or a role ended: the whole record shows it.',
      ]}
    />
    <ul class="tb-rows">
      <li>
        <a href={view.links.export} download={`${view.ocid}.json`}>
          Download the evidence
        </a>
      </li>
      <li>
        <a href={fill(paths.page.entries, {}, { tender: view.ocid })}>
          See every entry in the record
        </a>
      </li>
    </ul>
  </div>
)

interface SecrecyProps {
  view: ProcurementView
  opening: NonNullable<ProcurementView['opening']>
}

const Secrecy = ({ view, opening }: SecrecyProps) => (
  <section class="tb-card">
    <h2>{view.stage === 'open' ? 'Sealed until the opening' : 'The opening'}</h2>
    {view.stage === 'open' && (
      <p>
        {capital(termsOf(view.method).bids)} are sealed in the vendor’s own program. Until the
        deadline no single person and no server can read one.
      </p>
    )}
    {view.stage === 'open' && (
      <p>{`${view.bids.note} Not the public, and not the contracting officer.`}</p>
    )}
    {view.stage === 'open' && (
      <p>
        Have you sent one?{' '}
        <a
          href={fill(paths.page.ownBid, { ocid: view.ocid })}
        >{`See your own ${termsOf(view.method).bid}`}</a>
      </p>
    )}
    {view.award && (
      <p>
        Did you send one?{' '}
        <a href={fill(paths.page.ownBid, { ocid: view.ocid })}>See what became of yours, and why</a>
      </p>
    )}
    <p>
      {`${opening.k} of ${opening.n} key holders must release before any can be read. `}
      <a href={fill(paths.page.opening, { ocid: view.ocid })}>Watch the opening</a>
    </p>
    <ul class="tb-rows">
      {opening.holders.map((holder) => (
        <li key={holder.id}>
          {tame(holder.name)}
          {holder.released && <span class="tb-second"> · released</span>}
        </li>
      ))}
    </ul>
  </section>
)

const Next = ({ view }: { view: ProcurementView }) =>
  view.next.length === 0 ? null : (
    <section class="tb-card">
      <h2>What comes next</h2>
      <ul class="tb-rows">
        {view.next.map((next, position) => (
          <li key={position}>
            <strong>{next.label}</strong>, {next.who}
            {next.by !== undefined && (
              <>
                , by <Instant at={next.by} zone={view.zone} />
              </>
            )}
            <span class="tb-second tb-small"> ({next.cite})</span>
          </li>
        ))}
      </ul>
    </section>
  )

const HowBought = ({ view }: { view: ProcurementView }) => (
  <section class="tb-card">
    <h2>How it is bought</h2>
    <p>{view.how ? `${view.how.title}.` : 'The method is set when the purchase is approved.'}</p>
    {view.how?.rules.map(({ text, cite }) => (
      <p key={cite + text}>
        {text} <span class="tb-second">({cite})</span>
      </p>
    ))}
    {view.approval?.reasons.map((reason, position) => (
      <p key={position}>“{tame(reason)}”</p>
    ))}
    {view.pack && <p class="tb-second">{`Rules: ${view.pack.id}, version ${view.pack.version}`}</p>}
    {view.source && (
      <p class="tb-second">
        Runs a published process again: {tame(view.source.ocid)}, {tame(view.source.uri)}
      </p>
    )}
  </section>
)

function Papers({ view }: { view: ProcurementView }) {
  const documents = view.terms?.documents ?? []
  if (documents.length + view.answers.length + view.amendments.length === 0) return null
  return (
    <Part title="Documents, questions">
      {documents.length > 0 && (
        <Fold label="Documents" aside={number(documents.length)}>
          <ul>
            {documents.map((document) => (
              <li key={document.commit}>
                <a href={fill(paths.api.payload, { commit: document.commit })}>
                  {tame(document.name)}
                </a>{' '}
                <span class="tb-second">{`${document.media}, ${number(document.size)} bytes`}</span>
              </li>
            ))}
          </ul>
        </Fold>
      )}
      {view.amendments.length > 0 && (
        <Fold label="Amendments" aside={number(view.amendments.length)}>
          {view.amendments.map((amendment, position) => (
            <p key={position}>
              <Instant at={amendment.legal} zone={view.zone} />: {tame(amendment.reason)}
            </p>
          ))}
        </Fold>
      )}
      {view.answers.length > 0 && (
        <Fold label="Questions and answers" aside={number(view.answers.length)}>
          {view.answers.map((answer, position) => (
            <div key={position} class="tb-question">
              <h3>{tame(answer.question)}</h3>
              <p>{tame(answer.text)}</p>
              <p class="tb-second tb-small">
                Answered to everyone <Instant at={answer.legal} zone={view.zone} />.
              </p>
            </div>
          ))}
        </Fold>
      )}
    </Part>
  )
}
