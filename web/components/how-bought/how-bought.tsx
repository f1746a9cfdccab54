import { plainDay } from '../../format.ts'
import type { HowBought, Told } from '../../how-bought.ts'

/** The method that follows from the value, rule by rule with citations, and what would change it. */
export const HowBoughtCard = ({ how }: { how: HowBought }) => (
  <>
    <p class="tb-how__label">How this will be bought</p>
    <h2 class="tb-how__method">{how.method?.title ?? 'No method of these rules fits'}</h2>
    <Rules rules={how.reasons} />
    {how.changes.length > 0 && (
      <>
        <h3>What would change it</h3>
        <Rules rules={how.changes} />
      </>
    )}
    {how.soonest !== undefined && (
      <>
        <h3>Soonest date, if it were published today</h3>
        <p>{`Due ${plainDay(how.soonest)} or later`}</p>
      </>
    )}
    <p class="tb-second tb-small">
      {`Rules: ${how.pack.title} (${how.pack.version}). Fixed for this purchase when it is approved.`}
    </p>
  </>
)

const Rules = ({ rules }: { rules: Told[] }) => (
  <ul class="tb-rules">
    {rules.map(({ text, cite }) => (
      <li key={text}>
        {text} <span class="tb-second tb-small">{cite}</span>
      </li>
    ))}
  </ul>
)
