/**
 * Forms that sign. The code that does it is loaded when somebody presses the button, or comes back to a page whose act
 * was signed and never answered. What is typed is kept in this browser until the act is recorded.
 */
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-setting]')) {
  form.querySelector('[data-off]')?.remove()
  const button = form.querySelector<HTMLButtonElement>('[type="submit"]')
  if (button) button.hidden = false
  form.noValidate = true
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (button?.getAttribute('aria-disabled') === 'true') return
    void import('../browser/act.ts').then(({ act }) => act(form))
  })
  if (sessionStorage.getItem(`tenderbook:pending:${location.pathname}${location.search}`) !== null)
    void import('../browser/act.ts').then(({ resume }) => resume(form))
  keepDraft(form)
}

/** Texts of a form, by page; files and what the page fills in itself stay out. */
function keepDraft(form: HTMLFormElement): void {
  // Several people may use this browser, and vendors compete: a draft is its writer's.
  const { actor } = JSON.parse(form.dataset['setting'] ?? '{}') as { actor?: string }
  const place = `tenderbook:draft:${actor ?? ''}:${location.pathname}${location.search}`
  const fields = [
    ...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(
      'input:not([type=hidden],[type=file]),textarea,select',
    ),
  ]
  const isBox = (field: Element): field is HTMLInputElement =>
    field instanceof HTMLInputElement && (field.type === 'radio' || field.type === 'checkbox')
  const kept = localStorage.getItem(place)
  if (kept !== null) {
    const values = JSON.parse(kept) as (string | boolean)[]
    for (const [i, field] of fields.entries()) {
      const value = values[i]
      if (isBox(field)) field.checked = value === true
      else if (typeof value === 'string') field.value = value
    }
  }
  const keep = (): void => {
    const values = fields.map((field) => (isBox(field) ? field.checked : field.value))
    localStorage.setItem(place, JSON.stringify(values))
  }
  form.addEventListener('input', keep)
  form.addEventListener('change', keep)
  addEventListener('pagehide', () => {
    if (form.dataset['done'] !== undefined && form.dataset['keeps'] === undefined)
      localStorage.removeItem(place)
  })
}
