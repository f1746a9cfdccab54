import { methodOf } from '../../procurement/index.ts'
import { Choice } from '../components/choice/choice.tsx'
import { Facts } from '../components/facts/facts.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import { Select } from '../components/select/select.tsx'
import { tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { packOfFile, reasonOptions } from '../reason-codes.ts'
import { roleName } from '../sentences.ts'
import { capital } from '../terms.ts'
import type { Colleague } from '../views/desk.ts'
import type { ActPage, ActView } from './page.ts'

/** A part of a file goes into other hands, with a reason; it waits for nobody on leave. */
export const fileAssign: ActPage = {
  t: 'file.assign',
  role: 'CO',
  title: () => 'Hand the file over',
  verb: 'Sign and hand over',
  follows: () => ['From then on only that person acts in this part of the file.'],
  reads: ['people'],
  names: () => [],
  because: (view) => (successorsOf(view).length > 0 ? [] : ['nobody else holds this role']),
  Fields,
}

const roles = ['CO', 'RQ', 'BU', 'AP', 'AC', 'PO', 'TR'] as const
type Handed = (typeof roles)[number]

/** Which part is handed over: by the address, else the officer's own. */
const roleOf = ({ query }: ActView): Handed => roles.find((role) => role === query['role']) ?? 'CO'

const holdersOf = (view: ActView): Colleague[] =>
  // The desk made the reading, in this form.
  ((view.more['people'] as Colleague[] | undefined) ?? []).filter(({ roles }) =>
    roles.includes(roleOf(view)),
  )

/** In whose hands it is now: whoever it is assigned to, else who acted in it, else the first who may. */
function holderOf(view: ActView): string | undefined {
  const role = roleOf(view)
  const acted = Object.entries(view.file?.actedAs ?? {}).find(([, acts]) =>
    acts.some((act) => act.role === role),
  )
  return view.file?.assigned[role] ?? acted?.[0] ?? holdersOf(view)[0]?.person
}

const successorsOf = (view: ActView): Colleague[] =>
  holdersOf(view).filter(({ person }) => person !== holderOf(view))

function Fields({ view }: { view: ActView }) {
  const { file } = view
  const pack = file && packOfFile(file)
  const from = holderOf(view)
  const role = roleOf(view)
  if (!file || !pack || from === undefined) return <p>There is nobody to hand over from.</p>
  const name = (person: string): string => tame(view.names.get(person) ?? person)
  return (
    <>
      <nav aria-label="Part of the file">
        <ul class="tb-rows">
          {roles.map((each) => (
            <li key={each}>
              <a
                href={fill(paths.page.fileAct, { ocid: file.ocid, t: view.t }, { role: each })}
                aria-current={each === role ? 'page' : undefined}
              >
                {capital(roleName(each))}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Facts
        facts={[
          { label: 'Part', value: capital(roleName(role)) },
          { label: 'In the hands of', value: name(from) },
          { label: 'Method', value: methodOf(file)?.title ?? 'Not decided yet' },
        ]}
      />
      <Fixed path="role" value={role} />
      <Fixed path="from" value={from} />
      <Choice
        path="to"
        legend="To"
        options={successorsOf(view).map(({ person }) => ({ value: person, label: name(person) }))}
      />
      <Select path="reason.code" label="Reason" options={reasonOptions(pack, 'assign')} />
      <Field path="reason.text" kind="text" label="In your words" rows={2} max={4000} />
    </>
  )
}
