/**
 * One procurement as a client sees it: its open entries, parsed from their own bytes and checked as a chain, and what
 * follows from them that a statement must cite. Nothing here comes from a page.
 */
import { z } from 'zod'
import {
  equalBytes,
  fromBase64,
  leafHash,
  parseEntry,
  toBase64Url,
  type JsonObject,
} from '../ledger/index.ts'
import {
  amendTerms,
  legalOf,
  type Change,
  type FileState,
  type SolicitationTerms,
  type Stage,
  type TrainingClock,
} from '../procurement/index.ts'
import {
  ClientError,
  type Act,
  type Client,
  type Place,
  type Recorded,
  type Signatory,
} from './client.ts'

/** One open entry. */
export interface Step {
  index: number
  pseq: number
  at: string
  leaf: string
  /** Statement hash. */
  hash: string
  t: string
  actor: string
  role: string
  payload: JsonObject
  /** In plain words, as the pages tell it; from the service. */
  sentence: string
  who: string
}

export interface ProcurementFile {
  ocid: string
  stage: Stage
  zone: string
  steps: Step[]
  place: Place
}

const rowSchema = z.looseObject({
  index: z.int(),
  entry: z.string(),
  sentence: z.string(),
  who: z.string().default(''),
})
const rowsSchema = z.looseObject({ rows: z.array(rowSchema) })
const viewSchema = z.looseObject({
  // The stages are the rules' own words; one that we do not know would only be cited back.
  stage: z.string().transform((stage) => stage as Stage),
  zone: z.string(),
})

/** The file as it stands. Throws ClientError `chain` where entries are missing or changed. */
export async function readProcurement(client: Client, ocid: string): Promise<ProcurementFile> {
  const address = `/api/procurements/${encodeURIComponent(ocid)}`
  const { stage, zone } = await client.get(address, viewSchema)
  const { rows } = await client.get(`${address}/entries`, rowsSchema)
  const steps = rows.map(stepOf)
  assertChain(rows, steps, ocid)
  const tenderHead = headOf(steps)
  const place = { tender: ocid, phase: stage, ...(tenderHead === undefined ? {} : { tenderHead }) }
  return { ocid, stage, zone, steps, place }
}

type Row = z.output<typeof rowSchema>

function stepOf({ entry, sentence, who }: Row): Step {
  const bytes = fromBase64(entry)
  const parsed = parseEntry(bytes)
  if (parsed.dsse === undefined || parsed.chain === undefined)
    throw new ClientError(200, 'chain', `entry ${parsed.index} is sealed`, {})
  const { statement, hash } = parsed.dsse
  const { t, actor, role, payload } = statement
  const leaf = toBase64Url(leafHash(bytes))
  const place = { index: parsed.index, pseq: parsed.chain.pseq, at: parsed.at, leaf }
  return { ...place, hash: toBase64Url(hash), t, actor, role, payload, sentence, who }
}

/** Every open entry of the file from the first on, each naming the one before. */
function assertChain(rows: Row[], steps: Step[], ocid: string): void {
  let before: Uint8Array | undefined
  for (const [position, { entry }] of rows.entries()) {
    const bytes = fromBase64(entry)
    const { chain, index } = parseEntry(bytes)
    const isNext = chain?.tender === ocid && chain.pseq === position
    const isLinked =
      before === undefined ? chain?.pprev === undefined : isSame(chain?.pprev, before)
    if (!isNext || !isLinked)
      throw new ClientError(200, 'chain', `entry ${index} does not follow the one before`, steps)
    before = leafHash(bytes)
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b)
}

/** The leaf of the publication or of the newest material amendment: what later acts must cite. */
function headOf(steps: readonly Step[]): string | undefined {
  return steps.findLast(
    ({ t, payload }) =>
      t === 'solicitation.publish' ||
      (t === 'solicitation.amend' && payload['material'] === true && !('bidsUntil' in payload)) ||
      (t === 'solicitation.amend.cosign' && isMaterial(steps, payload['of'])),
  )?.leaf
}

function isMaterial(steps: readonly Step[], of: unknown): boolean {
  return steps.some(({ hash, payload }) => hash === of && payload['material'] === true)
}

/** The newest step of a type, or undefined. */
export function lastStep({ steps }: ProcurementFile, t: string): Step | undefined {
  return steps.findLast((step) => step.t === t)
}

/** Every step of a type, in order. */
export function stepsOf({ steps }: ProcurementFile, t: string): Step[] {
  return steps.filter((step) => step.t === t)
}

/** The terms as published and amended; undefined before publication. */
export function termsOf(file: ProcurementFile): SolicitationTerms | undefined {
  const published = lastStep(file, 'solicitation.publish')
  if (published === undefined) return undefined
  // The record took the payload by its schema, which is that of the terms.
  let terms = published.payload as unknown as SolicitationTerms
  for (const { payload } of stepsOf(file, 'solicitation.amend')) {
    const { changes, bidsUntil } = payload as unknown as { changes: Change[]; bidsUntil?: string }
    const amended = amendTerms(terms, changes, bidsUntil)
    if (!('problem' in amended)) terms = amended
  }
  return terms
}

/** The training clock that the file's first statement has pinned. */
export function trainingOf({ steps }: ProcurementFile): TrainingClock | undefined {
  // As above: the rules' own schema has read it.
  return steps[0]?.payload['training'] as unknown as TrainingClock | undefined
}

/** A real instant on the file's legal clock. */
export function legalAt(file: ProcurementFile, real: string): string {
  const training = trainingOf(file)
  // The clock is all that the conversion looks at.
  const open = { training } as unknown as FileState['open']
  return training === undefined ? real : legalOf({ open }, real)
}

/** Codes that say the file has moved on since it was read: read it again and sign anew. */
const moved = new Set(['stale-head', 'stale-phase'])

/** Signs an act with the file as it stands now and sends it; again if the file moves meanwhile. */
export async function actInFile(
  client: Client,
  who: Signatory,
  ocid: string,
  act: Omit<Act, 'place'>,
): Promise<Recorded> {
  for (let attempt = 1; ; attempt += 1) {
    const { place } = await readProcurement(client, ocid)
    try {
      return await client.act(who, { ...act, place })
    } catch (error) {
      const isMoved = error instanceof ClientError && moved.has(error.code)
      if (!isMoved || attempt === 5) throw error
    }
  }
}
