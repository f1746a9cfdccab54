import type { ComponentChildren, JSX } from 'preact'

export interface RowsProps {
  /** Path of the list in the payload, as `items`. */
  path: string
  /** What one row is called: "Line". */
  noun: string
  /** What the button says: "Add an item". */
  add: string
  /** Rows to begin with; without scripts there are no others. */
  count: number
  /** The controls of a row, named by their paths below `path.at`. */
  Row: (props: { at: number | '#' }) => JSX.Element
  /** Under the rows. */
  children?: ComponentChildren
}

/**
 * Rows that may be added and removed: the island `rows` clones the template and numbers them anew. Without scripts there
 * is a fixed number, and those that stay empty are left out.
 */
export const Rows = ({ path, noun, add, count, Row, children }: RowsProps) => (
  <div class="tb-rowset" data-rows={path}>
    <div data-row-list>
      {Array.from({ length: count }, (_, at) => (
        <OneRow key={at} at={at} noun={noun} Row={Row} />
      ))}
    </div>
    <template>
      <OneRow at="#" noun={noun} Row={Row} />
    </template>
    <button type="button" class="usa-button usa-button--unstyled" data-row-add hidden>
      {add}
    </button>
    {children}
  </div>
)

const OneRow = ({ at, noun, Row }: Pick<RowsProps, 'noun' | 'Row'> & { at: number | '#' }) => (
  <fieldset class="usa-fieldset tb-rowset__row" data-row>
    <legend class="tb-rowset__name">
      {noun} <span data-row-number>{at === '#' ? '#' : at + 1}</span>
    </legend>
    <Row at={at} />
    <button type="button" class="usa-button usa-button--unstyled" data-row-remove hidden>
      Remove<span class="usa-sr-only">{` ${noun.toLowerCase()} `}</span>
      <span class="usa-sr-only" data-row-number>
        {at === '#' ? '#' : at + 1}
      </span>
    </button>
  </fieldset>
)
