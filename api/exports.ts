/**
 * The record as a file that anyone can verify offline: `tenderbook verify` and the browser read the same bytes.
 *
 * A procurement's file holds its open entries and the register entries that its acts were judged by, each with its path
 * to one checkpoint; sealed acts as far as they are revealed to everyone, or, to auditors, all that the opening opened.
 */
import { z } from 'zod'
import type { Payloads } from '../db/payloads.ts'
import type { Readers } from '../db/readers.ts'
import {
  encodeExport,
  fromBase64Url,
  parseEntry,
  toBase64,
  toBase64Url,
  EXPORT_FORMAT,
  type RecordExport,
  type Statement,
} from '../ledger/index.ts'
import { documents, needs, type OpenState } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import type { StoredEntry } from '../web/views/entry.ts'
import type { Answer } from './answer.ts'
import { revealIn, type Disclosure, type RevealedEntry, type Viewer } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { ocidForm, problemForm } from './forms.ts'
import { problem } from './problems.ts'

export interface ExportDeps {
  readers: Readers
  payloads: Payloads
  disclosure: Disclosure
  config: { origin: string }
}

const fileAnswer = {
  description: 'The export, format tenderbook-export/1',
  media: 'application/json',
}

export function exportEndpoints(deps: ExportDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: paths.api.procurementExport,
      summary: 'The record of one procurement, to verify offline',
      params: z.object({ ocid: ocidForm }),
      answers: { 200: fileAnswer, 404: problemForm },
      handle: ({ params: { ocid }, viewer }) => exportProcurement(deps, ocid, viewer),
    }),
    endpoint({
      method: 'get',
      path: paths.api.logExport,
      summary: 'The whole record, to verify offline',
      answers: { 200: fileAnswer, 404: problemForm },
      handle: () => exportLog(deps),
    }),
  ]
}

const file = (record: RecordExport, name: string): Answer => ({
  kind: 'bytes',
  status: 200,
  body: encodeExport(record),
  media: 'application/json',
  name: `${name}.json`,
})

async function exportProcurement(deps: ExportDeps, ocid: string, viewer: Viewer): Promise<Answer> {
  const { readers, disclosure, config } = deps
  const open = await readers.openFile(ocid)
  if (!open) return problem('not-found', `There is no procurement ${ocid}.`)
  const head = await readers.latestCheckpoint()
  const vkey = await readers.vkey()
  if (!head || vkey === undefined) return notSigned
  const own = await readers.entriesOf(ocid)
  const revealed = await disclosure.revealed(viewer, ocid)
  const statements = [...own.flatMap(statementIn), ...revealed.map((each) => each.signed.statement)]
  const indexes = new Set([
    ...own.map((entry) => entry.index),
    ...revealed.map((each) => each.index),
    ...(await registerIndexes(readers, open, statements)),
  ])
  const covered = [...indexes].filter((index) => index < head.size).sort((a, b) => a - b)
  const entries = await Promise.all(
    covered.map(async (index) => ({
      index,
      entry: toBase64(await bytesOf(readers, index)),
      path: (await readers.inclusion(index, head.size)).map(toBase64),
    })),
  )
  return file(
    {
      format: EXPORT_FORMAT,
      scope: 'procurement',
      origin: config.origin,
      vkey,
      checkpoint: head.note,
      tender: ocid,
      entries,
      revealed: revealed.filter((each) => each.index < head.size).map(exported),
      payloads: await payloadsFor(deps, viewer, { open, statements }),
    },
    ocid,
  )
}

const notSigned = problem('not-found', 'No checkpoint has been signed yet. Try again in a second.')

const statementIn = ({ bytes }: StoredEntry): Statement[] => {
  const { dsse } = parseEntry(bytes)
  return dsse ? [dsse.statement] : []
}

async function bytesOf(readers: Readers, index: number): Promise<Uint8Array> {
  const stored = await readers.entry(index)
  if (!stored) throw new Error(`entry ${index} is named by the register and is not there`)
  return stored.bytes
}

/**
 * Positions of the register entries behind these statements: those that touched a row which deciding one of them looks
 * up, and, in turn, those behind these.
 */
async function registerIndexes(
  readers: Readers,
  open: OpenState,
  statements: Statement[],
): Promise<Set<number>> {
  const indexes = new Set<number>()
  const asked = new Set<string>()
  let waiting = statements
  while (waiting.length > 0) {
    const keys = new Set<string>()
    for (const statement of waiting) {
      const found = await neededKeys(
        readers,
        statement.tender === undefined ? undefined : open,
        statement,
      )
      for (const key of found) if (!asked.has(key)) keys.add(key)
    }
    for (const key of keys) asked.add(key)
    const changes = await readers.registerChanges([...keys])
    const fresh = [...new Set([...changes.values()].flat())].filter((index) => !indexes.has(index))
    for (const index of fresh) indexes.add(index)
    const stored = await Promise.all(
      fresh.map(async (index) => ({ index, bytes: await bytesOf(readers, index) })),
    )
    // Acts of other files touch rows too (an invoice number): their entries come along, their needs do not.
    waiting = stored.flatMap(statementIn).filter((statement) => statement.tender === undefined)
  }
  return indexes
}

/** Every row that deciding a statement looks up; some rows name the next. */
async function neededKeys(
  readers: Readers,
  open: OpenState | undefined,
  statement: Statement,
): Promise<Set<string>> {
  const keys = new Set<string>()
  for (;;) {
    const register = await readers.register([...keys])
    const named = needs(open && { open }, statement, register)
    const before = keys.size
    for (const key of named) keys.add(key)
    if (keys.size === before) return keys
  }
}

const exported = ({ index, blind, signed }: RevealedEntry) => ({
  index,
  blind: toBase64(blind),
  envelope: toBase64(signed.envelope),
})

/** Documents that the acts were judged by and that this viewer may read. */
async function payloadsFor(
  { disclosure, payloads }: ExportDeps,
  viewer: Viewer,
  { open, statements }: { open: OpenState; statements: Statement[] },
): Promise<RecordExport['payloads']> {
  const cited = new Set(statements.flatMap((statement) => citedBy(open, statement)))
  const all = await payloads.findAll([...cited].map(fromBase64Url))
  const readable = await Promise.all(all.map((each) => disclosure.payload(viewer, each.commit)))
  return readable
    .flatMap((reading) => (reading.kind === 'given' ? [reading.value] : []))
    .map(({ commit, salt, bytes }) => ({
      commit: toBase64Url(commit),
      salt: toBase64Url(salt),
      bytes: toBase64(bytes),
    }))
    .sort((a, b) => (a.commit < b.commit ? -1 : 1))
}

const citedBy = (open: OpenState, statement: Statement): string[] => [
  ...documents(statement.tender === undefined ? undefined : { open }, statement),
  ...commitsIn(statement.payload),
]

/** Commitments of documents anywhere in a payload: members named `commit` beside a `media`. */
function commitsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(commitsIn)
  if (typeof value !== 'object' || value === null) return []
  const own =
    'commit' in value && 'media' in value && typeof value.commit === 'string' ? [value.commit] : []
  return [...own, ...Object.values(value).flatMap(commitsIn)]
}

async function exportLog({ readers, config }: ExportDeps): Promise<Answer> {
  const head = await readers.latestCheckpoint()
  const vkey = await readers.vkey()
  if (!head || vkey === undefined) return notSigned
  const stored: StoredEntry[] = []
  while (stored.length < head.size) {
    const limit = Math.min(500, head.size - stored.length)
    const batch = await readers.entries({ from: stored.length, limit })
    if (batch.length === 0)
      throw new Error(`entry ${stored.length} is missing below the checkpoint`)
    stored.push(...batch)
  }
  return file(
    {
      format: EXPORT_FORMAT,
      scope: 'log',
      origin: config.origin,
      vkey,
      checkpoint: head.note,
      entries: stored.map(({ index, bytes }) => ({ index, entry: toBase64(bytes) })),
      revealed: stored
        .flatMap(revealIn)
        .sort((a, b) => a.index - b.index)
        .map(exported),
      payloads: [],
    },
    'record',
  )
}
