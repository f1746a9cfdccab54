/**
 * Documents that a statement cites before they can be uploaded: a firm's name and bank details go up with the session of
 * the key that the registration enrols. Kept here until they are there, so that an interruption loses nothing.
 */
import { createStore, del, entries, set, type UseStore } from 'idb-keyval'
import {
  commit,
  encodeCanonical,
  toBase64,
  toBase64Url,
  type JsonObject,
} from '../../ledger/index.ts'
import { paths } from '../paths.ts'
import { post } from './session.ts'

interface Cited {
  salt: string
  bytes: string
  media: string
  reader: 'public' | 'file'
}

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-cited', 'cited'))

/** Keeps a document and returns its commitment. */
export async function keepCited(value: JsonObject, reader: Cited['reader']): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const bytes = encodeCanonical(value)
  const name = toBase64Url(commit(salt, bytes))
  const cited: Cited = {
    salt: toBase64Url(salt),
    bytes: toBase64(bytes),
    media: 'application/json',
    reader,
  }
  await set(name, cited, store())
  return name
}

/** Uploads what is kept, with the session that there is. */
export async function uploadCited(): Promise<void> {
  for (const [name, cited] of await entries<string, Cited>(store())) {
    const answer = await post(paths.api.payloads, cited)
    if (answer.ok) await del(name, store())
  }
}
