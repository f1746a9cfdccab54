import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isAlive, waitUntil } from '../scripts/processes.mjs'
import { lasting } from './exit.ts'
import { clearLeftovers, supervise, type Supervised } from './supervisor.ts'

let folder: string
let program: string
const running: Supervised[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenderbook-supervisor-'))
  program = join(folder, 'child.mjs')
  await writeFile(
    program,
    `console.log('starting')
     console.log(JSON.stringify({ ready: true, pid: process.pid }))
     process.on('SIGTERM', () => process.exit(0))
     setInterval(() => undefined, 1000)`,
  )
})

afterEach(async () => {
  for (const child of running.splice(0)) await child.stop()
  await rm(folder, { recursive: true, force: true })
})

function start(said: string[] = []): Supervised {
  const definition = { name: 'child', args: [program], env: {} }
  const child = supervise(definition, { folder, say: (text) => said.push(text) })
  running.push(child)
  return child
}

async function pidOf(): Promise<number> {
  const text = await readFile(join(folder, 'child.pid'), 'utf8').catch(() => '{}')
  return (JSON.parse(text) as { pid?: number }).pid ?? 0
}

test('a child is ready when it says so, and leaves its id in a file', async () => {
  const line = await start().ready
  expect(line['pid']).toBe(await pidOf())
})

test('a child that is killed is started again, and that is said', async () => {
  const said: string[] = []
  await start(said).ready
  const first = await pidOf()
  process.kill(first, 'SIGKILL')
  const isBack = async (): Promise<boolean> => {
    const pid = await pidOf()
    return pid !== first && isAlive(pid)
  }
  expect(await waitUntil(isBack, 20_000)).toBe(true)
  expect(said.join('\n')).toContain('child ended (SIGKILL)')
})

/** The signer's way to refuse: a line with the error on standard error, and the code. */
const refusal = (code: number, message: string): string =>
  `process.stderr.write(${JSON.stringify(`${JSON.stringify({ err: { message } })}\n`)}, () => process.exit(${code}))`

test('a child that ends with 75 before it is ready is not started again, and what it found is told at once', async () => {
  const starts = join(folder, 'starts')
  const note = `require('node:fs').appendFileSync(${JSON.stringify(starts)}, 'one ')`
  program = join(folder, 'child.cjs')
  await writeFile(program, `${note}\n${refusal(75, 'the database was set back')}`)
  const said: string[] = []
  const child = start(said)
  await expect(child.ready).rejects.toThrow(/child must not run: the database was set back\n/)
  expect((await child.ended).exitCode).toBe(75)
  expect((await child.ended).message).toContain(lasting[75])
  await child.stop()
  expect(said).toEqual(['child ended (exit code 75) and is not started again'])
  expect(await readFile(starts, 'utf8')).toBe('one ')
})

test('a child that is killed and then refuses with 78 ends for good, with the plain lines that it said last', async () => {
  const child = start()
  await child.ready
  await writeFile(
    program,
    `process.stderr.write('Cannot start:\\n  KEY: missing\\n', () => process.exit(78))`,
  )
  process.kill(await pidOf(), 'SIGKILL')
  const why = await child.ended
  expect(why.exitCode).toBe(78)
  expect(why.message).toContain('child must not run: Cannot start:\n  KEY: missing\n')
})

test('a child that is stopped stays down and its file is gone', async () => {
  const child = start()
  await child.ready
  const pid = await pidOf()
  await child.stop()
  expect(isAlive(pid)).toBe(false)
  expect(await pidOf()).toBe(0)
})

test('what an earlier run left is ended by its id, another program under that id is not', async () => {
  const left = spawn(process.execPath, [program], { detached: true, stdio: 'ignore' })
  const other = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' })
  const mark = program
  await writeFile(join(folder, 'left.pid'), JSON.stringify({ pid: left.pid, mark }))
  await writeFile(join(folder, 'other.pid'), JSON.stringify({ pid: other.pid, mark }))
  expect(await clearLeftovers(folder)).toEqual(['left'])
  expect(isAlive(left.pid ?? 0)).toBe(false)
  expect(isAlive(other.pid ?? 0)).toBe(true)
  other.kill('SIGKILL')
})
