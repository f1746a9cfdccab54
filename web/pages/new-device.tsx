import { Layout } from '../components/layout/layout.tsx'
import type { PageContext } from './procurements.tsx'

export interface NewDeviceView {
  origin: string
  /** Person, if the address names one. */
  person: string
}

/** Another device of a person who has one: it makes a key and asks; the first device, or a registrar, adds it. */
export const NewDevicePage = ({ view, context }: { view: NewDeviceView; context: PageContext }) => (
  <Layout title="Use this browser too" islands={['sign-in']} {...context}>
    <h1>Use this browser too</h1>
    <p class="tb-lede">
      This browser makes a key of its own. Your first device adds it, or a registrar does.
    </p>
    <div data-island="sign-in" data-next="/work" data-origin={view.origin}>
      <p class="tb-off" data-off>
        This needs a script, to make a key.
      </p>
      <form class="usa-form" data-new-device hidden>
        <label class="usa-label" for="person">
          Your id
        </label>
        <span class="usa-hint" id="person-hint">
          As it stands on “Your keys” of your first device, for example p-sam.
        </span>
        <input
          class="usa-input"
          id="person"
          name="person"
          value={view.person}
          required
          aria-describedby="person-hint"
        />
        <button class="usa-button" type="submit">
          Ask to be added
        </button>
      </form>
      <div data-status role="status" class="tb-status"></div>
    </div>
  </Layout>
)
