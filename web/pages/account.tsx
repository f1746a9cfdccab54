import { Layout } from '../components/layout/layout.tsx'
import { tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { keyWords } from '../six-words.ts'
import type { PageContext } from './procurements.tsx'

export interface AccountView {
  person: string
  name: string
  roles: string
  /** Vendor that the person signs for. */
  vendor?: { id: string; isConfirmed: boolean }
  keys: { kid: string; device: string; isRevoked: boolean; isThis: boolean }[]
  /** Devices that ask to be added. */
  asking: { hash: string; kid: string; device: string }[]
}

/** One's own keys: which there are, which browser asks to be added, how to give one up; the receipts kept here. */
export const AccountPage = ({ view, context }: { view: AccountView; context: PageContext }) => (
  <Layout title="Your keys and receipts" islands={['account']} {...context}>
    <h1>{tame(view.name)}</h1>
    <p class="tb-lede">{view.roles}</p>
    {view.vendor && !view.vendor.isConfirmed && (
      <p>
        Your firm is registered and can send quotations. A registrar must confirm it before it can
        win an order.
      </p>
    )}
    <h2>Your keys</h2>
    <Keys keys={view.keys} />
    {view.asking.length > 0 && <Asking devices={view.asking} />}
    <h2>Another device</h2>
    <p>
      On the other device open{' '}
      <a href={fill(paths.page.newDevice, {}, { person: view.person })}>this page</a> and come back
      here: it will ask to be added. Two devices mean that a lost one is no loss.
    </p>
    <h2>Receipts in this browser</h2>
    <div data-island="account">
      <p class="tb-off" data-off>
        Receipts are kept by your browser, and shown with a script.
      </p>
      <ul class="tb-receipts"></ul>
    </div>
  </Layout>
)

const Keys = ({ keys }: { keys: AccountView['keys'] }) => (
  <div class="usa-table-container--scrollable" tabIndex={0} role="region" aria-label="Your keys">
    <table class="usa-table usa-table--borderless tb-table">
      <caption class="usa-sr-only">Your keys</caption>
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Key in six words</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {keys.map(({ kid, device, isRevoked, isThis }) => (
          <tr key={kid}>
            <th scope="row">{tame(device)}</th>
            <td>{keyWords(kid)}</td>
            <td>
              {isRevoked ? 'Given up' : isThis ? 'In use here. ' : 'In use. '}
              {!isRevoked && (
                <a href={fill(paths.page.act, { t: 'key.revoke' }, { kid })}>Give it up</a>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Asking = ({ devices }: { devices: AccountView['asking'] }) => (
  <>
    <h2>A device asks to be added</h2>
    <ul class="usa-list">
      {devices.map(({ hash, kid, device }) => (
        <li key={hash}>
          {`${tame(device)}, ${keyWords(kid)}: `}
          <a href={fill(paths.page.act, { t: 'key.enrol' }, { pending: hash })}>
            compare and add it
          </a>
        </li>
      ))}
    </ul>
  </>
)
