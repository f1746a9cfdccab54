// @ts-check
/**
 * `npm run bench`: makes the machine ready, then runs each benchmark of `bench/` after the other. A benchmark checks what
 * it measured; one that does not hold ends with a failure. Names after `--` choose some; `--quick` goes on to each.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { foreground, install, root } from './install.mjs'
import { fail, say } from './say.mjs'

try {
  await install()
  await build()
  const folder = join(root, 'bench')
  const all = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.bench.ts'))
    : []
  const given = process.argv.slice(2)
  const flags = given.filter((one) => one.startsWith('--'))
  const chosen = given.filter((one) => !one.startsWith('--'))
  const names = all.filter(
    (name) => chosen.length === 0 || chosen.some((part) => name.includes(part)),
  )
  let failed = 0
  for (const name of names) {
    say(`\n${name}`)
    const args = ['--import', 'tsx', join(folder, name), ...flags]
    if ((await foreground(process.execPath, args)) !== 0) failed += 1
  }
  say(`\n${names.length - failed} of ${names.length} benchmarks ran and held`)
  process.exitCode = failed === 0 && names.length > 0 ? 0 : 1
} catch (error) {
  fail(error)
}
