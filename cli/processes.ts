/** The commands that are processes of their own: ready when they say so, ended by SIGTERM or SIGINT. */
import { runBank } from './bank.ts'
import type { ExitCode } from './exit.ts'
import { runHolder } from './holder.ts'
import { runRegistrar } from './registrar.ts'

export async function bank(dir: string): Promise<ExitCode> {
  const ending = untilSignal()
  const running = await runBank({ dir, log })
  ready()
  await ending.over
  await running.stop()
  return 0
}

export async function holder(options: {
  home: string
  person: string
  url: string
}): Promise<ExitCode> {
  const ending = untilSignal()
  ready()
  await runHolder({ ...options, signal: ending.signal, log })
  return 0
}

export async function registrar(options: { home: string; url: string }): Promise<ExitCode> {
  const ending = untilSignal()
  ready()
  await runRegistrar({ ...options, signal: ending.signal, log })
  return 0
}

function ready(): void {
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`)
}

function log(line: string): void {
  process.stderr.write(`${line}\n`)
}

function untilSignal(): { signal: AbortSignal; over: Promise<void> } {
  const controller = new AbortController()
  const over = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve())
  })
  const end = (): void => controller.abort()
  process.on('SIGINT', end).on('SIGTERM', end)
  return { signal: controller.signal, over }
}
