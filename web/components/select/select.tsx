import { fieldId } from '../field/field.tsx'

export interface SelectProps {
  path: string
  label: string
  hint?: string
  options: { value: string; label: string }[]
  value?: string | undefined
  /** Label for screen readers only, where a table's head says it. */
  quiet?: boolean
}

/** One of several short answers, where a list of radios would be too long. */
export function Select({ path, label, hint, options, value, quiet }: SelectProps) {
  const id = fieldId(path)
  return (
    <div class="usa-form-group" data-field={path}>
      <label class={quiet ? 'usa-sr-only' : 'usa-label'} for={id}>
        {label}
      </label>
      {hint !== undefined && (
        <span class="usa-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <select
        class="usa-select"
        id={id}
        name={path}
        data-kind="text"
        required
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}
