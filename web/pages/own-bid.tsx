import { Facts, type Fact } from '../components/facts/facts.tsx'
import { Hash } from '../components/hash/hash.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { StateBox } from '../components/state-box/state-box.tsx'
import { Training } from '../components/training/training.tsx'
import { dueInstant, money, number, recordInstant, shortDay, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import type { OwnBid } from '../views/own-bids.ts'
import type { OwnResult } from '../views/own-result.ts'
import type { OwnBidView } from '../views/own-bid.ts'
import type { PageContext } from './procurements.tsx'

/**
 * A vendor's own offer: what the record says of it, and what this browser can verify of it. Nothing here looks like success
 * until the island `own-bid` has verified the receipt.
 */
export function OwnBidPage({ view, context }: { view: OwnBidView; context: PageContext }) {
  const { bids, words, ocid, org, training, zone } = view
  const title = `Your ${words.bid}`
  const [newest] = bids
  return (
    <Layout
      title={title}
      crumbs={[
        { label: 'Your work', href: paths.page.work },
        { label: tame(view.title), href: fill(paths.page.procurement, { ocid }) },
        { label: title },
      ]}
      islands={['deadline', 'own-bid']}
      {...context}
    >
      {training && <Training training={training} zone={zone} />}
      <p class="tb-over">{`${ocid} · ${tame(org)}`}</p>
      {newest ? <Recorded view={view} bid={newest} /> : <Nothing view={view} />}
    </Layout>
  )
}

const Nothing = ({ view }: { view: OwnBidView }) => (
  <>
    <h1>{`Your ${view.words.bid}`}</h1>
    <p class="tb-lede">{`You have not sent a ${view.words.bid} for “${tame(view.title)}”.`}</p>
    {view.isOpen && (
      <p>
        <a class="usa-button" href={preparePath(view)}>
          {`Prepare a ${view.words.bid}`}
        </a>
      </p>
    )}
  </>
)

const preparePath = ({ ocid }: OwnBidView, lot?: string): string =>
  fill(paths.page.fileAct, { ocid, t: 'bid.commit' }, { lot: lot === 'main' ? undefined : lot })

/** What the record says of a bid, in the words of its state; none of them is a success. */
const said: Record<OwnBid['status'], string> = {
  counts: 'The record says: this one counts.',
  replaced: 'The record says: a later version replaced it. It no longer counts.',
  withdrawn: 'The record says: you have withdrawn it. It does not count and is not opened.',
  stale: 'The record says: the request changed after it. Look at the change, then submit again.',
  late: 'The record says: it came too late. It is kept sealed and not opened.',
}

function Recorded({ view, bid }: { view: OwnBidView; bid: OwnBid }) {
  const { words, zone, bids } = view
  const older = bids.slice(1)
  return (
    <div
      data-island="own-bid"
      data-hash={bid.commitHash}
      data-status-now={bid.status}
      data-zone={zone}
      data-words={words.bid}
      data-more={older.map(({ commitHash }) => commitHash).join(' ')}
    >
      <div class="tb-result" data-result>
        <h1 data-result-title>{`Your ${words.bid}, version ${bid.seq}`}</h1>
        <p>{tame(view.title)}</p>
        <p data-result-line>
          Received <strong>{recordInstant(bid.arrived, zone)}</strong>
        </p>
      </div>
      <div class="tb-columns">
        <div>
          {view.results.map((result) => (
            <Result key={result.commitHash} result={result} view={view} />
          ))}
          <h2>Your receipt</h2>
          <Facts facts={factsOf(view, bid)} />
          <div class="tb-actions" data-downloads></div>
          <h2 data-checks-title>Checks in this browser</h2>
          <p class="tb-off" data-off>
            Checking the receipt needs a script. What stands above is the server’s word.
          </p>
          <ul class="tb-checks" data-checks aria-live="polite"></ul>
          <h3>What this does not prove</h3>
          <ul class="usa-list">
            <li>
              {`That your ${words.bid} meets the request, or that your files open. It stays sealed until the opening.`}
            </li>
            <li>
              That this page told you the truth. Keep the receipt and verify it without this site:{' '}
              <code>npx tenderbook verify receipt.json</code>
            </li>
          </ul>
          {older.length > 0 && <Older view={view} bids={older} />}
        </div>
        <aside>
          {view.isOpen && <Change view={view} bid={bid} />}
          <ComesNext view={view} />
        </aside>
      </div>
    </div>
  )
}

function factsOf(view: OwnBidView, bid: OwnBid): Fact[] {
  const { deadline, isOpen, zone } = view
  const until = isOpen && deadline ? dueInstant(deadline.at, zone) : undefined
  const which =
    bid.status === 'counts' ? (
      <>
        <strong>{`This one, version ${bid.seq}.`}</strong>
        {until !== undefined && ` You can replace or withdraw it until ${until}.`}
      </>
    ) : (
      said[bid.status]
    )
  return [
    { label: 'Which one counts', value: which },
    {
      label: 'Received',
      value: <span data-received>{`${bid.arrived.slice(11, 26)} UTC, by the server’s clock`}</span>,
    },
    { label: 'What was sealed', value: <span data-sealed>Only your own copy says it.</span> },
    {
      label: 'Place in the record',
      value: (
        <>
          {`Entry ${number(bid.index)}. `}
          <span class="tb-second">Only you see this number.</span>
        </>
      ),
    },
    {
      label: 'Fingerprint',
      value: <Hash value={bid.commitHash} />,
    },
  ]
}

interface ResultProps {
  result: OwnBidView['results'][number]
  view: OwnBidView
}

/** What became of it, with the reason that the officer gave for this one; of the others nothing. */
function Result({ result, view: { words } }: ResultProps) {
  const { winner, winnerName, reason, outcome } = result
  return (
    <section>
      <h2>{outcomes[outcome](words.bid)}</h2>
      <Facts
        facts={[
          ...(reason ? [{ label: 'Why', value: tame(reason.text) }] : []),
          ...(winner && outcome !== 'chosen'
            ? [
                {
                  label: 'Chosen instead',
                  value: `${tame(winnerName ?? winner.vendor)}, ${money(winner.price)}`,
                },
                { label: 'Their reason, as published', value: `“${tame(winner.reason)}”` },
              ]
            : []),
        ]}
      />
      {outcome !== 'chosen' && (
        <p class="tb-second tb-small">
          Only you read why yours was not chosen. You may ask the contracting officer for more.
        </p>
      )}
    </section>
  )
}

const outcomes: Record<OwnResult['outcome'], (bid: string) => string> = {
  chosen: (bid) => `Your ${bid} was chosen`,
  'not-chosen': (bid) => `Your ${bid} was not chosen`,
  void: (bid) => `Your ${bid} is void: what opened is not what was sealed`,
}

const Older = ({ view, bids }: { view: OwnBidView; bids: OwnBid[] }) => (
  <>
    <h2>Earlier versions</h2>
    <ul class="tb-rows">
      {bids.map((bid) => (
        <li key={bid.commitHash}>
          {`Version ${bid.seq}, received ${recordInstant(bid.arrived, view.zone)}. ${said[bid.status]} `}
          <span data-receipt-of={bid.commitHash}></span>
        </li>
      ))}
    </ul>
  </>
)

function Change({ view, bid }: { view: OwnBidView; bid: OwnBid }) {
  const { deadline, words, ocid, zone, now } = view
  if (!deadline) return null
  const isStanding = bid.status === 'counts' || bid.status === 'stale'
  const of = bid.commitHash
  return (
    <>
      <StateBox
        box={{ kind: 'deadline', ...deadline }}
        zone={zone}
        now={now}
        terms={words}
        label={isStanding ? 'You can change it until' : 'You can send another until'}
      />
      <div class="tb-actions">
        <a class="usa-button usa-button--outline" href={preparePath(view, bid.lot)}>
          {isStanding ? `Replace my ${words.bid}` : `Prepare a ${words.bid}`}
        </a>
        {isStanding && (
          <a class="usa-link" href={fill(paths.page.fileAct, { ocid, t: 'bid.withdraw' }, { of })}>
            {`Withdraw my ${words.bid}`}
          </a>
        )}
      </div>
    </>
  )
}

function ComesNext({ view }: { view: OwnBidView }) {
  const { words, holders, deadline, zone, isOpen } = view
  const { k, n } = holders
  return (
    <section class="tb-card">
      <h2>What comes next</h2>
      <ul class="tb-rows">
        {isOpen && deadline && (
          <li>
            {shortDay(deadline.at, zone)}: bidding closes by itself. Then {k} of {n} key holders
            release, and all {words.bids} open together.
          </li>
        )}
        {!isOpen && (
          <li>
            Once {k} of {n} key holders have released, all {words.bids} open together.
          </li>
        )}
        <li>The officer chooses by the published factors, and says why.</li>
      </ul>
      <p class="tb-second">Until the opening this site tells nobody that you have sent one.</p>
    </section>
  )
}
