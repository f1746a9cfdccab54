import { fromBase64Url, toHex } from '../../../ledger/index.ts'
import { groupedHex } from '../../format.ts'

/** A hash (base64url) in hex, in groups of eight, four groups a line. */
export const Hash = ({ value }: { value: string }) => (
  <code class="tb-hash">
    {groupedHex(toHex(fromBase64Url(value))).map((line, position) => (
      <span key={position}>{line}</span>
    ))}
  </code>
)
