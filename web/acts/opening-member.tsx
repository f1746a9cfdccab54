import { ENVELOPE, methodOf, type PersonRow } from '../../procurement/index.ts'
import { Facts } from '../components/facts/facts.tsx'
import { Fixed } from '../components/field/field.tsx'
import { tame } from '../format.ts'
import { termsOf } from '../terms.ts'
import type { ActPage, ActView } from './page.ts'

/** P3: a key holder accepts; the key is made in its browser for this purchase, and never leaves it. */
export const openingMember: ActPage = {
  t: 'opening.member',
  role: 'OO',
  title: () => 'Hold a key',
  verb: 'Sign and accept',
  follows: ({ file }) => [
    `After the deadline you release your key, with one click, so that the ${termsOf(file?.method).bids} can be opened.`,
    'The key lies in this browser only. If its data are cleared, the key is gone.',
  ],
  rows: (_file, { person }) => [`person/${person}`],
  because: ({ file, viewer }) =>
    file?.opening.members.some(({ person }) => person === viewer.person)
      ? ['you have accepted already']
      : [],
  Fields,
}

function Fields({ view }: { view: ActView }) {
  const { file, viewer } = view
  const holders = file && methodOf(file)?.holders
  // Rows of the register have their type by their key.
  const org = (view.row(`person/${viewer.person}`) as PersonRow | undefined)?.org
  if (!file || !holders || org === undefined) return <p>There is no key to hold here.</p>
  const { bids } = termsOf(file.method)
  return (
    <>
      <p>
        {`Until the deadline nobody can read the ${bids}: each is sealed to ${holders.n} keys, and it takes ${holders.k} of them to open it. You are asked to hold one.`}
      </p>
      <Facts
        facts={[
          { label: 'Needed to open', value: `${holders.k} of ${holders.n}` },
          {
            label: 'Accepted so far',
            value:
              file.opening.members
                .map(({ person }) => tame(view.names.get(person) ?? person))
                .join(', ') || 'Nobody',
          },
          { label: 'Where your key will be', value: 'In this browser, made now' },
        ]}
      />
      <Fixed path="envelope" value={ENVELOPE} />
      <Fixed path="group" value={holders.group} />
      <Fixed path="id" value={viewer.person} />
      <Fixed path="org" value={org} />
    </>
  )
}
