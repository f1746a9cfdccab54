/**
 * A vendor's own copies of what it has offered, in this browser: after sealing nobody else can read an offer, and until
 * the opening not even the service. Secret as long as the bid is: it holds the shares of the bid's key, with which the
 * vendor can prove a bid that is in trouble (`bid.prove`).
 */
import { createStore, get, set, type UseStore } from 'idb-keyval'
import { utf8 } from '../../ledger/index.ts'
import type { Answer, BidHeader, CapsuleShare, Price } from '../../sealing/index.ts'
import { saveFile } from './save-file.ts'

export interface KeptOffer {
  format: 'tenderbook-offer/1'
  tender: string
  lot: string
  version: number
  price: Price
  answers: Answer[]
  /** Files are the vendor's own; here stands which ones they were. SHA-256 in base64url. */
  files: { name: string; media: string; size: number; sha256: string }[]
  /** Only of one that was sealed. */
  sealed?: { header: BidHeader; shares: Record<string, CapsuleShare[]> }
}

let opened: UseStore | undefined
const store = (): UseStore => (opened ??= createStore('tenderbook-offers', 'offers'))

/** Keeps a sealed offer under the hash of its capsule. */
export async function keepOffer(ctHash: string, offer: KeptOffer): Promise<void> {
  await set(ctHash, offer, store())
}

export async function findOffer(ctHash: string): Promise<KeptOffer | undefined> {
  return await get<KeptOffer>(ctHash, store())
}

/** As a file that the vendor can read. */
export function saveOffer(offer: KeptOffer): void {
  const text = `${JSON.stringify(offer, undefined, 2)}\n`
  saveFile(`offer-${offer.tender}-version-${offer.version}.json`, utf8(text))
}
