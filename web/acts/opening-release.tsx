import { ENVELOPE } from '../../procurement/index.ts'
import { Fixed } from '../components/field/field.tsx'
import { Facts } from '../components/facts/facts.tsx'
import { dueInstant, recordInstant } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { termsOf } from '../terms.ts'
import type { ActPage, ActView } from './page.ts'

/** P9: after the deadline a key holder releases its shares; its browser checks the close and every bid before. */
export const openingRelease: ActPage = {
  t: 'opening.release',
  role: 'OO',
  title: () => 'Release my key',
  button: 'Release my key',
  verb: 'Sign and release',
  follows: ({ file }) => [
    `Once enough key holders have released, all ${termsOf(file?.method).bids} are opened together. A release is final.`,
  ],
  next: ({ file }) => fill(paths.page.opening, { ocid: file?.ocid ?? '' }),
  stages: ['open', 'opened'],
  because,
  Fields,
}

const memberIn = ({ file, viewer }: ActView) =>
  file?.opening.members.find(({ person }) => person === viewer.person)

function because(view: ActView): string[] {
  const { file, zone } = view
  const member = memberIn(view)
  const until = file?.solicitation?.terms.bidsUntil
  if (!member) return ['you hold no key of this purchase']
  if (!file?.opening.close)
    return until === undefined ? ['nothing is published yet'] : [tooEarly(until, zone)]
  return file.opening.releases.some(({ id }) => id === member.id)
    ? ['you have released already']
    : []
}

/** "You can release after Tue, Jan 27, 2:00 PM MST." as a reason. */
const tooEarly = (until: string, zone: string): string =>
  `you can release after ${dueInstant(until, zone)}`

function Fields({ view }: { view: ActView }) {
  const { file, zone } = view
  const member = memberIn(view)
  const until = file?.solicitation?.terms.bidsUntil
  if (!file || !member || until === undefined) return <p>There is no key of yours to release.</p>
  const { bids } = termsOf(file.method)
  const [group] = file.solicitation?.terms.openingKey.groups ?? []
  const { close, releases } = file.opening
  if (!close) return <p>{`You can release after ${dueInstant(until, zone)}.`}</p>
  return (
    <>
      <p>
        {`Before anything is released, this browser checks by the log’s pinned key that the bidding has closed, that these are the ${bids} which the close has locked, and that each is what its vendor signed and sealed to this purchase.`}
      </p>
      <Facts
        facts={[
          { label: 'Closed', value: recordInstant(close.legal, zone) },
          {
            label: 'Released so far',
            value: `${releases.length} of ${group?.members.length ?? 0}; ${group?.k ?? 0} are needed`,
          },
        ]}
      />
      <Fixed path="envelope" value={ENVELOPE} />
      <Fixed path="group" value={member.group} />
      <Fixed path="id" value={member.id} />
    </>
  )
}
