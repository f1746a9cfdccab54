/** Registers a firm. The code that makes its key is loaded when somebody presses the button. */
const form = document.querySelector<HTMLFormElement>('form[data-register]')
if (form) {
  form.querySelector('[data-off]')?.remove()
  form.noValidate = true
  const button = form.querySelector<HTMLButtonElement>('[type="submit"]')
  if (button) button.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void import('../browser/register-vendor.ts').then(({ registerVendor }) => registerVendor(form))
  })
}
