/** Sign-in: with a key that this browser has, or with one that it makes and a registrar enrols. */
import './without-eval.ts'
import { possessionMessage } from '../../procurement/index.ts'
import {
  newNonce,
  toBase64Url,
  UnsignedStatement,
  type JsonObject,
  type Statement,
} from '../../ledger/index.ts'
import { paths } from '../paths.ts'
import { keyWords } from '../six-words.ts'
import { instantOf } from './act.ts'
import {
  deviceKeys,
  forgetDeviceKeys,
  makeDeviceKey,
  signWith,
  type DeviceKey,
} from './device-keys.ts'
import { element } from './form.ts'
import { pinnedLog, sendStatement, verifiedHead, type Pins } from './log-client.ts'
import { fetchJson } from './panel.ts'
import { signIn } from './session.ts'

/** Signs in as a person: by a key of this browser that is enrolled, else by a new one. */
export async function signInAs(
  panel: HTMLElement,
  person: string,
  button: HTMLButtonElement,
): Promise<void> {
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  try {
    const origin = panel.dataset['origin'] ?? ''
    for (const key of await deviceKeys(origin, person))
      if (await signIn(key)) {
        leave(panel)
        return
      }
    say(panel, 'Making a key in this browser.')
    const { key, hash } = await enrolDevice(person, await pinnedLog())
    say(panel, 'The key is made. Waiting for the registrar to enrol it.')
    await untilEnrolled(hash)
    if (!(await signIn(key))) throw new Error('The key is enrolled, and signing in failed')
    leave(panel)
  } catch (error) {
    say(panel, `You are not signed in: ${error instanceof Error ? error.message : String(error)}.`)
  } finally {
    button.removeAttribute('aria-disabled')
  }
}

/** Another device of a person: makes a key, shows its words to compare, and waits until it is added. */
export async function askToBeAdded(panel: HTMLElement, form: HTMLFormElement): Promise<void> {
  const person = new FormData(form).get('person')
  if (typeof person !== 'string' || form.hidden) return
  form.hidden = true
  try {
    const { key, hash } = await enrolDevice(person.trim(), await pinnedLog())
    say(
      panel,
      `Compare these words on your first device: ${keyWords(key.kid)}. Waiting to be added.`,
    )
    await untilEnrolled(hash)
    if (!(await signIn(key))) throw new Error('The key was not added')
    leave(panel)
  } catch (error) {
    form.hidden = false
    say(
      panel,
      `This browser is not added: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}

/** Lists the people whose keys are here, by one button each. */
export async function showKnownKeys(panel: HTMLElement): Promise<void> {
  const known = panel.querySelector<HTMLElement>('[data-known]')
  const list = known?.querySelector('ul')
  const keys = await deviceKeys(panel.dataset['origin'] ?? '')
  const people = [...new Set(keys.map(({ person }) => person))]
  if (!known || !list || people.length === 0) return
  known.hidden = false
  for (const person of people) {
    const item = element('li')
    const ready = panel.querySelector(`[data-person="${CSS.escape(person)}"]`)?.textContent
    const button = element('button', 'usa-button', ready ?? `Sign in as ${person}`)
    button.setAttribute('type', 'button')
    button.addEventListener('click', () => {
      void signInAs(panel, person, button as HTMLButtonElement)
    })
    item.append(button)
    list.append(item)
  }
}

function leave({ dataset }: HTMLElement): void {
  localStorage.setItem('tenderbook:has-key', '1')
  location.assign(dataset['next'] ?? paths.page.work)
}

function say(panel: HTMLElement, text: string): void {
  panel.querySelector('[data-status]')?.replaceChildren(element('p', '', text))
}

/**
 * Makes a key for a person and asks for its enrolment: the statement is signed by the new key, or by an older key of the
 * same person (`by`), which then needs no registrar. Throws Error where the record refuses.
 */
export async function enrolDevice(
  person: string,
  pins: Pins,
  by?: DeviceKey,
): Promise<{ key: DeviceKey; hash: string }> {
  const key = await makeDeviceKey(pins.origin, person)
  const pop = await signWith(key, possessionMessage(pins.origin, person, key.kid))
  const payload = {
    person,
    kid: key.kid,
    pub: key.pub,
    device: deviceName(),
    purpose: 'identity-sign',
    pop: toBase64Url(pop),
  }
  try {
    return { key, hash: await sendAs(by ?? key, pins, { t: 'key.enrol', role: 'RQ', payload }) }
  } catch (error) {
    await forgetDeviceKeys([key.kid])
    throw error
  }
}

/** Signs and sends an act that needs no screen of its own; returns its hash. Throws Error where it is not recorded. */
export async function sendAs(
  key: DeviceKey,
  pins: Pins,
  { t, role, payload }: { t: string; role: string; payload: JsonObject },
): Promise<string> {
  const now = Date.now()
  const statement: Statement = {
    v: 1,
    t,
    aud: pins.origin,
    actor: key.person,
    role,
    kid: key.kid,
    nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
    issuedAt: instantOf(now),
    notAfter: instantOf(now + 300_000),
    payload,
    seen: await verifiedHead(pins),
  }
  const unsigned = new UnsignedStatement(statement)
  const signed = unsigned.attach(await signWith(key, unsigned.pae))
  const sent = await sendStatement(signed, pins)
  if (sent.kind === 'refused') throw new Error(sent.problem.detail)
  if (sent.kind !== 'recorded') throw new Error(sent.why)
  return toBase64Url(signed.hash)
}

/** "Chrome on Linux": so that a person knows its devices apart. */
function deviceName(): string {
  const { userAgent } = navigator
  const browser =
    ['Firefox', 'Edg', 'Chrome', 'Safari'].find((name) => userAgent.includes(name)) ?? 'A browser'
  const system = ['Windows', 'Mac', 'Android', 'iPhone', 'Linux'].find((name) =>
    userAgent.includes(name),
  )
  return `${browser === 'Edg' ? 'Edge' : browser} on ${system ?? 'another system'}`
}

const lookEveryMs = 300
const looksMax = 400

/** Waits until a registrar has countersigned. */
async function untilEnrolled(enrolment: string): Promise<void> {
  for (let look = 0; look < looksMax; look++) {
    const { rows } = (await fetchJson(paths.api.pending)) as { rows: { hash: string }[] }
    if (!rows.some(({ hash }) => hash === enrolment)) return
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  throw new Error('No registrar has enrolled the key yet. Come back later and sign in with it')
}
