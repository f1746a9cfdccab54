import type { Contract } from '../../procurement/index.ts'
import { Facts } from '../components/facts/facts.tsx'
import { Fixed } from '../components/field/field.tsx'
import { dayOf, money, tame } from '../format.ts'
import type { ActPage, ActView } from './page.ts'

/** K1: the vendor takes up the order, and it is a contract (FAR 13.004(b)). */
export const orderAccept: ActPage = {
  t: 'order.accept',
  role: 'VE',
  title: () => 'Accept the order',
  verb: 'Sign and accept',
  follows: () => ['It is a contract from then on: you deliver, and the agency pays.'],
  because: (view) => (orderIn(view) ? [] : ['no order to your firm waits to be accepted']),
  Fields,
}

/** The order that the address names, or the firm's first that waits. */
function orderIn({ file, viewer, of }: ActView): Contract | undefined {
  const own = Object.values(file?.contracts ?? {}).filter(
    ({ vendor, stage }) => vendor === viewer.vendor && stage === 'offered',
  )
  return own.find(({ hash, id }) => hash === of || id === of) ?? own[0]
}

function Fields({ view }: { view: ActView }) {
  const order = orderIn(view)
  const { file, zone } = view
  if (!file || !order) return <p>No order to your firm waits to be accepted.</p>
  const { items } = file.requisition
  const named = (id: string): string =>
    (Array.isArray(items) ? items.find((each) => each.id === id)?.description : undefined) ?? id
  const days = file.solicitation?.terms.payment.days
  return (
    <>
      <Facts
        facts={[
          { label: 'Order', value: order.id },
          ...order.lines.map(({ item, quantity, unitPrice, amount }) => ({
            label: tame(named(item)),
            value: `${quantity} × ${money(unitPrice)} = ${money(amount)}`,
          })),
          { label: 'Together', value: money(order.amount) },
          {
            label: 'Deliver',
            value: `by ${dayOf(order.deliver.by, zone)} to ${tame(order.deliver.place)}`,
          },
          ...(days === undefined
            ? []
            : [{ label: 'Paid', value: `within ${days} days after invoice and acceptance` }]),
        ]}
      />
      <Fixed path="of" value={order.hash} />
    </>
  )
}
