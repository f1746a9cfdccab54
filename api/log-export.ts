/**
 * The whole record as a file, written as it is read: the size of the log is no matter of memory. It holds every entry
 * below the checkpoint, the sealed acts and the documents that the viewer may read, so that an audit can decide them anew:
 * to anyone those that are public, to an auditor what an auditor may see of each procurement.
 */
import {
  exportPieces,
  EXPORT_FORMAT,
  fromBase64Url,
  toBase64,
  type DisclosedPayload,
  type ExportedEntry,
  type ExportLists,
  type RevealedStatement,
  type Statement,
} from '../ledger/index.ts'
import type { OpenState } from '../procurement/index.ts'
import type { Answer } from './answer.ts'
import type { Viewer } from './disclosure.ts'
import {
  citedBy,
  exported,
  exportedPayload,
  notSigned,
  statementIn,
  type ExportDeps,
} from './exported.ts'
import { problem } from './problems.ts'

/** Entries that are in memory at a time. */
const PAGE = 500
/** Exports that are written at a time: each reads the whole log. */
const RUNNING_MAX = 8

export type LogExport = (viewer: Viewer) => Promise<Answer>

export function createLogExport(deps: ExportDeps): LogExport {
  const { readers, config } = deps
  let running = 0

  async function* counted(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    running += 1
    try {
      yield* pieces
    } finally {
      running -= 1
    }
  }

  return async (viewer) => {
    if (running >= RUNNING_MAX)
      return problem('busy', 'The record is being read by as many as can.', { retryAfterMs: 5_000 })
    const head = await readers.latestCheckpoint()
    const vkey = await readers.vkey()
    if (!head || vkey === undefined) return notSigned
    const { origin } = config
    const pieces = exportPieces(
      { format: EXPORT_FORMAT, scope: 'log', origin, vkey, checkpoint: head.note },
      listsOf(deps, viewer, head.size),
    )
    const media = 'application/json'
    return { kind: 'download', status: 200, media, name: 'record.json', pieces: counted(pieces) }
  }
}

/** The lists are read in turn: what is revealed and which documents are cited is known from those before. */
function listsOf({ readers, disclosure }: ExportDeps, viewer: Viewer, size: number): ExportLists {
  const tenders = new Set<string>()
  const cited = new Set<string>()

  async function cite(statements: readonly Statement[]): Promise<void> {
    const files = new Map<string, OpenState | undefined>()
    for (const statement of statements) {
      const { tender } = statement
      if (tender !== undefined && !files.has(tender))
        files.set(tender, await readers.openFile(tender))
      if (tender !== undefined) tenders.add(tender)
      const open = tender === undefined ? undefined : files.get(tender)
      for (const commit of citedBy(open, statement)) cited.add(commit)
    }
  }

  async function* entries(): AsyncGenerator<ExportedEntry> {
    for (let from = 0; from < size;) {
      const page = await readers.entries({ from, limit: Math.min(PAGE, size - from) })
      if (page.length === 0) throw new Error(`entry ${from} is missing below the checkpoint`)
      await cite(page.flatMap(statementIn))
      for (const { index, bytes } of page) yield { index, entry: toBase64(bytes) }
      from += page.length
    }
  }

  async function* revealed(): AsyncGenerator<RevealedStatement> {
    for (const tender of tenders) {
      const shown = await disclosure.revealed(viewer, tender)
      const covered = shown.filter(({ index }) => index < size)
      await cite(covered.map(({ signed }) => signed.statement))
      yield* covered.map(exported)
    }
  }

  async function* payloads(): AsyncGenerator<DisclosedPayload> {
    for (const commit of [...cited].sort()) {
      const reading = await disclosure.payload(viewer, fromBase64Url(commit))
      if (reading.kind === 'given') yield exportedPayload(reading.value)
    }
  }

  return { entries: entries(), revealed: revealed(), payloads: payloads() }
}
