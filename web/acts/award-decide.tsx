import {
  compareMoney,
  dateIn,
  findRule,
  methodOf,
  rowKey,
  ruleOf,
  type Money,
  type OpenState,
  type WarrantRow,
} from '../../procurement/index.ts'
import { awardField, NOT_AS_ASKED, type AwardBid, type AwardForm } from '../award-form.ts'
import { Compare } from '../components/compare/compare.tsx'
import { Field, Fixed, fieldId } from '../components/field/field.tsx'
import { Select } from '../components/select/select.tsx'
import { amount, counted, longDay, money, percent, recordInstant, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { termsOf } from '../terms.ts'
import { above, comparisonsOf, type Candidate, type LotComparison } from '../views/comparison.ts'
import type { OpenedReading } from '../views/opened.ts'
import type { ActPage, ActView } from './page.ts'

/** A1, P16: the officer compares the opened bids and chooses, with a reason that everyone will read. */
export const awardDecide: ActPage = {
  t: 'award.decide',
  role: 'CO',
  title: (view) => {
    const { bid, bids } = termsOf(view.file?.method)
    const { length } = openedIn(view).bids
    return length === 1 ? `Look at the ${bid} and choose` : `Compare ${length} ${bids} and choose`
  },
  button: 'Check the order and sign',
  verb: 'Sign and choose',
  follows: ({ file }) => [
    'Winner, price and your reasons become public at once. Each other vendor reads its own reason.',
    `The order is made when you sign it, next. An award is not taken back: a new one needs a new ${termsOf(file?.method).solicitation}.`,
  ],
  rows: (_file, { person }) => [rowKey.warrant(person)],
  reads: ['opened'],
  next: ({ file }) => fill(paths.page.fileAct, { ocid: file?.ocid ?? '', t: 'order.sign' }),
  because,
  islands: ['compare'],
  Fields,
}

/** Disclosure made the reading, in this form; to others than officer and auditors it gives none. */
const openedIn = ({ more }: ActView): OpenedReading =>
  (more['opened'] as OpenedReading | undefined) ?? { bids: [] }

const nameIn =
  ({ names }: ActView) =>
  (id: string): string =>
    names.get(id) ?? id

function comparisonsIn(view: ActView): LotComparison[] {
  return view.file ? comparisonsOf(view.file, openedIn(view).bids, nameIn(view)) : []
}

function because(view: ActView): string[] {
  const { bids, list: exclusions } = openedIn(view)
  const word = termsOf(view.file?.method).bid
  const undecided = comparisonsIn(view).flatMap((each) => each.undecided)
  const sums = new Set(
    undecided.map(({ name, item }) =>
      item === ''
        ? `the sum of ${tame(name)} is not decided`
        : `the sum in line ${tame(item)} of ${tame(name)} is not decided`,
    ),
  )
  return [
    ...(bids.length === 0 ? [`no ${word} was opened`] : []),
    ...sums,
    ...(exclusions ? [] : ['the list of exclusions has never been loaded']),
  ]
}

function Fields({ view }: { view: ActView }) {
  const { file } = view
  const terms = file?.solicitation?.terms
  if (!file || !terms) return <p>There is nothing to compare.</p>
  const comparisons = comparisonsIn(view)
  const factors = terms.factors.filter(({ kind }) => kind !== 'price')
  const form = awardFormOf(view, comparisons)
  const wrong = comparisons.flatMap((each) => each.undecided).length
  return (
    <div class="tb-award" data-award={JSON.stringify(form)}>
      <p class="tb-second">{introOf(file, wrong)}</p>
      {comparisons.map((comparison, position) => (
        <section key={comparison.lot}>
          {comparison.title !== undefined && <h2>{tame(comparison.title)}</h2>}
          <Compare
            comparison={comparison}
            factors={factors}
            answers={terms.requested.filter(({ kind }) => kind === 'answer')}
            deliverBy={terms.delivery.by}
            zone={view.zone}
            ocid={file.ocid}
            opened={openedText(file, view.zone)}
            choice={awardField.choice(position)}
          />
        </section>
      ))}
      <div class="tb-columns">
        <div class="tb-award__why">
          {comparisons.map((comparison, position) => (
            <Why
              key={comparison.lot}
              comparison={comparison}
              position={position}
              factors={factors}
              form={form}
            />
          ))}
          <Fair comparisons={comparisons} form={form} file={file} />
          <Field
            path={awardField.responsible}
            kind="text"
            label="The vendor is responsible, because"
            hint={`It can deliver, has done so before, and is honest (${ruleOf(file, 'responsibility').cite}).`}
            rows={2}
            max={1000}
          />
          <Told comparisons={comparisons} form={form} />
          <Fixed path="exclusions.checkedAgainst" value={openedIn(view).list?.index ?? 0} />
        </div>
        <aside>
          {comparisons.flatMap(({ candidates }) =>
            candidates
              .filter(({ competes }) => competes)
              .map((candidate) => (
                <Checked key={candidate.bid.commitHash} candidate={candidate} view={view} />
              )),
          )}
        </aside>
      </div>
    </div>
  )
}

function introOf({ requisition: { value } }: OpenState, wrong: number): string {
  const sums =
    wrong === 0
      ? 'No sum is wrong.'
      : `${counted(wrong, 'sum')} ${wrong === 1 ? 'is' : 'are'} wrong.`
  return `Estimate ${money(value)}. In ${value.currency}. Every line was multiplied again. ${sums} Open a sealed proof to see where a figure comes from.`
}

function openedText({ opening, solicitation }: OpenState, zone: string): string {
  const [group] = solicitation?.terms.openingKey.groups ?? []
  const keys = `with ${opening.releases.length} of ${group?.members.length ?? 0} keys`
  const at = opening.result?.legal
  return at === undefined ? 'Not opened.' : `Opened ${recordInstant(at, zone)}, ${keys}.`
}

// What the script is told

function awardFormOf(view: ActView, comparisons: readonly LotComparison[]): AwardForm {
  const { file } = view
  const terms = file?.solicitation?.terms
  return {
    lots: comparisons.map((comparison) => ({
      lot: comparison.lot,
      bids: comparison.candidates.map((candidate) => awardBid(candidate, comparison, file)),
    })),
    factors: (terms?.factors ?? [])
      .filter(({ kind }) => kind !== 'price')
      .map(({ id, name, kind }) => ({ id, name, kind })),
    competed: `${competingIn(comparisons)} ${termsOf(file?.method).bids} competed`,
    discloses: file !== undefined && methodOf(file)?.disclose.award === 'all',
    words: [
      terms?.title,
      terms?.description,
      ...(terms?.factors ?? []).map(({ name }) => name),
      ...(terms?.requested ?? []).map(({ title }) => title),
    ].join(' '),
  }
}

function awardBid(
  candidate: Candidate,
  { lot, candidates, estimate }: LotComparison,
  file: OpenState | undefined,
): AwardBid {
  const { bid, name, competes, counts, price, stated } = candidate
  const cheapest = candidates.find((each) => each.competes && each.counts)
  const written = [counts, price?.amount, stated].filter((each) => each !== undefined)
  const settled = settledOf(candidate, file)
  return {
    commitHash: bid.commitHash,
    vendor: bid.vendor,
    name: tame(name),
    lot,
    competes,
    ...(counts ? { price: counts } : {}),
    priceTexts: [...new Set(written.flatMap(spellings))],
    ...aboveOf(candidate, cheapest),
    ...belowOf(counts, estimate),
    ...(settled ? { settled } : {}),
  }
}

/** "19,622.00", "19622.00". */
const spellings = (value: Money): string[] => [amount(value), amount(value).replace(/,/g, '')]

function aboveOf(
  { name, counts, bid }: Candidate,
  cheapest: Candidate | undefined,
): { above?: string } {
  if (!counts || !cheapest?.counts || cheapest.bid.commitHash === bid.commitHash) return {}
  const more = above(counts, cheapest.counts)
  if (BigInt(more.amount) <= 0n) return {}
  const share = percent(BigInt(more.amount), BigInt(cheapest.counts.amount))
  return { above: tame(`${name} is ${money(more)} (${share}) above ${cheapest.name}.`) }
}

function belowOf(
  counts: Money | undefined,
  estimate: Money | undefined,
): { belowEstimate?: string } {
  if (!counts || !estimate || counts.currency !== estimate.currency) return {}
  const less = BigInt(above(estimate, counts).amount)
  if (less < 0n || estimate.amount === '0') return {}
  return less === 0n
    ? { belowEstimate: 'It is as estimated' }
    : { belowEstimate: `It is ${percent(less, BigInt(estimate.amount))} below the estimate` }
}

function settledOf({ bid, competes }: Candidate, file: OpenState | undefined) {
  if (bid.status === 'void') return { code: 'void', text: 'What opened is not what was sealed.' }
  const reason = file?.assessments[bid.commitHash]?.reason
  return competes ? undefined : { code: NOT_AS_ASKED, text: reason?.text ?? 'Not as asked.' }
}

// Why this one

interface WhyProps {
  comparison: LotComparison
  position: number
  factors: AwardForm['factors']
  form: AwardForm
}

/** The island shows what belongs to the choice; without it everything stands here. */
function Why({ comparison, position, factors, form }: WhyProps) {
  const isAlone = comparison.candidates.filter(({ competes }) => competes).length < 2
  return (
    <section data-why={position}>
      <h2 data-why-title>{isAlone ? 'Your reason' : 'Why this one?'}</h2>
      <p data-why-above></p>
      {position === 0 && !isAlone && <Decided factors={factors} />}
      <Field
        path={awardField.reason(position)}
        kind="text"
        label="Your reason, as the public will read it"
        hint={
          form.discloses
            ? 'It stands in the record with your name.'
            : 'Name no other vendor and none of their prices: they are not published.'
        }
        rows={4}
        max={1000}
      />
      <p class="tb-second tb-small" data-count-of={awardField.reason(position)}></p>
      <p class="tb-warning" role="status" data-names-of={awardField.reason(position)}></p>
    </section>
  )
}

const Decided = ({ factors }: { factors: AwardForm['factors'] }) => (
  <fieldset class="usa-fieldset usa-form-group" data-field={awardField.decided}>
    <legend class="usa-legend">What decided</legend>
    <div data-error-before class="tb-award__ticks">
      {[...factors.map(({ id, name }) => ({ id, name })), notAsAsked].map(({ id, name }, i) => (
        <Tick key={id} path={awardField.decided} value={id} label={tame(name)} position={i} />
      ))}
    </div>
  </fieldset>
)

const notAsAsked = { id: NOT_AS_ASKED, name: 'Does not meet the request' }

interface TickProps {
  path: string
  value: string
  label: string
  position: number
  aside?: string
  checked?: boolean
}

function Tick({ path, value, label, position, aside, checked }: TickProps) {
  const id = position === 0 ? fieldId(path) : `${fieldId(path)}-${position}`
  return (
    <div class="usa-checkbox">
      <input
        class="usa-checkbox__input"
        type="checkbox"
        id={id}
        name={path}
        data-kind="list"
        value={value}
        checked={checked}
      />
      <label class="usa-checkbox__label" for={id}>
        <span data-label-of={value}>{label}</span>
        {aside !== undefined && <span class="tb-second tb-small"> {aside}</span>}
      </label>
    </div>
  )
}

interface FairProps {
  comparisons: LotComparison[]
  form: AwardForm
  file: OpenState
}

/** How many competed for the lot for which the fewest did. */
const competingIn = (comparisons: readonly LotComparison[]): number =>
  Math.min(
    ...comparisons.map(({ candidates }) => candidates.filter(({ competes }) => competes).length),
  )

/** Competition, or the estimate; where only one came, the officer says what shows it. */
function Fair({ comparisons, form, file }: FairProps) {
  if (competingIn(comparisons) < 2) return <Alone file={file} bid={termsOf(file.method).bid} />
  const cite = findRule(file, 'price-reasonable')?.cite
  const isBelow = form.lots.some((lot) => lot.bids.some((each) => each.belowEstimate))
  return (
    <fieldset class="usa-fieldset usa-form-group" data-field={awardField.fair}>
      <legend class="usa-legend">The price is fair, because</legend>
      <div data-error-before>
        <Tick
          path={awardField.fair}
          value="competition"
          label={form.competed}
          position={0}
          {...(cite === undefined ? {} : { aside: cite })}
          checked
        />
        {isBelow && (
          <Tick
            path={awardField.fair}
            value="estimate"
            label="It is below the estimate"
            position={1}
          />
        )}
      </div>
    </fieldset>
  )
}

function Alone({ file, bid }: { file: OpenState; bid: string }) {
  const bases = [
    'estimate',
    'catalogue',
    'market-research',
    'similar-items',
    'past-purchases',
    'other',
  ]
  return (
    <section>
      <h2>{`One ${bid} came. Say why the price is fair`}</h2>
      <p class="tb-second">{ruleOf(file, 'price-reasonable').cite}</p>
      <Select
        path="priceReasonable.basis"
        label="What shows it"
        options={bases.map((value) => ({ value, label: fairLabels[value] ?? value }))}
      />
      <Field
        path="priceReasonable.text"
        kind="text"
        label="The price is fair, because"
        rows={3}
        max={1000}
      />
    </section>
  )
}

const fairLabels: Record<string, string> = {
  estimate: 'Our own estimate',
  catalogue: 'A catalogue or price list',
  'market-research': 'Market research',
  'similar-items': 'Prices of similar items',
  'past-purchases': 'Past purchases',
  other: 'Something else',
}

/** A reason for each of the others: its vendor reads it, the public does not. */
function Told({ comparisons, form }: { comparisons: LotComparison[]; form: AwardForm }) {
  const candidates = comparisons.flatMap((each) => each.candidates)
  if (candidates.length < 2) return null
  return (
    <details class="tb-fold">
      <summary>
        <span class="tb-fold__label">What the other vendors are told</span>
      </summary>
      <div class="tb-fold__body">
        <p>
          Each reads the reason for its own.
          {!form.discloses && ' The public does not.'} Leave it empty, and it is told what decided.
        </p>
        {candidates.map(({ bid: { commitHash }, name }) => (
          <div key={commitHash} data-told={commitHash}>
            <Field
              path={awardField.told(commitHash)}
              kind="text"
              label={tame(name)}
              optional
              max={1000}
            />
          </div>
        ))}
      </div>
    </details>
  )
}

// What the rules will check

function Checked({ candidate, view }: { candidate: Candidate; view: ActView }) {
  const { bid, name } = candidate
  return (
    <section class="tb-card" data-checks-for={bid.commitHash}>
      <h2>{`Checked for ${tame(name)}`}</h2>
      <ul class="tb-rows">
        {checksOf(candidate, view).map(({ isGood, text, detail }) => (
          <li key={text} class={isGood ? 'tb-given' : 'tb-given tb-given--not'}>
            <span class="usa-sr-only">{isGood ? 'Holds: ' : 'Does not hold: '}</span>
            {text}
            <span class="tb-given__detail">{detail}</span>
          </li>
        ))}
      </ul>
      <p class="tb-second tb-small">
        By the server, just now; the rules check it again when you sign.
      </p>
    </section>
  )
}

interface Check {
  isGood: boolean
  text: string
  detail: string
}

function checksOf({ bid, counts }: Candidate, view: ActView): Check[] {
  const { file } = view
  if (!file) return []
  return [
    exclusionCheck(bid, view, file),
    bid.isConfirmed
      ? { isGood: true, text: 'Confirmed by the registrar', detail: 'Who it is was checked.' }
      : {
          isGood: false,
          text: 'Nobody has confirmed who it is',
          detail: 'Ask a registrar to check and confirm the vendor first.',
        },
    warrantCheck(counts, view, file),
    fundsCheck(counts, file),
  ]
}

function exclusionCheck(bid: Candidate['bid'], view: ActView, file: OpenState): Check {
  const { list: exclusions } = openedIn(view)
  const { cite } = ruleOf(file, 'exclusions')
  if (bid.excluded)
    return {
      isGood: false,
      text: `Excluded since ${bid.excluded.from}`,
      detail: `Says ${tame(bid.excluded.source)}. ${cite}`,
    }
  return exclusions
    ? {
        isGood: true,
        text: 'Not excluded from contracts',
        detail: `List of ${exclusions.date}, entry ${exclusions.index}. ${cite}`,
      }
    : { isGood: false, text: 'Exclusions cannot be checked', detail: `No list is loaded. ${cite}` }
}

function warrantCheck(counts: Money | undefined, view: ActView, file: OpenState): Check {
  // Written by `warrant.grant`.
  const warrants = (view.row(rowKey.warrant(view.viewer.person)) as WarrantRow[] | undefined) ?? []
  const day = dateIn(view.zone, view.legalNow)
  const { cite } = ruleOf(file, 'warrant')
  const limits = warrants
    .filter(({ from, to }) => from <= day && day <= to)
    .map(({ limit }) => limit)
    .filter(({ currency }) => currency === file.requisition.value.currency)
    .sort(compareMoney)
  const greatest = limits.at(-1)
  if (!greatest) return { isGood: false, text: 'You have no warrant in force', detail: cite }
  const isCovered = counts !== undefined && isWithin(counts, greatest)
  return {
    isGood: isCovered,
    text: isCovered ? 'Your warrant covers it' : 'It is above your warrant',
    detail: `Up to ${money(greatest)}. ${cite}`,
  }
}

const isWithin = (value: Money, limit: Money): boolean =>
  value.currency === limit.currency && compareMoney(value, limit) <= 0

function fundsCheck(counts: Money | undefined, { funds, zone }: OpenState): Check {
  if (!funds)
    return { isGood: false, text: 'No funds are certified', detail: 'Ask the budget officer.' }
  const isCovered = counts !== undefined && isWithin(counts, funds.amount)
  return {
    isGood: isCovered,
    text: isCovered ? 'The funds cover it' : 'It is more than the funds',
    detail: `Certified: ${money(funds.amount)}, ${longDay(funds.legal, zone)}`,
  }
}
