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

/** A button that downloads the receipt. The proof is added if a checkpoint covers the entry by then. */
export function receiptButton(news: News): HTMLElement {
  const button = element('button', 'usa-button usa-button--unstyled', 'Download the receipt')
  button.setAttribute('type', 'button')
  button.addEventListener('click', () => void download(news))
  return button
}

async function download(news: News): Promise<void> {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([new Uint8Array(await receiptFile(news))]))
  link.download = `receipt-${news.index}.json`
  link.click()
  URL.revokeObjectURL(link.href)
}

async function receiptFile({ index, receipt, envelope }: News): Promise<Uint8Array> {
  const address = fill(paths.api.entry, { index })
  const { entry } = (await fetchJson(address)) as { entry: string }
  const proof = await fetch(fill(paths.api.entryProof, { index }))
  return encodeReceiptFile({
    format: RECEIPT_FILE_FORMAT,
    receipt: toBase64(encodeCanonical(receipt)),
    statement: envelope,
    entry,
    ...(proof.ok ? { proof: await proof.text() } : {}),
  })
}
