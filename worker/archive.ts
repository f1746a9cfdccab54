/**
 * The archive of histories: every closed run of every workflow, as JSON, before Temporal's retention ends it.
 *
 * A run is stored once, under its id, with the SHA-256 of its bytes beside it; a run that is there is left alone. The
 * statement that puts the hash on the record (temporal.md section 16) comes with the statement types of the system.
 */
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

export interface Archive {
  /** Stores every run that has ended and is not stored yet. */
  sweep: () => Promise<void>
  /** Stores the newest run of a workflow, ended or not. */
  keep: (workflowId: string) => Promise<void>
}

export function createArchive(client: Client, dir: string): Archive {
  const pathOf = (runId: string): string => join(dir, `${runId}.json`)

  async function store(workflowId: string, runId: string): Promise<void> {
    await mkdir(dir, { recursive: true })
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    const text = JSON.stringify({
      workflowId,
      runId,
      history: JSON.parse(historyToJSON(history)) as unknown,
    })
    await put(pathOf(runId), text)
    await put(`${pathOf(runId)}.sha256`, createHash('sha256').update(text).digest('hex'))
  }

  return {
    sweep: async () => {
      const ended = client.workflow.list({ query: "ExecutionStatus != 'Running'" })
      for await (const { workflowId, runId } of ended)
        if (!(await exists(`${pathOf(runId)}.sha256`))) await store(workflowId, runId)
    },
    keep: async (workflowId) => {
      const { runId } = await client.workflow.getHandle(workflowId).describe()
      await store(workflowId, runId)
    },
  }
}

async function put(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  await writeFile(aside, text, { flush: true })
  await rename(aside, path)
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
