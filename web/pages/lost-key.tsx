import { Layout } from '../components/layout/layout.tsx'
import { fill, paths } from '../paths.ts'
import type { PageContext } from './procurements.tsx'

/** A key that is gone is dull, not a disaster: what to do, in the order of what is easiest. */
export const LostKeyPage = ({ context }: { context: PageContext }) => (
  <Layout title="Your key is not on this device" {...context}>
    <h1>Your key is not on this device</h1>
    <p class="tb-lede">
      Keys never leave the browser that made them. If its data was cleared, the key is gone, and you
      take a new one. Nothing that you signed is lost.
    </p>
    <h2>You have another device that still works</h2>
    <ol class="usa-list">
      <li>
        Here, open <a href={paths.page.newDevice}>Use this browser too</a> and ask to be added.
      </li>
      <li>
        On the other device, open <a href={paths.page.account}>Your keys</a>, compare the six words,
        and add this browser.
      </li>
      <li>
        There, <a href={fill(paths.page.account)}>give the lost key up</a>.
      </li>
    </ol>
    <h2>You have no other device</h2>
    <ol class="usa-list">
      <li>
        Here, open <a href={paths.page.newDevice}>Use this browser too</a> and ask to be added.
      </li>
      <li>
        Go to your registrar, or call over a number that it knows. It compares the six words with
        you and signs.
      </li>
      <li>Ask the registrar to revoke the lost key.</li>
    </ol>
    <h2>A device was stolen</h2>
    <p>
      Tell your registrar at once. A revoked key stops at the next request; what it signed before is
      looked at again.
    </p>
    <p>
      Key holders: a key to sealed bids cannot be replaced. Say so before the deadline: the others
      are enough.
    </p>
  </Layout>
)
