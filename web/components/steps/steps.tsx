import { number, tame, yearOf } from '../../format.ts'
import { fill, paths } from '../../paths.ts'
import type { StepView } from '../../views/procurement.ts'
import { Instant } from '../instant/instant.tsx'

/** What happened, in order: each step with its day, who signed, the reasons given, and a link to its entry. */
export const Steps = ({ steps, zone }: { steps: StepView[]; zone: string }) => (
  <table class="usa-table usa-table--borderless tb-table tb-steps">
    <caption class="usa-sr-only">What happened, step by step</caption>
    <thead>
      <tr>
        <th scope="col">{steps[0] ? yearOf(steps[0].legal, zone) : 'Day'}</th>
        <th scope="col">Step</th>
        <th scope="col">Who</th>
        <th scope="col" class="tb-number">
          Entry
        </th>
      </tr>
    </thead>
    <tbody>
      {steps.map((step) => (
        <tr key={step.index}>
          <td class="tb-steps__day">
            <Instant at={step.legal} zone={zone} form="month" />
          </td>
          <th scope="row" class="tb-steps__what">
            {step.label}
            {step.reasons.map((reason, position) => (
              <q key={position} class="tb-steps__reason">
                {tame(reason)}
              </q>
            ))}
          </th>
          <td class="tb-steps__who">{tame(step.who)}</td>
          <td class="tb-number">
            <a
              href={fill(paths.page.entry, { index: step.index })}
              aria-label={`Entry ${number(step.index)}: ${step.label}`}
            >
              {number(step.index)}
            </a>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)
