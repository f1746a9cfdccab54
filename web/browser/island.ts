/** Told on the document when a live page has brought in new elements. */
export const RENEWED = 'tb:renewed'

/** Starts an island on each of its elements, once: those of the page, and those that come in later. */
export function startIsland(name: string, start: (element: HTMLElement) => void): void {
  const started = new WeakSet<Element>()
  const startNew = (): void => {
    for (const element of document.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)) {
      if (started.has(element)) continue
      started.add(element)
      start(element)
    }
  }
  startNew()
  document.addEventListener(RENEWED, startNew)
}
