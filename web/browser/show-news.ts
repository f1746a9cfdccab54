/** The line on top of the page that follows an act: it is recorded, its receipt was verified here, keep it. */
import './without-eval.ts'
import { fill, paths } from '../paths.ts'
import { number } from '../format.ts'
import { element } from './form.ts'
import { takeNews, type News } from './news.ts'
import { receiptButton } from './receipt-file.ts'

export async function showNews(): Promise<void> {
  const place = document.querySelector('[data-news]')
  const news = await takeNews()
  // The page of a bid says it itself, and more.
  const isSaidThere =
    news?.t === 'bid.commit' && document.querySelector('[data-island="own-bid"]') !== null
  if (!place || !news || isSaidThere) return
  const box = element('div', `tb-recorded${news.late ? ' tb-recorded--late' : ''}`)
  const title = element('p', 'tb-recorded__title', titleOf(news))
  const entry = element('a', 'usa-link', `Entry ${number(news.index)}`)
  entry.setAttribute('href', fill(paths.page.entry, { index: news.index }))
  const line = element('p', 'tb-small')
  line.append(entry, ' · ', receiptButton(news))
  box.append(title, line)
  place.append(box)
}

const titleOf = ({ late }: News): string =>
  late
    ? 'Recorded as late: it does not count. The receipt was verified in this browser.'
    : 'Recorded. The receipt was verified in this browser.'
