// @ts-check
/**
 * `npm start`: makes the machine ready, then runs `tenderbook up`, which starts everything, runs one purchase on the
 * first start and stays up. Works on a bare clone; what follows `--` goes to `up`.
 */
import { build } from './build.mjs'
import { foreground, install, root } from './install.mjs'
import { fail, say } from './say.mjs'
import { obtainTemporal } from './temporal.mjs'

try {
  say('Tenderbook: getting ready')
  const temporal = process.env['TEMPORAL_ADDRESS'] === undefined ? obtainTemporal() : undefined
  // Both need the network and not each other; a failure of the second is reported when the first is through.
  temporal?.catch(() => undefined)
  await install()
  await temporal
  await build()
  const args = [`${root}/cli/tenderbook.mjs`, 'up', '--first-demo', ...process.argv.slice(2)]
  process.exitCode = await foreground(process.execPath, args)
} catch (error) {
  fail(error)
}
