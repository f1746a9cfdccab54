/** The page of an opening: public, with a part for whoever disclosure lets read what was opened. */
import type { Readers } from '../db/readers.ts'
import { fill, paths } from '../web/paths.ts'
import type { OpenedReading } from '../web/views/opened.ts'
import { openingView, type OpeningView } from '../web/views/opening.ts'
import { isOfficerOf, readsOpenedBids, type Disclosure, type Viewer } from './disclosure.ts'
import type { NameBook } from './names.ts'
import { instantOf } from './outcomes.ts'
import { problem, type Problem } from './problems.ts'
import { idsIn, peopleOf } from './views.ts'

export interface OpeningDeps {
  readers: Readers
  disclosure: Disclosure
  names: NameBook
  now: () => Date
}

export type OpeningPages = ReturnType<typeof createOpening>

export function createOpening({ readers, disclosure, names, now }: OpeningDeps) {
  return { load }

  async function load(viewer: Viewer, ocid: string): Promise<OpeningView | Problem> {
    // The number first: what comes between it and the state is then shown early, and never missed by who follows.
    const after = await readers.lastStep(ocid)
    const file = await readers.openFile(ocid)
    if (!file) return problem('not-found', 'There is no such procurement.')
    const reading = readsOpenedBids(viewer, file)
      ? await disclosure.opened(viewer, ocid)
      : undefined
    // Whoever may read them all gets them in this form.
    const opened = reading?.kind === 'given' ? (reading.value as OpenedReading) : undefined
    const orgs = file.opening.members.map(({ org }) => org)
    return openingView({
      file,
      names: await names.of([...peopleOf(file), ...idsIn(opened)], orgs),
      person: viewer.person,
      isOfficer: isOfficerOf(viewer, file),
      opened,
      after,
      live: fill(paths.api.procurementLive, { ocid }),
      now: instantOf(now()),
    })
  }
}
