/**
 * Counts down to a deadline by the server's clock, and says what time it is then where the reader is. The reader's own
 * clock is used for nothing but its speed: the page carries the server's time, and the difference is kept.
 */
import { startIsland } from '../browser/island.ts'

const minuteMs = 60_000

startIsland('deadline', start)

function start(element: HTMLElement): void {
  const { due, now, legal } = element.dataset
  const left = element.querySelector('[role="timer"]')
  if (due === undefined || now === undefined || left === null) return
  const dueMs = Date.parse(due)
  const offsetMs = Date.parse(now) - Date.now()
  const tick = (): void => {
    const leftMs = dueMs - (Date.now() + offsetMs)
    left.textContent = leftMs > 0 ? `${spell(leftMs)} left` : 'The deadline has passed'
    if (leftMs > 0 && element.isConnected)
      setTimeout(tick, leftMs < 100 * minuteMs ? 1000 : minuteMs)
  }
  tick()
  showViewerTime(element, legal ?? due)
}

/** "6 days 4 hours 48 minutes"; seconds in the last hour. */
function spell(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    ...(seconds < 3600 ? [[seconds % 60, 'second'] as [number, string]] : []),
  ]
  return units
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(' ')
}

function showViewerTime(element: HTMLElement, legal: string): void {
  const place = element.querySelector<HTMLElement>('[data-viewer-time]')
  if (place === null) return
  const time = new Intl.DateTimeFormat('en-US', {
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(legal))
  place.textContent = `${time} where you are.`
  place.hidden = false
}
