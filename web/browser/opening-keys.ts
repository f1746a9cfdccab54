/**
 * Opening keys of this browser: P-256, one for each purchase whose sealed bids its person helps to open, made here and not
 * extractable. Whoever clears this browser's data loses them, and with too many lost nobody can open the bids.
 */
import { createStore, get, set, type UseStore } from 'idb-keyval'
import { generateMemberKey, type OpeningKeyPair } from '../../sealing/index.ts'

export interface KeyPlace {
  origin: string
  tender: string
  person: string
}

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-opening-keys', 'keys'))

const nameOf = ({ origin, tender, person }: KeyPlace): string => `${origin} ${tender} ${person}`

/** The key of a person for a purchase, if this browser has it. */
export async function findOpeningKey(place: KeyPlace): Promise<OpeningKeyPair | undefined> {
  return await get<OpeningKeyPair>(nameOf(place), store())
}

/** The same, made where there is none yet. Throws Error where this browser cannot make one. */
export async function openingKey(place: KeyPlace): Promise<OpeningKeyPair> {
  const found = await findOpeningKey(place)
  if (found) return found
  const key = await generateMemberKey()
  await set(nameOf(place), key, store())
  // Without it a browser short of space may forget the key. A no changes nothing here.
  await navigator.storage.persist().catch(() => false)
  return key
}
