/**
 * The frame of a signed-in person: what was just recorded, a word before the session ends, the way out. All of it is
 * small; what was recorded is read by code that comes only then.
 */
const out = [...document.querySelectorAll<HTMLButtonElement>('[data-sign-out]')]
for (const button of out) {
  button.hidden = false
  button.addEventListener('click', () => {
    void fetch('/api/sessions', { method: 'DELETE' }).then(() => location.assign('/'))
  })
}

if (sessionStorage.getItem('tenderbook:recorded') !== null)
  void import('../browser/show-news.ts').then(({ showNews }) => showNews())

const idleMs = Number(out[0]?.dataset['idle'] ?? 0) * 1000
const warnBeforeMs = 2 * 60_000
let ending: ReturnType<typeof setTimeout> | undefined

/** Asked of the service, which alone knows: another page of this browser may have kept the session alive. */
function watch(): void {
  clearTimeout(ending)
  ending = setTimeout(warn, idleMs - warnBeforeMs)
}

function warn(): void {
  const dialog = document.createElement('dialog')
  const title = document.createElement('h2')
  title.textContent = 'You will be signed out in 2 minutes'
  const text = document.createElement('p')
  text.textContent = 'What you have typed on this page is kept in this browser.'
  const stay = document.createElement('button')
  stay.className = 'usa-button'
  stay.textContent = 'Stay signed in'
  stay.addEventListener('click', () => {
    void fetch('/api/me').then((answer) => {
      dialog.remove()
      if (answer.ok) watch()
      else location.reload()
    })
  })
  dialog.className = 'tb-signing'
  dialog.append(title, text, stay)
  document.body.append(dialog)
  dialog.showModal()
  ending = setTimeout(() => {
    title.textContent = 'You are signed out'
    stay.textContent = 'Sign in again'
  }, warnBeforeMs)
}

if (idleMs > warnBeforeMs) watch()
