/** Documents of an act: stored beside the record, and cited in the payload by salted commitments that are checked here. */
import { commit, toBase64, toBase64Url, type JsonObject } from '../../ledger/index.ts'
import { setAt } from '../fields.ts'
import { paths } from '../paths.ts'
import type { Acting } from './act.ts'
import type { Completed } from './completions.ts'
import type { FormReading } from './form.ts'
import { problemOf } from './log-client.ts'
import { post } from './session.ts'

/** Uploads the files of a form and cites them; everyone may read them. */
export async function uploadFiles(
  { payload, files }: FormReading,
  { setting }: Pick<Acting, 'setting'>,
): Promise<Completed> {
  const cited = new Map<string, JsonObject[]>()
  for (const { path, file } of files) {
    const bytes = new Uint8Array(await file.arrayBuffer())
    const tender = setting.place?.tender
    const stored = await storeDocument(bytes, { media: file.type, reader: 'public', tender })
    if ('problem' in stored) return { problems: [{ path, message: stored.problem }] }
    const doc = { name: file.name, media: mediaOf(file), size: bytes.length, commit: stored.commit }
    cited.set(path, [...(cited.get(path) ?? []), doc])
  }
  for (const { path, isList } of files) {
    const docs = cited.get(path) ?? []
    const [only] = docs
    if (isList) setAt(payload, path, docs)
    else if (only) setAt(payload, path, only)
  }
  return { payload }
}

const mediaOf = ({ type }: File): string => (type === '' ? 'application/octet-stream' : type)

/** Stores a document beside the record under a commitment that is checked here. */
export async function storeDocument(
  bytes: Uint8Array,
  {
    media,
    reader,
    tender,
  }: { media: string; reader: 'public' | 'file'; tender?: string | undefined },
): Promise<{ commit: string } | { problem: string }> {
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const answer = await post(paths.api.payloads, {
    salt: toBase64Url(salt),
    bytes: toBase64(bytes),
    media: media === '' ? 'application/octet-stream' : media,
    reader,
    ...(tender === undefined ? {} : { tender }),
  })
  if (!answer.ok) return { problem: (await problemOf(answer)).detail }
  const said = (await answer.json()) as { commit: string }
  const own = toBase64Url(commit(salt, bytes))
  return said.commit === own ? said : { problem: 'The service stored something else. Stop here.' }
}
