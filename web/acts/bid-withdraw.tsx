import { Facts } from '../components/facts/facts.tsx'
import { Fixed } from '../components/field/field.tsx'
import { recordInstant } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { termsOf } from '../terms.ts'
import type { OwnBid, OwnBids } from '../views/own-bids.ts'
import type { ActPage, ActView } from './page.ts'

/** B3: a vendor takes back the offer that stands, before the deadline; it may send another. */
export const bidWithdraw: ActPage = {
  t: 'bid.withdraw',
  role: 'VE',
  title: (view) => `Withdraw your ${termsOf(view.file?.method).bid}`,
  verb: 'Sign and withdraw',
  follows: ({ file }) => [
    `The ${termsOf(file?.method).bid} no longer counts and is not opened.`,
    'You can send another one until the deadline. Nobody is told that you have withdrawn this one.',
  ],
  reads: ['own-bids'],
  notAfter: ({ file, legalNow, realOf }) => {
    const until = file?.solicitation?.terms.bidsUntil
    return until === undefined || legalNow > until ? undefined : realOf(until)
  },
  next: ({ file }) => fill(paths.page.ownBid, { ocid: file?.ocid ?? '' }),
  because: (view) => [
    ...(standingIn(view) ? [] : [`you have no ${termsOf(view.file?.method).bid} that counts`]),
    ...(view.legalNow > (view.file?.solicitation?.terms.bidsUntil ?? '')
      ? ['the deadline has passed']
      : []),
  ],
  Fields,
}

/** The one that the address names, or the newest that stands. */
function standingIn({ more, of }: ActView): OwnBid | undefined {
  // Disclosure made the reading, in this form.
  const { bids } = (more['own-bids'] as OwnBids | undefined) ?? { bids: [] }
  const standing = bids.filter(({ status }) => status === 'counts' || status === 'stale')
  return of === undefined ? standing.at(-1) : standing.find(({ commitHash }) => commitHash === of)
}

function Fields({ view }: { view: ActView }) {
  const bid = standingIn(view)
  const { viewer, zone, file } = view
  if (!bid) return <p>{`There is no ${termsOf(file?.method).bid} of yours to withdraw.`}</p>
  return (
    <>
      <Facts
        facts={[
          { label: 'Version', value: String(bid.seq) },
          { label: 'Received', value: recordInstant(bid.arrived, zone) },
        ]}
      />
      <Fixed path="envelope" value={bid.envelope} />
      <Fixed path="vendor" value={viewer.vendor ?? ''} />
      <Fixed path="seq" value={String(bid.seq)} />
      <Fixed path="withdraws" value={bid.commitHash} />
    </>
  )
}
