/**
 * The comparison of bids: what follows from the choice stands right under it. The chosen column is tinted, the reason is
 * asked for where it is not the cheapest, and a vendor that must not be named is pointed out as one types.
 */
import { losersNamedIn, type AwardBid, type AwardForm } from '../award-form.ts'

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const form = document.querySelector<HTMLFormElement>('form[data-setting]')
const asked = form?.querySelector<HTMLElement>('[data-award]')?.dataset['award']
if (form && asked !== undefined) start(form, JSON.parse(asked) as AwardForm)

function start(form: HTMLFormElement, award: AwardForm): void {
  form.addEventListener('input', refresh)
  form.addEventListener('change', refresh)
  refresh()

  function refresh(): void {
    const chosen = award.lots.map(({ bids }, i) => chosenOf(form, bids, i))
    const hashes = chosen.flatMap((bid) => bid?.commitHash ?? [])
    showChoice(form, hashes)
    for (const [i, bid] of chosen.entries())
      showWhy(form, i, { bid, bids: award.lots[i]?.bids ?? [] })
    showEstimate(form, chosen[0])
    for (const area of form.querySelectorAll('textarea')) showText(form, area, { award, hashes })
  }
}

function chosenOf(form: HTMLFormElement, bids: AwardBid[], lot: number): AwardBid | undefined {
  const name = `lots.${lot}.commitHash`
  const hash = form.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value
  return bids.find(({ commitHash }) => commitHash === hash)
}

/** The column, its checks, and the reasons for all the others. */
function showChoice(form: HTMLFormElement, hashes: readonly string[]): void {
  const isChosen = (hash: string | undefined): boolean => hashes.includes(hash ?? '')
  for (const cell of form.querySelectorAll<HTMLElement>('[data-bid]'))
    cell.classList.toggle('tb-compare__chosen', isChosen(cell.dataset['bid']))
  for (const part of form.querySelectorAll<HTMLElement>('[data-checks-for]'))
    part.hidden = !isChosen(part.dataset['checksFor'])
  for (const part of form.querySelectorAll<HTMLElement>('[data-told]'))
    setShown(part, !isChosen(part.dataset['told']))
  const why = form.querySelector<HTMLElement>('.tb-award__why')
  if (why) setShown(why, hashes.length > 0)
}

/** What is hidden is not read: its controls are off. */
function setShown(part: HTMLElement, isShown: boolean): void {
  part.hidden = !isShown
  for (const control of part.querySelectorAll<Control>('input,textarea,select'))
    control.disabled = !isShown
}

interface Choice {
  bid: AwardBid | undefined
  bids: AwardBid[]
}

function showWhy(form: HTMLFormElement, lot: number, { bid, bids }: Choice): void {
  const part = form.querySelector<HTMLElement>(`[data-why="${lot}"]`)
  if (!part) return
  const above = bid?.above
  const isAlone = bids.filter(({ competes }) => competes).length < 2
  const title = part.querySelector('[data-why-title]')
  if (title)
    title.textContent =
      above !== undefined
        ? 'You did not choose the lowest price. Why?'
        : isAlone
          ? 'You chose the only one'
          : 'You chose the lowest price'
  const place = part.querySelector('[data-why-above]')
  if (place)
    place.textContent =
      above === undefined ? '' : `${above} Only what the request named may decide.`
  for (const field of part.querySelectorAll<HTMLElement>('[data-field]'))
    setShown(field, above !== undefined)
}

function showEstimate(form: HTMLFormElement, bid: AwardBid | undefined): void {
  const label = form.querySelector<HTMLElement>('[data-label-of="estimate"]')
  const box = label?.closest<HTMLElement>('.usa-checkbox')
  if (!label || !box || !bid) return
  if (bid.belowEstimate !== undefined) label.textContent = bid.belowEstimate
  setShown(box, bid.belowEstimate !== undefined)
}

interface Texts {
  award: AwardForm
  hashes: readonly string[]
}

/** How long a public text is, and whether it names somebody who must not be named. */
function showText(
  form: HTMLFormElement,
  area: HTMLTextAreaElement,
  { award, hashes }: Texts,
): void {
  const count = form.querySelector(`[data-count-of="${area.name}"]`)
  if (count)
    count.textContent = area.disabled
      ? ''
      : `${area.value.length} of ${area.maxLength.toLocaleString('en-US')} characters`
  const warning = form.querySelector(`[data-names-of="${area.name}"]`)
  if (!warning) return
  const named = area.disabled ? [] : losersNamedIn(area.value, award, hashes)
  const text =
    named.length === 0
      ? ''
      : `Your reason names ${named.join(', ')}. Take it out: it is not published.`
  if (warning.textContent !== text) warning.textContent = text
}
