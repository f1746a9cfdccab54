import { Field } from '../components/field/field.tsx'
import { longInstant } from '../format.ts'
import type { ActPage, ActView } from './page.ts'

/** P5: a vendor asks about a request; everyone gets the answer, nobody learns who asked. */
export const questionAsk: ActPage = {
  t: 'question.ask',
  role: 'VE',
  title: () => 'Ask a question',
  verb: 'Sign and ask',
  follows: () => [
    'The officer reads it without your name. Question and answer are published to everyone at once.',
  ],
  because: (view) => {
    const until = untilOf(view)
    return until !== undefined && view.legalNow > until
      ? [`questions were taken until ${longInstant(until, view.zone)}`]
      : []
  },
  Fields,
  Aside,
}

function untilOf({ file }: ActView): string | undefined {
  const terms = file?.solicitation?.terms
  return terms?.questionsUntil ?? terms?.bidsUntil
}

function Fields() {
  return (
    <Field
      path="text"
      kind="text"
      label="Your question"
      hint="Leave out who you are and what you will offer: everyone will read it."
      rows={6}
      max={4000}
    />
  )
}

function Aside({ view }: { view: ActView }) {
  const until = untilOf(view)
  return (
    <section class="tb-card">
      <h2>Who learns what</h2>
      {until !== undefined && <p>{`You can ask until ${longInstant(until, view.zone)}.`}</p>}
      <p>
        Your question goes to the record sealed. The contracting officer reads its text without your
        name, and publishes it with the answer to everyone. Nobody is told who asked.
      </p>
    </section>
  )
}
