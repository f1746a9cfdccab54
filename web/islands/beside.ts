/**
 * What stands beside a form and follows from what is typed into it: how a purchase will be bought, what changes in a
 * request, what the public will see. It is reckoned by code that is loaded when a person begins to type, or opens it.
 */
const form = document.querySelector<HTMLFormElement>('form[data-setting]')
if (form) {
  let isWaiting = false
  const refresh = (): void => {
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(() => {
      isWaiting = false
      void import('../browser/beside.tsx').then(({ showBeside }) => {
        showBeside(form)
      })
    })
  }
  form.addEventListener('input', refresh)
  form.addEventListener('change', refresh)
  for (const fold of form.querySelectorAll('details')) fold.addEventListener('toggle', refresh)
  const { actor } = JSON.parse(form.dataset['setting'] ?? '{}') as { actor?: string }
  const draft = `tenderbook:draft:${actor ?? ''}:${location.pathname}${location.search}`
  if (localStorage.getItem(draft) !== null) refresh()
}
