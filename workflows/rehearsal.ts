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
import { bundleWorkflowCode, Worker } from '@temporalio/worker'
import type { WorkflowBundle } from '@temporalio/worker'
import type { Activities, Answer, ClockDuty, Progress, Sight, View } from '../activities/view.ts'
import { followed, procurementId } from './messages.ts'
import type { procurement } from './procurement.ts'

/** Registered before the first worker: an unknown one fails the workflow's task for ever. */
const searchAttributes = { Ocid: 2, Agency: 2, Stage: 2, Method: 2, WaitingFor: 2, DueAt: 6 }

export interface Theatre {
  env: TestWorkflowEnvironment
  bundle: WorkflowBundle
}

/** Starts the time-skipping server and bundles the workflows, as production does. */
export async function openTheatre(testServerPath: string): Promise<Theatre> {
  const [env, bundle] = await Promise.all([
    TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: testServerPath } },
    }),
    bundleWorkflows(),
  ])
  const { operatorService } = env.connection
  await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes })
  return { env, bundle }
}

export function bundleWorkflows(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('index.ts', import.meta.url)),
    logger: quiet,
  })
}

const silent = (): void => undefined
const quiet = {
  log: silent,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
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
  /** Days or hours pass, and what falls due in them is done. */
  pass: (time: '1 hour' | '2 hours' | `${number} days` | `${number}s`) => Promise<void>
  nowMs: () => Promise<number>
  /** Runs until the workflow has ended, through continue-as-new. */
  ended: () => ReturnType<typeof procurement>
  /** Ends the worker; keeps the history of the last run under `name` when histories are being updated. */
  close: (name?: string) => Promise<void>
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
    pass: (time) => env.sleep(time),
    nowMs: () => env.currentTimeMs(),
    ended: () => env.client.workflow.getHandle<typeof procurement>(workflowId).result(),
    close: async (name) => {
      worker.shutdown()
      await running
      if (name === undefined || process.env['UPDATE_REPLAY_HISTORIES'] !== '1') return
      const history = await env.client.workflow.getHandle(workflowId).fetchHistory()
      await writeFile(historyUrl(name), historyToJSON(history))
    },
  }
}

function historyUrl(name: string): URL {
  return new URL(`histories/${name}.json`, import.meta.url)
}

/** A kept history, as JSON, for the replayer. */
export async function readHistory(name: string): Promise<unknown> {
  return JSON.parse(await readFile(historyUrl(name), 'utf8'))
}
