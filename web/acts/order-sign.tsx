import {
  addMoney,
  extend,
  nextContractId,
  sumMoney,
  type LotState,
  type Money,
  type Offer,
  type OpenState,
} from '../../procurement/index.ts'
import { Facts } from '../components/facts/facts.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import { amount, money, tame } from '../format.ts'
import { termsOf } from '../terms.ts'
import type { OpenedReading } from '../views/opened.ts'
import type { ActPage, ActView } from './page.ts'

/** K1: the officer orders what was awarded, at the price of the bid. */
export const orderSign: ActPage = {
  t: 'order.sign',
  role: 'CO',
  title: () => 'Sign the order',
  verb: 'Sign and order',
  follows: (view) => [
    'The vendor is told at once. It accepts by signing, or by delivering.',
    ...(orderIn(view) ? ['The agency owes the price once the delivery is accepted.'] : []),
  ],
  reads: ['opened'],
  because: (view) => {
    const order = orderIn(view)
    if (!order) return ['nothing is awarded that is not ordered yet']
    return order.lines.length === 0
      ? [`the ${termsOf(view.file?.method).bid} has no lines to order by`]
      : []
  },
  Fields,
}

interface OrderLine {
  item: string
  quantity: string
  unitPrice: Money
  amount: Money
}

interface Order {
  award: NonNullable<OpenState['award']>
  vendor: string
  lines: OrderLine[]
  tax?: Money
  amount: Money
}

/** What is awarded to `?vendor=`, or to the first vendor whose order is not signed yet. */
function orderIn({ file, query, more }: ActView): Order | undefined {
  const award = file?.award
  if (!file || !award) return undefined
  const open = Object.values(file.lots).filter(({ stage }) => stage === 'awarded')
  const vendors = [...new Set(open.flatMap((lot) => lot.award?.vendor ?? []))]
  const vendor = vendors.find((each) => each === query['vendor']) ?? vendors[0]
  if (vendor === undefined) return undefined
  const lots = open.filter((lot) => lot.award?.vendor === vendor)
  const price = sumMoney(
    lots.flatMap((lot) => lot.award?.price ?? []),
    file.requisition.value.currency,
  )
  // The last order takes what is left of the tax that the award grants; a vendor alone takes it all.
  const tax = vendors.length === 1 ? taxLeft(file) : undefined
  return {
    award,
    vendor,
    lines: lots.flatMap((lot) => linesOf(lot, file, more['opened'] as OpenedReading | undefined)),
    ...(tax ? { tax } : {}),
    amount: tax ? addMoney(price, tax) : price,
  }
}

function taxLeft({ award, contracts }: OpenState): Money | undefined {
  if (!award?.tax) return undefined
  const taken = Object.values(contracts).flatMap(({ tax }) => tax ?? [])
  const left = BigInt(award.tax.amount) - taken.reduce((sum, each) => sum + BigInt(each.amount), 0n)
  return left > 0n ? { ...award.tax, amount: left.toString() } : undefined
}

/** Lines of the bid at the price that counts; of a bid without lines the one item that there is. */
function linesOf(lot: LotState, file: OpenState, opened: OpenedReading | undefined): OrderLine[] {
  const bid = opened?.bids.find(({ commitHash }) => commitHash === lot.award?.commitHash)
  if (!bid?.offer || bid.offer === 'unreadable') return []
  const { lines } = bid.offer
  if (lines.length > 0) return pricedLines(bid.offer)
  const { items } = file.requisition
  const [item, ...others] = Array.isArray(items) ? items.filter((each) => each.lot === lot.id) : []
  const price = lot.award?.price
  if (!item || !price || others.length > 0 || item.quantity !== '1') return []
  return [{ item: item.id, quantity: '1', unitPrice: price, amount: price }]
}

function pricedLines({ lines, basis }: Offer): OrderLine[] {
  return lines.map(({ item, quantity, unitPrice, amount: stated }) => {
    if (basis !== 'stated-sums')
      return { item, quantity, unitPrice, amount: extend(quantity, unitPrice).amount }
    return { item, quantity, unitPrice: unitPriceFor(stated, quantity), amount: stated }
  })
}

/** The unit price that gives a sum which counts as it stands, to the nearest of its last place. */
function unitPriceFor({ amount: sum, currency }: Money, quantity: string): Money {
  const [whole = '0', part = ''] = quantity.split('.')
  const scale = 10n ** BigInt(part.length)
  const of = BigInt(whole + part)
  if (of === 0n) return { amount: '0', currency }
  return { amount: ((2n * BigInt(sum) * scale + of) / (2n * of)).toString(), currency }
}

function Fields({ view }: { view: ActView }) {
  const { file, names } = view
  const order = orderIn(view)
  const terms = file?.solicitation?.terms
  if (!file || !order || !terms) return <p>There is nothing to order.</p>
  const { award, vendor, lines, tax } = order
  return (
    <>
      <Facts
        facts={[
          { label: 'From', value: tame(names.get(vendor) ?? vendor) },
          { label: 'Order', value: nextContractId({ open: file }) },
          { label: 'For', value: money(order.amount) },
          { label: 'Paid', value: `within ${terms.payment.days} days` },
        ]}
      />
      <Lines file={file} lines={lines} />
      <Fixed path="contract" value={nextContractId({ open: file })} />
      <Fixed path="award" value={award.hash} />
      <Fixed path="vendor" value={vendor} />
      {lines.map(({ item, quantity, unitPrice, amount: sum }, i) => (
        <Fixed
          key={item}
          path={`lines.${i}`}
          value={{ item, quantity, unitPrice: { ...unitPrice }, amount: { ...sum } }}
        />
      ))}
      {tax && <Fixed path="tax" value={{ ...tax }} />}
      <Fixed path="amount" value={{ ...order.amount }} />
      <Field
        path="deliver.place"
        kind="text"
        label="Deliver to"
        value={terms.delivery.place}
        max={1000}
      />
      <Field path="deliver.by" kind="date" label="Deliver by" value={terms.delivery.by} short />
      <Fixed path="terms" value={[]} />
      <Field
        path="terms"
        kind="documents"
        label="Further terms"
        hint="Everyone can read them."
        optional
      />
    </>
  )
}

const Lines = ({ file, lines }: { file: OpenState; lines: OrderLine[] }) => (
  <table class="usa-table usa-table--borderless tb-table">
    <caption class="usa-sr-only">What is ordered</caption>
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
          {`Amount, ${file.requisition.value.currency}`}
        </th>
      </tr>
    </thead>
    <tbody>
      {lines.map((line) => (
        <tr key={line.item}>
          <th scope="row">{tame(nameOf(file, line.item))}</th>
          <td class="tb-number">{line.quantity}</td>
          <td class="tb-number">{amount(line.unitPrice)}</td>
          <td class="tb-number">{amount(line.amount)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

function nameOf({ requisition: { items } }: OpenState, id: string): string {
  const item = Array.isArray(items) ? items.find((each) => each.id === id) : undefined
  return item?.description ?? id
}
