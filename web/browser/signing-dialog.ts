/**
 * "What you are signing": one screen before each signature, made from the very bytes that will be signed. Nothing that
 * the server said about the act is shown here but names, which are marked as such by their place: the bytes hold ids.
 */
import {
  parseCanonical,
  sha256,
  text,
  type Statement,
  type UnsignedStatement,
} from '../../ledger/index.ts'
import { payloadFacts, type PayloadFact } from '../facts-of.ts'
import { tame } from '../format.ts'
import { roleName, wordsFor } from '../sentences.ts'
import { sixWords } from '../six-words.ts'
import { termsOf } from '../terms.ts'
import { element } from './form.ts'

export interface SigningScreen {
  unsigned: UnsignedStatement
  /** What the button says, as "Sign and certify". */
  verb: string
  /** What follows, and cannot be undone. */
  follows: readonly string[]
  labels: ReadonlyMap<string, string>
  names: Readonly<Record<string, string>>
  zone: string
  method?: string | undefined
  /** What this browser has sealed into the bytes, which do not show it. */
  inside?: PayloadFact[] | undefined
}

/** Shows the screen; true where the person pressed the button, false where it went back. */
export async function askToSign(screen: SigningScreen): Promise<boolean> {
  const dialog = document.createElement('dialog')
  dialog.className = 'tb-signing'
  dialog.setAttribute('aria-labelledby', 'signing-title')
  const { sign, back, title } = fill(dialog, screen)
  document.body.append(dialog)
  dialog.showModal()
  title.focus()
  const signs = await new Promise<boolean>((resolve) => {
    sign.addEventListener('click', () => resolve(true), { once: true })
    back.addEventListener('click', () => resolve(false), { once: true })
    dialog.addEventListener('cancel', () => resolve(false), { once: true })
  })
  dialog.close()
  dialog.remove()
  return signs
}

function fill(dialog: HTMLElement, screen: SigningScreen) {
  const { unsigned, verb, follows } = screen
  // Read back from the bytes: what is shown is what is signed.
  const said = parseCanonical(unsigned.body) as unknown as Statement
  const title = element('h2', '', 'What you are signing')
  title.id = 'signing-title'
  title.tabIndex = -1
  const sign = element('button', 'usa-button', verb)
  const back = element('button', 'usa-button usa-button--outline', 'Go back, sign nothing')
  const buttons = element('div', 'tb-actions')
  buttons.append(sign, back)
  dialog.append(
    title,
    element('p', 'tb-lede', sentence(said, screen)),
    ...whatIsInside(screen),
    factList(said, screen),
    ...whatFollows(follows),
    exactText(unsigned, said),
    element('p', 'tb-small tb-second', `In six words: ${sixWords(sha256(unsigned.pae))}`),
    buttons,
    element(
      'p',
      'tb-small tb-second',
      'It counts only when the record’s receipt comes back and is verified here.',
    ),
  )
  return { sign, back, title }
}

const nameIn =
  ({ names }: SigningScreen) =>
  (id: string): string =>
    names[id] ?? id

function sentence(said: Statement, screen: SigningScreen): string {
  const name = nameIn(screen)
  const told = { who: name(said.actor), payload: said.payload, name, zone: screen.zone }
  return wordsFor(said.t).sentence({ ...told, terms: termsOf(screen.method) })
}

/** What was sealed comes first; of the bytes that hide it the rest is for the fold with the exact text. */
function whatIsInside({ inside }: SigningScreen): HTMLElement[] {
  if (inside === undefined) return []
  return [element('h3', '', 'Sealed in this browser; the record does not show it'), listOf(inside)]
}

function factList(said: Statement, screen: SigningScreen): HTMLElement {
  const { labels, zone, inside } = screen
  const name = nameIn(screen)
  const shown = inside === undefined ? payloadFacts(said.payload, { labels, zone, name }) : []
  const by = { label: 'Signed by', value: `${name(said.actor)}, ${roleName(said.role)}` }
  return listOf([...shown, by])
}

function listOf(facts: readonly PayloadFact[]): HTMLElement {
  const list = element('dl', 'tb-facts')
  for (const { label, value } of facts) {
    const row = element('div')
    row.append(element('dt', '', label), element('dd', '', tame(value)))
    list.append(row)
  }
  return list
}

function whatFollows(follows: readonly string[]): HTMLElement[] {
  if (follows.length === 0) return []
  const list = element('ul', 'usa-list')
  list.append(...follows.map((each) => element('li', '', each)))
  return [element('h3', '', 'What follows'), list]
}

function exactText({ body }: UnsignedStatement, said: Statement): HTMLElement {
  const fold = element('details', 'tb-fold')
  const pre = element('pre', '', JSON.stringify(said, undefined, 2))
  pre.tabIndex = 0
  const raw = element('p', 'tb-small tb-second', `${body.length} bytes, signed as one line:`)
  const exact = element('pre', 'tb-exact', text(body))
  exact.tabIndex = 0
  fold.append(element('summary', '', 'The exact text you sign'), pre, raw, exact)
  return fold
}
