/** An approval: the pack of the chosen method is pinned by this browser's own copy, and invited sources become a document. */
import './without-eval.ts'
import { encodeCanonical } from '../../ledger/index.ts'
import { packOfMethod, pinOf } from '../../procurement/index.ts'
import { read, readList, readText, without } from '../reading.ts'
import type { Completion } from './completions.ts'
import { storeDocument } from './documents.ts'

export const complete: Completion = async ({ payload }, { setting }) => {
  const pack = packOfMethod(readText(payload, 'method') ?? '')
  if (!pack) return { problems: [{ path: 'method', message: 'Choose the method.' }] }
  const kind = readText(payload, 'competition.kind') ?? 'open'
  const reason = read(payload, 'competition.reason') ?? {}
  const pinned = {
    ...without(payload, ['sources']),
    clauses: readList(payload, 'clauses'),
    pack: { ...pinOf(pack) },
  }
  if (kind !== 'invited') return { payload: { ...pinned, competition: { kind, reason } } }
  const bytes = encodeCanonical(readList(payload, 'sources'))
  const media = 'application/json'
  const stored = await storeDocument(bytes, {
    media,
    reader: 'file',
    tender: setting.place?.tender,
  })
  if ('problem' in stored) return { problems: [{ path: 'sources', message: stored.problem }] }
  const sources = { name: 'Sources asked.json', media, size: bytes.length, commit: stored.commit }
  return { payload: { ...pinned, competition: { kind, sources, reason } } }
}
