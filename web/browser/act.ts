/**
 * Signs one act: the form's state becomes a statement, the person reads what its bytes say, the key of this browser signs
 * them, and the record's receipt is verified before anything is called recorded. The bytes are made once.
 */
import './without-eval.ts'
import {
  newNonce,
  toBase64,
  toBase64Url,
  UnsignedStatement,
  parseEnvelope,
  fromBase64,
  type JsonObject,
  type SignedStatement,
} from '../../ledger/index.ts'
import { parseStatementPayload } from '../../procurement/index.ts'
import type { ActSetting } from '../act-setting.ts'
import { sixWords } from '../six-words.ts'
import { completePayload, type Completed } from './completions.ts'
import { findDeviceKey, signWith, type DeviceKey } from './device-keys.ts'
import {
  clearProblems,
  element,
  labelsOf,
  readForm,
  showProblems,
  type FieldProblem,
} from './form.ts'
import { pinnedLog, sendStatement, verifiedHead, type Pins, type Sent } from './log-client.ts'
import { keepNews } from './news.ts'
import { refusalButton } from './refusal-file.ts'
import { forgetPending, keepPending, pendingAt } from './pending.ts'
import { askToSign } from './signing-dialog.ts'

const validityMs = 5 * 60_000

/** From the button to the receipt. Whatever goes wrong is said on the form; nothing typed is lost. */
export async function act(form: HTMLFormElement): Promise<void> {
  if (form.dataset['busy'] !== undefined) return
  form.dataset['busy'] = ''
  try {
    await signAndSend(form, settingOf(form))
  } catch (error) {
    say(form, 'wrong', 'Nothing was signed.', reasonOf(error))
  } finally {
    delete form.dataset['busy']
  }
}

const settingOf = (form: HTMLFormElement): ActSetting =>
  // The page writes it, from the same type.
  JSON.parse(form.dataset['setting'] ?? '{}') as ActSetting

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

async function signAndSend(form: HTMLFormElement, setting: ActSetting): Promise<void> {
  clearProblems(form)
  hush(form)
  const key = await findDeviceKey(setting.kid)
  if (!key) {
    sayKeyIsAway(form)
    return
  }
  const pins = await pinnedLog()
  const made = await payloadOf(form, { setting, pins, key })
  if ('problems' in made) {
    showProblems(form, made.problems)
    return
  }
  const unsigned = await statementOf(made.payload, setting, pins)
  const parsed = parseStatementPayload(unsigned)
  if ('problems' in parsed) {
    showProblems(form, parsed.problems.map(problemAt))
    return
  }
  const { verb, follows, names, zone, method } = setting
  const labels = labelsOf(form)
  const { inside } = made
  if (!(await askToSign({ unsigned, verb, follows, names, zone, method, labels, inside }))) {
    form.querySelector<HTMLElement>('[type="submit"]')?.focus()
    return
  }
  const signed = unsigned.attach(await signWith(key, unsigned.pae))
  keepPending(location.pathname + location.search, toBase64(signed.envelope))
  await send(form, setting, signed, pins)
}

export interface Acting {
  setting: ActSetting
  pins: Pins
  key: DeviceKey
}

async function payloadOf(form: HTMLFormElement, acting: Acting): Promise<Completed> {
  const read = readForm(form)
  if (read.problems.length > 0) return { problems: read.problems }
  say(form, 'waiting', 'Preparing what you will sign.')
  const made = await completePayload(read, acting, form)
  hush(form)
  return made
}

/** JSON pointer of a payload's problem as the path of a field. */
const problemAt = ({ at, message }: { at: string; message: string }): FieldProblem => ({
  path: at
    .replace(/^\/payload/, '')
    .split('/')
    .filter((name) => name !== '')
    .join('.'),
  message,
})

/** The statement as it will be signed: valid for five minutes where the act sets no other end. */
export async function statementOf(
  payload: JsonObject,
  {
    t,
    role,
    actor,
    kid,
    place,
    notAfter,
  }: Pick<ActSetting, 't' | 'role' | 'actor' | 'kid' | 'place' | 'notAfter'>,
  pins: Pins,
): Promise<UnsignedStatement> {
  const now = Date.now()
  return new UnsignedStatement({
    v: 1,
    t,
    aud: pins.origin,
    ...place,
    actor,
    role,
    kid,
    nonce: newNonce(crypto.getRandomValues(new Uint8Array(16))),
    issuedAt: instantOf(now),
    notAfter: notAfter ?? instantOf(now + validityMs),
    payload,
    seen: await verifiedHead(pins),
  })
}

/** Six decimals, as the record writes instants. */
export const instantOf = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

async function send(
  form: HTMLFormElement,
  setting: ActSetting,
  signed: SignedStatement,
  pins: Pins,
): Promise<void> {
  say(form, 'waiting', 'Signed. Waiting for the record.', sixWords(signed.hash))
  await show(form, setting, { signed, pins, sent: await sendStatement(signed, pins) })
}

/** After a reload: bytes that were signed here, and whose outcome nobody heard, are sent again. */
export async function resume(form: HTMLFormElement): Promise<void> {
  const kept = pendingAt(location.pathname + location.search)
  if (kept === undefined) return
  const signed = parseEnvelope(fromBase64(kept))
  await send(form, settingOf(form), signed, await pinnedLog())
}

async function show(
  form: HTMLFormElement,
  setting: ActSetting,
  { signed, pins, sent }: { signed: SignedStatement; pins: Pins; sent: Sent },
): Promise<void> {
  if (sent.kind === 'unknown') {
    sayUnknown(form, setting, signed, sent.why)
    return
  }
  forgetPending(location.pathname + location.search)
  if (sent.kind === 'false-receipt') {
    say(form, 'wrong', 'This receipt does not check out. Keep it and get help.', sent.why)
  } else if (sent.kind === 'refused') {
    const { problem } = sent
    const rule = problem.cite === undefined ? '' : ` (${problem.cite})`
    say(form, 'wrong', `Nothing was recorded. ${problem.detail}${rule}`, problem.next)
    if (problem.refusal) statusOf(form).append(...refusalButton(problem.refusal, pins))
    const fields = (problem.errors ?? []).map(({ pointer, detail }) =>
      problemAt({ at: pointer, message: detail }),
    )
    if (fields.some(({ path }) => path !== '')) showProblems(form, fields)
  } else {
    form.dataset['done'] = ''
    const hash = toBase64Url(signed.hash)
    const { index, decision, at, arrivedAt } = sent.receipt
    await keepNews({
      t: setting.t,
      hash,
      index,
      late: decision === 'late',
      at: arrivedAt ?? at,
      receipt: sent.file,
      envelope: toBase64(signed.envelope),
    })
    location.assign(setting.next.replace(':recorded', encodeURIComponent(hash)))
  }
}

/** The line under the form: what is going on. `waiting` looks like nothing special, `wrong` is red. */
function say(form: HTMLFormElement, look: 'waiting' | 'wrong', text: string, more?: string): void {
  const place = statusOf(form)
  place.className = `tb-status tb-status--${look}`
  place.replaceChildren(element('p', '', text))
  if (more !== undefined) place.append(element('p', 'tb-second', more))
}

function hush(form: HTMLFormElement): void {
  const place = statusOf(form)
  place.className = 'tb-status'
  place.replaceChildren()
}

function statusOf(form: HTMLFormElement): HTMLElement {
  const found = form.querySelector<HTMLElement>('[data-status]')
  if (found) return found
  const made = element('div', 'tb-status')
  made.dataset['status'] = ''
  made.setAttribute('role', 'status')
  form.append(made)
  return made
}

function sayKeyIsAway(form: HTMLFormElement): void {
  say(form, 'wrong', 'Your key is not on this device.')
  const link = element('a', 'usa-link', 'What to do')
  link.setAttribute('href', '/lost-key')
  statusOf(form).append(link)
}

function sayUnknown(
  form: HTMLFormElement,
  setting: ActSetting,
  signed: SignedStatement,
  why: string,
): void {
  say(form, 'wrong', 'We do not know yet whether it was recorded.', why)
  const again = element('button', 'usa-button usa-button--outline', 'Ask again')
  again.setAttribute('type', 'button')
  again.addEventListener('click', () => {
    void pinnedLog().then((pins) => send(form, setting, signed, pins))
  })
  statusOf(form).append(
    element('p', '', 'Ask again: the same bytes cannot be recorded twice.'),
    again,
  )
}
