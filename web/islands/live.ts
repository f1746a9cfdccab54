/**
 * Keeps an open page up to date. The stream says only that there is a newer step; then the page is fetched again, and what
 * has changed on it is replaced, by code that is loaded then. Nothing is replaced under a person who has begun to type,
 * and a page that is not looked at does not listen: it catches up when it is.
 */
/** A short break is not worth a word. */
const PATIENCE_MS = 3_000
/** How long after a no the stream is asked for again. */
const RETRY_MS = 30_000

const read = () => document.querySelector<HTMLElement>('[data-island="live"]')?.dataset
const { source = '', now = '' } = read() ?? {}
/** How far the server's clock is ahead of ours. */
const aheadMs = Date.parse(now) - Date.now()
const note = document.createElement('p')

let stream: EventSource | undefined
let newest = -1
let lost: ReturnType<typeof setTimeout> | undefined
let isTouched = false
let isLoading = false

if (source !== '') begin()

function begin(): void {
  note.className = 'tb-live'
  note.setAttribute('role', 'status')
  document.querySelector('main')?.after(note)
  document.addEventListener('input', ({ target }) => {
    isTouched ||= target instanceof Element && target.closest('main form') !== null
  })
  document.addEventListener('visibilitychange', listen)
  listen()
}

function listen(): void {
  stream?.close()
  if (document.hidden) return
  stream = new EventSource(`${source}?after=${read()?.after ?? ''}`)
  stream.addEventListener('step', ({ lastEventId }) => {
    newest = Number(lastEventId)
    void refresh()
  })
  stream.onopen = () => {
    if (lost !== undefined) note.replaceChildren()
    clearTimeout(lost)
    lost = undefined
  }
  stream.onerror = () => {
    const at = clock()
    lost ??= setTimeout(() => {
      say(`Shown as of ${at}. `, '.')
    }, PATIENCE_MS)
    if (stream?.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS)
  }
}

async function refresh(): Promise<void> {
  if (isLoading || newest <= Number(read()?.after)) return
  const wanted = newest
  isLoading = true
  const isRenewed = !isBusy() && (await renewPage())
  isLoading = false
  if (isRenewed) say(`Updated at ${clock()}.`)
  else sayChanged()
  if (newest > wanted) void refresh()
}

const renewPage = (): Promise<boolean> =>
  import('../browser/renew.ts').then(({ renew }) => renew(isBusy)).catch(() => false)

/** Whether a person is in the middle of something that must not be taken away. */
const isBusy = (): boolean => isTouched || document.querySelector('dialog[open]') !== null

function sayChanged(): void {
  stream?.close()
  say('This purchase has changed. ', ' to see it.')
}

/** Says something beside the page, for a while; with `rest` for good, with a way to load it again before that. */
function say(text: string, rest?: string): void {
  const line = document.createElement('span')
  line.className = rest === undefined ? 'tb-live__passing' : 'tb-live__staying'
  line.textContent = text
  if (rest !== undefined) line.append(reloadLink(), rest)
  note.replaceChildren(line)
}

function reloadLink(): HTMLElement {
  const link = document.createElement('a')
  link.href = location.pathname + location.search
  link.textContent = 'Reload'
  return link
}

/** "8:40 AM" by the server's clock. */
const clock = (): string =>
  new Date(Date.now() + aheadMs).toLocaleTimeString('en-US', {
    hour: 'numeric',
    minute: '2-digit',
  })
