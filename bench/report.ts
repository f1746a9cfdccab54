/** Figures of a benchmark as a table for people and a line of JSON for programs. */
import { cpus } from 'node:os'

/** Asked for with `--quick`: small and few rounds, to see that a benchmark runs. Its figures mean little. */
export const isQuick = process.argv.includes('--quick')

export interface Figure {
  name: string
  /** What is counted, as `statements/s`. */
  unit: string
  /** One value a round. */
  values: readonly number[]
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('no values')
  return middle
}

/** The middle of the rounds' own ratios: what slowed a round slowed both sides of it. */
export function ratioOf(figure: Figure, baseline: Figure): number {
  return median(figure.values.map((value, i) => value / (baseline.values[i] ?? Number.NaN)))
}

/** Prints both, with their ratio and the facts of the run; returns the ratio. */
export function report(
  name: string,
  figure: Figure,
  baseline: Figure,
  facts: Record<string, string | number>,
): number {
  const ratio = ratioOf(figure, baseline)
  console.log()
  for (const one of [figure, baseline]) {
    const rounds = one.values.map((value) => value.toFixed(0)).join(', ')
    console.log(
      `${one.name.padEnd(44)} ${median(one.values).toFixed(0).padStart(8)} ${one.unit}   (${rounds})`,
    )
  }
  console.log(`${'ratio, median of rounds'.padEnd(44)} ${ratio.toFixed(3).padStart(8)}`)
  const machine = { node: process.version, cpu: cpus()[0]?.model.trim(), cores: cpus().length }
  const medians = { [figure.name]: median(figure.values), [baseline.name]: median(baseline.values) }
  console.log(JSON.stringify({ bench: name, ratio, medians, ...facts, ...machine }))
  return ratio
}

/** How many a second, where so many took so long. */
export function perSecond(count: number, ms: number): number {
  return (count * 1_000) / ms
}

export interface Spent {
  /** Of all threads, the engine's own included. */
  cpuMs: number
  wallMs: number
}

/** What a piece of work takes. */
export async function spend(work: () => void | Promise<void>): Promise<Spent> {
  const [cpu, started] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1_000, wallMs: performance.now() - started }
}
