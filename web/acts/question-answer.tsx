import { Choice } from '../components/choice/choice.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import { counted, longInstant, tame } from '../format.ts'
import { fill, paths } from '../paths.ts'
import { capital, termsOf } from '../terms.ts'
import type { ActPage, ActView } from './page.ts'

/** P5: the officer answers to everyone at once; who asked stays sealed. */
export const questionAnswer: ActPage = {
  t: 'question.answer',
  role: 'CO',
  title: () => 'Answer a question',
  verb: 'Sign and publish the answer',
  follows: () => ['Question and answer go to everyone at once. Who asked stays sealed.'],
  reads: ['questions'],
  because: (view) => (askedOf(view) ? [] : ['no question waits for an answer']),
  Fields,
  Aside,
}

interface Question {
  hash: string
  text: string
  asked: string
}

/** Disclosure made the reading, in this form. */
const questionsOf = ({ more, file }: ActView): Question[] =>
  ((more['questions'] as { questions: Question[] } | undefined)?.questions ?? []).filter(
    ({ hash }) => !(file?.answers ?? []).some((answer) => answer.of === hash),
  )

/** The question that the address or the task names, else the oldest that waits. */
function askedOf(view: ActView): Question | undefined {
  const waiting = questionsOf(view)
  const wanted = view.of ?? view.query['duty']?.split('/')[1] ?? view.duty?.subject
  return waiting.find(({ hash }) => hash === wanted) ?? waiting[0]
}

function Fields({ view }: { view: ActView }) {
  const asked = askedOf(view)
  if (!asked) return <p>Every question is answered.</p>
  return (
    <>
      <p class="tb-second">{`Asked ${longInstant(asked.asked, view.zone)}`}</p>
      <blockquote class="tb-quote">{tame(asked.text)}</blockquote>
      <Fixed path="of" value={asked.hash} />
      <Field
        path="question"
        kind="text"
        label="The question, as everyone will read it"
        hint="Take out what tells who asked."
        value={tame(asked.text)}
        rows={3}
        max={4000}
      />
      <Field path="text" kind="text" label="Your answer" rows={5} max={4000} />
      <Choice
        path="amends"
        legend="Does the answer change the request?"
        kind="boolean"
        options={[
          { value: 'false', label: 'No, it only explains' },
          { value: 'true', label: 'Yes', hint: 'Then amend the request next.' },
        ]}
        value="false"
      />
    </>
  )
}

function Aside({ view }: { view: ActView }) {
  const { file, zone } = view
  const until = file?.solicitation?.terms.bidsUntil
  const others = questionsOf(view).filter(({ hash }) => hash !== askedOf(view)?.hash)
  return (
    <section class="tb-card">
      <h2>What waiting costs</h2>
      {until !== undefined && (
        <p>
          {`${capital(termsOf(file?.method).bids)} close ${longInstant(until, zone)}. Nothing is answered after that.`}
        </p>
      )}
      {others.length > 0 && (
        <>
          <p>{`${counted(others.length, 'more question')} to answer`}</p>
          <ul class="usa-list">
            {others.map(({ hash, text }) => (
              <li key={hash}>
                <a
                  href={fill(
                    paths.page.fileAct,
                    { ocid: file?.ocid ?? '', t: 'question.answer' },
                    { of: hash },
                  )}
                >
                  {tame(text.slice(0, 80))}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
