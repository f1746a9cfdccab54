import { Field } from '../components/field/field.tsx'
import { Layout } from '../components/layout/layout.tsx'
import type { PageContext } from './procurements.tsx'

export interface RegisterVendorView {
  origin: string
  /** Scheme of firms' identifiers here. */
  scheme: string
}

/** A firm registers itself with the key that this browser makes, and may send quotations at once. */
export const RegisterVendorPage = ({
  view,
  context,
}: {
  view: RegisterVendorView
  context: PageContext
}) => (
  <Layout title="Register a firm" islands={['register-vendor']} {...context}>
    <h1>Register a firm</h1>
    <p class="tb-lede">
      You can send quotations at once. Before you can win an order, a registrar confirms who you
      are.
    </p>
    <form class="usa-form usa-form--large tb-form" data-register data-origin={view.origin}>
      <Field path="name" kind="text" label="Name of the firm" max={200} />
      <Field
        path="place"
        kind="text"
        label="Place"
        hint="For example Pine Hollow, Montana"
        max={200}
      />
      <Field path="contact" kind="text" label="Who signs for it" max={200} />
      <Field
        path="identifier"
        kind="text"
        label={`Identifier (${view.scheme})`}
        hint="Under which the firm is known in the business register."
        max={64}
      />
      <input type="hidden" name="scheme" data-kind="text" value={view.scheme} />
      <fieldset class="usa-fieldset">
        <legend class="usa-legend">Where payments go</legend>
        <Field path="account" kind="text" label="Account number" short max={34} />
        <Field
          path="member"
          kind="text"
          label="Bank routing number"
          hint="Nine digits"
          short
          max={9}
        />
        <p class="tb-second">
          Only who pays you may read this. The record holds a commitment to it.
        </p>
      </fieldset>
      <p class="tb-off" data-off>
        Registering needs a script, to make your key.
      </p>
      <div class="tb-actions">
        <button class="usa-button" type="submit" hidden>
          Check and sign
        </button>
      </div>
      <div data-status role="status" class="tb-status"></div>
    </form>
  </Layout>
)
