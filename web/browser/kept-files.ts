/** Files that a person has chosen in a form and not sent yet: kept in this browser, so that a reload asks for none again. */
import { createStore, del, get, set, type UseStore } from 'idb-keyval'

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-drafts', 'files'))

/** Of one person's form at this address. */
const placeOf = (actor: string, path: string): string =>
  `${actor} ${location.pathname}${location.search} ${path}`

export async function keepFile(actor: string, path: string, file: File): Promise<void> {
  await set(placeOf(actor, path), file, store())
}

export async function forgetFile(actor: string, path: string): Promise<void> {
  await del(placeOf(actor, path), store())
}

/** Puts a kept file back into its control; false where there is none. */
export async function restoreFile(actor: string, input: HTMLInputElement): Promise<boolean> {
  const file = await get<File>(placeOf(actor, input.name), store())
  if (!file) return false
  const transfer = new DataTransfer()
  transfer.items.add(file)
  input.files = transfer.files
  return true
}
