/**
 * A stage for the workflow's tests: the time-skipping server, a real worker and client, and a small stand-in for the
 * record, so that months pass in a second. It knows no rules; a test says what the record would answer.
 *
 * The stand-in's clock is the server's (`now`), as the door's clock is PostgreSQL's in production. With
 * `UPDATE_REPLAY_HISTORIES=1` a finished history is kept in `histories/` for `replay.test.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import type { WorkflowBundle } from '@temporalio/worker'
import type { Activities, Answer, ClockDuty, Progress, Sight, View } from '../activities/view.ts'
import { followed, procurementId, searchAttributes } from '../workflows/messages.ts'
import type { procurement } from '../workflows/procurement.ts'

export interface Theatre {
  env: TestWorkflowEnvironment
  bundle: WorkflowBundle
  /** Ends whatever a failed test has left running; otherwise it would run through all time that others let pass. */
  clear: () => Promise<void>
}

/** Ways to end what is on stage, by workflow id. */
const onStage = new Map<string, () => Promise<void>>()

async function clear(): Promise<void> {
  for (const end of onStage.values()) await end()
  onStage.clear()
}

/** The time-skipping server, and the workflows bundled as production bundles them. */
export async function openTheatre(testServerPath: string): Promise<Theatre> {
  beQuiet()
  const server = { executable: { type: 'existing-path', path: testServerPath } } as const
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server })
  // Before the first worker: an unknown one fails the workflow's task for ever.
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(
      searchAttributes.map(({ name, type }) => [name, type === 'DATETIME' ? 6 : 2]),
    ),
  })
  return { env, bundle: await bundleWorkflows(), clear }
}

/** A development server in real time that suggests to continue as new after `steps` entries of history. */
export async function openSmallTheatre(temporalPath: string, steps: number): Promise<Theatre> {
  beQuiet()
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: temporalPath },
      extraArgs: ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${steps}`],
      searchAttributes,
    },
  })
  return { env, bundle: await bundleWorkflows(), clear }
}

export function bundleWorkflows(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  })
}

let isQuiet = false

/** Warnings of a server that lacks a feature are no news in a test. */
function beQuiet(): void {
  if (isQuiet) return
  isQuiet = true
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  })
}

/** What a test lets the record answer to a duty that the workflow performs. */
export type Script = (
  duty: ClockDuty,
  nowMs: number,
  occasion: Sight & { issuedAt: string },
) => Promise<string | undefined> | string | undefined

/** One procurement on stage. */
export interface Rehearsal {
  /** The stand-in record: tests change it between acts. */
  file: StandIn
  /** Attempts at duties, in order. */
  attempts: { type: string; atMs: number; by: keyof Activities; refused?: string }[]
  reads: { seen: number; pseq: number }[]
  /** A person's act: an entry of that type, a change of the stand-in, and the relay's signal. */
  act: (
    type: string,
    change?: Partial<StandIn>,
    signal?: { pseq: number } | 'none',
  ) => Promise<void>
  signal: (pseq: number) => Promise<void>
  /** Time passes; then waits until what was to be done in it is done (`done` holds). */
  pass: (
    time: '20m' | '1 hour' | '3 hours' | `${number} days`,
    done?: () => boolean,
  ) => Promise<void>
  nowMs: () => Promise<number>
  /** Runs until the workflow has ended, through continue-as-new. */
  ended: () => ReturnType<typeof procurement>
  /** Ends the worker; keeps the history of a run, the last one, under `name` when histories are being updated. */
  close: (name?: string, runId?: string) => Promise<void>
}

export interface StandIn {
  types: string[]
  progress: Progress
  closed: boolean
  duties: ClockDuty[]
  waitingFor: string
  dueAt?: string
}

/** Puts one procurement on stage. `script` returns the code of a refusal, or nothing to accept. */
export async function rehearse(
  { env, bundle }: Theatre,
  ocid: string,
  script: Script,
  options: { maxCachedWorkflows?: number; stepsMax?: number } = {},
): Promise<Rehearsal> {
  const file: StandIn = {
    types: [],
    progress: 'draft',
    closed: false,
    duties: [],
    waitingFor: 'RQ',
  }
  const attempts: Rehearsal['attempts'] = []
  const reads: Rehearsal['reads'] = []
  const stepsMax = options.stepsMax ?? 200

  const read = (_ocid: string, seen: number): Promise<View> => {
    if (seen >= file.types.length) throw new Error('the record is behind what was read')
    const steps = file.types
      .map((type, pseq) => ({ pseq, type, leaf: `leaf-${pseq}` }))
      .slice(seen + 1, seen + 1 + stepsMax)
    const pseq = steps.at(-1)?.pseq ?? seen
    reads.push({ seen, pseq })
    return Promise.resolve({
      pseq,
      steps,
      more: pseq < file.types.length - 1,
      progress: file.progress,
      phase: file.progress,
      closed: file.closed,
      next: file.duties,
      seen: { size: file.types.length, root: 'root' },
      agency: 'granite-lakes',
      method: 'us.quote',
      waitingFor: file.waitingFor,
      ...(file.dueAt === undefined ? {} : { dueAt: file.dueAt }),
    })
  }

  const performAs =
    (by: keyof Activities) =>
    async (
      _ocid: string,
      duty: ClockDuty,
      occasion: Sight & { issuedAt: string },
    ): Promise<Answer> => {
      const nowMs = await env.currentTimeMs()
      const refused = await script(duty, nowMs, occasion)
      attempts.push({
        type: duty.type,
        atMs: nowMs,
        by,
        ...(refused === undefined ? {} : { refused }),
      })
      if (refused !== undefined) return { refused }
      const pseq = file.types.push(duty.type) - 1
      return { index: pseq, pseq, leaf: `leaf-${pseq}` }
    }

  const activities: Activities = {
    read,
    record: performAs('record'),
    close: performAs('close'),
    recipient: performAs('recipient'),
    open: performAs('open'),
    reveal: performAs('reveal'),
    pay: performAs('pay'),
    settle: performAs('settle'),
  }
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: ocid,
    workflowBundle: bundle,
    activities,
    maxCachedWorkflows: options.maxCachedWorkflows ?? 0,
  })
  const running = worker.run()
  const workflowId = procurementId(ocid)
  const signal = async (pseq: number): Promise<void> => {
    await env.client.workflow.signalWithStart<typeof procurement, [{ pseq: number }]>(
      'procurement',
      {
        workflowId,
        taskQueue: ocid,
        args: [ocid, -1],
        signal: followed,
        signalArgs: [{ pseq }],
      },
    )
  }

  const stop = async (): Promise<void> => {
    worker.shutdown()
    await running
  }
  onStage.set(workflowId, async () => {
    await env.client.workflow.getHandle(workflowId).terminate()
    await stop()
  })

  return {
    file,
    attempts,
    reads,
    signal,
    act: async (type, change = {}, told) => {
      Object.assign(file, change)
      const pseq = file.types.push(type) - 1
      if (told !== 'none') await signal(told?.pseq ?? pseq)
    },
    pass: async (time, done = () => reads.at(-1)?.pseq === file.types.length - 1) => {
      await env.sleep(time)
      // Time may have leapt ahead of a task under way, whose timer then lies further off.
      for (let tries = 0; !done() && tries < 500; tries++) await env.sleep('5m')
    },
    nowMs: () => env.currentTimeMs(),
    ended: () => env.client.workflow.getHandle<typeof procurement>(workflowId).result(),
    close: async (name, runId) => {
      onStage.delete(workflowId)
      await stop()
      if (name === undefined || process.env['UPDATE_REPLAY_HISTORIES'] !== '1') return
      const history = await env.client.workflow.getHandle(workflowId, runId).fetchHistory()
      // Without the white space it is a third of the size.
      await writeFile(historyUrl(name), JSON.stringify(JSON.parse(historyToJSON(history))))
    },
  }
}

function historyUrl(name: string): URL {
  return new URL(`../workflows/histories/${name}.json`, import.meta.url)
}

/** A kept history, as JSON, for the replayer. */
export async function readHistory(name: string): Promise<unknown> {
  return JSON.parse(await readFile(historyUrl(name), 'utf8'))
}
