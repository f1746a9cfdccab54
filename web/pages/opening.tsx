import { Instant } from '../components/instant/instant.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { Training } from '../components/training/training.tsx'
import {
  counted,
  dueInstant,
  longInstant,
  money,
  recordInstant,
  tame,
  timeOfDay,
} from '../format.ts'
import { fill, paths } from '../paths.ts'
import type { HolderRow, OpenedRow, OpeningView } from '../views/opening.ts'
import type { PageContext } from './procurements.tsx'

/** Everyone may watch the opening; what only the officer sees is one part of it, and says so. */
export function OpeningPage({ view, context }: { view: OpeningView; context: PageContext }) {
  const { ocid, words, zone, training, after, live, now } = view
  const title = `Opening the ${words.bids}`
  return (
    <Layout
      title={title}
      section="purchases"
      crumbs={[
        { label: 'Purchases', href: paths.page.procurements },
        { label: tame(view.title), href: fill(paths.page.procurement, { ocid }) },
        { label: 'Opening' },
      ]}
      islands={['live']}
      {...context}
    >
      <div hidden data-island="live" data-after={after} data-source={live} data-now={now}></div>
      {training && <Training training={training} zone={zone} />}
      <p class="tb-over">{`${ocid} · ${tame(view.title)}`}</p>
      <h1>{title}</h1>
      <p class="tb-lede">
        <Instant at={view.legalNow} zone={zone} form="record" />, by the server’s clock. This page
        updates by itself.
      </p>
      <Released view={view} />
      <div class="tb-columns">
        <div>
          {view.opened && <Opened view={view} opened={view.opened} />}
          {view.own && <Own view={view} own={view.own} />}
          <Holders view={view} />
        </div>
        <aside>
          <Happened view={view} />
          <section class="tb-card">
            <h2>What the public sees now</h2>
            <p>{publicText(view)}</p>
            <p class="tb-second">{`${view.disclosure.text} (${view.disclosure.cite})`}</p>
          </section>
        </aside>
      </div>
    </Layout>
  )
}

const Released = ({ view }: { view: OpeningView }) => (
  <section class="tb-released" aria-label="Key holders released" aria-live="polite">
    <p class="tb-released__number">
      <strong>{`${view.released} of ${view.n}`}</strong> key holders released
    </p>
    <p>{meaningOf(view)}</p>
  </section>
)

/** What the number means, in a sentence or two. */
function meaningOf(view: OpeningView): string {
  const { stage, k, n, words, zone, until, delayed } = view
  const result = view.happened.at(-1)
  if (stage === 'opened')
    return `${k} are enough. All ${words.bids} that count were opened together at ${recordInstant(result?.at ?? view.legalNow, zone)}. Before that, no single person and no server could read one.`
  if (stage === 'never')
    return `Not opened. The purchase is cancelled and the ${words.bids} stay sealed.`
  if (stage === 'sealed')
    return until === undefined
      ? 'Nothing is published yet.'
      : `Until ${longInstant(until, zone)} nothing can be released. Then ${k} of ${n} key holders open all ${words.bids} together.`
  if (stage === 'closing') return 'The deadline has passed; the clock is closing the bidding.'
  const late = delayed
    ? `Late: ${delayed.released} of ${n} by ${timeOfDay(delayed.at, zone)}. The record says so. `
    : ''
  return `${late}${k} are needed. Until then no single person and no server can read a ${words.bid}.`
}

function publicText({ stage, isAwarded, words }: OpeningView): string {
  if (isAwarded) return 'Whom the award went to, at what price and why.'
  if (stage === 'sealed')
    return `Who holds the keys. Not who sends ${words.bids}, not how many come.`
  const close = 'That the bidding closed, and which key holders released, with times.'
  return stage === 'never' ? `${close} Nothing was opened.` : close
}

interface OpenedProps {
  view: OpeningView
  opened: NonNullable<OpeningView['opened']>
}

function Opened({ view, opened: { bids, canCompare } }: OpenedProps) {
  const { words, ocid, zone, isAwarded } = view
  const count = `${bids.length} ${bids.length === 1 ? words.bid : words.bids}`
  const voids = bids.filter(({ status }) => status === 'void')
  return (
    <section class="tb-private">
      <p class="tb-second tb-small">
        {`Only you see this part.${isAwarded ? '' : ' Nothing of it is public before the order.'}`}
      </p>
      <h2>{`${count} opened`}</h2>
      {bids.length > 0 && (
        <table class="usa-table usa-table--borderless tb-table">
          <caption class="usa-sr-only">What was opened</caption>
          <thead>
            <tr>
              <th scope="col">Vendor</th>
              <th scope="col">Recorded</th>
              <th scope="col" class="tb-number">
                Price stated
              </th>
            </tr>
          </thead>
          <tbody>
            {bids.map((bid) => (
              <OpenedLine key={bid.commitHash} bid={bid} zone={zone} />
            ))}
          </tbody>
        </table>
      )}
      <p class="tb-second tb-small">{openedNote(voids.length, view)}</p>
      {canCompare && (
        <p>
          <a class="usa-button" href={fill(paths.page.fileAct, { ocid, t: 'award.decide' })}>
            {bids.length === 1 ? `Look at the ${words.bid}` : `Compare the ${count}`}
          </a>
        </p>
      )}
    </section>
  )
}

const OpenedLine = ({ bid, zone }: { bid: OpenedRow; zone: string }) => (
  <tr>
    <th scope="row">{tame(bid.name)}</th>
    <td>
      <Instant at={bid.at} zone={zone} form="due" />
    </td>
    <td class="tb-number">
      {bid.status === 'void' ? (
        <a class="tb-wrong" href={fill(paths.page.entry, { index: bid.index })}>
          {`Void, ${bid.code ?? ''}`}
        </a>
      ) : (
        bid.price && money(bid.price)
      )}
    </td>
  </tr>
)

function openedNote(voids: number, { words }: OpeningView): string {
  const sums = 'Prices as the vendors wrote them: sums are checked when you compare.'
  if (voids === 0) return `Each opened to exactly what its vendor sealed. None is void. ${sums}`
  const are = voids === 1 ? 'is' : 'are'
  return `${counted(voids, words.bid)} ${are} void: what opened is not what was sealed. ${sums}`
}

function Own({ view, own }: { view: OpeningView; own: NonNullable<OpeningView['own']> }) {
  const { ocid, until, zone } = view
  if (own === 'released') return <p>You have released your key.</p>
  if (own === 'too-early')
    return <p>{until === undefined ? '' : `You can release after ${dueInstant(until, zone)}.`}</p>
  return (
    <p>
      <a class="usa-button" href={fill(paths.page.fileAct, { ocid, t: 'opening.release' })}>
        Release my key
      </a>
    </p>
  )
}

const states: Record<HolderRow['state'], string> = {
  released: 'Released',
  waiting: 'Waiting',
  'not-needed': 'Not released, not needed',
}

const Holders = ({ view: { holders, zone } }: { view: OpeningView }) => (
  <section>
    <h2>Key holders</h2>
    <table class="usa-table usa-table--borderless tb-table">
      <caption class="usa-sr-only">Key holders</caption>
      <thead>
        <tr>
          <th scope="col">Holder</th>
          <th scope="col">State</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {holders.map((holder) => (
          <tr key={holder.id}>
            <th scope="row">
              {tame(holder.name)}
              {holder.org !== '' && <span class="tb-compare__hint">{tame(holder.org)}</span>}
            </th>
            <td>{states[holder.state]}</td>
            <td>
              {holder.at !== undefined && <Instant at={holder.at} zone={zone} form="record" />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

const Happened = ({ view: { happened, zone, ocid } }: { view: OpeningView }) => (
  <section>
    <h2>What happened</h2>
    {happened.length === 0 ? (
      <p>Nothing yet: the bidding is open.</p>
    ) : (
      <ul class="tb-rows">
        {happened.map(({ at, what }, position) => (
          <li key={position}>
            <span class="tb-second">
              <Instant at={at} zone={zone} form="record" />
            </span>
            : {what}
          </li>
        ))}
      </ul>
    )}
    <p class="tb-small">
      <a href={fill(paths.page.procurement, { ocid })}>Each step with its entry</a>
    </p>
  </section>
)
