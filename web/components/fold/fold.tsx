import type { ComponentChildren } from 'preact'

export interface FoldProps {
  label: string
  /** At the right of the label: a size, a number. */
  aside?: string
  children: ComponentChildren
}

/** Something to open: a `details` element, so that it works without scripts. */
export const Fold = ({ label, aside, children }: FoldProps) => (
  <details class="tb-fold">
    <summary>
      <span class="tb-fold__label">{label}</span>
      {aside !== undefined && <span class="tb-fold__aside">{aside}</span>}
    </summary>
    <div class="tb-fold__body">{children}</div>
  </details>
)
