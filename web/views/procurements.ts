/** The list of procurements, as its page and its JSON show it. Never a number of bidders. */
import type { Money, Stage } from '../../procurement/index.ts'

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
