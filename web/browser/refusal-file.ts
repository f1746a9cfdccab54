/** A refusal that the record has signed, as a file: evidence of what was refused, when, and by which rule. */
import {
  encodeCanonical,
  fromBase64Url,
  gateKey,
  LedgerError,
  verifyRefusal,
  type JsonObject,
} from '../../ledger/index.ts'
import { element } from './form.ts'
import type { Pins } from './log-client.ts'
import { saveFile } from './save-file.ts'

/** A button that downloads it; none where the pinned receipt key did not sign it. */
export function refusalButton(refusal: JsonObject, { receiptKey }: Pins): HTMLElement[] {
  const bytes = encodeCanonical(refusal)
  try {
    verifyRefusal(bytes, gateKey(fromBase64Url(receiptKey)))
  } catch (error) {
    if (error instanceof LedgerError) return []
    throw error
  }
  const button = element('button', 'usa-button usa-button--outline', 'Download the signed refusal')
  button.setAttribute('type', 'button')
  button.addEventListener('click', () => {
    saveFile('refusal.json', bytes)
  })
  return [button]
}
