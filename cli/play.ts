/**
 * A purchase that is played over HTTP: acts by name, each signed once and sent until its receipt is there, waiting for
 * what the record says and for days of the legal clock, and a line for each step.
 *
 * What was signed is kept before it is sent. A play that was killed goes on where it was: an act whose receipt is there is
 * not done again, one whose outcome is unknown is sent again with the same bytes.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { fromBase64, toBase64, type JsonObject } from '../ledger/index.ts'
import { dateIn, realOf, type FileState, type TrainingClock } from '../procurement/index.ts'
import {
  ClientError,
  createClient,
  instantOf,
  type Act,
  type Client,
  type Recorded,
  type Signatory,
} from './client.ts'
import { legalAt, readProcurement, trainingOf, type ProcurementFile } from './file.ts'
import { readState, writeState, type Pins } from './home.ts'
import { createNarrator, type Narrator } from './narrator.ts'

export interface PlayOptions {
  client: Client
  pins: Pins
  ocid: string
  /** Folder for what was signed. */
  folder: string
  narrator: Narrator
}

/** One act of a play. */
export interface Move extends Omit<Act, 'place' | 'payload'> {
  /** Unique in the play. */
  name: string
  who: Signatory
  /** Made when it is signed; what it uploads belongs to it. */
  payload: (file: ProcurementFile) => JsonObject | Promise<JsonObject>
}

export type Play = ReturnType<typeof createPlay>

/** The procurement ended otherwise than the play wanted: no bid came, or it was not opened. */
export class PlayEnded extends Error {
  readonly stage: string

  constructor(stage: string) {
    super(`The procurement ended as ${stage}.`)
    this.name = 'PlayEnded'
    this.stage = stage
  }
}

const POLL_MS = 250
/** A step that is so late on the legal clock happens on another day than planned. */
const LATE_MS = 2 * 86_400_000
/** Codes after which the act is signed anew: the bytes at hand can never be accepted. */
const signAgain = new Set(['stale-head', 'stale-phase', 'expired', 'validity'])
const endings = new Set(['unsuccessful', 'ended'])

const keptSchema = z.object({ envelope: z.string(), hash: z.string().optional() })

export function createPlay({ client, pins, ocid, folder, narrator }: PlayOptions) {
  return { ocid, client, pins, narrator, act, first, read, until, legal, isBegun, day, kept }

  /** Does an act of the running file, or finds that it is done. */
  async function act(move: Move): Promise<Recorded> {
    const recorded = await once(move.name, async () => {
      const file = await read()
      return await client.sign(move.who, {
        t: move.t,
        role: move.role,
        payload: await move.payload(file),
        place: file.place,
        ...(move.notAfter === undefined ? {} : { notAfter: move.notAfter }),
      })
    })
    await read()
    return recorded
  }

  /** Whether an act was signed already, by this run or by one that was interrupted. */
  async function isBegun(name: string): Promise<boolean> {
    return (await readState(join(folder, `${name}.json`), keptSchema)) !== undefined
  }

  /** An act that was done: its signed bytes and its receipt, asked for again with the same bytes. */
  async function kept(name: string): Promise<(Recorded & { envelope: Uint8Array }) | undefined> {
    const file = await readState(join(folder, `${name}.json`), keptSchema)
    if (file?.hash === undefined) return undefined
    const envelope = fromBase64(file.envelope)
    return { envelope, ...(await client.submit(envelope)) }
  }

  /** The act that opens the file. */
  async function first(move: Omit<Move, 'payload'> & { payload: JsonObject }): Promise<Recorded> {
    const { name, who, t, role, payload } = move
    const place = { tender: ocid, phase: 'draft' }
    return await once(name, () => client.sign(who, { t, role, payload, place }))
  }

  async function once(name: string, sign: () => Promise<Uint8Array>): Promise<Recorded> {
    const path = join(folder, `${name}.json`)
    const before = await readState(path, keptSchema)
    if (before !== undefined) {
      try {
        return await client.submit(fromBase64(before.envelope))
      } catch (error) {
        if (before.hash !== undefined || !mustSignAgain(error)) throw error
      }
    }
    for (let attempt = 1; ; attempt += 1) {
      const envelope = await sign()
      await writeState(path, { envelope: toBase64(envelope) })
      try {
        const recorded = await client.submit(envelope)
        await writeState(path, { envelope: toBase64(envelope), hash: recorded.hash })
        return recorded
      } catch (error) {
        if (!mustSignAgain(error) || attempt === 5) throw error
      }
    }
  }

  /** The file as it stands; tells what is new. */
  async function read(): Promise<ProcurementFile> {
    const file = await readProcurement(client, ocid)
    narrator.tell(file)
    return file
  }

  /** Waits until the record says so. Throws PlayEnded where the file ended without it. */
  async function until<T>(
    claim: (file: ProcurementFile) => T | undefined,
    { pastEnd = false } = {},
  ): Promise<T> {
    for (;;) {
      const file = await read()
      const found = claim(file)
      if (found !== undefined) return found
      if (endings.has(file.stage) && !pastEnd) throw new PlayEnded(file.stage)
      await delay(POLL_MS)
    }
  }

  /** Waits for an instant of the file's legal clock. */
  async function legal(instant: string): Promise<void> {
    const training = trainingOf(await read())
    const real = training === undefined ? instant : realInstant(training, instant)
    await until((file) => {
      const isOver = Date.now() >= Date.parse(real)
      return isOver || endings.has(file.stage) ? true : undefined
    })
  }

  /** The plain date of a planned instant; today's, in the file's zone, where the clock is well past the plan. */
  async function day(planned: string): Promise<string> {
    const file = await read()
    const now = legalAt(file, instantOf(Date.now()))
    const isLate = Date.parse(now) > Date.parse(planned) + LATE_MS
    return dateIn(file.zone, isLate ? now : planned)
  }
}

export interface PlayPlace {
  home: string
  url: string
  pins: Pins
  line: (text: string) => void
  /** Where it is aborted the play ends as it is; the next one goes on with it. */
  signal?: AbortSignal
}

/** A play told line by line, whose signed acts are kept in the state folder. */
export function openPlay({ home, url, pins, line, signal }: PlayPlace, ocid: string): Play {
  const client = createClient({ url, pins, ...(signal === undefined ? {} : { signal }) })
  const folder = join(home, 'demos', ocid)
  return createPlay({ client, pins, ocid, folder, narrator: createNarrator(line) })
}

/** The real instant at which a training clock shows a legal one. */
export function realInstant(training: TrainingClock, legal: string): string {
  // The clock is all that the conversion looks at.
  const open = { training } as unknown as FileState['open']
  return realOf({ open }, legal)
}

function mustSignAgain(error: unknown): boolean {
  return error instanceof ClientError && signAgain.has(error.code)
}
