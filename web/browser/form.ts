/** A form of an act: what a person has typed becomes a payload, and what is wrong with it is said at its field. */
import type { JsonObject } from '../../ledger/index.ts'
import { compact, readField, setAt, type FieldForm, type FieldKind } from '../fields.ts'

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

export interface FieldProblem {
  /** Path in the payload; empty: the form as a whole. */
  path: string
  message: string
}

export interface FormReading {
  payload: JsonObject
  problems: FieldProblem[]
  /** Files by the path of their control, to be uploaded first. */
  files: { path: string; isList: boolean; file: File }[]
}

/** Reads every named control that has a kind. */
export function readForm(form: HTMLFormElement): FormReading {
  const reading: FormReading = { payload: {}, problems: [], files: [] }
  for (const control of controlsOf(form)) readControl(control, reading)
  return { ...reading, payload: compact(reading.payload) as JsonObject }
}

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.querySelectorAll<Control>('[name][data-kind]')].filter(
    (control) => !control.disabled,
  )
}

function readControl(control: Control, { payload, problems, files }: FormReading): void {
  const { name: path } = control
  if (control instanceof HTMLInputElement) {
    if (control.type === 'radio' && !control.checked) return
    if (control.type === 'checkbox' && formOf(control).kind === 'list') {
      if (control.checked) setAt(payload, path, [...listAt(payload, path), control.value])
      return
    }
    if (control.type === 'file') {
      const isList = formOf(control).kind === 'documents'
      files.push(...[...(control.files ?? [])].map((file) => ({ path, isList, file })))
      if (control.required && control.files?.length === 0)
        problems.push({ path, message: 'Add a file.' })
      return
    }
  }
  const isBox = control instanceof HTMLInputElement && control.type === 'checkbox'
  const read = readField(isBox ? String(control.checked) : control.value, formOf(control))
  if (read === undefined) {
    if (control.required) problems.push({ path, message: `${labelOf(control)} is missing.` })
  } else if ('problem' in read) problems.push({ path, message: read.problem })
  else setAt(payload, path, read.value)
}

function listAt(payload: JsonObject, path: string): string[] {
  const value = payload[path]
  return Array.isArray(value) ? (value as string[]) : []
}

/** The page writes the kinds: they are from its own list. */
function formOf({ dataset }: Control): FieldForm {
  return {
    kind: dataset['kind'] as FieldKind,
    currency: dataset['currency'],
    zone: dataset['zone'],
  }
}

/** What a field is called: its label's first words, without the hint. */
export function labelOf(control: Control): string {
  const group = control.closest('fieldset')?.querySelector('legend')
  const isChoice = control instanceof HTMLInputElement && control.type === 'radio'
  const label = isChoice ? group : control.labels?.[0]
  return (label ?? group)?.textContent.trim() ?? control.name
}

/** Labels of a form by the paths of its fields. */
export function labelsOf(form: HTMLFormElement): Map<string, string> {
  return new Map(
    controlsOf(form)
      .filter((control) => !(control instanceof HTMLInputElement && control.type === 'hidden'))
      .map((control) => [control.name, labelOf(control)]),
  )
}

/** Shows what is wrong: at each field, and in a summary on top that takes the focus and links to them. */
export function showProblems(form: HTMLFormElement, problems: readonly FieldProblem[]): void {
  clearProblems(form)
  const summary = document.createElement('div')
  summary.className = 'usa-alert usa-alert--error tb-problems'
  summary.tabIndex = -1
  summary.setAttribute('aria-labelledby', 'problems-title')
  const body = element('div', 'usa-alert__body')
  const title = element('h2', 'usa-alert__heading', 'There is a problem')
  title.id = 'problems-title'
  const list = element('ul', 'usa-list')
  list.append(...problems.map((problem) => problemLine(form, problem)))
  body.append(title, list)
  summary.append(body)
  form.prepend(summary)
  summary.focus()
  document.title = `Error: ${document.title.replace(/^Error: /, '')}`
}

function problemLine(form: HTMLFormElement, { path, message }: FieldProblem): HTMLElement {
  const item = element('li')
  const control = fieldAt(form, path)
  if (!control) {
    item.textContent = message
    return item
  }
  const link = element('a', 'usa-link', message)
  link.setAttribute('href', `#${control.id}`)
  item.append(link)
  control.setAttribute('aria-invalid', 'true')
  const error = element('span', 'usa-error-message', message)
  error.id = `${control.id}-error`
  error.dataset['problem'] = ''
  const described = control.getAttribute('aria-describedby') ?? ''
  control.setAttribute('aria-describedby', `${described} ${error.id}`.trim())
  const place = control.closest('[data-field]') ?? control.parentElement
  place?.classList.add('usa-form-group--error')
  const anchor = place?.querySelector('[data-error-before]') ?? control
  anchor.before(error)
  return item
}

/** The control at a path or at the nearest one above it. */
function fieldAt(form: HTMLFormElement, path: string): Control | undefined {
  const visible = controlsOf(form).filter(
    (control) => !(control instanceof HTMLInputElement && control.type === 'hidden'),
  )
  for (let at = path; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
    const found =
      visible.find((control) => control.name === at) ??
      visible.find((control) => control.name.startsWith(`${at}.`))
    if (found) return found
  }
  return undefined
}

export function clearProblems(form: HTMLFormElement): void {
  form.querySelector('.tb-problems')?.remove()
  for (const error of form.querySelectorAll('[data-problem]')) error.remove()
  for (const group of form.querySelectorAll('.usa-form-group--error'))
    group.classList.remove('usa-form-group--error')
  for (const control of form.querySelectorAll('[aria-invalid]'))
    control.removeAttribute('aria-invalid')
  document.title = document.title.replace(/^Error: /, '')
}

/** An element with text, never markup. */
export function element(tag: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  if (text !== '') made.textContent = text
  return made
}
