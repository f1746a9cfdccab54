/** The receipts that this browser keeps, and the end of a registration that was interrupted. */
import './without-eval.ts'
import { number } from '../format.ts'
import { wordsFor } from '../sentences.ts'
import { termsOf } from '../terms.ts'
import { element } from './form.ts'
import { allNews } from './news.ts'
import { receiptButton } from './receipt-file.ts'
import { uploadCited } from './cited.ts'

export async function showAccount(): Promise<void> {
  const panel = document.querySelector('[data-island="account"]')
  panel?.querySelector('[data-off]')?.remove()
  await uploadCited()
  const list = panel?.querySelector('ul')
  const all = await allNews()
  if (!list) return
  for (const news of all) {
    const item = element('li', '', `${wordsFor(news.t).label(termsOf(undefined))}, `)
    item.append(`entry ${number(news.index)} · `, receiptButton(news))
    list.append(item)
  }
  if (all.length === 0) list.replaceWith(element('p', '', 'None yet.'))
}
