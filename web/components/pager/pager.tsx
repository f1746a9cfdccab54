export interface PagerProps {
  /** Where the reader is: "Entries 0 to 49 of 128". */
  position: string
  earlier?: string
  later?: string
  json?: string
}

/** Earlier and later pages of a list, and the same list as JSON. */
export const Pager = ({ position, earlier, later, json }: PagerProps) => (
  <nav class="tb-pager" aria-label="Pages of this list">
    <span>{position}</span>
    {earlier !== undefined && (
      <a href={earlier} rel="prev">
        Earlier
      </a>
    )}
    {later !== undefined && (
      <a href={later} rel="next">
        Later
      </a>
    )}
    {json !== undefined && <a href={json}>This list as JSON</a>}
  </nav>
)
