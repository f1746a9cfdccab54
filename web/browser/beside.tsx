/** Shows beside a form what follows from it, out of the same pure code that the server made the page with. */
import './without-eval.ts'
import { render } from 'preact'
import type { JsonObject } from '../../ledger/index.ts'
import type { SolicitationTerms } from '../../procurement/index.ts'
import { redlineOf } from '../amendment-form.ts'
import { HowBoughtCard } from '../components/how-bought/how-bought.tsx'
import { Preview } from '../components/preview/preview.tsx'
import { Redline } from '../components/redline/redline.tsx'
import { howBought, type HowBought, type Need } from '../how-bought.ts'
import { estimateOf } from '../requisition-form.ts'
import { readForm } from './form.ts'

export function showBeside(form: HTMLFormElement): void {
  const { payload } = readForm(form)
  for (const place of form.querySelectorAll<HTMLElement>('[data-beside]')) {
    const { beside, from = '{}' } = place.dataset
    // The page writes it, from the same types.
    const given: unknown = JSON.parse(from)
    if (beside === 'how')
      showHow(place, payload, given as Omit<Need, 'value'> & { currency: string })
    if (beside === 'redline')
      showRedline(place, payload, given as { terms: SolicitationTerms; zone: string })
    if (beside === 'preview')
      render(<Preview {...(given as { zone: string })} form={payload} />, place)
  }
}

let said: string | undefined

function showHow(
  place: HTMLElement,
  payload: JsonObject,
  { agency, at, currency }: Omit<Need, 'value'> & { currency: string },
): void {
  const how = howBought({ value: estimateOf(payload, currency), agency, at })
  render(<HowBoughtCard how={how} />, place)
  // Only what follows from it is announced, not each digit.
  const now = announced(how)
  const line = document.querySelector('[data-beside-said]')
  if (line && said !== undefined && said !== now) line.textContent = now
  said = now
}

const announced = ({ method, reasons, soonest }: HowBought): string =>
  `Now: ${method?.title ?? 'no method of these rules fits'}, because ${reasons
    .map(({ cite }) => cite)
    .join('; ')}.${soonest === undefined ? '' : ` Due ${soonest} or later.`}`

function showRedline(
  place: HTMLElement,
  payload: JsonObject,
  { terms, zone }: { terms: SolicitationTerms; zone: string },
): void {
  render(<Redline changes={redlineOf(payload, terms)} zone={zone} />, place)
}
