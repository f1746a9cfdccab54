/**
 * Acts that race a deadline. What counts is when the last byte was here, so the body is journalled with the database's
 * time before anything reads it; only then is it parsed and decided (reference/security.md section 4.5).
 *
 * Admission sees headers only: size, media type, rate. Whatever is in the body is in the journal, and goes with its answer
 * unless it becomes an entry: nobody fills the journal with what the door refuses.
 */
import type { Door } from '../db/door.ts'
import { paths } from '../web/paths.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { answerOutcome, type OutcomeDeps } from './outcomes.ts'
import { outcomeAnswers } from './statements.ts'

/** A bid of 32 slots to seven key holders is 12 KiB as an envelope. */
const arrivalSizeMax = 16 * 1024

export function arrivalEndpoints(deps: OutcomeDeps & { door: Door }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: paths.api.arrivals,
      summary: 'Send a signed act that races a deadline',
      bytes: { media: 'application/json', sizeMax: arrivalSizeMax },
      answers: outcomeAnswers,
      async handle({ body }) {
        const { id, arrivedAt } = await deps.door.arrive(body)
        return answerOutcome(await deps.door.append(body, { arrivalId: id, arrivedAt }), deps)
      },
    }),
  ]
}
