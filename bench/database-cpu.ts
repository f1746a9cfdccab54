/** Processor time of a PostgreSQL server with all its processes, from Linux's /proc. */
import { readdir, readFile } from 'node:fs/promises'

/** Linux tells times in hundredths of a second. */
const TICK_MS = 10

/** Milliseconds so far, those of processes that have ended included; NaN where there is no /proc. */
export async function databaseCpuMs(postmaster: number): Promise<number> {
  const names = await readdir('/proc').catch(() => [])
  const processes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStat))
  let sum = Number.NaN
  for (const one of processes) {
    if (one?.parent === postmaster) sum = (sum || 0) + one.cpuMs
    if (one?.pid === postmaster) sum = (sum || 0) + one.cpuMs + one.endedMs
  }
  return sum
}

interface Process {
  pid: number
  parent: number
  cpuMs: number
  /** Of children that have ended. */
  endedMs: number
}

/** See proc_pid_stat(5); undefined where the process has just ended. */
async function readStat(pid: string): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The name, in brackets, may hold anything; numbers follow, and a letter.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const at = (position: number) => Number(fields[position])
  const [cpuMs, endedMs] = [(at(11) + at(12)) * TICK_MS, (at(13) + at(14)) * TICK_MS]
  return { pid: Number(pid), parent: at(1), cpuMs, endedMs }
}
