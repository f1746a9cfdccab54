import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Plants each kind of forbidden import in a small tree of its own and looks whether the table refuses it. */
const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
let tree: string

const sound: Record<string, string> = {
  'ledger/index.ts': `export const leaf = 1\nexport type Leaf = number\n`,
  'procurement/index.ts': `import { leaf } from '../ledger/index.ts'\nexport const rule = leaf\n`,
  'sealing/index.ts': `export { leaf as seal } from '../ledger/index.ts'\n`,
  'db/door.ts': `export { rule as door } from '../procurement/index.ts'\n`,
  'signer/client.ts': `export const client = 1\n`,
  'signer/main.ts': `import { client } from './client.ts'\nimport { door } from '../db/door.ts'\nconsole.log(client, door)\n`,
  'api/main.ts': `import { client } from '../signer/client.ts'\nconsole.log(client)\n`,
  'workflows/index.ts': `import type { Leaf } from '../ledger/index.ts'\nexport const leaf: Leaf = 1\n`,
  'web/islands/sign.ts': `import { leaf } from '../../ledger/index.ts'\nconsole.log(leaf)\n`,
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'tenderbook-boundaries-'))
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'))
  await symlink(join(root, 'tsconfig.json'), join(tree, 'tsconfig.json'))
  for (const [path, text] of Object.entries(sound)) await plant(path, text)
})

afterAll(async () => {
  await rm(tree, { recursive: true, force: true })
})

test('a tree that keeps to the import table passes', async () => {
  expect(await brokenRules()).toEqual([])
})

test.each([
  ['ledger-imports', 'ledger/planted.ts', `export { rule } from '../procurement/index.ts'\n`],
  ['sealing-imports', 'sealing/planted.ts', `export { door } from '../db/door.ts'\n`],
  ['procurement-imports', 'procurement/planted.ts', `export { door } from '../db/door.ts'\n`],
  ['db-imports', 'db/planted.ts', `export { client } from '../signer/client.ts'\n`],
  ['web-imports', 'web/planted.ts', `export { door } from '../db/door.ts'\n`],
  ['cli-imports', 'cli/planted.ts', `export { door } from '../db/door.ts'\n`],
  ['api-imports', 'api/planted.ts', `import '../signer/main.ts'\n`],
  ['api-packages', 'api/planted.ts', `export { Client } from '@temporalio/client'\n`],
  ['ledger-packages', 'ledger/planted.ts', `export { z } from 'zod'\n`],
  ['pure-code-has-no-node', 'sealing/planted.ts', `export { readFile } from 'node:fs'\n`],
  ['workflows-import-types', 'workflows/planted.ts', `export { leaf } from '../ledger/index.ts'\n`],
  ['code-without-tests', 'db/planted.ts', `export { world } from '../tests/world.ts'\n`],
  ['no-dead-file', 'db/planted.ts', `export const forgotten = 1\n`],
  ['not-to-unresolvable', 'db/planted.ts', `export { nothing } from './nowhere.ts'\n`],
])('%s is refused when planted in %s', async (rule, path, text) => {
  await plant('tests/world.ts', 'export const world = 1\n')
  await plant(path, text)
  try {
    expect(await brokenRules()).toContain(rule)
  } finally {
    await rm(join(tree, path))
  }
})

test('two files that need each other are refused, two types are not', async () => {
  await plant('db/one.ts', `import { two } from './two.ts'\nexport const one = (): number => two\n`)
  await plant('db/two.ts', `import { one } from './one.ts'\nexport const two = Number(one)\n`)
  expect(await brokenRules()).toContain('no-circular')
  await plant('db/one.ts', `import type { Two } from './two.ts'\nexport type One = Two[]\n`)
  await plant(
    'db/two.ts',
    `import type { One } from './one.ts'\nexport interface Two { one: One }\n`,
  )
  expect(await brokenRules()).not.toContain('no-circular')
})

async function plant(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true })
  await writeFile(join(tree, path), text)
}

/** Names of the rules that the tree breaks, each once. */
async function brokenRules(): Promise<string[]> {
  const cruise = join(root, 'node_modules', '.bin', 'depcruise')
  const config = join(root, '.dependency-cruiser.cjs')
  const args = ['--config', config, '--output-type', 'json', '.']
  const { stdout } = await run(cruise, args, { cwd: tree, maxBuffer: 2 ** 26 }).catch(
    // A broken rule is exit code 1 with the report on standard output all the same.
    (error: unknown) => error as { stdout: string },
  )
  // The report's shape is dependency-cruiser's own, documented with its JSON reporter.
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } }
  return [...new Set(report.summary.violations.map(({ rule }) => rule.name))]
}
