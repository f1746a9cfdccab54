import { currencyExponent, ONLY_LOT, type SolicitationTerms } from '../../procurement/index.ts'
import { bidField, mediaName, shortName, sizeText, type BidForm } from '../bid-form.ts'
import { Bar } from '../components/bar/bar.tsx'
import { Field } from '../components/field/field.tsx'
import { Slot } from '../components/slot/slot.tsx'
import { counted, dayOf, longInstant, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { list } from '../sentences.ts'
import { termsOf } from '../terms.ts'
import { nextBid, standingBid, type OwnBids } from '../views/own-bids.ts'
import type { ActPage, ActView } from './page.ts'

/** B1, B2: a vendor prepares its offer over as many visits as it likes, seals it in its browser, and submits it. */
export const bidCommit: ActPage = {
  t: 'bid.commit',
  role: 'VE',
  title: (view) => `Your ${termsOf(view.file?.method).bid}`,
  verb: 'Seal and submit',
  follows: ({ file }) => {
    const { bids } = termsOf(file?.method)
    return [
      `It stays sealed until the ${bids} are opened: nobody can read it, and nobody is told that you have sent one.`,
      'You can replace or withdraw it until the deadline.',
    ]
  },
  reads: ['own-bids'],
  notAfter: (view) => {
    const until = view.file?.solicitation?.terms.bidsUntil
    return until === undefined || isOver(view) ? undefined : view.realOf(until)
  },
  next: ({ file }) => fill(paths.page.ownBid, { ocid: file?.ocid ?? '' }),
  because: (view) => (isTaken(view) ? missingIn(bidFormOf(view)) : [overOf(view)]),
  islands: ['deadline', 'bid'],
  isAsideInForm: true,
  Bar: BidBar,
  Fields,
  Aside,
}

const isOver = ({ file, legalNow }: ActView): boolean =>
  legalNow > (file?.solicitation?.terms.bidsUntil ?? '')

/** In time, or late where the officer may consider it all the same. */
const isTaken = (view: ActView): boolean =>
  !isOver(view) || view.file?.solicitation?.terms.late !== 'refuse'

const overOf = (view: ActView): string =>
  `the deadline has passed: a late ${termsOf(view.file?.method).bid} is not considered`

/** Before the scripts look, everything that is asked for is missing. */
const missingIn = ({ lines, answers, documents }: BidForm): string[] => [
  ...(lines.length === 0
    ? ['the price is missing']
    : lines.map(({ name }) => `${shortName(name)} has no price`)),
  ...[...answers, ...documents]
    .filter(({ required }) => required)
    .map(({ title }) => `${title} is missing`),
]

/** Files are taken up to this size, whatever a request says: 20 MB. */
const fileSizeMax = 20_971_520

/** What this request asks of this vendor, for one lot; its words as they are shown. */
export function bidFormOf({ file, viewer, query, more }: ActView): BidForm {
  const terms = file?.solicitation?.terms
  const currency = file?.requisition.value.currency ?? 'USD'
  const lot = query['lot'] ?? terms?.lots[0]?.id ?? ONLY_LOT
  const { seq, replaces } = nextBid(ownBidsOf(more).bids, lot)
  const requested = terms?.requested ?? []
  return {
    vendor: viewer.vendor ?? '',
    lot,
    currency,
    exponent: currencyExponent(currency),
    lines: itemsOf(file, lot),
    answers: requested.flatMap(({ id, title, kind, required }) =>
      kind === 'answer' || kind === 'declaration'
        ? [{ id, title: tame(title), kind, required }]
        : [],
    ),
    documents: requested.flatMap(({ id, title, kind, required, media = [], sizeMax = Infinity }) =>
      kind === 'document'
        ? [
            {
              ...{ id, title: tame(title), media, required },
              sizeMax: Math.min(sizeMax, fileSizeMax),
            },
          ]
        : [],
    ),
    seq,
    ...(replaces === undefined ? {} : { replaces }),
  }
}

function itemsOf(file: ActView['file'], lot: string): BidForm['lines'] {
  const items = file?.requisition.items
  if (!Array.isArray(items)) return []
  const named = file?.solicitation?.terms.lots.find(({ id }) => id === lot)?.items
  return items
    .filter(({ id }) => named === undefined || named.includes(id))
    .map(({ id, description, quantity }) => ({ item: id, name: tame(description), quantity }))
}

// Disclosure made the reading, in this form.
const ownBidsOf = (more: ActView['more']): OwnBids =>
  (more['own-bids'] as OwnBids | undefined) ?? { bids: [] }

function BidBar({ view }: { view: ActView }) {
  const { file, zone, now } = view
  const at = file?.solicitation?.terms.bidsUntil
  if (at === undefined) return <></>
  const standing = standingBid(ownBidsOf(view.more).bids, bidFormOf(view).lot)
  const note = standing && `Version ${standing.seq} counts until you submit another.`
  const label = `${termsOf(file?.method).bids} close`
  return (
    <Bar
      title="Not submitted yet"
      note={note}
      label={label}
      deadline={{ at, real: view.realOf(at) }}
      zone={zone}
      now={now}
    />
  )
}

function Fields({ view }: { view: ActView }) {
  const { file } = view
  if (!file?.solicitation) return <p>Nothing is published that you could answer.</p>
  const form = bidFormOf(view)
  const { terms } = file.solicitation
  return (
    <div data-bid={JSON.stringify(form)}>
      <p class="tb-lede">{limitsOf(form)}</p>
      <Lots view={view} lot={form.lot} terms={terms} />
      <Prices form={form} />
      <Slots form={form} view={view} terms={terms} />
    </div>
  )
}

/** What is asked for, and how large it may be: before the work. */
function limitsOf({ lines, answers, documents }: BidForm): string {
  const wanted = documents.filter(({ required }) => required)
  const kinds = [...new Set(wanted.flatMap(({ media }) => media.map(mediaName)))]
  const largest = Math.min(...documents.map(({ sizeMax }) => sizeMax))
  const files = `${counted(wanted.length, kinds.length === 1 ? `${kinds[0] ?? ''} file` : 'file')}, up to ${sizeText(largest)} each`
  const parts = [
    lines.length === 0 ? '1 price' : counted(lines.length, 'unit price'),
    ...(answers.length === 0
      ? []
      : [counted(answers.filter(({ required }) => required).length, 'answer')]),
    ...(documents.length === 0 ? [] : [files]),
  ]
  return `You need ${list(parts)}.`
}

/** Where a request has several lots, each has a form of its own. */
function Lots({ view, lot, terms }: { view: ActView; lot: string; terms: SolicitationTerms }) {
  if (terms.lots.length < 2) return null
  const address = { ocid: view.file?.ocid ?? '', t: view.t }
  return (
    <nav aria-label="Lots">
      <ul class="tb-rows">
        {terms.lots.map(({ id, title }) => (
          <li key={id}>
            <a
              href={fill(paths.page.fileAct, address, { lot: id })}
              aria-current={id === lot ? 'page' : undefined}
            >
              {tame(title)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Prices({ form }: { form: BidForm }) {
  const { lines, currency } = form
  if (lines.length === 0)
    return (
      <section>
        <h2>Price</h2>
        <Field
          path={bidField.price}
          kind="money"
          label={`Your price in ${currency}`}
          currency={currency}
          short
        />
      </section>
    )
  return (
    <section>
      <h2>Prices</h2>
      <p class="tb-second tb-small">{`In ${currency}, delivered. Type the unit prices and we multiply.`}</p>
      <table class="usa-table usa-table--borderless tb-table tb-prices">
        <caption class="usa-sr-only">Your unit prices</caption>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="tb-number">
              Quantity
            </th>
            <th scope="col" class="tb-number">
              Unit price
            </th>
            <th scope="col" class="tb-number">
              Line total
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, i) => (
            <PriceLine key={line.item} line={line} position={i} currency={currency} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Your price
            </th>
            <td class="tb-number">
              <output data-sum>–</output>
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  )
}

interface PriceLineProps {
  line: BidForm['lines'][number]
  position: number
  currency: string
}

const PriceLine = ({ line: { name, quantity }, position, currency }: PriceLineProps) => (
  <tr>
    <th scope="row">{name}</th>
    <td class="tb-number" data-label="Quantity">
      {quantity}
    </td>
    <td class="tb-number">
      <Field
        path={bidField.unitPrice(position)}
        kind="money"
        label={`Unit price: ${shortName(name)}`}
        currency={currency}
        quiet
      />
    </td>
    <td class="tb-number" data-label="Line total" data-total={quantity}>
      –
    </td>
  </tr>
)

interface SlotsProps {
  form: BidForm
  view: ActView
  terms: SolicitationTerms
}

/** One slot for each thing asked for, numbered through. */
function Slots({ form, view, terms }: SlotsProps) {
  const { answers, documents } = form
  return (
    <>
      {answers.length > 0 && (
        <section>
          <h2>Answers</h2>
          <div class="tb-slots">
            {answers.map((answer, i) => (
              <Slot
                key={answer.id}
                number={i + 1}
                path={bidField.answer(i)}
                isRequired={answer.required}
              >
                <AnswerField answer={answer} path={bidField.answer(i)} view={view} terms={terms} />
              </Slot>
            ))}
          </div>
        </section>
      )}
      {documents.length > 0 && (
        <section>
          <h2>Documents</h2>
          <div class="tb-slots">
            {documents.map((document, i) => (
              <Slot
                key={document.id}
                number={answers.length + i + 1}
                path={bidField.document(i)}
                isRequired={document.required}
              >
                <Field
                  path={bidField.document(i)}
                  kind="document"
                  label={document.title}
                  hint={takenOf(document)}
                  accept={document.media.join(',')}
                  optional={!document.required}
                />
              </Slot>
            ))}
          </div>
        </section>
      )}
    </>
  )
}

const takenOf = ({ media, sizeMax }: BidForm['documents'][number]): string =>
  [...media.map(mediaName), `up to ${sizeText(sizeMax)}`].join(', ')

interface AnswerFieldProps {
  answer: BidForm['answers'][number]
  path: string
  view: ActView
  terms: SolicitationTerms
}

function AnswerField({ answer, path, view, terms }: AnswerFieldProps) {
  const { id, title, kind, required } = answer
  const shared = { path, label: title, optional: !required }
  if (kind === 'declaration') return <Declaration {...shared} />
  // A factor of the same name says what kind of answer it wants.
  const isDelivery = terms.factors.some((factor) => factor.id === id && factor.kind === 'delivery')
  return isDelivery ? (
    <Field
      {...shared}
      kind="date"
      hint={`They ask for ${dayOf(terms.delivery.by, view.zone)} or sooner.`}
      short
    />
  ) : (
    <Field {...shared} kind="text" max={2000} />
  )
}

const Declaration = ({ path, label }: { path: string; label: string }) => {
  const id = `field-${path.replace(/\./g, '-')}`
  return (
    <div class="usa-checkbox" data-field={path}>
      <input class="usa-checkbox__input" type="checkbox" id={id} name={path} data-kind="boolean" />
      <label class="usa-checkbox__label" for={id}>
        {label}
      </label>
    </div>
  )
}

function Aside({ view }: { view: ActView }) {
  const { lines, answers, documents } = bidFormOf(view)
  const wanted = [
    { label: 'Prices', of: Math.max(1, lines.length) },
    { label: 'Answers', of: answers.filter(({ required }) => required).length },
    { label: 'Documents', of: documents.filter(({ required }) => required).length },
  ]
  return (
    <section class="tb-ready">
      <h2>Before you can submit</h2>
      <dl class="tb-ready__counts">
        {wanted
          .filter(({ of }) => of > 0)
          .map(({ label, of }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd data-count={label}>{`0 of ${of}`}</dd>
            </div>
          ))}
      </dl>
      <p class="tb-second">
        What you type and the files you choose are kept on this device.
        <span data-kept></span>{' '}
        <button type="button" class="usa-button usa-button--unstyled" data-save-copy hidden>
          Save a copy of my offer
        </button>
        <span data-save-why hidden>
          : after sealing, only this copy lets you read it again.
        </span>
      </p>
      <p class="tb-second">
        {`Next you see everything once more. Then one last button seals and submits it. The server’s clock decides, until ${untilOf(view)}.`}
      </p>
    </section>
  )
}

function untilOf({ file, zone }: ActView): string {
  const until = file?.solicitation?.terms.bidsUntil
  return until === undefined ? 'the deadline' : longInstant(until, zone)
}
