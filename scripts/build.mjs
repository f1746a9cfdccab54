// @ts-check
/**
 * Builds what browsers and the Temporal worker load, into `dist/`: islands by esbuild, styles by sass, the workflow
 * bundle by the Temporal SDK. Each only when the hash of its inputs has changed, so a second start costs nothing.
 *
 * As a program (`node scripts/build.mjs`) it builds what is stale.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './install.mjs'
import { fail, step } from './say.mjs'

/**
 * @typedef {object} Product
 * @property {string} name
 * @property {string} needs a path without which there is nothing to build
 * @property {string[]} inputs files and folders whose bytes decide
 * @property {string} output
 * @property {(output: string) => Promise<void>} make
 */

const dist = join(root, 'dist')

/** @type {Product[]} */
const products = [
  {
    name: 'islands',
    needs: 'web/islands',
    inputs: ['web', 'ledger', 'sealing', 'procurement'],
    output: join(dist, 'assets', 'islands'),
    make: makeIslands,
  },
  {
    name: 'styles',
    needs: 'web/styles/main.scss',
    inputs: ['web/styles'],
    output: join(dist, 'assets', 'main.css'),
    make: makeStyles,
  },
  {
    name: 'workflow bundle',
    needs: 'workflows/index.ts',
    inputs: ['workflows'],
    output: join(dist, 'workflow-bundle.js'),
    make: makeWorkflowBundle,
  },
]

/** Builds each product whose inputs have changed since it was built. */
export async function build() {
  await Promise.all(products.map(buildIfStale))
}

/** @param {Product} product */
async function buildIfStale(product) {
  if (!existsSync(join(root, product.needs))) return
  const stamp = `${product.output}.inputs`
  const inputs = hashOf([...product.inputs, 'package-lock.json', 'scripts/build.mjs'])
  const isFresh =
    existsSync(product.output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs
  if (isFresh) return
  await mkdir(join(product.output, '..'), { recursive: true })
  await rm(stamp, { force: true })
  await step(`${product.name} built`, () => product.make(product.output))
  await writeFile(stamp, inputs)
}

/** Each `web/islands/<name>.ts` is an entry with a stable name; shared code becomes hashed chunks. @param {string} output */
async function makeIslands(output) {
  const { build: bundle } = await import('esbuild')
  await rm(output, { recursive: true, force: true })
  await bundle({
    entryPoints: islands(),
    outdir: output,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    chunkNames: 'chunks/[hash]',
    legalComments: 'none',
    logLevel: 'warning',
  })
  await mkdir(output, { recursive: true })
}

function islands() {
  const folder = join(root, 'web', 'islands')
  return readdirSync(folder)
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

/** @param {string} output */
async function makeStyles(output) {
  const { compileAsync } = await import('sass')
  const { css } = await compileAsync(join(root, 'web', 'styles', 'main.scss'), {
    loadPaths: [join(root, 'node_modules', '@uswds', 'uswds', 'packages')],
    quietDeps: true,
    silenceDeprecations: ['import', 'global-builtin', 'if-function'],
    style: 'compressed',
  })
  await writeFile(output, css)
}

/** @param {string} output */
async function makeWorkflowBundle(output) {
  const { bundleWorkflowCode } = await import('@temporalio/worker')
  const workflowsPath = join(root, 'workflows', 'index.ts')
  const quiet = {
    log: () => undefined,
    trace: () => undefined,
    debug: () => undefined,
    info: () => undefined,
  }
  const logger = { ...quiet, warn: console.warn, error: console.error }
  const { code } = await bundleWorkflowCode({ workflowsPath, logger })
  await writeFile(`${output}.new`, code)
  await rename(`${output}.new`, output)
}

/** SHA-256 over names and bytes of all files below the inputs. @param {string[]} inputs */
function hashOf(inputs) {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap(filesBelow).sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(createHash('sha256').update(readFileSync(file)).digest())
  }
  return hash.digest('hex')
}

/** @param {string} input relative to the project @returns {string[]} */
function filesBelow(input) {
  const path = join(root, input)
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  const entries = readdirSync(path, { withFileTypes: true, recursive: true, encoding: 'utf8' })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build().catch(fail)
}
