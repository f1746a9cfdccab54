/**
 * The record as a file that anyone can verify offline: `tenderbook verify` and the browser read the same bytes. The whole
 * log's file is log-export.ts's.
 *
 * A procurement's file holds its open entries and the register entries that its acts were judged by, each with its path
 * to one checkpoint; sealed acts as far as they are revealed to everyone, or, to auditors, all that the opening opened.
 */
import { z } from 'zod'
import type { Readers } from '../db/readers.ts'
import {
  encodeExport,
  fromBase64Url,
  toBase64,
  EXPORT_FORMAT,
  type RecordExport,
  type Statement,
} from '../ledger/index.ts'
import { needs, type OpenState } from '../procurement/index.ts'
import { paths } from '../web/paths.ts'
import type { Answer } from './answer.ts'
import type { Viewer } from './disclosure.ts'
import { endpoint, type Endpoint } from './endpoint.ts'
import { ocidForm, problemForm } from './forms.ts'
import {
  citedBy,
  exported,
  exportedPayload,
  notSigned,
  statementIn,
  type ExportDeps,
} from './exported.ts'
import { createLogExport } from './log-export.ts'
import { problem } from './problems.ts'

const fileAnswer = {
  description: 'The export, format tenderbook-export/1',
  media: 'application/json',
}

export function exportEndpoints(deps: ExportDeps): Endpoint[] {
  const exportLog = createLogExport(deps)
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
      answers: { 200: fileAnswer, 404: problemForm, 503: problemForm },
      handle: ({ viewer }) => exportLog(viewer),
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

/** Documents that the acts were judged by and that this viewer may read. */
async function payloadsFor(
  { disclosure, payloads }: ExportDeps,
  viewer: Viewer,
  { open, statements }: { open: OpenState; statements: Statement[] },
): Promise<RecordExport['payloads']> {
  const cited = new Set(
    statements.flatMap((each) => citedBy(each.tender === undefined ? undefined : open, each)),
  )
  const all = await payloads.findAll([...cited].map(fromBase64Url))
  const readable = await Promise.all(all.map((each) => disclosure.payload(viewer, each.commit)))
  return readable
    .flatMap((reading) => (reading.kind === 'given' ? [reading.value] : []))
    .map(exportedPayload)
    .sort((a, b) => (a.commit < b.commit ? -1 : 1))
}
