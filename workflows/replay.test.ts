/**
 * The kept histories, replayed with the workflows as they are now: one for each way through the process. A history that
 * no longer fits is not recorded anew; the change is put behind `patched()` (temporal.md sections 6 and 11).
 */
import { readdir } from 'node:fs/promises'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import type { WorkflowBundle } from '@temporalio/worker'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleWorkflows, readHistory } from '../tests/workflow-rehearsal.ts'

let workflowBundle: WorkflowBundle
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'off' } },
  })
  workflowBundle = await bundleWorkflows()
})

const names = (await readdir(new URL('histories/', import.meta.url))).map((file) =>
  file.replace('.json', ''),
)

const replay = async (history: unknown, bundle = workflowBundle): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: bundle }, history, 'procurement/replayed')

describe('a kept history', () => {
  it('exists for each way through the process', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'whole',
        'ended',
        'no-bids',
        'moved-later',
        'moved-earlier',
        'moved-past',
        'refused',
        'continued',
        'two-duties',
        'unreachable',
        'restarted',
      ]),
    )
  })

  it.each(names)('is repeated by the workflow as it is now: %s', async (name) => {
    await replay(await readHistory(name))
  })

  it('is not repeated by a workflow that does things in another order', async () => {
    const shows = 'show(file, view);'
    const returns = 'if (done(view)) return view;'
    const code = workflowBundle.code.replace(
      new RegExp(`(${escaped(shows)})(\\s+)(${escaped(returns)})`),
      '$3$2$1',
    )
    expect(code).not.toBe(workflowBundle.code)
    await expect(replay(await readHistory('whole'), { ...workflowBundle, code })).rejects.toThrow(
      /TMPRL1100/,
    )
  })
})

function escaped(text: string): string {
  return text.replace(/[()]/g, '\\$&')
}
