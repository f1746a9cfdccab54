/**
 * The page of a vendor's own offer: its receipt, verified here, and what this browser has kept of the offer. The page says
 * that it is recorded only after that.
 */
import './without-eval.ts'
import type { JsonObject } from '../../ledger/index.ts'
import { sizeText } from '../bid-form.ts'
import { duration, exactTime, longInstant, money } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { readText } from '../reading.ts'
import { checkReceipt, statementIn, type CheckedReceipt } from './check-receipt.ts'
import { element } from './form.ts'
import { findOffer, saveOffer, type KeptOffer } from './kept-offers.ts'
import { findNews } from './news.ts'
import { checkRow } from './panel.ts'
import { receiptButton, type Kept } from './receipt-file.ts'

/** A checkpoint covers an entry within about a second. */
const looksMax = 12
const lookEveryMs = 700

export async function showBid(root: HTMLElement): Promise<void> {
  const { hash = '', more = '', zone = 'UTC' } = root.dataset
  for (const each of more.split(' ').filter((each) => each !== '')) await offerReceipt(root, each)
  const kept = await keptOf(hash)
  if (!kept) {
    say(root, 'The receipt is in the browser from which it was sent. Ask whoever sent it.')
    return
  }
  const offer = await offerOf(kept)
  place(root, '[data-downloads]')?.replaceChildren(receiptButton(kept, ''), ...copyButton(offer))
  if (offer) fillIn(root, '[data-sealed]', sealedText(offer))
  for (let look = 1; look <= looksMax; look++) {
    const checked = await checkReceipt(kept, zone).catch((error: unknown) => {
      say(root, `Cannot be checked now: ${error instanceof Error ? error.message : String(error)}.`)
      return undefined
    })
    if (checked) show(root, checked, kept.envelope !== undefined)
    if (checked && !isWaiting(checked)) return
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

/** As long as no checkpoint covers the entry. */
const isWaiting = ({ verdict, checks }: CheckedReceipt): boolean =>
  verdict === 'undecided' &&
  checks.some(({ name, outcome }) => name === 'It is in the record' && outcome === 'open')

/** What this browser kept when it was recorded; else the receipt alone, which the service gives its signer. */
async function keptOf(hash: string): Promise<Kept | undefined> {
  const news = await findNews(hash)
  if (news) return news
  const [receipt, entry] = await Promise.all(
    [paths.api.receipt, paths.api.statement].map((path) => fetch(fill(path, { hash }))),
  )
  if (receipt?.ok !== true || entry?.ok !== true) return undefined
  // The service's own forms; the receipt is verified before it is believed.
  const { index } = (await entry.json()) as { index: number }
  return { index, receipt: (await receipt.json()) as JsonObject }
}

async function offerReceipt(root: HTMLElement, hash: string): Promise<void> {
  const news = await findNews(hash)
  if (news) place(root, `[data-receipt-of="${hash}"]`)?.replaceChildren(receiptButton(news))
}

async function offerOf(kept: Kept): Promise<KeptOffer | undefined> {
  const ctHash = readText(statementIn(kept)?.payload, 'ctHash')
  return ctHash === undefined ? undefined : await findOffer(ctHash)
}

function copyButton(offer: KeptOffer | undefined): HTMLElement[] {
  if (!offer) return []
  const button = element('button', 'usa-button usa-button--outline', 'Save a copy of my offer')
  button.setAttribute('type', 'button')
  button.addEventListener('click', () => {
    saveOffer(offer)
  })
  return [button]
}

/** "4 prices, 5 answers, 2 files (15.1 MB). Your price: $19,888.00, …" */
function sealedText({ price, answers, files }: KeptOffer): string {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  const parts = [
    many(Math.max(1, price.lines.length), 'price'),
    many(answers.length - files.length, 'answer'),
    `${many(files.length, 'file')}${files.length === 0 ? '' : ` (${sizeText(size)})`}`,
  ]
  const total = money({ amount: price.amount, currency: price.currency })
  return `${parts.join(', ')}. Your price: ${total}, as in your own copy; the record does not show it.`
}

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

function show(root: HTMLElement, checked: CheckedReceipt, hasStatement: boolean): void {
  const { checks, receipt } = checked
  const { zone = 'UTC', words = 'bid' } = root.dataset
  place(root, '[data-checks]')?.replaceChildren(...checks.map(checkRow))
  const time = new Date().toLocaleTimeString('en-US')
  fillIn(root, '[data-checks-title]', `Checked in this browser, ${time}`)
  const received = receipt.arrivedAt ?? receipt.at
  const clock = `${exactTime(received, zone)}, by the server’s clock, right to ${receipt.clock.maxErrMs} ms`
  fillIn(root, '[data-received]', clock)
  const result = resultOf(checked, { root, words, zone, hasStatement })
  const box = place(root, '[data-result]')
  box?.setAttribute('class', `tb-result tb-result--${result.look}`)
  root.dataset['verdict'] = checked.verdict
  if (result.title !== undefined) {
    fillIn(root, '[data-result-title]', result.title)
    document.title = `${result.title} · Tenderbook`
  }
  fillIn(root, '[data-result-line]', result.line)
}

interface Result {
  look: 'recorded' | 'plain' | 'wrong'
  title?: string
  line: string
}

interface Shown {
  root: HTMLElement
  words: string
  zone: string
  hasStatement: boolean
}

function resultOf({ verdict, receipt, checks }: CheckedReceipt, shown: Shown): Result {
  const { root, words, zone, hasStatement } = shown
  const received = receipt.arrivedAt ?? receipt.at
  const line = `Received ${longInstant(received, zone)}`
  if (verdict === 'refuted')
    return {
      look: 'wrong',
      title: 'This receipt does not check out',
      line: 'Keep it and get help. What failed stands below.',
    }
  if (receipt.decision === 'late')
    return {
      look: 'wrong',
      title: `Too late: received ${exactTime(received, zone)}`,
      line: 'Recorded as late, not opened. Download the signed receipt that says so.',
    }
  const isGood = ['signed by', 'very bytes', 'entry holds'].every((part) =>
    checks.some(({ name, outcome }) => name.includes(part) && outcome === 'passed'),
  )
  if (!isGood || !hasStatement) return { look: 'plain', line }
  if (root.dataset['statusNow'] !== 'counts') return { look: 'plain', line }
  const { deadline } = receipt
  const spell = deadline && duration(Date.parse(deadline) - Date.parse(received))
  return {
    look: 'recorded',
    title: `Your ${words} is recorded`,
    line: spell === undefined ? line : `${line}, ${spell} before the deadline`,
  }
}

const place = (root: HTMLElement, selector: string): HTMLElement | null =>
  root.querySelector<HTMLElement>(selector)

function fillIn(root: HTMLElement, selector: string, text: string): void {
  const found = place(root, selector)
  if (found) found.textContent = text
}

function say(root: HTMLElement, text: string): void {
  place(root, '[data-checks]')?.replaceChildren(element('li', 'tb-second', text))
}
