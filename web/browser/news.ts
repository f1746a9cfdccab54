/**
 * What this browser has recorded, with the verified receipts: shown once on the page that follows, and kept for its
 * person, who may download each as a file that `tenderbook verify` reads.
 */
import { createStore, entries, get, set, type UseStore } from 'idb-keyval'
import type { JsonObject } from '../../ledger/index.ts'

export interface News {
  t: string
  /** Statement hash, base64url. */
  hash: string
  index: number
  late: boolean
  /** When it came in, real. */
  at: string
  receipt: JsonObject
  /** Base64. */
  envelope: string
}

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-receipts', 'receipts'))
const LAST = 'tenderbook:recorded'

export async function keepNews(news: News): Promise<void> {
  await set(news.hash, news, store())
  sessionStorage.setItem(LAST, JSON.stringify({ hash: news.hash }))
}

/** What was recorded on the page before this one; said once. */
export async function takeNews(): Promise<News | undefined> {
  const said = sessionStorage.getItem(LAST)
  if (said === null) return undefined
  sessionStorage.removeItem(LAST)
  const { hash } = JSON.parse(said) as { hash: string }
  return await findNews(hash)
}

export async function findNews(hash: string): Promise<News | undefined> {
  return await get<News>(hash, store())
}

/** All receipts of this browser, newest first. */
export async function allNews(): Promise<News[]> {
  const all = (await entries<string, News>(store())).map(([, news]) => news)
  return all.sort((a, b) => b.at.localeCompare(a.at))
}
