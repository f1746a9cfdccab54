/**
 * The worker put together: activities and workflow worker, relay, reconciler, sequencer, archive.
 *
 * `main.ts` gives it the world's parts, the tests' world its own. Whatever stops it, nothing is lost: the record holds
 * all that was done, and the next worker goes on from there.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { bundleWorkflowCode, Worker } from '@temporalio/worker'
import type { NativeConnection, WorkerOptions } from '@temporalio/worker'
import type { Logger } from 'pino'
import { createBank } from '../activities/bank.ts'
import { createActivities } from '../activities/index.ts'
import type { Party } from '../activities/iso20022.ts'
import { standing } from '../activities/read.ts'
import { createBlobs } from '../db/blobs.ts'
import { createCheckpoints } from '../db/checkpoints.ts'
import type { Sql } from '../db/connection.ts'
import { createDoor } from '../db/door.ts'
import { createOutbox } from '../db/outbox.ts'
import { createPayloads } from '../db/payloads.ts'
import { createReaders } from '../db/readers.ts'
import { addMicroseconds } from '../procurement/index.ts'
import type { Signer } from '../signer/client.ts'
import { procurementId } from '../workflows/messages.ts'
import { createArchive } from './archive.ts'
import { startLoop } from './loop.ts'
import { createReconciler } from './reconciler.ts'
import { createRelay } from './relay.ts'
import { createSequencer } from './sequencer.ts'
import { createStarter } from './starter.ts'

export interface WorkerParts {
  sql: Sql
  origin: string
  signer: Signer
  client: Client
  connection: NativeConnection
  namespace: string
  taskQueue: string
  /** Where histories are kept. */
  historiesDir: string
  bankDir: string
  payer: Party
  logger: Logger
  /** For tests: the door's clock, where it answers. */
  now?: () => string | undefined
  options?: Partial<WorkerOptions>
}

export interface RunningWorker {
  /** Ends the loops and the worker, after what is under way. */
  stop: () => Promise<void>
  /** Resolves when the worker has ended; rejects when it broke. */
  ended: Promise<void>
}

const relayEveryMs = 100
const sequencerEveryMs = 250
const reconcilerEveryMs = 15_000
const archiveEveryMs = 60_000

export async function startWorker(parts: WorkerParts): Promise<RunningWorker> {
  const { sql, origin, signer, client, logger } = parts
  const alarm = (what: string, detail: Record<string, unknown>): void =>
    logger.error({ alarm: true, ...detail }, what)
  const readers = createReaders(sql)
  const door = createDoor({
    sql,
    origin,
    blind: (envelopes) => signer.blindHashes(envelopes),
    ...(parts.now && { now: parts.now }),
  })
  const worker = await Worker.create({
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue,
    workflowBundle: await workflowBundle(),
    activities: createActivities({
      origin,
      door,
      readers,
      signer,
      payloads: createPayloads(sql),
      blobs: createBlobs(sql),
      bank: createBank(parts.bankDir, (message) => alarm('an answer of the bank', { message })),
      payer: parts.payer,
      alarm,
    }),
    shutdownGraceTime: '20s',
    ...parts.options,
  })
  const starter = createStarter(client, parts.taskQueue)
  const archive = createArchive(client, parts.historiesDir)
  const failing = (what: string) => (error: unknown) => logger.warn({ err: error }, what)

  const relay = createRelay({
    outbox: createOutbox(sql),
    tell: async (ocid, pseq) => {
      // A workflow that has ended with its file has nothing to hear; starting another would only read and end.
      const file = await readers.file(ocid)
      await (file && standing(file).closed ? starter.remind : starter.tell)(ocid, pseq)
    },
    failed: (ocid, error) => logger.warn({ err: error, ocid }, 'a signal was not taken'),
    nowMs: () => performance.now(),
  })
  const sequencer = createSequencer({
    signer,
    checkpoints: createCheckpoints(sql),
    size: async () => (await readers.head()).size,
    now: () => new Date().toISOString().replace('Z', '000Z'),
    alarm: (reason) =>
      alarm('the database contradicts a signed head: nothing is appended', { reason }),
    nowMs: () => performance.now(),
  })
  const reconciler = createReconciler({
    running: () => readers.runningProcurements(),
    overdue: async (forMs) => readers.overdueFiles(earlier(await readers.clock(), forMs)),
    lastStep: (ocid) => readers.lastStep(ocid),
    attendance: (ocid) => starter.attendance(ocid),
    tell: (ocid, pseq) => starter.tell(ocid, pseq),
    end: async (ocid) => {
      await archive.keep(procurementId(ocid))
      await starter.terminate(ocid, 'its task fails again and again; it goes on from the record')
    },
    alarm,
  })
  const loops = [
    startLoop(relay, { everyMs: relayEveryMs, failed: failing('relay') }),
    startLoop(sequencer, { everyMs: sequencerEveryMs, failed: failing('sequencer') }),
    startLoop(reconciler, { everyMs: reconcilerEveryMs, failed: failing('reconciler') }),
    startLoop(() => archive.sweep(), { everyMs: archiveEveryMs, failed: failing('archive') }),
  ]
  const ended = worker.run().finally(async () => {
    await Promise.all(loops.map((loop) => loop.stop()))
    await door.close()
  })
  return {
    ended,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown()
      await ended
    },
  }
}

function earlier(at: string, byMs: number): string {
  return addMicroseconds(at, BigInt(byMs) * -1000n)
}

/** The built bundle where there is one, else one made now. */
async function workflowBundle(): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const codePath = join(root, 'dist', 'workflow-bundle.js')
  if (existsSync(codePath)) return { codePath }
  return bundleWorkflowCode({ workflowsPath: join(root, 'workflows', 'index.ts') })
}
