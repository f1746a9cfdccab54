/** The list of procurements, as its page and its JSON show it. Never a number of bidders. */
import { sumMoney, type Money, type OpenState, type Stage } from '../../procurement/index.ts'
import { nameIn, type Names } from './entry.ts'

export interface ProcurementRow {
  ocid: string
  title: string
  stage: Stage
  org: { id: string; name: string }
  zone: string
  /** End of bidding, legal, and the same on the real clock. */
  deadline?: { legal: string; real: string }
  /** Of the orders, once there is one. */
  value?: Money
}

export interface ProcurementsView {
  format: 'tenderbook-procurements/1'
  query: { q?: string; stage?: Stage }
  rows: ProcurementRow[]
  /** Cursor of the next page; absent on the last. */
  next?: string
  now: string
}

/** One line of the list. `realOf`: a legal instant on the real clock. */
export function procurementRow(
  file: OpenState,
  names: Names,
  realOf: (legal: string) => string,
): ProcurementRow {
  const { solicitation, requisition, ocid, org, stage, zone } = file
  const legal = solicitation?.terms.bidsUntil
  const amounts = Object.values(file.contracts).map((contract) => contract.amount)
  const [first] = amounts
  return {
    ocid,
    stage,
    zone,
    title: solicitation?.terms.title ?? requisition.title,
    org: { id: org, name: nameIn(names)(org) },
    ...(legal === undefined ? {} : { deadline: { legal, real: realOf(legal) } }),
    // The estimate is not shown here: before an order it would steer the prices.
    ...(first ? { value: sumMoney(amounts, first.currency) } : {}),
  }
}

/** What the stages are called, in the order of the process. */
export const stageLabels: Record<Stage, string> = {
  draft: 'Requested',
  approved: 'Approved',
  open: 'Open for quotations',
  closed: 'Bidding closed',
  opened: 'Being compared',
  contracted: 'Ordered',
  unsuccessful: 'No award',
  complete: 'Paid and closed',
  ended: 'Ended',
}
