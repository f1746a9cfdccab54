import type { ComponentChildren } from 'preact'
import type { ActSetting } from '../../act-setting.ts'

export interface ActFormProps {
  setting: ActSetting
  /** What the button on the page says: it leads to the signing screen. */
  button: string
  /** Why it cannot be pressed yet; each reason stands under the button. */
  because?: string[]
  /** A right column of the form: the button stands under it. */
  aside?: ComponentChildren
  children: ComponentChildren
}

/**
 * A form that signs. Without scripts it says so and sends nothing. The island `act` reads it, shows what will be signed,
 * signs with the key of this browser and verifies the receipt.
 */
export function ActForm({ setting, button, because = [], aside, children }: ActFormProps) {
  const end = <End button={button} because={because} />
  return (
    <form
      class={`usa-form usa-form--large tb-form${aside ? ' tb-form--wide' : ''}`}
      method="post"
      data-setting={JSON.stringify(setting)}
    >
      {aside ? (
        <div class="tb-columns">
          <div>{children}</div>
          <aside>
            {aside}
            {end}
          </aside>
        </div>
      ) : (
        <>
          {children}
          {end}
        </>
      )}
    </form>
  )
}

/** The button, why it cannot be pressed yet, and what comes of pressing it. */
const End = ({ button, because }: { button: string; because: string[] }) => (
  <>
    <p class="tb-off" data-off>
      This step needs a script, to sign with your key.
    </p>
    <div class="tb-actions">
      <button
        class="usa-button"
        type="submit"
        hidden
        aria-disabled={because.length > 0 ? 'true' : undefined}
        aria-describedby={because.length > 0 ? 'because' : undefined}
      >
        {button}
      </button>
    </div>
    {because.length > 0 && (
      <div id="because" class="tb-because">
        <p>You cannot go on yet, because</p>
        <ul class="usa-list">
          {because.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </div>
    )}
    <div data-status role="status" class="tb-status"></div>
  </>
)
