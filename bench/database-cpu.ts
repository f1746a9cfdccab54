/** Processor time of a PostgreSQL server with all its processes, from Linux's /proc. */
import { readdir, readFile } from 'node:fs/promises'

/** Linux tells times in hundredths of a second. */
const TICK_MS = 10

/** Milliseconds so far, those of processes that have ended left out; NaN where there is no /proc. */
export async function databaseCpuMs(postmaster: number): Promise<number> {
  const names = await readdir('/proc').catch(() => [])
  const processes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStat))
  const own = processes.filter((one) => one?.pid === postmaster || one?.parent === postmaster)
  return own.length === 0 ? Number.NaN : own.reduce((sum, one) => sum + (one?.cpuMs ?? 0), 0)
}

interface Process {
  pid: number
  parent: number
  cpuMs: number
}

/** See proc_pid_stat(5); undefined where the process has just ended. */
async function readStat(pid: string): Promise<Process | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  // The name, in brackets, may hold anything; state and parent follow, and tenth from there user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
  return { pid: Number(pid), parent: parent ?? 0, cpuMs: ((user ?? 0) + (system ?? 0)) * TICK_MS }
}
