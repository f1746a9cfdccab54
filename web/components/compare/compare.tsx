import type { ComponentChildren } from 'preact'
import type { Money } from '../../../procurement/index.ts'
import { amount, counted, dayOf, isPlainDate, number, recordInstant, tame } from '../../format.ts'
import { sizeText } from '../../bid-form.ts'
import { fill, paths } from '../../paths.ts'
import { above, type Candidate, type LineCell, type LotComparison } from '../../views/comparison.ts'

export interface CompareProps {
  comparison: LotComparison
  /** Stated factors but the price, in their stated order. */
  factors: { id: string; name: string; kind: string }[]
  /** What else was asked for. */
  answers: { id: string; title: string }[]
  /** The day by which delivery is asked for. */
  deliverBy: string
  zone: string
  ocid: string
  /** How many of how many keys opened the bids, and when. */
  opened: string
  /** Name of the radio buttons; absent: nothing is chosen here. */
  choice?: string
  children?: ComponentChildren
}

/**
 * Item by vendor: the factors in their stated order, then line by line. A figure is a fold that shows where it comes from.
 * On a phone each row is a block with one line a vendor.
 */
export function Compare(props: CompareProps) {
  const { comparison, factors, answers, choice } = props
  const { candidates, items } = comparison
  const ids = factors.map(({ id }) => id)
  const rest = answers.filter(({ id }) => !ids.includes(id))
  return (
    <table class="usa-table usa-table--borderless tb-table tb-compare">
      <caption class="usa-sr-only">The offers, item by vendor</caption>
      <thead>
        <tr>
          <th scope="col">Item</th>
          {candidates.map(({ bid, name }) => (
            <th key={bid.commitHash} scope="col" class="tb-number" data-bid={bid.commitHash}>
              {tame(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <PriceRow {...props} />
        {[...factors.map(({ id, name, kind }) => ({ id, name, kind })), ...rest.map(asFactor)].map(
          (factor) => (
            <AnswerRow key={factor.id} {...props} factor={factor} />
          ),
        )}
        <FilesRow {...props} />
      </tbody>
      {items.length > 0 && (
        <tbody>
          <tr>
            <th scope="rowgroup" colSpan={candidates.length + 1} class="tb-compare__part">
              Line by line
            </th>
          </tr>
          {items.map((item) => (
            <LineRow key={item.id} {...props} item={item} />
          ))}
        </tbody>
      )}
      {choice !== undefined && <ChoiceRow {...props} choice={choice} />}
    </table>
  )
}

const asFactor = ({ id, title }: { id: string; title: string }) => ({ id, name: title, kind: '' })

interface RowProps {
  title: string
  hint?: string
  candidates: Candidate[]
  cell: (candidate: Candidate) => ComponentChildren
}

const Row = ({ title, hint, candidates, cell }: RowProps) => (
  <tr>
    <th scope="row">
      {title}
      {hint !== undefined && <span class="tb-compare__hint">{hint}</span>}
    </th>
    {candidates.map((candidate) => (
      <td
        key={candidate.bid.commitHash}
        data-bid={candidate.bid.commitHash}
        data-label={tame(candidate.name)}
      >
        {cell(candidate)}
      </td>
    ))}
  </tr>
)

function PriceRow({ comparison, ...props }: CompareProps) {
  const { candidates, estimate } = comparison
  const lowest = candidates.find(({ price }) => price?.deviation === 'lowest')?.price
  const hint = estimate ? `Recomputed. Estimate ${amount(estimate)}` : 'Recomputed'
  return (
    <Row
      title="Price, all lines"
      hint={hint}
      candidates={candidates}
      cell={(candidate) => {
        const { price, stated, bid } = candidate
        if (!price) return <NoPrice candidate={candidate} />
        return (
          <Figure deviation={price.deviation} value={price.amount} isGreat>
            {lowest && price.deviation.startsWith('+') && (
              <span class="tb-compare__sum">{`+${amount(above(price.amount, lowest.amount))}`}</span>
            )}
            {stated && <Wrong stated={stated} />}
            <Proof {...props} candidate={candidate}>
              <p>{`Its price sheet says ${amount(stated ?? price.amount)}. Multiplied again: ${amount(price.amount)}.`}</p>
              {bid.price && <p>{`Committed to before the deadline: ${amount(bid.price)}.`}</p>}
            </Proof>
          </Figure>
        )
      }}
    />
  )
}

function NoPrice({ candidate: { bid, finding } }: { candidate: Candidate }) {
  if (bid.status === 'void') return <span class="tb-wrong">{`Void, ${bid.code ?? ''}`}</span>
  const text = finding === undefined ? 'The price sheet cannot be read' : finding
  return <span class="tb-wrong">{text}</span>
}

interface FigureProps {
  deviation: string
  value: Money
  isGreat?: boolean
  children?: ComponentChildren
}

const Figure = ({ deviation, value, isGreat, children }: FigureProps) => (
  <div class="tb-figure">
    <span class={deviation === 'lowest' ? 'tb-figure__lowest' : 'tb-figure__above'}>
      {deviation}
    </span>
    <span class={isGreat === true ? 'tb-figure__great' : 'tb-figure__value'}>{amount(value)}</span>
    {children}
  </div>
)

const Wrong = ({ stated }: { stated: Money }) => (
  <span class="tb-wrong">{`stated ${amount(stated)}`}</span>
)

interface AnswerRowProps extends CompareProps {
  factor: { id: string; name: string; kind: string }
}

function AnswerRow({ comparison, factor, deliverBy, zone }: AnswerRowProps) {
  const isDelivery = factor.kind === 'delivery'
  const hint = isDelivery ? `Asked: by ${dayOf(deliverBy, zone)}` : undefined
  const shown = comparison.candidates.some(({ answers }) => answers[factor.id] !== undefined)
  if (!shown && !isDelivery) return null
  return (
    <Row
      title={tame(factor.name)}
      {...(hint === undefined ? {} : { hint })}
      candidates={comparison.candidates}
      cell={({ answers }) => {
        const said = answers[factor.id]
        if (said === undefined) return '–'
        const late = isDelivery ? daysLate(said, deliverBy) : 0
        return (
          <>
            {isPlainDate(said) ? dayOf(said, zone) : tame(said)}
            {late > 0 && <span class="tb-wrong">{lateText(late)}</span>}
          </>
        )
      }}
    />
  )
}

function daysLate(day: string, by: string): number {
  if (!isPlainDate(day) || !isPlainDate(by)) return 0
  return Math.round((Date.parse(day) - Date.parse(by)) / 86_400_000)
}

const lateText = (days: number): string =>
  days % 7 === 0 ? `${counted(days / 7, 'week')} late` : `${counted(days, 'day')} late`

function FilesRow({ comparison: { candidates } }: CompareProps) {
  if (candidates.every(({ bid }) => bid.files.length === 0)) return null
  return (
    <Row
      title="Files"
      candidates={candidates}
      cell={({ bid: { files } }) => (
        <details class="tb-proof">
          <summary>{counted(files.length, 'file')}</summary>
          <ul class="usa-list">
            {files.map(({ name, media, size }, i) => (
              <li key={i}>{`${tame(name)}, ${tame(media)}, ${sizeText(size)}`}</li>
            ))}
          </ul>
        </details>
      )}
    />
  )
}

interface LineRowProps extends CompareProps {
  item: LotComparison['items'][number]
}

function LineRow({ comparison, item, ...props }: LineRowProps) {
  const estimate = item.estimate ? `, estimate ${amount(item.estimate)}` : ''
  return (
    <Row
      title={tame(item.name.split(/[:(]/)[0] ?? item.name)}
      hint={`Line ${item.id}${estimate}`}
      candidates={comparison.candidates}
      cell={(candidate) => {
        const line = candidate.lines[item.id]
        if (!line) return '–'
        return (
          <Figure deviation={line.deviation} value={line.amount}>
            <span class="tb-compare__sum">{`${line.quantity} × ${amount(line.unitPrice)}`}</span>
            {line.stated && <Wrong stated={line.stated} />}
            <Proof {...props} candidate={candidate}>
              <LineProof {...props} candidate={candidate} line={line} />
            </Proof>
          </Figure>
        )
      }}
    />
  )
}

interface LineProofProps {
  ocid: string
  candidate: Candidate
  line: LineCell
}

/** A wrong sum, and the two ways on: neither is taken silently. */
function LineProof({ ocid, candidate, line }: LineProofProps) {
  const { bid, basis } = candidate
  const product = `${line.quantity} × ${amount(line.unitPrice)}`
  const { stated } = line
  if (!stated) return <p>{`Its price sheet: ${product} = ${amount(line.amount)}`}</p>
  const decide = (code: string): string =>
    fill(paths.page.fileAct, { ocid, t: 'bid.assess' }, { of: bid.commitHash, code })
  return (
    <>
      <p>{`Its price sheet: ${product} = ${amount(stated)}`}</p>
      <p>
        {`Recomputed: ${product} = `}
        <strong>{amount(line.amount)}</strong>
      </p>
      {basis === 'undecided' ? (
        <ul class="usa-list">
          <li>
            <a
              href={decide('unit-price-counts')}
            >{`The unit price counts: ${amount(line.amount)}`}</a>
          </li>
          <li>
            <a href={decide('stated-sum-counts')}>{`The stated sum counts: ${amount(stated)}`}</a>
          </li>
        </ul>
      ) : (
        <p>
          {basis === 'unit-prices'
            ? `The unit price counts: ${amount(line.amount)}`
            : `The stated sum counts: ${amount(stated)}`}
        </p>
      )}
    </>
  )
}

interface ProofProps {
  candidate: Candidate
  zone: string
  opened: string
  children: ComponentChildren
}

const Proof = ({ candidate: { bid, name }, zone, opened, children }: ProofProps) => (
  <details class="tb-proof">
    <summary>Sealed proof</summary>
    {children}
    <p>{`Sealed ${recordInstant(bid.arrived, zone)}, signed by ${tame(name)}`}</p>
    <p>
      <a href={fill(paths.page.entry, { index: bid.index })}>{`Entry ${number(bid.index)}`}</a>
    </p>
    <p>{opened}</p>
  </details>
)

function ChoiceRow({ comparison, choice }: CompareProps & { choice: string }) {
  const id = `field-${choice.replace(/\./g, '-')}`
  return (
    <tbody data-field={choice}>
      <tr class="tb-compare__choice">
        <th scope="row">Your choice</th>
        {comparison.candidates.map(({ bid, name, competes, counts }, i) => (
          <td key={bid.commitHash} data-bid={bid.commitHash} data-label={tame(name)}>
            {competes && counts ? (
              <div class="usa-radio">
                <input
                  class="usa-radio__input"
                  type="radio"
                  id={i === 0 ? id : `${id}-${i}`}
                  name={choice}
                  data-kind="text"
                  value={bid.commitHash}
                />
                <label class="usa-radio__label" for={i === 0 ? id : `${id}-${i}`}>
                  Choose<span class="usa-sr-only"> {tame(name)}</span>
                </label>
              </div>
            ) : (
              <span class="tb-second">Cannot be chosen</span>
            )}
          </td>
        ))}
      </tr>
    </tbody>
  )
}
