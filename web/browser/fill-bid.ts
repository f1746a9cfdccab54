/**
 * The form of a bid: multiplies as one types, says how far each slot is and what is still missing, checks files before
 * anything is sent, and keeps them for the next visit. Sealing is another chunk, loaded when it is needed.
 */
import { mediaName, shortName, sizeText, type BidForm } from '../bid-form.ts'
import { forgetFile, keepFile, restoreFile } from './kept-files.ts'
import { lineTotal, priceText, typedPrice } from './line-totals.ts'

interface Missing {
  id: string
  name: string
  why: string
}

/** Begins on the form of a bid; what is in it already is looked at first. */
export function fillBid(form: HTMLFormElement): void {
  const asked = form.querySelector<HTMLElement>('[data-bid]')?.dataset['bid']
  // The page writes it, from the same type.
  if (asked !== undefined) start(form, JSON.parse(asked) as BidForm)
}

function start(form: HTMLFormElement, bid: BidForm): void {
  const { actor = '', place } = JSON.parse(form.dataset['setting'] ?? '{}') as {
    actor?: string
    place?: { tender: string }
  }
  const button = form.querySelector<HTMLButtonElement>('[type="submit"]')
  const isBarred = form.querySelector('#because')?.textContent.includes('deadline') ?? false
  // What was sent once is where the next version begins.
  form.dataset['keeps'] = ''
  for (const input of fileInputs(form)) prepareFile(input)
  form.addEventListener('input', () => {
    refresh()
    sayKept(form)
  })
  const copy = form.querySelector<HTMLElement>('[data-save-copy]')
  if (copy) offerCopy(form, copy, place?.tender ?? '')
  refresh()

  function refresh(): void {
    const missing = [...refreshPrices(form, bid), ...refreshSlots(form, bid)]
    if (isBarred) return
    if (missing.length === 0) button?.removeAttribute('aria-disabled')
    else button?.setAttribute('aria-disabled', 'true')
    sayMissing(form, missing)
  }

  function prepareFile(input: HTMLInputElement): void {
    const isChosen = (input.files?.length ?? 0) > 0
    void (isChosen ? takeFile(input) : restoreFile(actor, input)).then(refresh)
    input.addEventListener('change', () => {
      void takeFile(input).then(refresh)
    })
  }

  async function takeFile(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? []
    const document = bid.documents[Number(input.name.replace(/^.*\.d/, ''))]
    const problem = file && document ? await problemOf(file, document) : undefined
    sayAtField(input, problem)
    if (problem !== undefined) input.value = ''
    if (problem !== undefined || !file) await forgetFile(actor, input.name)
    else await keepFile(actor, input.name, file)
  }
}

function fileInputs(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>('input[type="file"]')]
}

function inputAt(form: HTMLFormElement, path: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`[name="${path}"]`)
}

/** Line totals and the sum; which unit prices are missing. */
function refreshPrices(form: HTMLFormElement, bid: BidForm): Missing[] {
  const { lines, exponent } = bid
  const prices = (lines.length === 0 ? ['price'] : lines.map((_, i) => `lines.${i}.unitPrice`)).map(
    (path) => {
      const input = inputAt(form, path)
      return { input, price: typedPrice(input?.value ?? '', exponent) }
    },
  )
  let sum = 0n
  for (const [i, cell] of form.querySelectorAll<HTMLElement>('[data-total]').entries()) {
    const price = prices[i]?.price
    const total = price === undefined ? undefined : lineTotal(cell.dataset['total'] ?? '0', price)
    cell.textContent = total === undefined ? '–' : priceText(total, exponent)
    sum += total ?? 0n
  }
  const isWhole = prices.every(({ price }) => price !== undefined)
  const place = form.querySelector('[data-sum]')
  if (place) place.textContent = isWhole ? priceText(sum, exponent) : '–'
  count(form, 'Prices', prices.filter(({ price }) => price !== undefined).length, prices.length)
  return prices.flatMap(({ input, price }, i) =>
    price === undefined
      ? [
          {
            id: input?.id ?? '',
            name: shortName(lines[i]?.name ?? 'Your price'),
            why: input?.value === '' ? 'has no price' : 'has a price that cannot be read',
          },
        ]
      : [],
  )
}

/** A word for each slot; which of the required ones are missing. */
function refreshSlots(form: HTMLFormElement, { answers, documents }: BidForm): Missing[] {
  const slots = [
    ...answers.map((each, i) => ({ each, path: `answers.a${i}`, kind: 'Answer' })),
    ...documents.map((each, i) => ({ each, path: `documents.d${i}`, kind: 'Document' })),
  ].map((slot, i) => ({ ...slot, number: i + 1, isFilled: isFilled(inputAt(form, slot.path)) }))
  for (const { path, kind, each, isFilled } of slots) {
    const state = form.querySelector(`[data-slot="${path}"] [data-slot-state]`)
    if (!state) continue
    const filled = kind === 'Answer' ? 'Filled in' : 'Added'
    state.textContent = isFilled ? filled : each.required ? 'Missing' : 'Empty'
    state.classList.toggle('tb-slot__state--missing', !isFilled && each.required)
  }
  const required = slots.filter(({ each }) => each.required)
  for (const kind of ['Answer', 'Document']) {
    const own = required.filter((slot) => slot.kind === kind)
    count(form, `${kind}s`, own.filter(({ isFilled }) => isFilled).length, own.length)
  }
  return required
    .filter(({ isFilled }) => !isFilled)
    .map(({ path, kind, number, each }) => ({
      id: inputAt(form, path)?.id ?? '',
      name: `${kind} ${number}`,
      why: `(${each.title}) is ${kind === 'Answer' ? 'empty' : 'missing'}`,
    }))
}

function isFilled(input: HTMLInputElement | null): boolean {
  if (input?.type === 'checkbox') return input.checked
  return input !== null && input.value.trim() !== ''
}

function count(form: HTMLFormElement, label: string, done: number, of: number): void {
  const place = form.querySelector(`[data-count="${label}"]`)
  if (place) place.textContent = `${done} of ${of}`
}

/** Each reason links its slot. */
function sayMissing(form: HTMLFormElement, missing: readonly Missing[]): void {
  const place = form.querySelector<HTMLElement>('#because')
  if (!place) return
  place.hidden = missing.length === 0
  place.querySelector('ul')?.replaceChildren(
    ...missing.map(({ id, name, why }) => {
      const item = document.createElement('li')
      const link = document.createElement('a')
      link.className = 'usa-link'
      link.href = `#${id}`
      link.textContent = name
      item.append(link, ` ${why}`)
      return item
    }),
  )
}

/** Why a file is not taken; nothing of it has been sent. */
async function problemOf(
  file: File,
  { media, sizeMax }: BidForm['documents'][number],
): Promise<string | undefined> {
  const kinds = media.map(mediaName)
  const isPdf = (await file.slice(0, 5).text()) === '%PDF-'
  const isOfKind = file.type === 'application/pdf' ? isPdf : true
  if (media.length > 0 && !(media.includes(file.type) && isOfKind)) {
    const [kind = ''] = kinds
    const article = /^[aeiou]/i.test(kind) ? 'an' : 'a'
    return `${file.name} is not ${article} ${kinds.join(' or ')}. Save it as ${kind} and add it again.`
  }
  if (file.size > sizeMax)
    return `${sizeText(file.size)} is more than ${sizeText(sizeMax)}. Nothing was sent.`
  return file.size === 0 ? `${file.name} is empty.` : undefined
}

function sayAtField(input: HTMLInputElement, problem: string | undefined): void {
  const place = input.closest('[data-field]')
  place?.querySelector('[data-problem]')?.remove()
  place?.classList.toggle('usa-form-group--error', problem !== undefined)
  if (problem === undefined) {
    input.removeAttribute('aria-invalid')
    return
  }
  input.setAttribute('aria-invalid', 'true')
  const error = document.createElement('span')
  error.className = 'usa-error-message'
  error.dataset['problem'] = ''
  error.setAttribute('role', 'alert')
  error.textContent = problem
  input.before(error)
}

function sayKept(form: HTMLFormElement): void {
  const place = form.querySelector('[data-kept]')
  const time = new Date().toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit' })
  if (place) place.textContent = ` Draft kept, ${time}.`
}

function offerCopy(form: HTMLFormElement, button: HTMLElement, tender: string): void {
  button.hidden = false
  form.querySelector<HTMLElement>('[data-save-why]')?.removeAttribute('hidden')
  button.addEventListener('click', () => {
    void import('./complete-bid.ts').then(({ saveDraft }) => saveDraft(form, tender))
  })
}
