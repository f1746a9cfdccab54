import { fieldId } from '../field/field.tsx'

export interface ChoiceProps {
  path: string
  legend: string
  hint?: string
  options: { value: string; label: string; hint?: string }[]
  value?: string | undefined
  /** Several may be ticked: a list. */
  many?: boolean
  optional?: boolean
  /** `boolean`: the values are `true` and `false`. */
  kind?: 'text' | 'boolean'
}

/** One of a few answers, or several of them, each with its own line. */
export function Choice({ path, legend, hint, options, value, many, optional, kind }: ChoiceProps) {
  const id = fieldId(path)
  const type = many === true ? 'checkbox' : 'radio'
  return (
    <fieldset
      class="usa-fieldset usa-form-group"
      data-field={path}
      aria-describedby={hint === undefined ? undefined : `${id}-hint`}
    >
      <legend class="usa-legend">{legend}</legend>
      {hint !== undefined && (
        <span class="usa-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <div data-error-before>
        {options.map((option, i) => (
          <div key={option.value} class={`usa-${type}`}>
            <input
              class={`usa-${type}__input`}
              type={type}
              id={i === 0 ? id : `${id}-${i}`}
              name={path}
              data-kind={many === true ? 'list' : (kind ?? 'text')}
              value={option.value}
              checked={option.value === value}
              required={optional !== true && many !== true}
            />
            <label class={`usa-${type}__label`} for={i === 0 ? id : `${id}-${i}`}>
              {option.label}
              {option.hint !== undefined && (
                <span class={`usa-${type}__label-description`}>{option.hint}</span>
              )}
            </label>
          </div>
        ))}
      </div>
    </fieldset>
  )
}
