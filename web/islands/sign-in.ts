/** The sign-in page: one click signs in with a key of this browser, or makes one. The code comes with the click. */
const panel = document.querySelector<HTMLElement>('[data-island="sign-in"]')
if (panel) {
  panel.querySelector('[data-off]')?.remove()
  for (const button of panel.querySelectorAll<HTMLButtonElement>('[data-person]')) {
    button.hidden = false
    button.addEventListener('click', () => {
      void import('../browser/sign-in.ts').then(({ signInAs }) =>
        signInAs(panel, button.dataset['person'] ?? '', button),
      )
    })
  }
  const device = panel.querySelector<HTMLFormElement>('form[data-new-device]')
  if (device) {
    device.hidden = false
    device.addEventListener('submit', (event) => {
      event.preventDefault()
      void import('../browser/sign-in.ts').then(({ askToBeAdded }) => askToBeAdded(panel, device))
    })
  }
  if (localStorage.getItem('tenderbook:has-key') !== null)
    void import('../browser/sign-in.ts').then(({ showKnownKeys }) => showKnownKeys(panel))
}
