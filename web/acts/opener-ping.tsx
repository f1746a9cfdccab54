import { Facts } from '../components/facts/facts.tsx'
import { Fixed } from '../components/field/field.tsx'
import { longInstant } from '../format.ts'
import type { ActPage, ActView } from './page.ts'

/** P3: before the deadline a key holder shows that its key still opens. */
export const openerPing: ActPage = {
  t: 'opener.ping',
  role: 'OO',
  title: () => 'Show that your key opens',
  verb: 'Sign the answer',
  follows: () => ['The record says that your key opened a test. Nothing is released.'],
  because: (view) => (membershipOf(view) ? [] : ['you hold no key of this purchase']),
  Fields,
}

const membershipOf = ({ file, viewer }: ActView) =>
  file?.opening.members.find(({ person }) => person === viewer.person)

function Fields({ view }: { view: ActView }) {
  const member = membershipOf(view)
  const until = view.file?.solicitation?.terms.bidsUntil
  if (!member || until === undefined) return <p>There is no key to test here.</p>
  return (
    <>
      <p>
        The service seals a secret to your key; this browser opens it. If too few keys open, there
        is still time to name others.
      </p>
      <Facts facts={[{ label: 'Bidding closes', value: longInstant(until, view.zone) }]} />
      <Fixed path="envelope" value={member.envelope} />
      <Fixed path="group" value={member.group} />
      <Fixed path="id" value={member.id} />
    </>
  )
}
