import type { ComponentChildren } from 'preact'
import { tame } from '../../format.ts'
import { paths } from '../../paths.ts'
import {
  daysLabel,
  dueDays,
  kindLabels,
  setAsideLabels,
  statusLabels,
  type ProcurementsView,
  type SearchError,
  type Typed,
} from '../../views/procurements.ts'

export interface FiltersProps {
  /** What stands in the fields. */
  typed: Typed
  errors: readonly SearchError[]
  agencies: ProcurementsView['agencies']
  /** How many filters are in use, the words not counted. */
  inUse: number
}

/** The form that the fields outside it belong to. */
const FORM = 'search'

/** Words of the search, with its one filled button. */
export const Words = ({ typed, errors }: Pick<FiltersProps, 'typed' | 'errors'>) => (
  <form
    id={FORM}
    class="tb-find__words"
    role="search"
    method="get"
    action={paths.page.procurements}
  >
    <FieldError field="q" errors={errors} />
    <div class="tb-find__box">
      <label class="usa-sr-only" for="q">
        Words, a number, or an agency
      </label>
      <input
        class="usa-input"
        id="q"
        name="q"
        type="search"
        maxLength={200}
        placeholder="Words, a number, or an agency"
        value={text(typed.q)}
        {...described('q', errors)}
      />
      <button class="usa-button" type="submit">
        Search
      </button>
    </div>
  </form>
)

/** The filters: beside the results where there is room, folded above them where there is not. */
export function Filters({ typed, errors, agencies, inUse }: FiltersProps) {
  return (
    <details class="tb-filters" open={errors.length > 0}>
      <summary>
        <span>Filters</span>
        {inUse > 0 && <span class="tb-filters__count">{`, ${inUse} in use`}</span>}
      </summary>
      <div class="tb-filters__fields">
        <Choices
          name="status"
          legend="Status"
          labels={statusLabels}
          typed={typed}
          errors={errors}
        />
        <Choices name="kind" legend="Kind" labels={kindLabels} many typed={typed} errors={errors} />
        <Choices
          name="set-aside"
          legend="Set aside for"
          labels={setAsideLabels}
          many
          typed={typed}
          errors={errors}
        />
        <Field
          field="code"
          label="NAICS or PSC code"
          hint="The first digits are enough"
          errors={errors}
        >
          <input
            class={`usa-input${hasError('code', errors) ? ' usa-input--error' : ''}`}
            id="code"
            name="code"
            form={FORM}
            maxLength={40}
            autoComplete="off"
            value={text(typed.code)}
            {...described('code', errors, 'code-hint')}
          />
        </Field>
        <Field field="agency" label="Agency" errors={errors}>
          <select class="usa-select" id="agency" name="agency" form={FORM}>
            <option value="">Any agency</option>
            {agencies.map(({ id, name }) => (
              <option key={id} value={id} selected={id === typed.agency}>
                {tame(name)}
              </option>
            ))}
          </select>
        </Field>
        <Field field="due" label="Due within" errors={errors}>
          <select class="usa-select" id="due" name="due" form={FORM} {...described('due', errors)}>
            <option value="">Any time</option>
            {daysOffered(text(typed.due)).map((days) => (
              <option key={days} value={days} selected={days === typed.due}>
                {daysLabel(days)}
              </option>
            ))}
          </select>
        </Field>
        <button class="usa-button usa-button--outline" type="submit" form={FORM}>
          Apply filters
        </button>
      </div>
    </details>
  )
}

interface ChoicesProps {
  name: 'status' | 'kind' | 'set-aside'
  legend: string
  labels: Record<string, string>
  many?: boolean
  typed: Typed
  errors: readonly SearchError[]
}

/** One of a few, or several of them. The first carries the field's own id: an error leads to it. */
function Choices({ name, legend, labels, many = false, typed, errors }: ChoicesProps) {
  const type = many ? 'checkbox' : 'radio'
  const chosen = [typed[name] ?? []].flat()
  const options = many ? Object.entries(labels) : [['', 'Any'] as const, ...Object.entries(labels)]
  return (
    <fieldset class="usa-fieldset" {...described(name, errors)}>
      <legend class="usa-legend">{legend}</legend>
      <FieldError field={name} errors={errors} />
      {options.map(([value, label], i) => {
        const id = i === 0 ? name : `${name}-${value}`
        return (
          <div key={value} class={`usa-${type}`}>
            <input
              class={`usa-${type}__input`}
              type={type}
              id={id}
              name={name}
              form={FORM}
              value={value}
              checked={value === '' ? chosen.length === 0 : chosen.includes(value)}
            />
            <label class={`usa-${type}__label`} for={id}>
              {label}
            </label>
          </div>
        )
      })}
    </fieldset>
  )
}

interface FieldProps {
  field: string
  label: string
  hint?: string
  errors: readonly SearchError[]
  children: ComponentChildren
}

const Field = ({ field, label, hint, errors, children }: FieldProps) => (
  <div>
    <label class="usa-label" for={field}>
      {label}
    </label>
    {hint !== undefined && (
      <span class="usa-hint" id={`${field}-hint`}>
        {hint}
      </span>
    )}
    <FieldError field={field} errors={errors} />
    {children}
  </div>
)

function FieldError({ field, errors }: { field: string; errors: readonly SearchError[] }) {
  const error = errors.find((each) => each.field === field)
  return error === undefined ? null : (
    <span class="usa-error-message" id={`${field}-error`}>
      {error.message}
    </span>
  )
}

const hasError = (field: string, errors: readonly SearchError[]): boolean =>
  errors.some((each) => each.field === field)

/** What a control is described by, where there is something. */
function described(field: string, errors: readonly SearchError[], hint?: string) {
  const isWrong = hasError(field, errors)
  const ids = [...(hint === undefined ? [] : [hint]), ...(isWrong ? [`${field}-error`] : [])]
  return {
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
    ...(isWrong ? { 'aria-invalid': true } : {}),
  }
}

/** The one value of a field of text. */
const text = (value: string | string[] | undefined): string => tame([value ?? ''].flat()[0] ?? '')

/** A number of days in the address that the form does not offer stays what it is. */
function daysOffered(typed: string): string[] {
  const isOther = /^[1-9]\d{0,2}$/.test(typed) && !dueDays.includes(typed)
  return isOther ? [...dueDays, typed] : dueDays
}
