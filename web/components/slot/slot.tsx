import type { ComponentChildren } from 'preact'

export interface SlotProps {
  /** Its number on the page. */
  number: number
  /** Path of the field that fills it. */
  path: string
  isRequired: boolean
  children: ComponentChildren
}

/** One thing that was asked for, with a word for how far it is: the island `bid` keeps the word true. */
export const Slot = ({ number, path, isRequired, children }: SlotProps) => (
  <div class="tb-slot" data-slot={path}>
    <span class="tb-slot__number">{number}</span>
    <div class="tb-slot__body">{children}</div>
    <span class={`tb-slot__state${isRequired ? ' tb-slot__state--missing' : ''}`} data-slot-state>
      {isRequired ? 'Missing' : 'Empty'}
    </span>
  </div>
)
