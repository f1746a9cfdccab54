/** The receipt of an act as a file that `tenderbook verify` reads: receipt, statement, entry and proof. */
import {
  encodeCanonical,
  encodeReceiptFile,
  RECEIPT_FILE_FORMAT,
  toBase64,
} from '../../ledger/index.ts'
import { fill, paths } from '../paths.ts'
import { element } from './form.ts'
import type { News } from './news.ts'
import { fetchJson } from './panel.ts'
import { saveFile } from './save-file.ts'

/** As much of what is kept of an act as its file is made from; the statement may be in another browser. */
export type Kept = Pick<News, 'index' | 'receipt'> & Partial<Pick<News, 'envelope'>>

/** A button that downloads the receipt. The proof is added if a checkpoint covers the entry by then. */
export function receiptButton(kept: Kept, look = 'usa-button--unstyled'): HTMLElement {
  const button = element('button', `usa-button ${look}`.trim(), 'Download the receipt')
  button.setAttribute('type', 'button')
  button.addEventListener('click', () => void download(kept))
  return button
}

async function download(kept: Kept): Promise<void> {
  saveFile(`receipt-${kept.index}.json`, await receiptFile(kept))
}

export async function receiptFile({ index, receipt, envelope }: Kept): Promise<Uint8Array> {
  const address = fill(paths.api.entry, { index })
  const { entry, ...covered } = (await fetchJson(address)) as { entry: string; proof?: object }
  // Asked for only where there is one: a no would be noise.
  const proof = covered.proof && (await fetch(fill(paths.api.entryProof, { index })))
  return encodeReceiptFile({
    format: RECEIPT_FILE_FORMAT,
    receipt: toBase64(encodeCanonical(receipt)),
    ...(envelope === undefined ? {} : { statement: envelope }),
    entry,
    ...(proof?.ok === true ? { proof: await proof.text() } : {}),
  })
}
