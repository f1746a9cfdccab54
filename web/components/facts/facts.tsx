import type { ComponentChildren } from 'preact'

export interface Fact {
  label: string
  value: ComponentChildren
}

/** Facts with hairlines between them; on a phone the label stands above the value. */
export const Facts = ({ facts }: { facts: Fact[] }) => (
  <dl class="tb-facts">
    {facts.map(({ label, value }) => (
      <div key={label} class="tb-facts__row">
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
