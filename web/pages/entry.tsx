import { EntryTable } from '../components/entry-table/entry-table.tsx'
import { Facts, type Fact } from '../components/facts/facts.tsx'
import { Fold } from '../components/fold/fold.tsx'
import { Hash } from '../components/hash/hash.tsx'
import { Instant } from '../components/instant/instant.tsx'
import { Layout } from '../components/layout/layout.tsx'
import { Training, type TrainingProps } from '../components/training/training.tsx'
import { Verify } from '../components/verify/verify.tsx'
import { number, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import type { EntryRow, EntryView } from '../views/entry.ts'
import type { PageContext } from './procurements.tsx'

export interface EntryPageView extends EntryView {
  format: 'tenderbook-entry/1'
  /** Inclusion in the newest checkpoint that covers it; absent within the second before there is one. */
  proof?: { size: number; path: string[]; checkpoint: string }
  /** The key that signed, and the entry that brought it into the register. */
  key?: { kid: string; pub: string; since: number }
  vkey?: string
  /** Entries around it. */
  around: EntryRow[]
  /** Title of its procurement. */
  tenderTitle?: string
  /** Where its procurement is practice: the date that it has there, and the clock. */
  legal?: string
  training?: TrainingProps['training']
}

/** One entry: what it says in plain words, what it is in bytes, and a check that the browser makes itself. */
export function EntryPage({ view, context }: { view: EntryPageView; context: PageContext }) {
  const links = { index: view.index }
  const before = view.around.filter((row) => row.index < view.index)
  const after = view.around.filter((row) => row.index > view.index)
  return (
    <Layout
      title={`Entry ${number(view.index)}: ${view.label}`}
      section="record"
      crumbs={[
        { label: 'The record', href: paths.page.entries },
        { label: `Entry ${number(view.index)}` },
      ]}
      islands={['verify-entry']}
      jsonHref={`${fill(paths.page.entry, links)}.json`}
      {...context}
    >
      <p class="tb-over">{view.label}</p>
      <h1>{view.sentence}</h1>
      {view.training && <Training training={view.training} zone={view.zone} />}
      <div class="tb-columns">
        <div>
          {view.reasons.map((reason, position) => (
            <blockquote key={position} class="tb-lede">
              “{tame(reason)}”
            </blockquote>
          ))}
          <Facts facts={factsOf(view)} />
          <Folds view={view} />
          <p class="tb-actions">
            <a class="usa-button usa-button--outline" href={fill(paths.api.entryProof, links)}>
              Download the proof
            </a>
            <a
              class="usa-button usa-button--outline"
              href={`${fill(paths.page.entry, links)}.json`}
            >
              Download the entry
            </a>
          </p>
        </div>
        <aside>
          <Verify
            island="verify-entry"
            source={`${fill(paths.page.entry, links)}.json`}
            title="Verify in your browser"
            text="Your browser recomputes this from the bytes, without believing this page."
            button="Verify in your browser"
            doesNotProve={[
              'That the reasons are true or the choice was wise.',
              'What the person who signed is called. Names come from the agency’s register; the entry knows an id.',
              'That this page told you the truth. Download the proof and verify it without us.',
            ]}
          />
        </aside>
      </div>
      <h2>Around it in the record</h2>
      <EntryTable rows={[...before, view, ...after]} zone={view.zone} current={view.index} />
    </Layout>
  )
}

function factsOf(view: EntryView & Pick<EntryPageView, 'key' | 'tenderTitle' | 'legal'>): Fact[] {
  const { arrivedAt, statementHash, tender, who, pseq, key, revealed } = view
  return [
    {
      label: 'Recorded',
      value: (
        <>
          <Instant at={view.at} zone={view.zone} form="record" />, entry {number(view.index)}
        </>
      ),
    },
    ...(view.legal === undefined
      ? []
      : [
          {
            label: 'Practice date',
            value: <Instant at={view.legal} zone={view.zone} form="record" />,
          },
        ]),
    ...(arrivedAt === undefined
      ? []
      : [{ label: 'Received', value: <Instant at={arrivedAt} zone={view.zone} form="record" /> }]),
    ...(who === undefined
      ? []
      : [{ label: 'Signed by', value: <SignedBy who={who} since={key?.since} /> }]),
    ...(tender === undefined
      ? []
      : [{ label: 'For', value: <For ocid={tender} title={view.tenderTitle} pseq={pseq} /> }]),
    ...(revealed === undefined
      ? []
      : [
          {
            label: 'Shown by',
            value: (
              <a href={fill(paths.page.entry, { index: revealed.by })}>
                entry {number(revealed.by)}
              </a>
            ),
          },
        ]),
    { label: 'Leaf', value: <Hash value={view.leaf} /> },
    ...(statementHash === undefined
      ? []
      : [{ label: 'Statement hash', value: <Hash value={statementHash} /> }]),
  ]
}

const SignedBy = ({ who, since }: { who: string; since: number | undefined }) => (
  <>
    {tame(who)}
    {since !== undefined && (
      <>
        , with a key enrolled in{' '}
        <a href={fill(paths.page.entry, { index: since })}>entry {number(since)}</a>
      </>
    )}
  </>
)

interface ForProps {
  ocid: string
  title: string | undefined
  pseq: number | undefined
}

const For = ({ ocid, title, pseq }: ForProps) => (
  <>
    <a href={fill(paths.page.procurement, { ocid })}>{tame(title ?? ocid)}</a>
    {pseq !== undefined && `, open step ${number(pseq + 1)}`}
  </>
)

const Folds = ({ view }: { view: EntryPageView }) => (
  <div>
    {view.statement !== undefined && (
      <Fold label="Raw statement, as signed" aside={bytes(view.bodySize)}>
        <pre tabIndex={0}>{JSON.stringify(view.statement, undefined, 2)}</pre>
      </Fold>
    )}
    <Fold label="Raw entry, as stored" aside={bytes(view.size)}>
      <pre tabIndex={0}>{rawEntry(view.entry)}</pre>
    </Fold>
    {view.proof && (
      <Fold label={`The ${view.proof.path.length} hashes that lead to the checkpoint`}>
        <pre tabIndex={0}>{[...view.proof.path, '', view.proof.checkpoint].join('\n')}</pre>
      </Fold>
    )}
  </div>
)

const bytes = (size: number | undefined): string =>
  size === undefined ? '' : `${number(size)} bytes`

/** Entry bytes are UTF-8 JSON by their parser's word. */
const rawEntry = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')
