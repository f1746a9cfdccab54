export interface VerifyProps {
  /** Name of the island that does it. */
  island: 'verify-entry' | 'verify-procurement'
  /** Address of what it fetches. */
  source: string
  title: string
  text: string
  button: string
  doesNotProve: string[]
}

/**
 * The panel in which the browser recomputes everything itself. The island fills the list, one line a check; nothing
 * here is green before it has run. Without scripts it says how to verify otherwise.
 */
export const Verify = (props: VerifyProps) => (
  <section class="tb-verify" data-island={props.island} data-source={props.source}>
    <h2 class="tb-verify__title" data-title="">
      {props.title}
    </h2>
    <p data-intro="">{props.text}</p>
    <p class="tb-verify__off" data-off="">
      Checking here needs a script. Without one, download the proof and run{' '}
      <code>tenderbook verify</code>.
    </p>
    <button type="button" class="usa-button usa-button--outline" data-run="" hidden>
      {props.button}
    </button>
    <div aria-live="polite">
      <ul class="tb-checks" data-checks=""></ul>
    </div>
    <h3 class="tb-verify__limits">What this does not prove</h3>
    <ul class="tb-verify__list" data-limits="">
      {props.doesNotProve.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  </section>
)
