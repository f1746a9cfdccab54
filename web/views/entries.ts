/** A page of the record: rows of entries, as its page and its JSON show them. */
import type { EntryRow } from './entry.ts'

export interface EntriesQuery {
  from?: number
  limit?: number
  tender?: string
  type?: string
  actor?: string
}

export interface EntriesView {
  format: 'tenderbook-entries/1'
  log: string
  /** Entries in the log. */
  size: number
  query: EntriesQuery
  rows: EntryRow[]
  /** First index of the page before and the page after; absent at the ends. */
  earlier?: number
  later?: number
  zone: string
}
