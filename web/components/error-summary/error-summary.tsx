export interface ErrorSummaryProps {
  /** What is wrong, with the id of the field that it is about. */
  errors: { field: string; message: string }[]
}

/** On top of a page whose form came with something wrong: each problem, with a link to its field. */
export const ErrorSummary = ({ errors }: ErrorSummaryProps) => (
  <div
    class="usa-alert usa-alert--error tb-problems"
    role="alert"
    tabIndex={-1}
    aria-labelledby="problems-title"
  >
    <div class="usa-alert__body">
      <h2 class="usa-alert__heading" id="problems-title">
        There is a problem
      </h2>
      <ul class="usa-list">
        {errors.map(({ field, message }) => (
          <li key={field}>
            <a class="usa-link" href={`#${field}`}>
              {message}
            </a>
          </li>
        ))}
      </ul>
    </div>
  </div>
)
