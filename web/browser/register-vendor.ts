/** A firm's registration: a key is made, the person reads what it signs, the documents go up once the key counts. */
import './without-eval.ts'
import type { UnsignedStatement } from '../../ledger/index.ts'
import { toBase64Url } from '../../ledger/index.ts'
import { parseStatementPayload, possessionMessage } from '../../procurement/index.ts'
import { paths } from '../paths.ts'
import { readText } from '../reading.ts'
import { statementOf } from './act.ts'
import { keepCited, uploadCited } from './cited.ts'
import { forgetDeviceKeys, makeDeviceKey, signWith, type DeviceKey } from './device-keys.ts'
import { element, labelsOf, readForm, showProblems } from './form.ts'
import { pinnedLog, sendStatement, type Pins } from './log-client.ts'
import { signIn } from './session.ts'
import { askToSign } from './signing-dialog.ts'

export async function registerVendor(form: HTMLFormElement): Promise<void> {
  if (form.dataset['busy'] !== undefined) return
  form.dataset['busy'] = ''
  try {
    await register(form)
  } catch (error) {
    say(form, `You are not registered: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    delete form.dataset['busy']
  }
}

async function register(form: HTMLFormElement): Promise<void> {
  const { payload: typed, problems } = readForm(form)
  if (problems.length > 0) {
    showProblems(form, problems)
    return
  }
  const pins = await pinnedLog()
  const said = (name: string): string => readText(typed, name) ?? ''
  const vendor = idOf('v', said('name'))
  const key = await makeDeviceKey(pins.origin, idOf('p', said('name')))
  const unsigned = await statement(said, { vendor, key, pins })
  const parsed = parseStatementPayload(unsigned)
  if ('problems' in parsed) {
    await forgetDeviceKeys([key.kid])
    showProblems(
      form,
      parsed.problems.map(({ message }) => ({ path: 'identifier', message })),
    )
    return
  }
  const agreed = await askToSign({
    unsigned,
    verb: 'Sign and register',
    follows: ['Everyone can see that the firm is registered. Its bank details stay closed.'],
    labels: labelsOf(form),
    names: { [vendor]: said('name'), [key.person]: said('contact') },
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  const sent = agreed
    ? await sendStatement(unsigned.attach(await signWith(key, unsigned.pae)), pins)
    : undefined
  if (sent?.kind !== 'recorded') await forgetDeviceKeys([key.kid])
  if (sent === undefined) return
  if (sent.kind === 'refused') throw new Error(sent.problem.detail)
  if (sent.kind !== 'recorded') throw new Error(sent.why)
  if (!(await signIn(key))) throw new Error('The key is enrolled, and signing in failed')
  localStorage.setItem('tenderbook:has-key', '1')
  await uploadCited()
  location.assign(paths.page.account)
}

async function statement(
  said: (name: string) => string,
  { vendor, key, pins }: { vendor: string; key: DeviceKey; pins: Pins },
): Promise<UnsignedStatement> {
  const { person, kid, pub } = key
  const [name, place, contact, member] = ['name', 'place', 'contact', 'member'].map(said) as [
    string,
    string,
    string,
    string,
  ]
  const account = { number: said('account') }
  const payload = {
    vendor,
    person,
    kid,
    pub,
    pop: toBase64Url(await signWith(key, possessionMessage(pins.origin, person, kid))),
    identifier: { scheme: said('scheme'), id: said('identifier') },
    profile: await keepCited({ name, place, contact }, 'public'),
    payTo: await keepCited({ name, account, bank: { system: 'USABA', member } }, 'file'),
  }
  return await statementOf(payload, { t: 'vendor.register', role: 'VE', actor: person, kid }, pins)
}

/** An id that nobody chose: names change and may be erased. */
function idOf(letter: 'v' | 'p', name: string): string {
  const random = crypto.getRandomValues(new Uint8Array(4))
  const word = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 24)
  return `${letter}-${word === '' ? 'firm' : word}-${[...random].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function say(form: HTMLFormElement, text: string): void {
  form.querySelector('[data-status]')?.replaceChildren(element('p', '', text))
}
