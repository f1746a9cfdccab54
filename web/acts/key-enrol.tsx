import type { Json } from '../../ledger/index.ts'
import { Facts } from '../components/facts/facts.tsx'
import { Fixed } from '../components/field/field.tsx'
import { tame } from '../format.ts'
import { readText } from '../reading.ts'
import { keyWords } from '../six-words.ts'
import type { ActPage, ActView } from './page.ts'

/** A second device of one's own: an older key signs what the new one asked for, and no registrar is needed. */
export const keyEnrol: ActPage = {
  t: 'key.enrol',
  role: 'own',
  title: () => 'Add another device of yours',
  verb: 'Sign and add the device',
  follows: () => ['From then on that browser signs for you. You can give its key up at any time.'],
  rows: (_file, _viewer, { pending = '' }) => [`pending/${pending}`],
  because: (view) => (asked(view) === undefined ? ['no device of yours asks to be added'] : []),
  Fields,
}

/** The registrar's half of an enrolment: a person compared the words over another channel. */
export const keyEnrolCosign: ActPage = {
  t: 'key.enrol.cosign',
  role: 'RG',
  title: () => 'Enrol a key',
  verb: 'Sign and enrol',
  follows: () => [
    'From then on the key signs for this person. Revoking it is an entry of its own.',
  ],
  rows: (_file, _viewer, { of = '' }) => [`pending/${of}`],
  because: (view) => (asked(view) === undefined ? ['no key waits here to be enrolled'] : []),
  Fields: Cosign,
}

/** The payload of the enrolment that waits. */
function asked({ row, query }: ActView): Json | undefined {
  const pending = row(`pending/${query['pending'] ?? query['of'] ?? ''}`)
  const isOpen = typeof pending === 'object' && 'done' in pending && pending['done'] === false
  const statement = isOpen && 'statement' in pending ? pending['statement'] : undefined
  return typeof statement === 'object' && 'payload' in statement ? statement['payload'] : undefined
}

function Fields({ view }: { view: ActView }) {
  const payload = asked(view)
  if (payload === undefined || readText(payload, 'person') !== view.viewer.person)
    return <Nothing />
  const members = ['person', 'kid', 'pub', 'device', 'purpose', 'pop']
  return (
    <>
      <Device payload={payload} />
      {members.map((name) => (
        <Fixed key={name} path={name} value={readText(payload, name) ?? ''} />
      ))}
    </>
  )
}

function Cosign({ view }: { view: ActView }) {
  const payload = asked(view)
  if (payload === undefined) return <Nothing />
  return (
    <>
      <Device payload={payload} name={view.names.get(readText(payload, 'person') ?? '')} />
      <Fixed path="of" value={view.of ?? ''} />
    </>
  )
}

const Nothing = () => <p>It was enrolled in the meantime, or never asked for.</p>

const Device = ({ payload, name }: { payload: Json; name?: string | undefined }) => (
  <>
    <Facts
      facts={[
        { label: 'Person', value: tame(name ?? readText(payload, 'person') ?? '') },
        { label: 'Device', value: tame(readText(payload, 'device') ?? '') },
        { label: 'Its key in six words', value: keyWords(readText(payload, 'kid') ?? '') },
      ]}
    />
    <p>Compare the six words with those on the new device. If they differ, do not sign.</p>
  </>
)
