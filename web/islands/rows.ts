/**
 * Rows of a form: adds and removes them, numbers them anew, multiplies quantity and unit price, and keeps what was typed
 * into them for the next visit, since the form's own draft knows only the rows that the page came with.
 */
import { lineTotal, priceText, typedPrice } from '../browser/line-totals.ts'

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const form = document.querySelector<HTMLFormElement>('form[data-setting]')
if (form) for (const group of form.querySelectorAll<HTMLElement>('[data-rows]')) begin(form, group)

function begin(form: HTMLFormElement, group: HTMLElement): void {
  const path = group.dataset['rows'] ?? ''
  const list = group.querySelector<HTMLElement>('[data-row-list]')
  const template = group.querySelector('template')
  const add = group.querySelector<HTMLButtonElement>('[data-row-add]')
  if (!list || !template || !add) return
  const { actor } = JSON.parse(form.dataset['setting'] ?? '{}') as { actor?: string }
  const place = `tenderbook:rows:${actor ?? ''}:${location.pathname}${location.search}:${path}`
  add.hidden = false
  add.addEventListener('click', () => {
    append()
    list.querySelector<Control>('[data-row]:last-child [name]')?.focus()
    changed()
  })
  group.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-row-remove]') : null
    if (button) remove(button)
  })
  group.addEventListener('input', keep)
  addEventListener('pagehide', () => {
    if (form.dataset['done'] !== undefined) localStorage.removeItem(place)
  })
  restore()
  number()

  function append(): void {
    if (list && template) list.append(template.content.cloneNode(true))
    number()
  }

  function remove(button: Element): void {
    const row = button.closest('[data-row]')
    const next = row?.nextElementSibling ?? row?.previousElementSibling
    row?.remove()
    number()
    ;(next?.querySelector<Control>('[name]') ?? add)?.focus()
    changed()
  }

  /** Names, ids and labels by the place of the row, so that they agree with the payload. */
  function number(): void {
    const rows = list ? [...list.children] : []
    for (const [at, row] of rows.entries()) {
      for (const each of row.querySelectorAll('*'))
        for (const name of ['name', 'id', 'for', 'data-field', 'aria-describedby'])
          renumber(each, name, at)
      for (const each of row.querySelectorAll('[data-row-number]')) each.textContent = `${at + 1}`
      const button = row.querySelector<HTMLElement>('[data-row-remove]')
      if (button) button.hidden = rows.length === 1
    }
    reckon()
  }

  function renumber(element: Element, name: string, at: number): void {
    const value = element.getAttribute(name)
    if (value === null) return
    for (const mark of ['.', '-']) {
      const old = new RegExp(`(^|-)${path}\\${mark}(?:\\d+|#)\\${mark}`)
      if (old.test(value))
        element.setAttribute(name, value.replace(old, `$1${path}${mark}${at}${mark}`))
    }
  }

  function changed(): void {
    keep()
    form.dispatchEvent(new Event('input'))
  }

  function controls(): Control[] {
    return [...(list?.querySelectorAll<Control>('[name]') ?? [])]
  }

  function keep(): void {
    reckon()
    const rows = list?.children.length ?? 0
    const values = controls().map(({ name, value }) => [name, value])
    localStorage.setItem(place, JSON.stringify({ rows, values }))
  }

  function restore(): void {
    const kept = localStorage.getItem(place)
    if (kept === null || !list) return
    const { rows, values } = JSON.parse(kept) as { rows: number; values: [string, string][] }
    while (list.children.length > rows) list.lastElementChild?.remove()
    while (list.children.length < rows) append()
    const byName = new Map(values)
    for (const control of controls()) control.value = byName.get(control.name) ?? control.value
  }

  /** Line totals and their sum, where rows have quantity and price. */
  function reckon(): void {
    const sum = group.querySelector<HTMLElement>('[data-row-sum]')
    if (!sum || !list) return
    const exponent = Number(sum.dataset['exponent'] ?? '2')
    let all = 0n
    for (const row of list.children) {
      const quantity = row.querySelector<Control>('[name$=".quantity"]')?.value.replace(/,/g, '')
      const price = typedPrice(
        row.querySelector<Control>('[name$=".unitPrice"]')?.value ?? '',
        exponent,
      )
      const isWhole = price !== undefined && /^\d{1,12}(\.\d{1,6})?$/.test(quantity ?? '')
      const total = isWhole ? lineTotal(quantity ?? '0', price) : undefined
      all += total ?? 0n
      const cell = row.querySelector('[data-row-total]')
      if (cell) cell.textContent = total === undefined ? '–' : priceText(total, exponent)
    }
    sum.textContent = priceText(all, exponent)
  }
}
