import type { Json } from '../../../ledger/index.ts'
import { showField, type FieldKind, type FieldValue } from '../../fields.ts'

export interface FieldProps {
  /** Path in the payload: the control's name. */
  path: string
  kind: FieldKind
  label: string
  hint?: string
  /** What stands in it at first. */
  value?: FieldValue | undefined
  /** May stay empty. */
  optional?: boolean
  /** Of a `text`: several lines. */
  rows?: number
  currency?: string
  zone?: string
  /** Of a file: media types. */
  accept?: string
  /** Narrow control for short values. */
  short?: boolean
  max?: number
  /** Label for screen readers only, where a table's head says it. */
  quiet?: boolean
  /** May stay empty as part of a row that then counts as left out: nothing is said of it. */
  lenient?: boolean
}

/** One labelled control: label above, hint under the label, error under the hint (browser/form.ts puts it there). */
export function Field(props: FieldProps) {
  const { path, label, hint, optional, quiet } = props
  const id = fieldId(path)
  return (
    <div class="usa-form-group" data-field={path}>
      <label class={quiet ? 'usa-sr-only' : 'usa-label'} for={id}>
        {label}
        {optional && !quiet && <span class="tb-second"> (optional)</span>}
      </label>
      {hint !== undefined && (
        <span class="usa-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <Control {...props} />
    </div>
  )
}

/** The id of the control at a path. */
export const fieldId = (path: string): string => `field-${path.replace(/\./g, '-')}`

function Control({ path, kind, hint, value, optional, rows, currency, zone, ...more }: FieldProps) {
  const id = fieldId(path)
  const text = showField(value, { kind, zone })
  const shared = {
    id,
    name: path,
    'data-kind': kind,
    ...(currency === undefined ? {} : { 'data-currency': currency }),
    ...(zone === undefined ? {} : { 'data-zone': zone }),
    required: optional !== true && more.lenient !== true,
    ...(more.max === undefined ? {} : { maxLength: more.max }),
    ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
  }
  if (rows !== undefined)
    return (
      <textarea class="usa-textarea" rows={rows} {...shared}>
        {text}
      </textarea>
    )
  if (kind === 'document' || kind === 'documents')
    return (
      <input
        class="usa-file-input"
        type="file"
        accept={more.accept}
        multiple={kind === 'documents'}
        {...shared}
      />
    )
  const look = `usa-input${more.short === true ? ' tb-input--short' : ''}`
  if (kind === 'date' || kind === 'instant')
    return (
      <input
        class={look}
        type={kind === 'date' ? 'date' : 'datetime-local'}
        value={text}
        {...shared}
      />
    )
  return (
    <input
      class={look}
      type="text"
      {...(kind === 'money' || kind === 'decimal' ? { inputMode: 'decimal' as const } : {})}
      autoComplete="off"
      value={text}
      {...shared}
    />
  )
}

/** A member that the form fills in by itself; the signing screen shows it all the same. */
export const Fixed = ({ path, value }: { path: string; value: Json }) => (
  <input type="hidden" name={path} data-kind="json" value={JSON.stringify(value)} />
)
