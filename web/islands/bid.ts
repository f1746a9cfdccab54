/** The form of a bid. What multiplies, checks and keeps comes when somebody begins, or has begun before. */
const form = document.querySelector<HTMLFormElement>('form[data-setting]')
if (form) {
  const isBegun = Object.keys(localStorage).some(
    (place) =>
      place.startsWith('tenderbook:draft:') &&
      place.endsWith(`:${location.pathname}${location.search}`),
  )
  let begun: Promise<void> | undefined
  const begin = (): void => {
    begun ??= import('../browser/fill-bid.ts').then(({ fillBid }) => {
      fillBid(form)
    })
  }
  if (isBegun) begin()
  for (const sign of ['focusin', 'input', 'change']) form.addEventListener(sign, begin)
}
