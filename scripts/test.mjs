// @ts-check
/**
 * `npm test`: makes the machine ready, then every test: units, those on real services, and the browser's. The last line
 * counts them all, `N passed, N failed, N skipped`. What follows `--` goes to vitest, and then the browser is left out.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { obtainChromium } from './chromium.mjs'
import { command, foreground, install, root } from './install.mjs'
import { fail, step } from './say.mjs'
import { obtainTemporal, obtainTestServer } from './temporal.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

try {
  await install()
  await build()
  await step('Temporal servers and Chromium found', async () => {
    await obtainTemporal()
    await obtainTestServer()
    process.env['TENDERBOOK_CHROMIUM_PATH'] = await obtainChromium()
  })
  const reports = await mkdtemp(join(tmpdir(), 'tenderbook-report-'))
  const chosen = process.argv.slice(2)
  // The browser's journeys go on with the purchase that the tests before have played.
  const home = await mkdtemp(join(tmpdir(), 'tenderbook-run-'))
  await chmod(home, 0o755)
  process.env['TENDERBOOK_TEST_HOME'] = home
  const runs = [
    await runVitest(reports, chosen),
    ...(chosen.length === 0 ? [await runBrowser(reports)] : []),
  ]
  await rm(reports, { recursive: true, force: true })
  await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  const total = runs.reduce(add)
  const isGood = total.failed === 0 && total.passed > 0
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exitCode = isGood ? 0 : 1
} catch (error) {
  fail(error)
}

/** @param {string} reports @param {string[]} chosen @returns {Promise<Count>} */
async function runVitest(reports, chosen) {
  const report = join(reports, 'vitest.json')
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...chosen,
  ]
  const code = await foreground(command('vitest'), args)
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    await readFile(report, 'utf8'),
  )
  // A file that cannot be loaded fails the run without failing a test.
  const failed = numFailedTests === 0 && code !== 0 ? 1 : numFailedTests
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests }
}

/** @param {string} reports @returns {Promise<Count>} */
async function runBrowser(reports) {
  if (!existsSync(join(root, 'tests', 'e2e'))) return { passed: 0, failed: 0, skipped: 0 }
  const report = join(reports, 'playwright.json')
  const code = await foreground(command('playwright'), ['test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  })
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const { stats } = JSON.parse(await readFile(report, 'utf8'))
  const failed = stats.unexpected === 0 && code !== 0 ? 1 : stats.unexpected
  return { passed: stats.expected + stats.flaky, failed, skipped: stats.skipped }
}

/** @param {Count} a @param {Count} b @returns {Count} */
function add(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}
