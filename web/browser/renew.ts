/**
 * Makes the open page what a fresh copy of it says. What has not changed stays as it is, with its place, its selection and
 * what islands have done to it; what has changed is replaced. Focus and open folds go over to what has the same name.
 *
 * The copy is read by the browser's own request for a document: the policy allows no other parser of markup here.
 */
import { RENEWED } from './island.ts'

/** Fetches the page and renews it; false where it could not be had, or `isBusy` says that a person has begun something. */
export async function renew(isBusy: () => boolean): Promise<boolean> {
  const page = await fetchPage()
  const old = document.querySelector('main')
  const fresh = page?.querySelector('main')
  if (!page || !old || !fresh || isBusy()) return false
  keepOpen(old, fresh)
  const focused = document.activeElement
  merge(old, fresh)
  if (focused?.isConnected === false) twinOf(focused, document)?.focus({ preventScroll: true })
  document.title = page.title
  document.dispatchEvent(new Event(RENEWED))
  return true
}

function fetchPage(): Promise<Document | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('GET', location.href)
    request.responseType = 'document'
    request.onloadend = () => {
      resolve(request.status === 200 ? request.responseXML : null)
    }
    request.send()
  })
}

/** Folds that are open here are open there. */
function keepOpen(old: Element, fresh: Element): void {
  for (const summary of old.querySelectorAll('details[open] > summary'))
    twinOf(summary, fresh)?.parentElement?.setAttribute('open', '')
}

function merge(old: ChildNode, fresh: ChildNode): void {
  if (old.isEqualNode(fresh)) return
  const parts = [...old.childNodes]
  const others = [...fresh.childNodes]
  const isSameFrame = old.cloneNode().isEqualNode(fresh.cloneNode())
  if (!isSameFrame || parts.length === 0 || parts.length !== others.length) old.replaceWith(fresh)
  else others.forEach((other, i) => parts[i] && merge(parts[i], other))
}

/** The element of the same kind and name elsewhere. */
const twinOf = (element: Element, root: ParentNode): HTMLElement | undefined =>
  [...root.querySelectorAll<HTMLElement>(element.localName)].find(
    (other) => nameOf(other) === nameOf(element),
  )

/** A fold's name is its label, not the number beside it. */
const nameOf = (element: Element): string | null =>
  element.id || element.getAttribute('href') || (element.firstElementChild ?? element).textContent
