import { longInstant, number } from '../../format.ts'
import type { ProcurementView } from '../../views/procurement.ts'

export interface TrainingProps {
  training: NonNullable<ProcurementView['training']>
  zone: string
}

/** Said on every page of a file that runs on a training clock. */
export const Training = ({ training, zone }: TrainingProps) => (
  <aside
    class="usa-alert usa-alert--info usa-alert--slim usa-alert--no-icon tb-training"
    aria-label="Training clock"
  >
    <div class="usa-alert__body">
      <p class="usa-alert__text">
        <strong>Training clock.</strong> This purchase is practice: its days pass{' '}
        {number(training.accelerator)} times as fast. Its date now is{' '}
        <time dateTime={training.legalNow}>{longInstant(training.legalNow, zone)}</time>. The
        record’s own times are real.
      </p>
    </div>
  </aside>
)
