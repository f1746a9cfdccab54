/**
 * The panel of a check in the browser: one line a check, a verdict, what it does not prove. Everything is written with
 * `textContent`; what the server sent is never markup here.
 */
import { startIsland } from './island.ts'

export interface Check {
  outcome: 'passed' | 'failed' | 'open'
  name: string
  detail: string
}

export interface Checked {
  verdict: 'verified' | 'refuted' | 'undecided'
  summary: string
  checks: Check[]
}

const spoken = { passed: 'Passed: ', failed: 'Failed: ', open: 'Not decided: ' }

/** Makes the panel's button run `check` and show what it found. */
export function mountPanel(island: string, check: (source: string) => Promise<Checked>): void {
  startIsland(island, (panel) => {
    const button = panel.querySelector<HTMLButtonElement>('[data-run]')
    const { source } = panel.dataset
    if (button === null || source === undefined) return
    panel.querySelector('[data-off]')?.remove()
    button.hidden = false
    button.addEventListener('click', () => void run(panel, button, () => check(source)))
  })
}

async function run(
  panel: HTMLElement,
  button: HTMLButtonElement,
  check: () => Promise<Checked>,
): Promise<void> {
  button.disabled = true
  const started = performance.now()
  const found = await check().catch(cannotBeDecided)
  show(panel, found, performance.now() - started)
  button.textContent = 'Check again'
  button.disabled = false
}

/** What throws is not a verdict: the bytes could not be fetched or read. */
const cannotBeDecided = (error: unknown): Checked => ({
  verdict: 'undecided',
  summary: `Cannot be decided: ${error instanceof Error ? error.message : 'the check could not run'}.`,
  checks: [],
})

const titles = {
  verified: 'Verified in your browser',
  refuted: 'Refuted',
  undecided: 'Cannot be decided',
}

function show(panel: HTMLElement, { verdict, summary, checks }: Checked, tookMs: number): void {
  const list = panel.querySelector('[data-checks]')
  const title = panel.querySelector('[data-title]')
  if (title !== null) title.textContent = titles[verdict]
  panel.querySelector('[data-intro]')?.remove()
  list?.replaceChildren(
    line('li', `tb-verdict tb-verdict--${verdict}`, summary),
    ...checks.map(checkRow),
    took(tookMs),
  )
  panel.dataset.verdict = verdict
}

/** The line of one check. */
export function checkRow({ outcome, name, detail }: Check): HTMLElement {
  const item = line('li', `tb-check tb-check--${outcome}`, '')
  item.append(
    line('span', 'usa-sr-only', spoken[outcome]),
    name,
    line('span', 'tb-check__detail', detail),
  )
  return item
}

const took = (ms: number): HTMLElement =>
  line(
    'li',
    'tb-second tb-small',
    `${new Date().toLocaleString()}, in ${Math.max(1, Math.round(ms))} ms`,
  )

function line(tag: string, className: string, text: string): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** JSON of an address of this service. Throws Error when it cannot be had. */
export async function fetchJson(address: string): Promise<unknown> {
  const response = await fetch(address, { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  return (await response.json()) as unknown
}
