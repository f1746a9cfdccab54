/** A duty of the clock whose statement follows from the record alone, as `invoice.match` or a reminder. */
import { draftPayload, legalOf } from '../procurement/index.ts'
import type { Dependencies } from './dependencies.ts'
import { fulfil, type Occasion } from './statement.ts'
import type { Answer, ClockDuty } from './view.ts'

export function record(
  deps: Dependencies,
  ocid: string,
  duty: ClockDuty,
  occasion: Occasion,
): Promise<Answer> {
  return fulfil(deps, ocid, duty, occasion, (file, owed) => {
    const at = occasion.issuedAt
    try {
      const payload = draftPayload(file, owed, { at, legal: legalOf(file, at) })
      return payload ? { payload } : { refused: 'no-draft' }
    } catch (error) {
      // A defect of ours. A person has to look; the file's other duties go on.
      deps.alarm('a duty cannot be drawn up', { ocid, duty: owed.key, error: String(error) })
      return { refused: 'no-draft' }
    }
  })
}
