import { Field } from '../components/field/field.tsx'
import { Facts } from '../components/facts/facts.tsx'
import { dayOf, money, tame } from '../format.ts'
import type { ActPage, ActView } from './page.ts'

/** P1: the budget officer certifies that the money is there (31 U.S.C. 1501). */
export const fundsCertify: ActPage = {
  t: 'funds.certify',
  role: 'BU',
  title: () => 'Certify the funds',
  verb: 'Sign and certify',
  follows: () => ['The money is set aside for this purchase. The approver decides next.'],
  Fields,
}

function Fields({ view }: { view: ActView }) {
  const { file, zone, legalNow } = view
  if (!file) return <p>There is no request to certify.</p>
  const { value, budget, delivery, title } = file.requisition
  const year = fiscalYear(legalNow)
  return (
    <>
      <Facts
        facts={[
          { label: 'To buy', value: tame(title) },
          { label: 'Estimate', value: money(value) },
          { label: 'Needed by', value: dayOf(delivery.by, zone) },
        ]}
      />
      <Field path="line" kind="text" label="Budget line" value={budget.line} max={100} />
      <Field
        path="amount"
        kind="money"
        label={`Amount in ${value.currency}`}
        currency={value.currency}
        value={value}
        short
      />
      <Field path="fiscalYear" kind="text" label="Fiscal year" value={year} short max={20} />
      <Field
        path="availableUntil"
        kind="date"
        label="Available until"
        hint="The last day on which an order may use this money."
        value={`${year}-09-30`}
        short
      />
    </>
  )
}

/** The federal year that begins in October (31 U.S.C. 1102). */
function fiscalYear(legal: string): string {
  const year = Number(legal.slice(0, 4))
  return String(legal.slice(5, 7) >= '10' ? year + 1 : year)
}
