/**
 * `tenderbook replay <ocid>`: takes the workflow's histories from Temporal and from the archive, replays each with the
 * workflow bundle, and compares them with the record, both ways, by leaf hash.
 *
 * A workflow that cannot repeat its history is refuted (exit 1); where no history can be had nothing is decided (exit 2).
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { z } from 'zod'
import { compareStories, type Run } from './agreement.ts'
import { createClient } from './client.ts'
import { CliError, type ExitCode } from './exit.ts'
import { readProcurement } from './file.ts'
import { projectFolder, type Pins, type Services } from './home.ts'
import { PATIENCE_MS } from './reach.ts'
import { style, type Report } from './report.ts'

export interface ReplayOptions {
  home: string
  services: Services
  pins: Pins
  ocid: string
  report: Report
}

export async function replay(options: ReplayOptions): Promise<ExitCode> {
  const { home, services, pins, ocid, report } = options
  const client = createClient({ url: services.url, pins, patienceMs: PATIENCE_MS })
  const { steps } = await readProcurement(client, ocid)
  const runs = await runsOf(
    `procurement/${ocid}`,
    services.temporalAddress,
    join(home, 'histories'),
  )
  if (runs.length === 0)
    throw new CliError(
      `No history of ${ocid} can be had here now. The record stands without it.`,
      2,
    )
  const broken = await replayAll(runs, `procurement/${ocid}`)
  const agreement = compareStories(runs, steps)
  const differences = [...broken, ...agreement.differences]
  for (const text of differences) report.line(`  ${style.red('✗')} ${text}`)
  if (agreement.restarts > 0)
    report.line(`  ${agreement.restarts} runs began again from the record; that is no difference.`)
  const verdict = differences.length === 0 ? 'agrees' : 'differs'
  report.answer(
    { ocid, verdict, ...agreement, differences },
    verdict === 'agrees'
      ? style.green(
          `Yes. All ${agreement.entries} steps agree, both ways (${runs.length} runs replayed).`,
        )
      : style.red(`No. ${agreement.agreed} of ${agreement.entries} steps agree.`),
  )
  return verdict === 'agrees' ? 0 : 1
}

/** Replays every run with the bundle that this build uses; what it says where one does not fit. */
async function replayAll(runs: Run[], workflowId: string): Promise<string[]> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  })
  const workflowBundle = { codePath: join(projectFolder, 'dist', 'workflow-bundle.js') }
  const broken: string[] = []
  for (const { runId, history } of runs) {
    try {
      await Worker.runReplayHistory({ workflowBundle }, history, workflowId)
    } catch (error) {
      broken.push(
        `run ${runId} is not repeated: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  return broken
}

/** Every run there is, oldest first: those that Temporal still has, and those of the archive. */
async function runsOf(workflowId: string, address: string, archive: string): Promise<Run[]> {
  const found = new Map<string, Run & { begun: string }>()
  for (const run of await archivedRuns(workflowId, archive)) found.set(run.runId, run)
  for (const run of await storedRuns(workflowId, address)) found.set(run.runId, run)
  return [...found.values()].sort((a, b) => (a.begun < b.begun ? -1 : 1))
}

async function storedRuns(
  workflowId: string,
  address: string,
): Promise<(Run & { begun: string })[]> {
  const connection = await Connection.connect({ address, connectTimeout: '5s' }).catch(
    () => undefined,
  )
  if (connection === undefined) return []
  try {
    const client = new Client({ connection })
    const runs: (Run & { begun: string })[] = []
    for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      const fetched = await client.workflow.getHandle(workflowId, runId).fetchHistory()
      const history: unknown = JSON.parse(historyToJSON(fetched))
      runs.push({ runId, history, begun: begunAt(history) })
    }
    return runs
  } finally {
    await connection.close()
  }
}

const archivedSchema = z.object({ workflowId: z.string(), runId: z.string(), history: z.unknown() })

async function archivedRuns(
  workflowId: string,
  folder: string,
): Promise<(Run & { begun: string })[]> {
  const names = await readdir(folder).catch(() => [])
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) =>
        archivedSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))),
      ),
  )
  return files
    .filter((file) => file.workflowId === workflowId)
    .map(({ runId, history }) => ({ runId, history, begun: begunAt(history) }))
}

const begunSchema = z.looseObject({
  events: z.tuple([z.looseObject({ eventTime: z.string() })], z.unknown()),
})

function begunAt(history: unknown): string {
  return begunSchema.parse(history).events[0].eventTime
}
